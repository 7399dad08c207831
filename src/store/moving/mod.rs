//! Moving between stores: a copy from any store into any other, proven by digests.
//!
//! A copy makes the target equal to the source, key by key, and writes only where they differ; so it may be
//! cut short anywhere and done again. Until both sides have the same digest a mark stands in the target: with
//! it no server starts there ([`refuse_unfinished`]), and without it a copy into a store that holds something
//! else is refused, because it would destroy what was written there meanwhile.
//!
//! Layer: store. What moves and what stays: `KeyShape::moves`. Keys of shapes that this version does not
//! know are left alone on both sides, and counted.

mod batch;
mod copy;
mod digest;
mod prune;
mod survey;
mod value;

pub use copy::{Copied, MoveError, copy};
pub use digest::{Difference, Digest, digest};

use super::{Engine, StoreError, keys, record, walk::Store};

/// Keys handled at once: a bound on memory, as values have one.
const PAGE: usize = 128;

/// How far a copy has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Keys of the source that were handled.
    pub done: u64,
    /// Keys of the source when the copy began.
    pub of: u64,
}

/// Refuses a store into which a copy was begun and not finished.
///
/// # Errors
///
/// [`StoreError::Unsafe`] when it is one; [`StoreError::Unavailable`].
pub async fn refuse_unfinished(store: &dyn Engine) -> Result<(), StoreError> {
    match store.get(keys::copying()).await? {
        None => Ok(()),
        Some(_) => Err(StoreError::Unsafe(
            "it is a copy that was not finished: run `curlew store copy` once more, to its end"
                .to_owned(),
        )),
    }
}

/// How many gateways hold a lease on a store: whoever changes it as a whole must be alone.
///
/// # Errors
///
/// Those of the walk.
pub async fn gateways(store: &dyn Store) -> Result<u64, StoreError> {
    Ok(survey::Survey::of(store).await?.gateways)
}

/// Names a store by the secret that every server makes at its first start: copies have the name of their
/// source. `None` when no server was ever started on it.
async fn origin(store: &dyn Store) -> Result<Option<String>, StoreError> {
    let engine: &dyn Engine = store;
    let secret = engine.get(keys::secret("instance")).await?;
    Ok(secret.map(|secret| record::digest(&[b"origin", &secret])))
}

#[cfg(test)]
#[cfg(feature = "embedded")]
mod tests;
