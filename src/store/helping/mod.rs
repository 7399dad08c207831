//! Append and commit on stores that cannot do several things at once: compare-and-set of the head, with
//! helping.
//!
//! The head carries the newest operation whole, behind its line. **The swap of the head is the commit, and
//! nothing of the operation is written before it.** Before the next swap, whoever wants it makes true what the
//! head carries and has seen every reply: so at most the newest operation is unfinished, and everybody can
//! finish it. Readers who ask for a head finish it too, and need not know of any of this.
//!
//! What an operation writes is harmless when it is done again, however late ([`Part`]), so a helper that was
//! paused may go on whenever it likes. Steps and reasons: `docs/storage.md`, "Stores without scripts".
//!
//! Layer: store. Stands on [`Plain`], which a store without scripts implements (`kv/plain.rs`).
//!
//! [`Part`]: super::engine::Part

mod append;
mod applied;
mod finish;
mod pending;
mod queue;
mod repair;
#[cfg(test)]
mod tests;
mod walking;

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;

pub(super) use self::pending::Pending;
use self::{applied::Applied, queue::Queues};
use super::{
    Engine, StoreError,
    engine::{Answer, Commit, Read, Swap, Swapped, Write},
    record::{AppendOutcome, AppendStep},
};
use crate::{clock::Clock, model::Level};

/// The half of an [`Engine`] that every store of the family has; each method as it is described there.
#[async_trait]
pub trait Plain: Send + Sync + 'static {
    /// As [`Engine::read`].
    async fn read(&self, reads: Vec<Read>) -> Result<Vec<Answer>, StoreError>;

    /// As [`Engine::write`].
    async fn write(&self, writes: Vec<Write>) -> Result<(), StoreError>;

    /// As [`Engine::swap`].
    async fn swap(&self, swap: Swap) -> Result<Swapped, StoreError>;

    /// As [`Engine::time_us`].
    async fn time_us(&self) -> Result<u64, StoreError>;

    /// As [`Engine::level`].
    fn level(&self) -> Level;

    /// As [`Engine::commands`].
    fn commands(&self) -> u64;
}

/// An engine over a store that has nothing but single commands and a compare-and-set.
pub struct HelpingEngine<P> {
    helper: Arc<Helper<P>>,
    queues: Arc<Queues>,
}

/// Whoever changes and finishes heads, on behalf of one process.
struct Helper<P> {
    store: Arc<P>,
    clock: Arc<dyn Clock>,
    applied: Applied,
}

impl<P: Plain> HelpingEngine<P> {
    /// An engine over `store`. Appends run as tasks of the runtime that calls.
    #[must_use]
    pub fn over(store: Arc<P>, clock: Arc<dyn Clock>) -> Self {
        let helper = Helper {
            store,
            clock,
            applied: Applied::default(),
        };
        Self {
            helper: Arc::new(helper),
            queues: Arc::default(),
        }
    }
}

impl<P: Plain> Helper<P> {
    /// Makes a commit, if what it expects is there.
    async fn commit(&self, commit: Commit) -> Result<Swapped, StoreError> {
        if let Some(key) = pending::inexact(&commit.parts) {
            return Err(finish::corrupt(key));
        }
        if let Some(raw) = &commit.expected {
            // Before the swap, not with it: a refused write behind an accepted swap would be lost.
            self.finish_unless_known(&commit.key, raw, None).await?;
        }
        let since = self.clock.monotonic();
        let pending = Pending::change(commit.parts);
        let raw = pending.behind(&commit.head);
        let swap = Swap {
            key: commit.key.clone(),
            expected: commit.expected,
            new: Some(raw.clone()),
            life: None,
        };
        let swapped = self.store.swap(swap).await?;
        if swapped == Swapped::Yes {
            self.finish_own(&commit.key, &raw, pending, since).await;
        }
        Ok(swapped)
    }

    /// Reads; what heads carry is made true before anything else is answered.
    async fn read(&self, reads: Vec<Read>) -> Result<Vec<Answer>, StoreError> {
        let (moment, since) = (self.applied.moment(), self.clock.monotonic());
        let mut answers = self.store.read(reads.clone()).await?;
        let heads = reads.iter().zip(&answers).filter_map(head);
        let unknown: Vec<(String, Bytes)> = heads
            .filter(|(key, raw)| !self.applied.knows(key, raw, moment))
            .map(|(key, raw)| (key.to_owned(), raw.clone()))
            .collect();
        if unknown.is_empty() {
            return Ok(answers);
        }
        self.finish_all(unknown, since).await?;
        // What was read beside the heads may be older than they are.
        let is_head = |read: &Read| matches!(read, Read::Head { .. });
        let rest: Vec<_> = reads
            .iter()
            .filter(|read| !is_head(read))
            .cloned()
            .collect();
        if rest.is_empty() {
            return Ok(answers);
        }
        let again = self.store.read(rest).await?;
        let places = answers
            .iter_mut()
            .zip(&reads)
            .filter(|(_, read)| !is_head(read));
        for ((answer, _), newer) in places.zip(again) {
            *answer = newer;
        }
        Ok(answers)
    }
}

/// Key and value of a head that carries something.
fn head<'a>((read, answer): (&'a Read, &'a Answer)) -> Option<(&'a str, &'a Bytes)> {
    match (read, answer) {
        (Read::Head { key }, Answer::Value(Some(raw))) if pending::carries(raw) => Some((key, raw)),
        _ => None,
    }
}

#[async_trait]
impl<P: Plain> Engine for HelpingEngine<P> {
    async fn read(&self, reads: Vec<Read>) -> Result<Vec<Answer>, StoreError> {
        self.helper.read(reads).await
    }

    async fn write(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        self.helper.store.write(writes).await
    }

    async fn swap(&self, swap: Swap) -> Result<Swapped, StoreError> {
        self.helper.store.swap(swap).await
    }

    async fn commit(&self, commit: Commit) -> Result<Swapped, StoreError> {
        self.helper.commit(commit).await
    }

    async fn append(&self, step: AppendStep) -> Result<AppendOutcome, StoreError> {
        self.queues.append(&self.helper, step).await
    }

    async fn time_us(&self) -> Result<u64, StoreError> {
        self.helper.store.time_us().await
    }

    fn level(&self) -> Level {
        self.helper.store.level()
    }

    fn reads_whole_ranges(&self) -> bool {
        true
    }

    fn commands(&self) -> u64 {
        self.helper.store.commands()
    }
}
