//! What a store must be able to do: commands on keys, and two steps that happen whole or not at all.
//!
//! The commands are the ones that every store of the Redis family has, with the meaning they have there.
//! Keys come from `keys.rs`; an engine puts the configured prefix before them and never looks inside.
//! Whatever an engine cannot do by itself it must not fake: see `docs/decisions/0001-engine.md`.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::{
    StoreError,
    record::{AppendOutcome, AppendStep, Head},
};
use crate::model::Level;

/// One row of a sorted set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Where it stands: an integer below 2^53. Rows with one score are ordered by member, bytewise.
    pub score: u64,
    /// What stands there. Unique in its set.
    pub member: Bytes,
}

/// Which end of a score range comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Lowest score first.
    Rising,
    /// Highest score first.
    Falling,
}

/// A command that changes nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Read {
    /// Value of a string that is no head. Answer: [`Answer::Value`].
    Get {
        /// The string's key.
        key: String,
    },
    /// Value of a head. What is read after it, in this call or later, is at least as new as the head says,
    /// also where the head still carries what is to be written. Answer: [`Answer::Value`].
    Head {
        /// The head's key.
        key: String,
    },
    /// Rows of a sorted set with `from <= score <= through`, at most `limit`. Answer: [`Answer::Rows`].
    Rows {
        /// The sorted set's key.
        key: String,
        /// Lowest score wanted.
        from: u64,
        /// Highest score wanted.
        through: u64,
        /// Most rows wanted.
        limit: usize,
        /// Which end of the range comes first.
        order: Order,
    },
    /// How many rows have `from <= score <= through`. Answer: [`Answer::Count`].
    Count {
        /// The sorted set's key.
        key: String,
        /// Lowest score counted.
        from: u64,
        /// Highest score counted.
        through: u64,
    },
    /// Score of one member of a sorted set. Answer: [`Answer::Score`].
    Score {
        /// The sorted set's key.
        key: String,
        /// The member looked for.
        member: Bytes,
    },
    /// All members of a set, in any order. Answer: [`Answer::Members`].
    Members {
        /// The set's key.
        key: String,
    },
}

/// Answer to a [`Read`]. Absent keys answer nothing: no value, no rows, zero.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Value of a string.
    Value(Option<Bytes>),
    /// Rows of a sorted set.
    Rows(Vec<Row>),
    /// Number of rows.
    Count(u64),
    /// Score of a member.
    Score(Option<u64>),
    /// Members of a set.
    Members(Vec<Bytes>),
}

/// A command that changes something. Every one may be repeated: the second time changes nothing more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Write {
    /// Sets a string, whatever was there. With `life`, it goes by itself after that time (whole seconds).
    Set {
        /// The string's key.
        key: String,
        /// Its new value.
        value: Bytes,
        /// How long it is kept; for ever when absent.
        life: Option<Duration>,
    },
    /// Sets a string only when there is none.
    SetAbsent {
        /// The string's key.
        key: String,
        /// Its first value.
        value: Bytes,
    },
    /// Removes a key with all it holds.
    Delete {
        /// Any key.
        key: String,
    },
    /// Puts a row into a sorted set, or moves it when its member is there already.
    AddRow {
        /// The sorted set's key.
        key: String,
        /// The row.
        row: Row,
    },
    /// Takes a member out of a sorted set.
    RemoveRow {
        /// The sorted set's key.
        key: String,
        /// The member to take out.
        member: Bytes,
    },
    /// Takes all rows with `score <= through` out of a sorted set.
    RemoveRows {
        /// The sorted set's key.
        key: String,
        /// Highest score to take out.
        through: u64,
    },
    /// Puts a member into a set.
    AddMember {
        /// The set's key.
        key: String,
        /// The member.
        member: Bytes,
    },
    /// Takes a member out of a set.
    RemoveMember {
        /// The set's key.
        key: String,
        /// The member.
        member: Bytes,
    },
}

/// A compare-and-set of one string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Swap {
    /// The string's key.
    pub key: String,
    /// The exact bytes that must be there now; `None`: no such string.
    pub expected: Option<Bytes>,
    /// What shall be there; `None` removes the string.
    pub new: Option<Bytes>,
    /// How long the new value is kept (whole seconds); for ever when absent.
    pub life: Option<Duration>,
}

/// A compare-and-set of a head, and the writes that belong to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// Key of the head.
    pub key: String,
    /// The exact bytes that must be there now; `None`: no such timeline.
    pub expected: Option<Bytes>,
    /// Where the timelines end afterwards. No value of a head may ever recur.
    pub head: Head,
    /// What else happens if the swap does. Keys share the slot of the head's key.
    pub parts: Vec<Part>,
}

/// One write of a commit: harmless when it is done again, however late.
///
/// A store without scripts keeps the parts in the head until they have happened, and whoever comes next
/// does them again, possibly long after others have gone on. So nothing here takes anything back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Part {
    /// Sets a string only when there is none. While its timeline is kept, nobody removes it.
    SetAbsent {
        /// The string's key.
        key: String,
        /// Its first value.
        value: Bytes,
    },
    /// Sets a string only when exactly `expected` is there; otherwise nothing happens. No value of such a
    /// string may ever recur: each holds something that rises.
    Replace {
        /// The string's key.
        key: String,
        /// The exact bytes it replaces.
        expected: Bytes,
        /// The string's new value.
        new: Bytes,
    },
    /// Puts a row into a sorted set from which nobody takes a row that is still looked at.
    AddRow {
        /// The sorted set's key.
        key: String,
        /// The row.
        row: Row,
    },
}

impl Commit {
    /// The compare-and-set that decides.
    #[must_use]
    pub fn swap(&self) -> Swap {
        Swap {
            key: self.key.clone(),
            expected: self.expected.clone(),
            new: Some(self.head.encode()),
            life: None,
        }
    }
}

/// How a [`Commit`] or [`Swap`] ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Swapped {
    /// It happened.
    Yes,
    /// Something else was there: nothing happened. Read again and decide again.
    No,
}

/// A key-value store. One implementation per kind; all must pass `conformance::engine`.
///
/// Every method answers within the engine's own time-out. `Unavailable` from a write means that it may or
/// may not have happened; from a read it means nothing.
#[async_trait]
pub trait Engine: Send + Sync + 'static {
    /// Runs `reads` in order and answers each, in order, in one round trip.
    ///
    /// The answers are no snapshot: writes of others may fall between two reads. A later read never sees an
    /// older state than an earlier one. Corrupt answers are errors of the whole call.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`], [`StoreError::Overloaded`]; both safe to retry.
    async fn read(&self, reads: Vec<Read>) -> Result<Vec<Answer>, StoreError>;

    /// Runs `writes` in order, in one round trip, and returns when all are kept at the engine's level.
    ///
    /// Not atomic: after an error any prefix, or more, may have happened. Writes of one call may have keys
    /// in different slots; order is kept only within a slot.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`], [`StoreError::Overloaded`]; do all of it again.
    async fn write(&self, writes: Vec<Write>) -> Result<(), StoreError>;

    /// Compares and sets one string, atomically. A head that is changed this way keeps what it carries
    /// ([`Head::encode_over`]).
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`]: may have happened; read before deciding again.
    /// [`StoreError::Overloaded`]: did not happen.
    async fn swap(&self, swap: Swap) -> Result<Swapped, StoreError>;

    /// Swaps a head, and does the writes that belong to it: all or nothing, unseen in between by whoever
    /// reads the head first.
    ///
    /// # Errors
    ///
    /// As [`Engine::swap`].
    async fn commit(&self, commit: Commit) -> Result<Swapped, StoreError>;

    /// Appends one entry to a timeline: one atomic, idempotent step.
    ///
    /// `record::append` holds the rules; this method applies them atomically and keeps what they say before
    /// it returns. Repeating a step with the same entry id gives the first answer, marked as duplicate.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`]: may have happened; the same step again tells.
    /// [`StoreError::Overloaded`]: did not happen. [`StoreError::Corrupt`]: the head cannot be read.
    async fn append(&self, step: AppendStep) -> Result<AppendOutcome, StoreError>;

    /// The store's own clock, in microseconds since the Unix epoch.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    async fn time_us(&self) -> Result<u64, StoreError>;

    /// How firmly a write is kept when it returns.
    fn level(&self) -> Level;

    /// Whether a read of rows costs what its whole range of scores holds, whatever its limit: then a range is
    /// narrowed before it is asked for.
    fn reads_whole_ranges(&self) -> bool {
        false
    }

    /// Number of commands sent to the store since the start, for tests and metrics that count them.
    fn commands(&self) -> u64;
}

impl dyn Engine {
    /// Runs one read.
    ///
    /// # Errors
    ///
    /// Those of [`Engine::read`].
    pub(super) async fn ask(&self, read: Read) -> Result<Answer, StoreError> {
        let answers = self.read(vec![read]).await?;
        Ok(answers
            .into_iter()
            .next()
            .expect("an engine answers every read"))
    }

    /// The value of one string.
    ///
    /// # Errors
    ///
    /// Those of [`Engine::read`].
    pub(super) async fn get(&self, key: String) -> Result<Option<Bytes>, StoreError> {
        Ok(self.ask(Read::Get { key }).await?.value())
    }
}

impl Answer {
    /// The value of a `Get`.
    ///
    /// # Panics
    ///
    /// When this answers another command, which an engine that keeps the order cannot produce. The same
    /// holds for the other accessors.
    #[must_use]
    pub fn value(self) -> Option<Bytes> {
        match self {
            Self::Value(value) => value,
            other => other.out_of_order("Get"),
        }
    }

    /// The rows of a `Rows`.
    #[must_use]
    pub fn rows(self) -> Vec<Row> {
        match self {
            Self::Rows(rows) => rows,
            other => other.out_of_order("Rows"),
        }
    }

    /// The number of a `Count`.
    #[must_use]
    pub fn count(self) -> u64 {
        match self {
            Self::Count(count) => count,
            other => other.out_of_order("Count"),
        }
    }

    /// The score of a `Score`.
    #[must_use]
    pub fn score(self) -> Option<u64> {
        match self {
            Self::Score(score) => score,
            other => other.out_of_order("Score"),
        }
    }

    /// The members of a `Members`.
    #[must_use]
    pub fn members(self) -> Vec<Bytes> {
        match self {
            Self::Members(members) => members,
            other => other.out_of_order("Members"),
        }
    }

    fn out_of_order(self, read: &str) -> ! {
        panic!("an engine answers reads in order: {read} was answered by {self:?}")
    }
}
