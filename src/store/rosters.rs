//! Rosters: the indexes that list the members of a chat and the chats of a user.
//!
//! Both only help to find: who is a member is for the chat's member records to say.

use std::sync::Arc;

use bytes::Bytes;

use super::{
    Engine, StoreError,
    engine::{Answer, Commit, Order, Read, Row, Swap, Write},
    keys,
};
use crate::model::{ChangeId, ChatId, Stamp, UserId};

/// Indexes of members and of chats, over any engine.
#[derive(Clone)]
pub struct Rosters {
    engine: Arc<dyn Engine>,
}

impl Rosters {
    /// Indexes kept by `engine`.
    #[must_use]
    pub fn new(engine: Arc<dyn Engine>) -> Self {
        Self { engine }
    }

    /// Members in the order of joining, at most `limit`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn members(&self, chat: &ChatId, limit: usize) -> Result<Vec<UserId>, StoreError> {
        let read = Read::Rows {
            key: keys::members(chat),
            from: 0,
            through: Stamp::MAX.get(),
            limit,
            order: Order::Rising,
        };
        let answer = self.engine.ask(read).await?;
        Ok(answer
            .rows()
            .into_iter()
            .filter_map(|row| user(&row.member))
            .collect())
    }

    /// How many chats each of `users` may be a member of, in one round trip.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn counts(&self, users: &[UserId]) -> Result<Vec<u64>, StoreError> {
        let reads = users.iter().map(|user| Read::Count {
            key: keys::user_chats(user),
            from: 0,
            through: Stamp::MAX.get(),
        });
        let answers = self.engine.read(reads.collect()).await?;
        Ok(answers.into_iter().map(Answer::count).collect())
    }

    /// Chats a user may be a member of: the index, newest first. The chat itself has the last word.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn of_user(&self, user: &UserId, limit: usize) -> Result<Vec<ChatId>, StoreError> {
        let read = Read::Rows {
            key: keys::user_chats(user),
            from: 0,
            through: Stamp::MAX.get(),
            limit,
            order: Order::Falling,
        };
        let answer = self.engine.ask(read).await?;
        Ok(answer
            .rows()
            .into_iter()
            .filter_map(|row| chat(&row.member))
            .collect())
    }

    /// Notes in the users' own indexes that `change` is about to make them members.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`]; the change must not begin.
    pub async fn announce(
        &self,
        chat: &ChatId,
        users: &[UserId],
        change: &ChangeId,
        now_us: u64,
    ) -> Result<(), StoreError> {
        let member: Bytes = chat.as_str().to_owned().into();
        let writes = users.iter().flat_map(|user| {
            let value = change.as_str().to_owned().into();
            [
                Write::Set {
                    key: keys::user_chat(user, chat),
                    value,
                    life: None,
                },
                Write::AddRow {
                    key: keys::user_chats(user),
                    row: Row {
                        score: now_us,
                        member: member.clone(),
                    },
                },
            ]
        });
        self.engine.write(writes.collect()).await
    }

    /// Takes a chat out of a former member's index, unless a later change has put it there again.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`]; readers ask the chat, so a row left behind only costs a read.
    pub async fn withdraw(&self, chat: &ChatId, user: &UserId) -> Result<(), StoreError> {
        let key = keys::user_chat(user, chat);
        let row = self.engine.get(key.clone()).await?;
        // Read after the row: a join that is under way has written its row before it commits.
        let member = self.engine.get(keys::member(chat, user)).await?;
        if row.is_none() || member.is_some() {
            return Ok(());
        }
        let member = chat.as_str().to_owned().into();
        let writes = vec![Write::RemoveRow {
            key: keys::user_chats(user),
            member,
        }];
        let swap = Swap {
            key,
            expected: row,
            new: None,
            life: None,
        };
        // `No` means that somebody has just invited them again: their row stays.
        self.engine
            .commit(Commit { swap, writes })
            .await
            .map(|_| ())
    }
}

fn user(member: &[u8]) -> Option<UserId> {
    UserId::parse(std::str::from_utf8(member).ok()?)
}

fn chat(member: &[u8]) -> Option<ChatId> {
    ChatId::parse(std::str::from_utf8(member).ok()?)
}
