//! The walk: every key of a store, in pages.
//!
//! Beside [`Engine`] and not in it, because nothing that serves people ever walks: only whoever moves or
//! verifies a whole store does. What stands under a key is read with the engine's own reads.

mod naming;
pub mod windows;

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

pub use naming::{Named, recognise};
pub use windows::{Window, Windows};

use super::{Engine, StoreError, keys::Holds};

/// Where a walk goes on. Means something only to the engine that gave it, and only while it is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place(pub(super) Bytes);

impl Place {
    /// Before the first key.
    pub const START: Self = Self(Bytes::new());
}

/// A key that was met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Met {
    /// The key, without the configured prefix.
    pub key: String,
    /// What it holds.
    pub holds: Holds,
}

/// A page of a walk.
#[derive(Debug, PartialEq, Eq)]
pub struct Keys {
    /// The keys met, in no order; may be none although the walk goes on.
    pub met: Vec<Met>,
    /// Where the walk goes on; `None` at its end.
    pub next: Option<Place>,
}

/// What an engine must be able to do to be walked. All must pass `conformance::walk`.
#[async_trait]
pub trait Walk: Send + Sync + 'static {
    /// About `limit` keys from `place` on, and where to go on.
    ///
    /// A key that is there during the whole walk is met at least once, seldom twice; one that comes or goes
    /// meanwhile may be met or not. Keys without the configured prefix, and keys of types that no engine
    /// writes, are left out.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`], [`StoreError::Overloaded`]; safe to retry from the same place.
    async fn keys(&self, place: &Place, limit: usize) -> Result<Keys, StoreError>;

    /// How long each of these strings is still kept, to about a second and never less than one; `None` when
    /// for ever, or when there is none.
    ///
    /// # Errors
    ///
    /// As [`Walk::keys`].
    async fn lives(&self, keys: Vec<String>) -> Result<Vec<Option<Duration>>, StoreError>;
}

/// A store as a whole: what serves people, and what a walk needs.
pub trait Store: Engine + Walk {}

impl<T: Engine + Walk> Store for T {}
