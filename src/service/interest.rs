//! What a gateway must know of chats and people to deliver pushes.

use super::{Service, ServiceError};
use crate::model::{ChatId, Stamp, UserId};

/// Where a chat stood when it was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatPosition {
    /// The chat.
    pub chat: ChatId,
    /// Stamp of its newest entry; 0 when there is none or no such chat.
    pub last: Stamp,
    /// Version of its membership.
    pub members_version: u64,
}

impl Service {
    /// Chats a user is a member of.
    ///
    /// # Errors
    ///
    /// Those of the store.
    pub async fn chats_of(&self, _user: &UserId) -> Result<Vec<ChatId>, ServiceError> {
        todo!()
    }

    /// Registers this gateway for hints about a user and about chats, before anything of them is read.
    ///
    /// # Errors
    ///
    /// Those of the store; nothing is lost by doing it again.
    pub async fn watch(&self, _users: &[UserId], _chats: &[ChatId]) -> Result<(), ServiceError> {
        todo!()
    }

    /// Ends the registration: nobody here is interested any more.
    ///
    /// # Errors
    ///
    /// Those of the store; a row left behind costs a hint now and then.
    pub async fn unwatch(&self, _users: &[UserId], _chats: &[ChatId]) -> Result<(), ServiceError> {
        todo!()
    }

    /// Which of `users` are members of a chat, and the version of the membership that says so.
    ///
    /// # Errors
    ///
    /// Those of the store.
    pub async fn members_among(
        &self,
        _chat: &ChatId,
        _users: &[UserId],
    ) -> Result<(u64, Vec<UserId>), ServiceError> {
        todo!()
    }

    /// Where chats stand now, in one round trip.
    ///
    /// # Errors
    ///
    /// Those of the store.
    pub async fn positions(&self, _chats: &[ChatId]) -> Result<Vec<ChatPosition>, ServiceError> {
        todo!()
    }
}
