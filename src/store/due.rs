//! What is to be looked at when: timelines from which something may go.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

use bytes::Bytes;

use super::{
    Engine, StoreError,
    engine::{Order, Read, Row, Write},
    keys::{self, TimelineId},
};
use crate::model::{ChatId, UserId};

/// How many sorted sets the timelines are spread over.
pub const SHARDS: u8 = 16;

/// Timelines by the time they are to be looked at, over any engine.
#[derive(Clone)]
pub struct Due {
    engine: Arc<dyn Engine>,
}

impl Due {
    /// An index kept by `engine`.
    #[must_use]
    pub fn new(engine: Arc<dyn Engine>) -> Self {
        Self { engine }
    }

    /// Notes when timelines are to be looked at, in microseconds since the Unix epoch; an earlier note about
    /// the same one is replaced.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`]; do it again.
    pub async fn note(&self, timelines: &[(TimelineId, u64)]) -> Result<(), StoreError> {
        let writes = timelines.iter().map(|(timeline, at_us)| Write::AddRow {
            key: keys::due(shard(timeline)),
            row: Row {
                score: *at_us,
                member: spell(timeline),
            },
        });
        self.engine.write(writes.collect()).await
    }

    /// Notes timelines as [`Due::note`] does, but leaves those alone that are looked at earlier anyway.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`]; do it again.
    pub async fn note_sooner(&self, timelines: &[(TimelineId, u64)]) -> Result<(), StoreError> {
        let reads = timelines.iter().map(|(timeline, _)| Read::Score {
            key: keys::due(shard(timeline)),
            member: spell(timeline),
        });
        let noted = self.engine.read(reads.collect()).await?;
        let sooner: Vec<_> = timelines
            .iter()
            .zip(noted)
            .filter(|((_, at_us), noted)| noted.clone().score().is_none_or(|noted| noted > *at_us))
            .map(|(one, _)| one.clone())
            .collect();
        if sooner.is_empty() {
            return Ok(());
        }
        self.note(&sooner).await
    }

    /// Forgets a timeline from which nothing will go by itself.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`]; it will be looked at once more.
    pub async fn forget(&self, timeline: &TimelineId) -> Result<(), StoreError> {
        self.engine
            .write(vec![Write::RemoveRow {
                key: keys::due(shard(timeline)),
                member: spell(timeline),
            }])
            .await
    }

    /// Timelines whose time has come, at most `limit` of each shard. Unreadable notes are removed.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn overdue(&self, now_us: u64, limit: usize) -> Result<Vec<TimelineId>, StoreError> {
        let reads = (0..SHARDS).map(|shard| Read::Rows {
            key: keys::due(shard),
            from: 0,
            through: now_us,
            limit,
            order: Order::Rising,
        });
        let answers = self.engine.read(reads.collect()).await?;
        let mut overdue = Vec::new();
        let mut unreadable = Vec::new();
        for (shard, answer) in (0..SHARDS).zip(answers) {
            for row in answer.rows() {
                match read(&row.member) {
                    Some(timeline) => overdue.push(timeline),
                    None => unreadable.push(Write::RemoveRow {
                        key: keys::due(shard),
                        member: row.member,
                    }),
                }
            }
        }
        if !unreadable.is_empty() {
            self.engine.write(unreadable).await?;
        }
        Ok(overdue)
    }
}

fn shard(timeline: &TimelineId) -> u8 {
    let mut hasher = DefaultHasher::new();
    spell(timeline).hash(&mut hasher);
    u8::try_from(hasher.finish() % u64::from(SHARDS)).expect("a remainder of 16 fits")
}

fn spell(timeline: &TimelineId) -> Bytes {
    match timeline {
        TimelineId::Chat(chat) => format!("c {chat}").into(),
        TimelineId::Log(user) => format!("l {user}").into(),
    }
}

fn read(member: &[u8]) -> Option<TimelineId> {
    match std::str::from_utf8(member).ok()?.split_once(' ')? {
        ("c", chat) => ChatId::parse(chat).map(TimelineId::Chat),
        ("l", user) => UserId::parse(user).map(TimelineId::Log),
        _ => None,
    }
}
