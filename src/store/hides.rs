//! Entries that members have hidden for themselves.

use std::sync::Arc;

use super::{
    Engine, StoreError,
    engine::{Row, Write},
    keys,
};
use crate::model::{ChatId, Stamp, UserId};

/// Hidden entries, over any engine. Pages look them up by themselves.
#[derive(Clone)]
pub struct Hides {
    engine: Arc<dyn Engine>,
}

impl Hides {
    /// Hidden entries kept by `engine`.
    #[must_use]
    pub fn new(engine: Arc<dyn Engine>) -> Self {
        Self { engine }
    }

    /// Hides entries for `user`; for ever.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`]; do it again.
    pub async fn add(
        &self,
        chat: &ChatId,
        user: &UserId,
        stamps: &[Stamp],
    ) -> Result<(), StoreError> {
        let writes = stamps.iter().map(|stamp| Write::AddRow {
            key: keys::hidden(chat, user),
            row: Row {
                score: stamp.get(),
                member: stamp.to_string().into(),
            },
        });
        self.engine.write(writes.collect()).await
    }
}
