//! The store inside the process: an ordered map of bytes in a directory.
//!
//! ```text
//! read ───────────▶ queue ─▶ readers, few threads ─▶ snapshot ─┐
//! write, swap, ┐                                               ├─ fjall, one directory
//! commit, append ─▶ queue ─▶ committer, one thread ──▶ batch ──┘
//! ```
//!
//! A reader may see a write a moment before it is kept at the level asked for; nobody is told that it is kept.
//!
//! Layer: store. Keys in the database: `layout.rs`. Who changes it, and what happens when the disk refuses:
//! `committer.rs`. One key holds one type for ever; `keys.rs` sees to it, so nothing here looks.

mod committer;
mod disk;
mod draft;
mod layout;
#[cfg(test)]
mod model_test;
mod readers;
mod reading;
#[cfg(test)]
mod tests;
mod walking;

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use self::{
    committer::{Committer, Done, Task},
    disk::Disk,
    layout::Layout,
    readers::Readers,
};
use super::{
    Engine, StoreError,
    engine::{Answer, Commit, Read, Swap, Swapped, Write},
    record::{AppendOutcome, AppendStep},
};
use crate::{clock::Clock, model::Level};
use async_trait::async_trait;

/// What an embedded store needs to know.
#[derive(Debug, Clone)]
pub struct EmbeddedOptions {
    /// Where the data is kept; made when there is no such directory.
    pub dir: PathBuf,
    /// Put before every key.
    pub prefix: String,
    /// How firmly writes are kept.
    pub level: Level,
    /// Most memory for what was read from files; grows as it is needed.
    pub cache_bytes: u64,
    /// How long a call may take.
    pub timeout: Duration,
}

impl EmbeddedOptions {
    /// The defaults for a directory.
    #[must_use]
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self {
            dir: dir.into(),
            prefix: String::new(),
            level: Level::default(),
            cache_bytes: 32 << 20,
            timeout: Duration::from_secs(10),
        }
    }
}

/// The [`Engine`] that keeps its data in a directory of this machine.
///
/// Dropping it finishes what was handed in, waits for the disk and gives the directory free.
pub struct EmbeddedEngine {
    committer: Committer,
    readers: Readers,
    clock: Arc<dyn Clock>,
    level: Level,
    timeout: Duration,
    commands: AtomicU64,
    /// For walks.
    disk: Disk,
    layout: Arc<Layout>,
}

impl EmbeddedEngine {
    /// Opens the directory, and makes it when it does not exist. Blocks: meant for the start.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unsafe`] when another process uses the directory or another version wrote it;
    /// [`StoreError::Unavailable`] when it cannot be read or written.
    pub fn open(options: EmbeddedOptions, clock: Arc<dyn Clock>) -> Result<Self, StoreError> {
        let disk = Disk::open(&options.dir, options.cache_bytes)?;
        let layout = Arc::new(Layout::new(options.prefix));
        Ok(Self {
            readers: Readers::start(&disk, &layout, &clock)?,
            committer: Committer::start(
                disk.clone(),
                Arc::clone(&layout),
                Arc::clone(&clock),
                options.level,
            )?,
            disk,
            layout,
            clock,
            level: options.level,
            timeout: options.timeout,
            commands: AtomicU64::new(0),
        })
    }

    fn count(&self, commands: usize) {
        self.commands.fetch_add(commands as u64, Relaxed);
    }

    async fn change(&self, task: Task) -> Result<Done, StoreError> {
        tokio::time::timeout(self.timeout, self.committer.run(task))
            .await
            .map_err(|late| StoreError::unavailable("disk write", late))?
    }

    async fn decided(&self, task: Task) -> Result<Swapped, StoreError> {
        self.count(1);
        match self.change(task).await? {
            Done::Swapped(swapped) => Ok(swapped),
            _ => unreachable!("the committer answers what it was asked"),
        }
    }
}

#[async_trait]
impl Engine for EmbeddedEngine {
    async fn read(&self, reads: Vec<Read>) -> Result<Vec<Answer>, StoreError> {
        self.count(reads.len());
        tokio::time::timeout(self.timeout, self.readers.run(reads))
            .await
            .map_err(|late| StoreError::unavailable("disk read", late))?
    }

    async fn write(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        self.count(writes.len());
        self.change(Task::Write(writes)).await.map(|_| ())
    }

    async fn swap(&self, swap: Swap) -> Result<Swapped, StoreError> {
        self.decided(Task::Swap(swap)).await
    }

    async fn commit(&self, commit: Commit) -> Result<Swapped, StoreError> {
        self.decided(Task::Commit(commit)).await
    }

    async fn append(&self, step: AppendStep) -> Result<AppendOutcome, StoreError> {
        self.count(1);
        match self.change(Task::Append(Box::new(step))).await? {
            Done::Appended(outcome) => Ok(outcome),
            _ => unreachable!("the committer answers what it was asked"),
        }
    }

    /// Asks the committer: a store that takes no more writes has no time either, so whoever checks clocks
    /// learns of it.
    async fn time_us(&self) -> Result<u64, StoreError> {
        match self.change(Task::Write(Vec::new())).await {
            Ok(_) | Err(StoreError::Overloaded) => Ok(self.clock.now_us()),
            Err(error) => Err(error),
        }
    }

    fn level(&self) -> Level {
        self.level
    }

    fn commands(&self) -> u64 {
        self.commands.load(Relaxed)
    }
}
