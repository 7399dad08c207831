//! Interests: which gateways want to be told of news in a chat or for a user.

use std::sync::Arc;

use bytes::Bytes;

use super::{
    Engine, StoreError,
    engine::{Answer, Read, Write},
    keys,
    record::Head,
};
use crate::model::{ChatId, Incarnation, UserId};

/// Sets of interested gateways, over any engine.
#[derive(Clone)]
pub struct Interests {
    engine: Arc<dyn Engine>,
}

impl Interests {
    /// Interests kept by `engine`.
    #[must_use]
    pub fn new(engine: Arc<dyn Engine>) -> Self {
        Self { engine }
    }

    /// Registers a gateway for users and chats.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`]; do it again.
    pub async fn add(
        &self,
        gateway: &Incarnation,
        users: &[UserId],
        chats: &[ChatId],
    ) -> Result<(), StoreError> {
        self.change(gateway, users, chats, |key, member| Write::AddMember {
            key,
            member,
        })
        .await
    }

    /// Takes the registration back.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`]; a row left behind costs a hint now and then.
    pub async fn remove(
        &self,
        gateway: &Incarnation,
        users: &[UserId],
        chats: &[ChatId],
    ) -> Result<(), StoreError> {
        self.change(gateway, users, chats, |key, member| Write::RemoveMember {
            key,
            member,
        })
        .await
    }

    async fn change(
        &self,
        gateway: &Incarnation,
        users: &[UserId],
        chats: &[ChatId],
        write: impl Fn(String, Bytes) -> Write,
    ) -> Result<(), StoreError> {
        let member: Bytes = gateway.as_str().to_owned().into();
        let users = users.iter().map(keys::user_gateways);
        let sets = users.chain(chats.iter().map(keys::chat_gateways));
        let writes = sets.map(|key| write(key, member.clone())).collect();
        self.engine.write(writes).await
    }

    /// Gateways with a member of the chat connected, and where the chat's timelines end, in one round trip.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn of_chat(
        &self,
        chat: &ChatId,
    ) -> Result<Option<(Head, Vec<Incarnation>)>, StoreError> {
        let key = keys::chat_head(chat);
        let gateways = keys::chat_gateways(chat);
        let reads = vec![
            Read::Head { key: key.clone() },
            Read::Members { key: gateways },
        ];
        let mut answers = self.engine.read(reads).await?.into_iter();
        let Some(head) = answers.next().and_then(Answer::value) else {
            return Ok(None);
        };
        let head = Head::decode(&head).ok_or(StoreError::Corrupt { key })?;
        let gateways = answers.flat_map(Answer::members);
        Ok(Some((head, gateways.filter_map(|m| parse(&m)).collect())))
    }

    /// Gateways with a connection of the user.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn of_user(&self, user: &UserId) -> Result<Vec<Incarnation>, StoreError> {
        self.members(keys::user_gateways(user)).await
    }

    /// Gateways with a member of the chat connected.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn in_chat(&self, chat: &ChatId) -> Result<Vec<Incarnation>, StoreError> {
        self.members(keys::chat_gateways(chat)).await
    }

    async fn members(&self, key: String) -> Result<Vec<Incarnation>, StoreError> {
        let members = self.engine.ask(Read::Members { key }).await?.members();
        Ok(members.iter().filter_map(|member| parse(member)).collect())
    }
}

fn parse(member: &[u8]) -> Option<Incarnation> {
    Incarnation::parse(std::str::from_utf8(member).ok()?)
}
