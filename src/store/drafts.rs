//! Drafts: what somebody has begun to write in a chat, the same on all their devices. The newest wins.

use std::sync::Arc;

use bytes::Bytes;

use super::{
    Engine, StoreError,
    engine::{Answer, Read, Swap, Swapped},
    keys,
    record::DraftRecord,
};
use crate::model::{ChatId, Stamp, UserId};

/// How often a draft is tried again when other devices write it meanwhile.
const ATTEMPTS: usize = 16;

/// Drafts, over any engine.
#[derive(Clone)]
pub struct Drafts {
    engine: Arc<dyn Engine>,
}

impl Drafts {
    /// Drafts kept by `engine`.
    #[must_use]
    pub fn new(engine: Arc<dyn Engine>) -> Self {
        Self { engine }
    }

    /// Keeps what `user` has begun to write in a chat; an empty text keeps that there is nothing. What says
    /// the same already stays as it is. Its time rises with each change, whatever the clocks say.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`]; do it again. [`StoreError::Overloaded`] when it changes all the time.
    pub async fn set(
        &self,
        user: &UserId,
        chat: &ChatId,
        (text, reply_to): (String, Option<Stamp>),
        now_ms: u64,
    ) -> Result<DraftRecord, StoreError> {
        let key = keys::draft(user, chat);
        let mut new = DraftRecord {
            text,
            reply_to,
            updated_ms: now_ms,
        };
        for _ in 0..ATTEMPTS {
            let raw = self.engine.get(key.clone()).await?;
            let current = decode(raw.as_ref(), || key.clone())?;
            if (&current.text, current.reply_to) == (&new.text, new.reply_to) {
                return Ok(current);
            }
            new.updated_ms = now_ms.max(current.updated_ms + 1);
            let swap = Swap {
                key: key.clone(),
                expected: raw,
                new: Some(new.encode()),
                life: None,
            };
            if self.engine.swap(swap).await? == Swapped::Yes {
                return Ok(new);
            }
        }
        Err(StoreError::Overloaded)
    }

    /// What `user` has begun to write in each of `chats`, in order, in one round trip.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn of_user(
        &self,
        user: &UserId,
        chats: &[ChatId],
    ) -> Result<Vec<DraftRecord>, StoreError> {
        if chats.is_empty() {
            return Ok(Vec::new());
        }
        let reads = chats.iter().map(|chat| read(user, chat)).collect();
        let answers = self.engine.read(reads).await?;
        chats
            .iter()
            .zip(answers)
            .map(|(chat, answer)| found(user, chat, answer))
            .collect()
    }
}

/// The read whose answer [`found`] takes: for callers that read more in the same round trip.
pub(super) fn read(user: &UserId, chat: &ChatId) -> Read {
    Read::Get {
        key: keys::draft(user, chat),
    }
}

/// The draft that was read; an empty one when there is none.
pub(super) fn found(
    user: &UserId,
    chat: &ChatId,
    answer: Answer,
) -> Result<DraftRecord, StoreError> {
    decode(answer.value().as_ref(), || keys::draft(user, chat))
}

fn decode(value: Option<&Bytes>, key: impl FnOnce() -> String) -> Result<DraftRecord, StoreError> {
    value.map_or_else(
        || Ok(DraftRecord::default()),
        |value| DraftRecord::decode(value).ok_or_else(|| StoreError::Corrupt { key: key() }),
    )
}
