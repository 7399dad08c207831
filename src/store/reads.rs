//! Read marks, and how much is unread: computed from ordinals and small sets, exact by construction.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    Engine, StoreError,
    engine::{Answer, Order, Read, Row, Write},
    keys,
    record::{Head, MemberRecord, ReadRecord},
    rising::{mark, raise},
};
use crate::model::{ChatId, Stamp, UserId};

/// Most rows read at once of each set of mentions.
const MENTION_ROWS: usize = 1_000;

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
        let (mark, moved) = raise(self.engine.as_ref(), key, to).await?;
        if moved {
            self.trim(chat, user, to.stamp).await?;
        }
        Ok((mark, moved))
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

    /// Marks of several members, in order, in one round trip.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn marks(
        &self,
        chat: &ChatId,
        users: &[UserId],
    ) -> Result<Vec<ReadRecord>, StoreError> {
        let reads = users.iter().map(|user| Read::Get {
            key: keys::read_mark(chat, user),
        });
        let answers = self.engine.read(reads.collect()).await?;
        users
            .iter()
            .zip(answers)
            .map(|(user, found)| mark(found.value().as_ref(), || keys::read_mark(chat, user)))
            .collect()
    }

    /// Stamps above `from`, up to `through`, of messages that speak to `user`: the oldest `limit` of them.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn mentions(
        &self,
        chat: &ChatId,
        user: &UserId,
        (mut from, through): (Stamp, Stamp),
        limit: usize,
    ) -> Result<Vec<Stamp>, StoreError> {
        let mut found = Vec::new();
        while found.len() < limit && from < through {
            let reads = mention_sets(chat, user).map(|key| Read::Rows {
                key,
                from: from.next().get(),
                through: through.get(),
                limit: MENTION_ROWS,
                order: Order::Rising,
            });
            let sets = self.engine.read(reads.into()).await?;
            let sets: Vec<Vec<Row>> = sets.into_iter().map(Answer::rows).collect();
            // Beyond the end of a set that was cut short nothing is known yet.
            let cut = sets.iter().filter(|rows| rows.len() >= MENTION_ROWS);
            let known = cut.filter_map(|rows| rows.last()).map(|row| row.score);
            from = known.min().map_or(through, Stamp::from_micros);
            found.extend(mentioning(&sets, from));
        }
        found.truncate(limit);
        Ok(found)
    }

    /// The reads whose answers [`Reads::unread_from`] takes: for callers that read more in the same round
    /// trip.
    pub(super) fn counts(chat: &ChatId, user: &UserId, head: &Head, from: ReadRecord) -> [Read; 7] {
        let [mentioned, all, unmentioned, all_unmentioned] = mention_sets(chat, user);
        [
            keys::own(chat, user),
            keys::void(chat),
            keys::own_void(chat, user),
            mentioned,
            all,
            unmentioned,
            all_unmentioned,
        ]
        .map(|key| Read::Count {
            key,
            from: from.stamp.next().get(),
            through: head.last.get(),
        })
    }

    /// Unread from the next seven answers.
    pub(super) fn unread_from(
        head: &Head,
        from: ReadRecord,
        answers: &mut impl Iterator<Item = Answer>,
    ) -> Unread {
        let mut count = || answers.next().map_or(0, Answer::count);
        let (own, void, own_void) = (count(), count(), count());
        let messages = (head.ordinal + own_void).saturating_sub(from.ordinal + own + void);
        let (named, all) = (count(), count());
        let mentions = (named + all).saturating_sub(count() + count());
        Unread { messages, mentions }
    }

    async fn trim(&self, chat: &ChatId, user: &UserId, through: Stamp) -> Result<(), StoreError> {
        let keys = keys::counted_for(chat, user);
        let through = through.get();
        self.engine
            .write(keys.map(|key| Write::RemoveRows { key, through }).into())
            .await
    }
}

/// Where a member's mentions stand: two sets of those that count, then two of those that no longer do.
fn mention_sets(chat: &ChatId, user: &UserId) -> [String; 4] {
    [
        keys::mentioned(chat, user),
        keys::all_mentioned(chat),
        keys::unmentioned(chat, user),
        keys::all_unmentioned(chat),
    ]
}

/// Stamps up to `through` that count more often than they do not.
fn mentioning(sets: &[Vec<Row>], through: Stamp) -> Vec<Stamp> {
    let mut sums = BTreeMap::<u64, i32>::new();
    for (sign, rows) in [1, 1, -1, -1].into_iter().zip(sets) {
        for row in rows {
            *sums.entry(row.score).or_default() += sign;
        }
    }
    sums.range(..=through.get())
        .filter(|(_, sum)| **sum > 0)
        .map(|(score, _)| Stamp::from_micros(*score))
        .collect()
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
