//! Values that scripts never read: one byte that names the version, then MessagePack with named fields.

use bytes::Bytes;
use serde::{Serialize, de::DeserializeOwned};

/// Spells `record` behind its version.
pub(super) fn encode<T: Serialize>(version: u8, record: &T) -> Bytes {
    let mut value = vec![version];
    rmp_serde::encode::write_named(&mut value, record)
        .expect("records are plain data, which MessagePack can always spell");
    value.into()
}

/// The version of a value and what follows it.
pub(super) fn split(value: &[u8]) -> Option<(u8, &[u8])> {
    value.split_first().map(|(version, body)| (*version, body))
}

/// Reads the body of one version.
pub(super) fn body<T: DeserializeOwned>(body: &[u8]) -> Option<T> {
    rmp_serde::from_slice(body).ok()
}

/// Reads a value of exactly this version.
pub(super) fn decode<T: DeserializeOwned>(version: u8, value: &[u8]) -> Option<T> {
    let (found, rest) = split(value)?;
    (found == version).then(|| body(rest)).flatten()
}
