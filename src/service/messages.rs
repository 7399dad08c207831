//! Messages and the timelines they stand in.

use super::{Caller, Service, ServiceError};
use crate::model::{ChatId, ClientId, Content, Epoch, Level, LogPage, Stamp, TimelinePage, UserId};

/// A message to be sent.
#[derive(Debug, Clone)]
pub struct NewMessage {
    /// Chat to append to.
    pub chat: ChatId,
    /// Makes the request repeatable.
    pub client_id: ClientId,
    /// What to say.
    pub content: Content,
    /// Stamp of the message this one answers.
    pub reply_to: Option<Stamp>,
    /// Members it speaks to.
    pub mentions: Vec<UserId>,
}

/// A message is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentMessage {
    /// Its position.
    pub stamp: Stamp,
    /// Position of the entry before it.
    pub prev: Stamp,
    /// Its number among the counting entries.
    pub ordinal: u64,
    /// The life of the chat's timeline.
    pub epoch: Epoch,
    /// Whether it had been stored before.
    pub duplicate: bool,
    /// How firmly it is kept.
    pub level: Level,
}

/// Which page of a timeline.
#[derive(Debug, Clone)]
pub struct TimelineQuery {
    /// Right after this stamp.
    pub after: Option<Stamp>,
    /// Right before this stamp.
    pub before: Option<Stamp>,
    /// On both sides of this stamp.
    pub around: Option<Stamp>,
    /// The life of the timeline that `after` belongs to.
    pub epoch: Option<Epoch>,
    /// How many entries.
    pub limit: u32,
}

impl Service {
    /// Sends a message.
    ///
    /// # Errors
    ///
    /// `NotFound`, `Invalid`, `TooLarge`, `Conflict`, `RateLimited`, `Store` or `Unknown` (outcome unknown).
    pub async fn send(
        &self,
        _caller: &Caller,
        _message: NewMessage,
    ) -> Result<SentMessage, ServiceError> {
        todo!()
    }

    /// A page of a chat's timeline.
    ///
    /// # Errors
    ///
    /// `NotFound`, `Invalid` (limit 0, more than one position, a position from the future).
    pub async fn pull_timeline(
        &self,
        _caller: &Caller,
        _chat: &ChatId,
        _query: TimelineQuery,
    ) -> Result<TimelinePage, ServiceError> {
        todo!()
    }

    /// A page of a chat's change timeline.
    ///
    /// # Errors
    ///
    /// As [`Service::pull_timeline`].
    pub async fn pull_changes(
        &self,
        _caller: &Caller,
        _chat: &ChatId,
        _after: Option<Stamp>,
        _epoch: Option<Epoch>,
        _limit: u32,
    ) -> Result<LogPage, ServiceError> {
        todo!()
    }
}
