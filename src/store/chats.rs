//! Chats: what they are, who is in them, and how all of that changes.
//!
//! Every change commits through the chat's head, together with its record in the chat's change timeline.
//! That timeline is the outbox: whatever must follow elsewhere is read from there, by anyone, again if need be.

mod amendment;
mod commit;
mod look;
mod pages;

use std::{sync::Arc, time::Duration};

pub use amendment::Amendment;
pub use commit::{ChangeRequest, Effects};
pub use look::{ChatState, MessageState, Subject};
pub use pages::ChangePage;

pub(super) use look::{described, known_or_default, member};

use commit::commit;
use look::{Before, found, known, look};

use super::{
    Engine, StoreError,
    engine::{Answer, Read, Swapped},
    keys,
    record::{ChangeRecord, Head},
};
use crate::{
    clock::Random,
    model::{ChangeId, ChatId, Epoch, UserId},
};

/// How often a change is tried again when others change the same chat meanwhile.
const ATTEMPTS: u32 = 16;

/// Longest pause before the second attempt, in microseconds; it doubles with each, up to 64 times.
const PAUSE_US: u64 = 500;

/// Chats and their changes, over any engine.
#[derive(Clone)]
pub struct Chats {
    engine: Arc<dyn Engine>,
    random: Arc<dyn Random>,
}

/// How a change ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Changed {
    /// It is committed; `repeated` when it had been before.
    Committed {
        /// Its record.
        record: Box<ChangeRecord>,
        /// The version of the membership now.
        members_version: u64,
        /// Whether it was committed by an earlier request with the same id.
        repeated: bool,
    },
    /// There was nothing to change in the chat as it was found.
    Nothing(Box<ChatState>),
    /// The id was used for another request.
    Conflict,
    /// There is no such chat.
    NoChat,
}

impl Chats {
    /// Chats kept by `engine`; `random` spreads repeated attempts.
    #[must_use]
    pub fn new(engine: Arc<dyn Engine>, random: Arc<dyn Random>) -> Self {
        Self { engine, random }
    }

    /// A chat, and the memberships of `users` in it, in one round trip.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn state(
        &self,
        chat: &ChatId,
        users: &[UserId],
    ) -> Result<Option<ChatState>, StoreError> {
        let subject = Subject {
            users: users.to_vec(),
            message: None,
        };
        let answers = self.engine.read(look(chat, None, &subject)).await?;
        found(chat, &subject, answers).map(|found| found.map(|(_, state)| state))
    }

    /// Makes a chat. When there is one with this id already, nothing happens.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`]: may have happened; do it again.
    pub async fn create(
        &self,
        chat: &ChatId,
        epoch: Epoch,
        request: &ChangeRequest,
        effects: Effects,
    ) -> Result<Swapped, StoreError> {
        let members = effects.info.as_ref().map_or(0, |info| info.members);
        let beginning = (Head::new(epoch), members);
        let (commit, ..) = commit(chat, Before::default(), beginning, request, effects);
        self.engine.commit(commit).await
    }

    /// Changes a chat: finds it with its `subject`, asks `decide` what to do, and commits that unless the chat
    /// has changed meanwhile; then all of it again, after a random pause.
    ///
    /// # Errors
    ///
    /// Those of `decide`; [`StoreError::Unavailable`] (may have happened; the same request again tells);
    /// [`StoreError::Overloaded`] when others change the chat all the time.
    pub async fn change<E: From<StoreError>>(
        &self,
        chat: &ChatId,
        request: &ChangeRequest,
        subject: &Subject,
        decide: impl Fn(&ChatState) -> Result<Option<Effects>, E> + Send + Sync,
    ) -> Result<Changed, E> {
        for attempt in 0..ATTEMPTS {
            self.pause(attempt).await;
            let mut reads = look(chat, Some(&request.actor), subject);
            // The record after the head: whoever committed this very request has moved the head.
            let key = keys::change(chat, &request.id);
            reads.push(Read::Get { key: key.clone() });
            let mut answers = self.engine.read(reads).await?;
            let record = answers.pop().and_then(Answer::value);
            let Some((before, state)) = found(chat, subject, answers)? else {
                return Ok(Changed::NoChat);
            };
            if let Some(record) = record {
                let record = known(&record, || key, ChangeRecord::decode)?;
                return Ok(repeated(record, request, state.head.members_version));
            }
            let Some(effects) = decide(&state)? else {
                return Ok(Changed::Nothing(Box::new(state)));
            };
            let members = effects.info.as_ref().unwrap_or(&state.info).members;
            let found = (state.head, members);
            let (commit, record, members_version) = commit(chat, before, found, request, effects);
            if self.engine.commit(commit).await? == Swapped::Yes {
                return Ok(Changed::Committed {
                    record: Box::new(record),
                    members_version,
                    repeated: false,
                });
            }
        }
        Err(StoreError::Overloaded.into())
    }

    /// Lets others go first: longer the more often this was in vain.
    async fn pause(&self, attempt: u32) {
        if attempt > 0 {
            let mut bytes = [0; 8];
            self.random.fill(&mut bytes);
            let longest = PAUSE_US << attempt.min(6);
            let pause = u64::from_le_bytes(bytes) % longest;
            tokio::time::sleep(Duration::from_micros(pause)).await;
        }
    }

    /// The record of one change.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn record(
        &self,
        chat: &ChatId,
        change: &ChangeId,
    ) -> Result<Option<ChangeRecord>, StoreError> {
        let key = keys::change(chat, change);
        let value = self.engine.get(key.clone()).await?;
        value
            .map(|value| known(&value, || key, ChangeRecord::decode))
            .transpose()
    }
}

fn repeated(record: ChangeRecord, request: &ChangeRequest, members_version: u64) -> Changed {
    if record.digest == request.digest {
        Changed::Committed {
            record: Box::new(record),
            members_version,
            repeated: true,
        }
    } else {
        Changed::Conflict
    }
}
