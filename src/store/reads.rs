//! Read marks, and how much is unread: computed from ordinals and small sets, exact by construction.

use std::sync::Arc;

use bytes::Bytes;

use super::{
    Engine, StoreError,
    engine::{Answer, Read, Row, Swap, Swapped, Write},
    keys,
    record::{Head, MemberRecord, ReadRecord},
};
use crate::model::{ChatId, Stamp, UserId};

/// How often a mark is tried again when other devices move it meanwhile.
const ATTEMPTS: usize = 16;

/// Read marks and counts, over any engine.
#[derive(Clone)]
pub struct Reads {
    engine: Arc<dyn Engine>,
}

/// How much of a chat a member has not read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Unread {
    /// Messages of others.
    pub messages: u64,
    /// Those of them that speak to the member.
    pub mentions: u64,
}

impl Reads {
    /// Read marks kept by `engine`.
    #[must_use]
    pub fn new(engine: Arc<dyn Engine>) -> Self {
        Self { engine }
    }

    /// Moves a mark up to `to`. It never falls: the mark as it stands afterwards is returned, and whether
    /// this call moved it. What is counted only above the mark is trimmed.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`]; do it again. [`StoreError::Overloaded`] when it moves all the time.
    pub async fn mark(
        &self,
        chat: &ChatId,
        user: &UserId,
        to: ReadRecord,
    ) -> Result<(ReadRecord, bool), StoreError> {
        let key = keys::read_mark(chat, user);
        for _ in 0..ATTEMPTS {
            let raw = self.engine.get(key.clone()).await?;
            let current = decode_mark(raw.as_ref(), &key)?;
            if current.stamp >= to.stamp {
                return Ok((current, false));
            }
            let swap = Swap {
                key: key.clone(),
                expected: raw,
                new: Some(to.encode()),
                life: None,
            };
            if self.engine.swap(swap).await? == Swapped::Yes {
                self.trim(chat, user, to.stamp).await?;
                return Ok((to, true));
            }
        }
        Err(StoreError::Overloaded)
    }

    /// How much is unread above `from`, up to the head.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn unread(
        &self,
        chat: &ChatId,
        user: &UserId,
        head: &Head,
        from: ReadRecord,
    ) -> Result<Unread, StoreError> {
        let answers = self
            .engine
            .read(Self::counts(chat, user, head, from).into())
            .await?;
        Ok(Self::unread_from(head, from, &mut answers.into_iter()))
    }

    /// Notes that a message speaks to `users`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`]; do it again.
    pub async fn mention(
        &self,
        chat: &ChatId,
        stamp: Stamp,
        users: &[UserId],
    ) -> Result<(), StoreError> {
        let member: Bytes = stamp.to_string().into();
        let writes = users.iter().map(|user| Write::AddRow {
            key: keys::mentioned(chat, user),
            row: Row {
                score: stamp.get(),
                member: member.clone(),
            },
        });
        self.engine.write(writes.collect()).await
    }

    /// The reads whose answers [`Reads::unread_from`] takes: for callers that read more in the same round
    /// trip.
    pub(super) fn counts(chat: &ChatId, user: &UserId, head: &Head, from: ReadRecord) -> [Read; 4] {
        [
            keys::own(chat, user),
            keys::void(chat),
            keys::own_void(chat, user),
            keys::mentioned(chat, user),
        ]
        .map(|key| Read::Count {
            key,
            from: from.stamp.next().get(),
            through: head.last.get(),
        })
    }

    /// Unread from the next four answers.
    pub(super) fn unread_from(
        head: &Head,
        from: ReadRecord,
        answers: &mut impl Iterator<Item = Answer>,
    ) -> Unread {
        let mut count = || answers.next().map_or(0, Answer::count);
        let (own, void, own_void, mentions) = (count(), count(), count(), count());
        let messages = (head.ordinal + own_void).saturating_sub(from.ordinal + own + void);
        Unread { messages, mentions }
    }

    async fn trim(&self, chat: &ChatId, user: &UserId, through: Stamp) -> Result<(), StoreError> {
        let keys = [
            keys::own(chat, user),
            keys::own_void(chat, user),
            keys::mentioned(chat, user),
        ];
        let through = through.get();
        self.engine
            .write(keys.map(|key| Write::RemoveRows { key, through }).into())
            .await
    }
}

/// From where a member's unread messages count: the highest of their mark, their joining and the floor.
#[must_use]
pub fn counted_from(head: &Head, member: &MemberRecord, mark: ReadRecord) -> ReadRecord {
    let since = ReadRecord {
        stamp: member.since,
        ordinal: member.since_ordinal,
    };
    let floor = ReadRecord {
        stamp: head.floor,
        ordinal: head.floor_ordinal,
    };
    [since, floor].into_iter().fold(mark, |high, other| {
        if other.stamp > high.stamp {
            other
        } else {
            high
        }
    })
}

pub(super) fn decode_mark(value: Option<&Bytes>, key: &str) -> Result<ReadRecord, StoreError> {
    value.map_or(Ok(ReadRecord::default()), |value| {
        ReadRecord::decode(value).ok_or_else(|| StoreError::Corrupt {
            key: key.to_owned(),
        })
    })
}
