//! Values that no script reads: a version byte and MessagePack with named fields.
//!
//! Named fields let a newer server add one with a default and still read what an older one wrote; the
//! version byte is for changes that a default cannot bridge.

use bytes::Bytes;
use serde::{Serialize, de::DeserializeOwned};

/// Spells `value` for the store.
///
/// # Panics
///
/// Never for the records of this crate: they hold nothing that MessagePack cannot spell.
#[must_use]
pub(crate) fn pack<T: Serialize>(version: u8, value: &T) -> Bytes {
    let mut bytes = vec![version];
    rmp_serde::encode::write_named(&mut bytes, value).expect("records are plain data");
    bytes.into()
}

/// Reads what [`pack`] wrote with the same version.
#[must_use]
pub(crate) fn unpack<T: DeserializeOwned>(version: u8, bytes: &[u8]) -> Option<T> {
    let (found, body) = bytes.split_first()?;
    if *found != version {
        return None;
    }
    rmp_serde::from_slice(body).ok()
}
