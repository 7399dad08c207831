//! The one thread that changes the database.
//!
//! Everything that changes something is a job in its queue. It takes what waits, runs one job after the
//! other, each all or nothing, and answers. As nobody else writes, what a job read is still true when its
//! changes are made: no job needs a lock. At [`Level::Synced`] the jobs that were taken together share one
//! wait for the disk and are answered after it; at [`Level::Stored`] the disk follows about once a second.
//!
//! **When the disk refuses.** After a write or a sync that failed (disk full, device gone) nobody knows what
//! the file holds, and the database takes no further write until it is opened anew; the same holds when its
//! own background work failed. The committer then refuses every job, `Engine::time_us` among them, until the
//! process is started again, which replays the journal up to its last whole batch. Reads go on.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
        mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use tokio::sync::oneshot;

use super::{disk::Disk, draft::Draft, layout::Layout};
use crate::{
    clock::Clock,
    model::Level,
    store::{
        StoreError,
        engine::{Commit, Part, Swap, Swapped, Write},
        record::{AppendOutcome, AppendStep},
    },
};

/// Most jobs that wait.
const MAX_WAITING: usize = 4096;
/// Most bytes of values in the jobs that wait.
const MAX_WAITING_BYTES: usize = 32 << 20;
/// Most jobs that share one wait for the disk.
const MAX_GROUP: usize = 256;
/// How often written data is sent to the disk at [`Level::Stored`], and ended lives are swept up.
const UPKEEP_PERIOD: Duration = Duration::from_secs(1);
/// How long an orderly end may take, and how often is looked whether it has come.
const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(1);
/// Most strings swept up at a time, so that jobs need not wait for long.
const MAX_SWEPT: usize = 512;

/// What is to be done.
pub(super) enum Task {
    /// `Engine::write`.
    Write(Vec<Write>),
    /// `Engine::swap`.
    Swap(Swap),
    /// `Engine::commit`.
    Commit(Commit),
    /// `Engine::append`.
    Append(Box<AppendStep>),
}

/// What was done.
pub(super) enum Done {
    /// All of a [`Task::Write`].
    Written,
    /// A [`Task::Swap`] or [`Task::Commit`], or not.
    Swapped(Swapped),
    /// A [`Task::Append`], or not.
    Appended(AppendOutcome),
}

type Answer = Result<Done, StoreError>;

struct Job {
    task: Task,
    bytes: usize,
    answer: oneshot::Sender<Answer>,
}

/// Whether the database still takes writes.
#[derive(Debug, Default)]
struct Health(AtomicBool);

/// Where jobs are handed in. Dropping it ends the thread, after all that waits is done and on the disk.
pub(super) struct Committer {
    queue: Option<SyncSender<Job>>,
    waiting_bytes: Arc<AtomicUsize>,
    health: Arc<Health>,
    thread: Option<JoinHandle<()>>,
}

impl Committer {
    /// Starts the thread.
    pub(super) fn start(
        disk: Disk,
        layout: Arc<Layout>,
        clock: Arc<dyn Clock>,
        level: Level,
    ) -> Result<Self, StoreError> {
        let (queue, jobs) = sync_channel(MAX_WAITING);
        let (waiting_bytes, health) = (Arc::<AtomicUsize>::default(), Arc::<Health>::default());
        let worker = Worker {
            disk,
            layout,
            upkeep_due: clock.monotonic() + UPKEEP_PERIOD,
            clock,
            level,
            waiting_bytes: Arc::clone(&waiting_bytes),
            health: Arc::clone(&health),
            unsynced: false,
        };
        let thread = thread::Builder::new()
            .name("committer".into())
            .spawn(move || worker.run(&jobs))
            .map_err(|error| StoreError::unavailable("start of the committer", error))?;
        Ok(Self {
            queue: Some(queue),
            waiting_bytes,
            health,
            thread: Some(thread),
        })
    }

    /// Hands in a task and waits for its answer.
    pub(super) async fn run(&self, task: Task) -> Answer {
        self.health.check()?;
        let bytes = task.bytes();
        let (answer, done) = oneshot::channel();
        if self.waiting_bytes.fetch_add(bytes, Relaxed) > MAX_WAITING_BYTES {
            self.waiting_bytes.fetch_sub(bytes, Relaxed);
            return Err(StoreError::Overloaded);
        }
        let queue = self.queue.as_ref().ok_or_else(stopped)?;
        match queue.try_send(Job {
            task,
            bytes,
            answer,
        }) {
            Ok(()) => done.await.map_err(|_| stopped())?,
            Err(TrySendError::Full(job)) => {
                self.waiting_bytes.fetch_sub(job.bytes, Relaxed);
                Err(StoreError::Overloaded)
            }
            Err(TrySendError::Disconnected(_)) => Err(stopped()),
        }
    }

    /// Behaves as if the disk had refused a write.
    #[cfg(test)]
    pub(super) fn break_down(&self) {
        self.health
            .lost(&StoreError::unavailable("disk write", "no space left"));
    }
}

impl Drop for Committer {
    fn drop(&mut self) {
        drop(self.queue.take());
        let Some(thread) = self.thread.take() else {
            return;
        };
        // The database makes writers wait for room in memory, for ever when the disk takes nothing more.
        for _ in 0..PATIENCE.as_millis() / PAUSE.as_millis() {
            if thread.is_finished() {
                break;
            }
            thread::sleep(PAUSE);
        }
        if !thread.is_finished() {
            tracing::error!("the embedded store is left with writes that the disk does not take");
        } else if thread.join().is_err() {
            tracing::error!("the committer of the embedded store had panicked");
        }
    }
}

impl Health {
    /// An error once the database has refused a write.
    fn check(&self) -> Result<(), StoreError> {
        let broken = self.0.load(Relaxed);
        let reason = "the disk refused an earlier write: make room or mend it, then start again";
        if broken {
            Err(StoreError::unavailable("disk write", reason))
        } else {
            Ok(())
        }
    }

    /// Remembers that `error` ended all writing.
    fn lost(&self, error: &StoreError) {
        if !self.0.swap(true, Relaxed) {
            let cause = std::error::Error::source(error).map(ToString::to_string);
            tracing::error!(
                cause,
                "the embedded store takes no more writes until the process is started again: {error}"
            );
        }
    }
}

impl Task {
    /// About how much memory it holds.
    fn bytes(&self) -> usize {
        match self {
            Self::Write(writes) => writes.iter().map(write_bytes).sum(),
            Self::Swap(swap) => swap.new.as_ref().map_or(0, bytes::Bytes::len),
            Self::Commit(commit) => commit.parts.iter().map(part_bytes).sum(),
            Self::Append(step) => step.body.len(),
        }
    }
}

fn write_bytes(write: &Write) -> usize {
    match write {
        Write::Set { key, value, .. } | Write::SetAbsent { key, value } => key.len() + value.len(),
        Write::AddRow { key, row } => key.len() + row.member.len(),
        Write::RemoveRow { key, member }
        | Write::AddMember { key, member }
        | Write::RemoveMember { key, member } => key.len() + member.len(),
        Write::Delete { key } | Write::RemoveRows { key, .. } => key.len(),
    }
}

fn part_bytes(part: &Part) -> usize {
    match part {
        Part::SetAbsent { key, value } => key.len() + value.len(),
        Part::Replace { key, expected, new } => key.len() + expected.len() + new.len(),
        Part::AddRow { key, row } => key.len() + row.member.len(),
    }
}

fn stopped() -> StoreError {
    StoreError::unavailable("disk write", "the committer has stopped")
}

/// The thread's side.
struct Worker {
    disk: Disk,
    layout: Arc<Layout>,
    clock: Arc<dyn Clock>,
    level: Level,
    waiting_bytes: Arc<AtomicUsize>,
    health: Arc<Health>,
    /// Whether something was written since the last sync.
    unsynced: bool,
    upkeep_due: Instant,
}

impl Worker {
    fn run(mut self, jobs: &Receiver<Job>) {
        loop {
            match jobs.recv_timeout(UPKEEP_PERIOD) {
                Ok(first) => self.group(first, jobs),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if self.clock.monotonic() >= self.upkeep_due {
                self.upkeep_due = self.clock.monotonic() + UPKEEP_PERIOD;
                let kept = self.upkeep();
                self.note(kept);
            }
        }
        let synced = self.sync();
        self.note(synced);
    }

    /// Runs a job and those that wait behind it.
    fn group(&mut self, first: Job, jobs: &Receiver<Job>) {
        let mut answers = Vec::new();
        for job in std::iter::once(first)
            .chain(jobs.try_iter())
            .take(MAX_GROUP)
        {
            self.waiting_bytes.fetch_sub(job.bytes, Relaxed);
            let answer = self.health.check().and_then(|()| self.run_job(&job.task));
            match self.level {
                // Who asked may have gone: then nobody wants the answer.
                Level::Stored => drop(job.answer.send(answer)),
                Level::Synced => answers.push((job.answer, answer)),
            }
        }
        if self.level == Level::Synced {
            let synced = self.sync();
            self.note(synced);
            for (waiting, answer) in answers {
                drop(waiting.send(self.health.check().and(answer)));
            }
        }
    }

    fn run_job(&mut self, task: &Task) -> Answer {
        let mut draft = Draft::new(&self.disk, &self.layout, self.clock.now_us());
        let done = match task {
            Task::Write(writes) => {
                writes.iter().try_for_each(|write| draft.apply(write))?;
                Done::Written
            }
            Task::Swap(swap) => Done::Swapped(draft.swap(swap)?),
            Task::Commit(commit) => Done::Swapped(draft.commit(commit)?),
            Task::Append(step) => Done::Appended(draft.append(step)?),
        };
        // Only what fails from here on has left the database in doubt; before, nothing was changed.
        let written = draft.finish();
        self.unsynced |= *written.as_ref().unwrap_or(&true);
        written
            .map(|_| done)
            .inspect_err(|error| self.health.lost(error))
    }

    fn sync(&mut self) -> Result<(), StoreError> {
        if std::mem::take(&mut self.unsynced) {
            self.disk.sync()
        } else {
            self.disk.probe()
        }
    }

    fn upkeep(&mut self) -> Result<(), StoreError> {
        self.health.check()?;
        let mut draft = Draft::new(&self.disk, &self.layout, self.clock.now_us());
        draft.sweep(MAX_SWEPT)?;
        self.unsynced |= draft.finish()?;
        self.sync()
    }

    fn note(&self, outcome: Result<(), StoreError>) {
        if let Err(error) = outcome {
            self.health.lost(&error);
        }
    }
}
