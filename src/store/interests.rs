//! Interests: which gateways want to be told of news in a chat or for a user.

use std::sync::Arc;

use super::{
    Engine, StoreError,
    engine::{Answer, Read, Write},
    keys,
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
        let member = gateway_member(gateway);
        self.engine
            .write(
                sets(users, chats)
                    .map(|key| Write::AddMember {
                        key,
                        member: member.clone(),
                    })
                    .collect(),
            )
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
        let member = gateway_member(gateway);
        self.engine
            .write(
                sets(users, chats)
                    .map(|key| Write::RemoveMember {
                        key,
                        member: member.clone(),
                    })
                    .collect(),
            )
            .await
    }

    /// Gateways with a connection of the user.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn of_user(&self, user: &UserId) -> Result<Vec<Incarnation>, StoreError> {
        let answers = self
            .engine
            .read(vec![Read::Members {
                key: keys::user_gateways(user),
            }])
            .await?;
        Ok(answers
            .into_iter()
            .flat_map(Answer::members)
            .filter_map(|m| parse(&m))
            .collect())
    }
}

fn sets<'a>(users: &'a [UserId], chats: &'a [ChatId]) -> impl Iterator<Item = String> + 'a {
    users
        .iter()
        .map(keys::user_gateways)
        .chain(chats.iter().map(keys::chat_gateways))
}

fn gateway_member(gateway: &Incarnation) -> bytes::Bytes {
    gateway.as_str().to_owned().into()
}

fn parse(member: &[u8]) -> Option<Incarnation> {
    Incarnation::parse(std::str::from_utf8(member).ok()?)
}
