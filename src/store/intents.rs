//! Intents: what must still be done when a step over several slots was cut short.
//!
//! Noted before the step, cleared after its last consequence. Any gateway finishes what is overdue.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

use super::{
    Engine, StoreError,
    engine::{Order, Read, Row, Write},
    keys,
    record::Intent,
};

/// How many sorted sets the intents are spread over.
pub const SHARDS: u8 = 16;

/// How long a step may take before others finish it, in microseconds.
const PATIENCE_US: u64 = 30_000_000;

/// How long a step without a record is not given up: it may still commit, however long its gateway was paused
/// or however wrong its clock is. In microseconds.
const DOUBT_US: u64 = 86_400_000_000;

/// Unfinished steps, over any engine.
#[derive(Clone)]
pub struct Intents {
    engine: Arc<dyn Engine>,
}

impl Intents {
    /// Intents kept by `engine`.
    #[must_use]
    pub fn new(engine: Arc<dyn Engine>) -> Self {
        Self { engine }
    }

    /// Notes that a step begins.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`]; the step must not begin.
    pub async fn note(&self, intent: &Intent) -> Result<(), StoreError> {
        self.due(intent, intent.noted_us + PATIENCE_US).await
    }

    /// Looks at a step without a record once more when it is twice as old; gives it up after a day.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`]; it stays overdue.
    pub async fn postpone(&self, intent: &Intent, now_us: u64) -> Result<(), StoreError> {
        let age_us = now_us.saturating_sub(intent.noted_us);
        if age_us > DOUBT_US {
            return self.clear(intent).await;
        }
        self.due(intent, now_us + age_us.max(PATIENCE_US)).await
    }

    async fn due(&self, intent: &Intent, deadline_us: u64) -> Result<(), StoreError> {
        let row = Row {
            score: deadline_us,
            member: intent.encode(),
        };
        self.engine
            .write(vec![Write::AddRow {
                key: keys::pending(shard(intent)),
                row,
            }])
            .await
    }

    /// Clears an intent whose consequences all happened.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`]; it will be finished once more, which changes nothing.
    pub async fn clear(&self, intent: &Intent) -> Result<(), StoreError> {
        let key = keys::pending(shard(intent));
        self.engine
            .write(vec![Write::RemoveRow {
                key,
                member: intent.encode(),
            }])
            .await
    }

    /// Intents whose deadline is over, at most `limit` from each shard. Unreadable ones are cleared.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn overdue(&self, now_us: u64, limit: usize) -> Result<Vec<Intent>, StoreError> {
        let reads = (0..SHARDS)
            .map(|shard| Read::Rows {
                key: keys::pending(shard),
                from: 0,
                through: now_us,
                limit,
                order: Order::Rising,
            })
            .collect();
        let answers = self.engine.read(reads).await?;
        let mut overdue = Vec::new();
        let mut unreadable = Vec::new();
        for (shard, answer) in (0..SHARDS).zip(answers) {
            for row in answer.rows() {
                match Intent::decode(&row.member) {
                    Some(intent) => overdue.push(intent),
                    None => unreadable.push(Write::RemoveRow {
                        key: keys::pending(shard),
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

/// The shard of an intent. The same intent may not move between versions of this program while it is
/// pending; a row left in another shard is merely finished once more.
fn shard(intent: &Intent) -> u8 {
    let mut hasher = DefaultHasher::new();
    intent.chat.as_str().hash(&mut hasher);
    u8::try_from(hasher.finish() % u64::from(SHARDS)).expect("a remainder of 16 fits")
}
