//! The store behind the Redis protocol: Redis from 6.2, Valkey, and whatever else runs scripts; and, without
//! scripts, Pika (`plain.rs`).
//!
//! Reads and writes are the plain old commands that the whole family has. The two atomic steps are one script
//! each: `append.lua` says what `record::append` says, `commit.lua` compares, writes and swaps. What is lost
//! on the way is sent again only where that is harmless: `connection.rs` says why and how long.
//!
//! Two lanes: one for everything that somebody waits for with a message in hand, one for reads that may be
//! long, so that a page of a thousand heads never stands before an append. A lane leads to one server
//! (`connection.rs`) or to the masters of a cluster (`masters.rs`).
//!
//! Layer: store. What the store must be able to do and how it must be set: `probe.rs`.

pub(crate) mod address;
mod append;
mod bundle;
pub(crate) mod command;
mod commit;
pub(crate) mod connection;
mod errands;
mod failure;
pub(crate) mod lane;
mod masters;
mod pika;
mod plain;
mod probe;
mod refusal;
mod reply;
mod script;
mod slots;
mod walking;

use std::{fmt, sync::Arc, time::Duration};

use async_trait::async_trait;

pub use self::plain::PlainStore;
use self::{
    address::Address,
    command::Prefix,
    connection::{Connection, Failure, Repeat},
    lane::Lane,
    script::Script,
};
use super::{
    Engine, StoreError,
    engine::{Answer, Commit, Part, Read, Row, Swap, Swapped, Write},
    helping::Pending,
    keys::TimelineId,
    recent::Recent,
    record::{AppendOutcome, AppendStep, Head},
};
use crate::{clock::Clock, model::Level};

/// Most reads of one call that go before everything else.
const FEW: usize = 16;
/// Most rows of one read that go before everything else.
const FEW_ROWS: usize = 8;
/// How often an append follows a timeline that moves on to its next segment. Each step is 128 entries of
/// others, so twice is rare already.
const MOVES: usize = 8;

/// How to reach the store and what to ask of it.
#[derive(Clone)]
pub struct KvOptions {
    /// Where it is: `redis://…`, `redis-cluster://…`, `redis-sentinel://…`; `rediss…` for TLS (`address.rs`).
    pub url: String,
    /// What stands before every key.
    pub prefix: String,
    /// How firmly a write must be kept when it is acknowledged.
    pub level: Level,
    /// Accepts settings that lose data, with a warning.
    pub allow_unsafe: bool,
    /// Only hints and leases go there, which may be lost: any setting will do.
    pub only_hints: bool,
    /// How long to wait for a store that does not answer yet.
    pub connect_timeout: Duration,
}

impl fmt::Debug for KvOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KvOptions")
            .field("url", &"[redacted]")
            .field("prefix", &self.prefix)
            .field("level", &self.level)
            .field("allow_unsafe", &self.allow_unsafe)
            .field("only_hints", &self.only_hints)
            .field("connect_timeout", &self.connect_timeout)
            .finish()
    }
}

/// An engine over a server that speaks the Redis protocol and runs scripts.
#[derive(Debug)]
pub struct KvEngine {
    /// For whatever somebody waits for with a message in hand.
    brisk: Lane,
    /// For reads that may be long.
    bulk: Lane,
    prefix: Prefix,
    level: Level,
    append: Script,
    commit: Script,
    /// Writes of one slot in one piece, where keys are spread.
    writes: Script,
    /// Segments that take the next entries, as last seen. A wrong one costs one more command.
    segments: Recent<TimelineId, u64>,
}

impl KvEngine {
    /// Connects, and checks that the store keeps what it acknowledges.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unsafe`] when its settings would lose data, with what to do about it;
    /// [`StoreError::Unavailable`] when it did not answer within `connect_timeout`.
    pub async fn connect(options: KvOptions, clock: Arc<dyn Clock>) -> Result<Self, StoreError> {
        let engine = Self::reach(&options).await?;
        for server in engine.brisk.servers() {
            probe::until_loaded(&server, options.connect_timeout).await?;
            probe::probe(&server, &options, engine.brisk.is_spread(), clock.as_ref()).await?;
            engine.load_scripts(&server).await?;
        }
        Ok(engine)
    }

    /// Connects, and asks nothing.
    async fn reach(options: &KvOptions) -> Result<Self, StoreError> {
        let (address, patience) = (Address::parse(&options.url)?, options.connect_timeout);
        Ok(Self {
            brisk: Lane::open(&address, patience).await?,
            bulk: Lane::open(&address, patience).await?,
            prefix: Prefix(options.prefix.clone()),
            level: options.level,
            append: Script::append(),
            commit: Script::commit(),
            writes: Script::writes(),
            segments: Recent::default(),
        })
    }

    async fn load_scripts(&self, server: &Connection) -> Result<(), StoreError> {
        for script in [&self.append, &self.commit, &self.writes] {
            let loaded = server.send_one(script.load(), Repeat::Safe).await;
            loaded.map_err(|failure| match failure {
                Failure::Refused(_, error) => StoreError::Unsafe(format!(
                    "it must run scripts, but answers {}",
                    error.details()
                )),
                other => other.during("load scripts", |_| String::new()),
            })?;
        }
        Ok(())
    }

    async fn swap_with(&self, swap: &Swap, parts: &[Part]) -> Result<Swapped, StoreError> {
        let call = commit::call(&self.commit, &self.prefix, swap, parts);
        let reply = self.brisk.send_one(call, Repeat::Never).await;
        let reply = reply.map_err(|failure| failure.during("commit", |_| swap.key.clone()))?;
        commit::swapped(&swap.key, &reply)
    }

    /// Does what a head still carries, after a life on a store without scripts.
    async fn finish(&self, key: String) -> Result<(), StoreError> {
        let read = vec![Read::Get { key: key.clone() }];
        let raw = self.read(read).await?.remove(0).value();
        let carried = raw.as_ref().and_then(Pending::of);
        let head = raw.as_deref().and_then(Head::decode);
        let (Some(pending), Some(head)) = (carried, head) else {
            return Err(StoreError::Corrupt { key });
        };
        let swap = Swap {
            key,
            expected: raw,
            new: Some(head.encode()),
            life: None,
        };
        // `No`: somebody else was first.
        self.swap_with(&swap, &pending.parts).await.map(drop)
    }

    /// The lane that `reads` belong on.
    fn lane(&self, reads: &[Read]) -> &Lane {
        let long = |read: &Read| match read {
            Read::Rows { limit, .. } => *limit > FEW_ROWS,
            Read::Members { .. } => true,
            Read::Get { .. } | Read::Head { .. } | Read::Count { .. } | Read::Score { .. } => false,
        };
        if reads.len() > FEW || reads.iter().any(long) {
            &self.bulk
        } else {
            &self.brisk
        }
    }
}

#[async_trait]
impl Engine for KvEngine {
    async fn read(&self, reads: Vec<Read>) -> Result<Vec<Answer>, StoreError> {
        if reads.is_empty() {
            return Ok(Vec::new());
        }
        let key = |index: usize| {
            reads
                .get(index)
                .map(command::read_key)
                .unwrap_or_default()
                .to_owned()
        };
        let commands: Vec<_> = reads.iter().map(|read| self.prefix.read(read)).collect();
        let replies = self.lane(&reads).send(&commands, Repeat::Safe).await;
        let replies = replies.map_err(|failure| failure.during("read", key))?;
        let answer = |(index, reply)| {
            reply::answer(&reads[index], reply)
                .ok_or_else(|| StoreError::Corrupt { key: key(index) })
        };
        replies.into_iter().enumerate().map(answer).collect()
    }

    async fn write(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        check(
            writes
                .iter()
                .map(|write| (command::row(write), command::write_key(write))),
        )?;
        if writes.is_empty() {
            return Ok(());
        }
        let mut commands: Vec<_> = writes
            .iter()
            .map(|write| self.prefix.write(write))
            .collect();
        let mut firsts: Vec<_> = (0..commands.len()).collect();
        if self.brisk.is_spread() {
            (commands, firsts) = bundle::bundles(&self.writes, commands);
        }
        let sent = self.brisk.send(&commands, Repeat::Safe).await;
        let key = |index: usize| {
            let write = firsts.get(index).and_then(|first| writes.get(*first));
            write.map(command::write_key).unwrap_or_default().to_owned()
        };
        sent.map(drop)
            .map_err(|failure| failure.during("write", key))
    }

    async fn swap(&self, swap: Swap) -> Result<Swapped, StoreError> {
        self.swap_with(&swap, &[]).await
    }

    async fn commit(&self, commit: Commit) -> Result<Swapped, StoreError> {
        let rows = commit
            .parts
            .iter()
            .map(|part| (command::part_row(part), command::part_key(part)));
        check(rows)?;
        self.swap_with(&commit.swap(), &commit.parts).await
    }

    async fn append(&self, step: AppendStep) -> Result<AppendOutcome, StoreError> {
        let mut segment = self.segments.get(&step.timeline).unwrap_or(0);
        for _ in 0..MOVES {
            let call = append::call(&self.append, &self.prefix, &step, segment);
            let reply = self.brisk.send_one(call, Repeat::Safe).await;
            let reply =
                reply.map_err(|failure| failure.during("append", |_| step.timeline.head()))?;
            match append::said(&step, reply)? {
                append::Said::Outcome { outcome, segment } => {
                    if let Some(segment) = segment {
                        self.segments.note(&step.timeline, segment);
                    }
                    return Ok(outcome);
                }
                append::Said::Moved(to) => segment = to,
                append::Said::Carries => self.finish(step.timeline.head()).await?,
            }
        }
        Err(StoreError::Overloaded)
    }

    async fn time_us(&self) -> Result<u64, StoreError> {
        let time = self.brisk.send_one(probe::time(), Repeat::Safe).await;
        time.and_then(probe::time_us)
            .map_err(|failure| failure.during("time", |_| String::new()))
    }

    fn level(&self) -> Level {
        self.level
    }

    fn commands(&self) -> u64 {
        self.brisk.sent() + self.bulk.sent()
    }
}

/// Refuses before anything is sent what the store could not keep exactly.
fn check<'a>(mut rows: impl Iterator<Item = (Option<&'a Row>, &'a str)>) -> Result<(), StoreError> {
    let wrong = rows.find(|(row, _)| row.is_some_and(|row| !command::is_exact(row)));
    wrong.map_or(Ok(()), |(_, key)| {
        Err(StoreError::Corrupt {
            key: key.to_owned(),
        })
    })
}
