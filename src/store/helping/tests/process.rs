//! Processes over one shelf, each of which can die or be paused before any single command.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicU64, Ordering::SeqCst},
};

use async_trait::async_trait;
use tokio::sync::watch;

use super::super::{HelpingEngine, Plain};
use crate::{
    clock::Clock,
    model::Level,
    store::{
        Engine, StoreError,
        engine::{Answer, Read, Swap, Swapped, Write},
        shelf::Shelf,
    },
};

/// What becomes of a process, at which of its commands.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fate {
    /// Nothing.
    Lives,
    /// Its power goes off.
    Dies(u64),
    /// It is paused until it is let go.
    Halts(u64),
}

/// A command that changed something, or would have.
#[derive(Debug, Clone)]
pub(super) enum Change {
    Write(Write),
    Swap(Swap),
}

impl Change {
    /// Does it on a shelf.
    pub(super) fn run(&self, on: &mut Shelf) -> Swapped {
        match self {
            Self::Write(write) => {
                on.write(write);
                Swapped::Yes
            }
            Self::Swap(swap) => on.swap(swap.clone()),
        }
    }
}

/// The store as one process sees it: every command alone, whatever it was sent with.
pub(super) struct Process {
    shelf: Arc<Mutex<Shelf>>,
    fate: Fate,
    clock: Arc<dyn Clock>,
    passed: AtomicU64,
    /// Whether it stands before its command, and whether it may go on.
    halted: watch::Sender<bool>,
    released: watch::Sender<bool>,
    changes: Mutex<Vec<Change>>,
}

impl Process {
    /// A process and the engine it runs.
    pub(super) fn start(
        shelf: &Arc<Mutex<Shelf>>,
        clock: &Arc<dyn Clock>,
        fate: Fate,
    ) -> (Arc<Self>, Arc<dyn Engine>) {
        let process = Arc::new(Self {
            shelf: Arc::clone(shelf),
            fate,
            clock: Arc::clone(clock),
            passed: AtomicU64::new(0),
            halted: watch::Sender::new(false),
            released: watch::Sender::new(false),
            changes: Mutex::default(),
        });
        let engine = HelpingEngine::over(process.clone(), Arc::clone(clock));
        (process, Arc::new(engine))
    }

    /// How many commands it has sent.
    pub(super) fn passed(&self) -> u64 {
        self.passed.load(SeqCst)
    }

    /// Waits until it is halted.
    pub(super) async fn halted(&self) {
        let mut halted = self.halted.subscribe();
        halted.wait_for(|halted| *halted).await.unwrap();
    }

    /// Lets it go on.
    pub(super) fn release(&self) {
        self.released.send_replace(true);
    }

    /// What it has changed so far.
    pub(super) fn changes(&self) -> Vec<Change> {
        self.changes.lock().unwrap().clone()
    }

    async fn pass(&self) -> Result<(), StoreError> {
        let number = self.passed.fetch_add(1, SeqCst);
        match self.fate {
            Fate::Dies(at) if number >= at => {
                return Err(StoreError::unavailable("test", "the power is off"));
            }
            Fate::Halts(at) if number == at => {
                self.halted.send_replace(true);
                let mut released = self.released.subscribe();
                released.wait_for(|released| *released).await.unwrap();
            }
            _ => {}
        }
        Ok(())
    }

    fn on_shelf<T>(&self, act: impl FnOnce(&mut Shelf) -> T) -> T {
        act(&mut self.shelf.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn change(&self, change: Change) -> Swapped {
        let swapped = self.on_shelf(|shelf| change.run(shelf));
        self.changes.lock().unwrap().push(change);
        swapped
    }
}

#[async_trait]
impl Plain for Process {
    async fn read(&self, reads: Vec<Read>) -> Result<Vec<Answer>, StoreError> {
        let mut answers = Vec::with_capacity(reads.len());
        for read in reads {
            self.pass().await?;
            answers.push(self.on_shelf(|shelf| shelf.read(&read)));
        }
        Ok(answers)
    }

    async fn write(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        for write in writes {
            self.pass().await?;
            self.change(Change::Write(write));
        }
        Ok(())
    }

    async fn swap(&self, swap: Swap) -> Result<Swapped, StoreError> {
        self.pass().await?;
        Ok(self.change(Change::Swap(swap)))
    }

    async fn time_us(&self) -> Result<u64, StoreError> {
        self.pass().await?;
        Ok(self.clock.now_us())
    }

    fn level(&self) -> Level {
        Level::Stored
    }

    fn commands(&self) -> u64 {
        self.passed()
    }
}
