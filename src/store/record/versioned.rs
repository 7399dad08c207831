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

/// Reads a value of exactly this version.
pub(super) fn decode<T: DeserializeOwned>(version: u8, value: &[u8]) -> Option<T> {
    let (found, body) = value.split_first()?;
    (*found == version)
        .then(|| rmp_serde::from_slice(body).ok())
        .flatten()
}

/// Gives records of one version their spelling in the store.
macro_rules! versioned {
    ($version:literal: $($record:ty),*) => {$(
        impl $record {
            /// Reads a stored record.
            #[must_use]
            pub fn decode(value: &[u8]) -> Option<Self> {
                $crate::store::record::versioned::decode($version, value)
            }

            /// Spells the record for the store.
            #[must_use]
            pub fn encode(&self) -> bytes::Bytes {
                $crate::store::record::versioned::encode($version, self)
            }
        }
    )*};
}

pub(super) use versioned;
