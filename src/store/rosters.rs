//! Rosters: the indexes that list the members of a chat and the chats of a user.
//!
//! Both only help to find: who is a member is for the chat's member records to say.

use std::sync::Arc;

use bytes::Bytes;

use super::{
    Engine, StoreError, chats,
    engine::{Answer, Order, Read, Row, Swap, Swapped, Write},
    keys,
    record::MemberRecord,
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

    /// Members in the order of joining, at most `limit`; none when there are more.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn all_members(
        &self,
        chat: &ChatId,
        limit: usize,
    ) -> Result<Option<Vec<UserId>>, StoreError> {
        let listed = self.listed(chat, limit + 1).await?;
        if listed.len() > limit {
            return Ok(None);
        }
        let members = self.records(chat, listed).await?.into_iter();
        Ok(Some(members.map(|(user, _)| user).collect()))
    }

    /// Members in the order of joining, at most `limit`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn members(
        &self,
        chat: &ChatId,
        limit: usize,
    ) -> Result<Vec<(UserId, MemberRecord)>, StoreError> {
        let listed = self.listed(chat, limit).await?;
        self.records(chat, listed).await
    }

    async fn records(
        &self,
        chat: &ChatId,
        listed: Vec<UserId>,
    ) -> Result<Vec<(UserId, MemberRecord)>, StoreError> {
        let key = |user: &UserId| keys::member(chat, user);
        let reads = listed.iter().map(|user| Read::Get { key: key(user) });
        let records = self.engine.read(reads.collect()).await?;
        let mut members = Vec::with_capacity(listed.len());
        for (user, record) in listed.into_iter().zip(records) {
            let record = chats::member(record.value().as_ref(), || key(&user))?;
            members.extend(record.map(|record| (user, record)));
        }
        Ok(members)
    }

    /// Those who may be members, in the order of joining, at most `limit`: the index. The chat itself has the
    /// last word.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn listed(&self, chat: &ChatId, limit: usize) -> Result<Vec<UserId>, StoreError> {
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

    /// Takes somebody who is no longer a member out of both indexes, unless they have been invited again.
    /// Only for whoever holds the intent of their going: who dies half-way must be followed by another.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`]; do it again. A row left behind only costs readers, who ask the chat.
    pub async fn withdraw(&self, chat: &ChatId, user: &UserId) -> Result<(), StoreError> {
        let rows = vec![listing(chat, user), membership(chat, user)];
        self.take_out(chat, user, rows).await
    }

    /// Takes a chat that somebody did not come into after all out of their index. They are in no other: this
    /// holds no intent, so it keeps its hands off the chat's own.
    ///
    /// # Errors
    ///
    /// As [`Rosters::withdraw`].
    pub async fn disinvite(&self, chat: &ChatId, user: &UserId) -> Result<(), StoreError> {
        self.take_out(chat, user, vec![listing(chat, user)]).await
    }

    async fn take_out(
        &self,
        chat: &ChatId,
        user: &UserId,
        rows: Vec<Write>,
    ) -> Result<(), StoreError> {
        let announced = self.engine.get(keys::user_chat(user, chat)).await?;
        // Read after the row: a join that is under way has written its row before it commits.
        if self.record(chat, user).await?.is_some() {
            return Ok(());
        }
        if announced.is_some() {
            let swap = Swap {
                key: keys::user_chat(user, chat),
                expected: announced,
                new: None,
                life: None,
            };
            // `No`: somebody has just invited them again, and their row stays.
            if self.engine.swap(swap).await? == Swapped::No {
                return Ok(());
            }
        }
        self.engine.write(rows).await?;
        self.put_back(chat, user).await
    }

    /// Enters somebody again who joined while they were taken out. Whoever dies before this leaves an intent,
    /// which does both again.
    async fn put_back(&self, chat: &ChatId, user: &UserId) -> Result<(), StoreError> {
        let announced = self.engine.get(keys::user_chat(user, chat)).await?;
        let record = self.record(chat, user).await?;
        if announced.is_none() && record.is_none() {
            return Ok(());
        }
        let row = |key, score: Stamp, member: &str| Write::AddRow {
            key,
            row: Row {
                score: score.get(),
                member: member.to_owned().into(),
            },
        };
        let since = record.as_ref().map_or(Stamp::ZERO, |record| record.since);
        let mut rows = vec![row(keys::user_chats(user), since, chat.as_str())];
        rows.extend(record.map(|_| row(keys::members(chat), since, user.as_str())));
        self.engine.write(rows).await
    }

    async fn record(
        &self,
        chat: &ChatId,
        user: &UserId,
    ) -> Result<Option<MemberRecord>, StoreError> {
        let key = keys::member(chat, user);
        let value = self.engine.get(key.clone()).await?;
        chats::member(value.as_ref(), || key)
    }
}

/// Removes the row of a chat in a user's index.
fn listing(chat: &ChatId, user: &UserId) -> Write {
    Write::RemoveRow {
        key: keys::user_chats(user),
        member: chat.as_str().to_owned().into(),
    }
}

/// Removes the row of a user in a chat's index.
fn membership(chat: &ChatId, user: &UserId) -> Write {
    Write::RemoveRow {
        key: keys::members(chat),
        member: user.as_str().to_owned().into(),
    }
}

fn user(member: &[u8]) -> Option<UserId> {
    UserId::parse(std::str::from_utf8(member).ok()?)
}

fn chat(member: &[u8]) -> Option<ChatId> {
    ChatId::parse(std::str::from_utf8(member).ok()?)
}
