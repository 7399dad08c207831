//! Receipts: up to where the entries of a direct chat have reached a device of each side.

use std::sync::Arc;

use super::{Engine, StoreError, keys, record::DeliveredRecord, rising::raise};
use crate::model::{ChatId, Stamp, UserId};

/// Receipts, over any engine.
#[derive(Clone)]
pub struct Receipts {
    engine: Arc<dyn Engine>,
}

impl Receipts {
    /// Receipts kept by `engine`.
    #[must_use]
    pub fn new(engine: Arc<dyn Engine>) -> Self {
        Self { engine }
    }

    /// Moves a receipt up to `to`. It never falls: where it stands afterwards is returned, and whether this
    /// call moved it.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`]; do it again. [`StoreError::Overloaded`] when it moves all the time.
    pub async fn mark(
        &self,
        chat: &ChatId,
        user: &UserId,
        to: Stamp,
    ) -> Result<(Stamp, bool), StoreError> {
        let key = keys::delivered(chat, user);
        let (mark, moved) = raise(self.engine.as_ref(), key, DeliveredRecord { stamp: to }).await?;
        Ok((mark.stamp, moved))
    }
}
