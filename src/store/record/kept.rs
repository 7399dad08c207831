//! Records that change only together with the head of their chat.

use bytes::Bytes;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::versioned;
use crate::model::Stamp;

/// A record, or that it is no longer, together with the change that made it so.
///
/// Because changes rise, no such value ever recurs, and a `Replace` that comes late finds another one than
/// it expects. For the same reason what has ended is kept as ended and not removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept<T> {
    /// Stamp of the change that wrote it.
    pub changed: Stamp,
    /// The record; `None` when it ended.
    pub value: Option<T>,
}

impl<T: Serialize + DeserializeOwned> Kept<T> {
    const VERSION: u8 = 2;

    /// Reads a stored value, also one from when such records stood alone.
    #[must_use]
    pub fn decode(value: &[u8]) -> Option<Self> {
        versioned::decode(Self::VERSION, value).or_else(|| {
            Some(Self {
                changed: Stamp::ZERO,
                value: Some(versioned::decode(1, value)?),
            })
        })
    }

    /// Spells the value for the store.
    #[must_use]
    pub fn encode(&self) -> Bytes {
        versioned::encode(Self::VERSION, self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::record::ReadRecord;

    #[test]
    fn a_record_that_stood_alone_is_read_and_spelled_anew() {
        let record = ReadRecord {
            stamp: Stamp::MAX,
            ordinal: 7,
        };
        let kept = Kept::<ReadRecord>::decode(&record.encode()).unwrap();
        assert_eq!((kept.changed, kept.value), (Stamp::ZERO, Some(record)));
        for value in [Some(record), None] {
            let kept = Kept {
                changed: Stamp::from_micros(5),
                value,
            };
            assert_eq!(Kept::decode(&kept.encode()), Some(kept));
        }
    }
}
