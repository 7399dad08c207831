//! Chats and their members.

use super::{Caller, Service, ServiceError};
use crate::model::{
    Chat, ChatId, ChatKind, ChatPage, ChatRow, ClientId, MemberPage, UserId, Window,
};

/// A chat to be made.
#[derive(Debug, Clone)]
pub struct NewChat {
    /// Direct or group.
    pub kind: ChatKind,
    /// The other people.
    pub members: Vec<UserId>,
    /// Name of a group.
    pub title: Option<String>,
    /// Makes the request repeatable.
    pub client_id: ClientId,
}

impl Service {
    /// Makes a chat, or gives the one that is there already.
    ///
    /// # Errors
    ///
    /// `Invalid`, `NotFound` (a member), `TooLarge`, `RateLimited`.
    pub async fn create_chat(&self, _caller: &Caller, _new: NewChat) -> Result<Chat, ServiceError> {
        todo!()
    }

    /// The caller's chats, most recently active first.
    ///
    /// # Errors
    ///
    /// `Invalid` (limit 0).
    pub async fn chats(&self, _caller: &Caller, _window: Window) -> Result<ChatPage, ServiceError> {
        todo!()
    }

    /// One of the caller's chats.
    ///
    /// # Errors
    ///
    /// `NotFound`.
    pub async fn chat(&self, _caller: &Caller, _chat: &ChatId) -> Result<ChatRow, ServiceError> {
        todo!()
    }

    /// Members of one of the caller's chats, ordered by id, after `after`.
    ///
    /// # Errors
    ///
    /// `NotFound`, `Invalid` (limit 0).
    pub async fn members(
        &self,
        _caller: &Caller,
        _chat: &ChatId,
        _after: Option<&UserId>,
        _limit: u32,
    ) -> Result<MemberPage, ServiceError> {
        todo!()
    }

    /// Gives a group another title.
    ///
    /// # Errors
    ///
    /// `NotFound`, `Forbidden`, `Invalid`, `Conflict`.
    pub async fn rename_chat(
        &self,
        _caller: &Caller,
        _chat: &ChatId,
        _title: String,
        _client_id: &ClientId,
    ) -> Result<Chat, ServiceError> {
        todo!()
    }

    /// Adds people to a group; answers the version of the membership.
    ///
    /// # Errors
    ///
    /// `NotFound`, `Forbidden`, `Invalid`, `TooLarge`, `Conflict`.
    pub async fn add_members(
        &self,
        _caller: &Caller,
        _chat: &ChatId,
        _users: Vec<UserId>,
        _client_id: &ClientId,
    ) -> Result<u64, ServiceError> {
        todo!()
    }

    /// Removes somebody from a group; answers the version of the membership.
    ///
    /// # Errors
    ///
    /// `NotFound`, `Forbidden`, `Conflict`.
    pub async fn remove_member(
        &self,
        _caller: &Caller,
        _chat: &ChatId,
        _user: &UserId,
        _client_id: &ClientId,
    ) -> Result<u64, ServiceError> {
        todo!()
    }

    /// Leaves a group.
    ///
    /// # Errors
    ///
    /// `NotFound`, `Forbidden` (a direct chat), `Conflict`.
    pub async fn leave_chat(
        &self,
        _caller: &Caller,
        _chat: &ChatId,
        _client_id: &ClientId,
    ) -> Result<(), ServiceError> {
        todo!()
    }
}
