//! Marks that never fall: strings moved up by compare-and-set.

use bytes::Bytes;

use super::{
    Engine, StoreError,
    engine::{Swap, Swapped},
    record::{DeliveredRecord, ReadRecord},
};
use crate::model::Stamp;

/// How often a mark is tried again when other devices move it meanwhile.
const ATTEMPTS: usize = 16;

/// A mark in a timeline.
pub(super) trait Mark: Copy + Default + Sync {
    /// Where it stands.
    fn stamp(&self) -> Stamp;
    /// Reads a stored mark.
    fn read(value: &[u8]) -> Option<Self>;
    /// Spells it for the store.
    fn spell(&self) -> Bytes;
}

/// Gives the records of marks what moving them up needs.
macro_rules! marks {
    ($($record:ty),*) => {$(
        impl Mark for $record {
            fn stamp(&self) -> Stamp {
                self.stamp
            }

            fn read(value: &[u8]) -> Option<Self> {
                Self::decode(value)
            }

            fn spell(&self) -> Bytes {
                self.encode()
            }
        }
    )*};
}

marks!(ReadRecord, DeliveredRecord);

/// Moves a mark up to `to`. It never falls: the mark as it stands afterwards is returned, and whether this
/// call moved it.
pub(super) async fn raise<M: Mark>(
    engine: &dyn Engine,
    key: String,
    to: M,
) -> Result<(M, bool), StoreError> {
    for _ in 0..ATTEMPTS {
        let raw = engine.get(key.clone()).await?;
        let current: M = mark(raw.as_ref(), || key.clone())?;
        if current.stamp() >= to.stamp() {
            return Ok((current, false));
        }
        let swap = Swap {
            key: key.clone(),
            expected: raw,
            new: Some(to.spell()),
            life: None,
        };
        if engine.swap(swap).await? == Swapped::Yes {
            return Ok((to, true));
        }
    }
    Err(StoreError::Overloaded)
}

/// A mark as it is stored; the lowest one when there is none.
pub(super) fn mark<M: Mark>(
    value: Option<&Bytes>,
    key: impl FnOnce() -> String,
) -> Result<M, StoreError> {
    value.map_or_else(
        || Ok(M::default()),
        |value| M::read(value).ok_or_else(|| StoreError::Corrupt { key: key() }),
    )
}
