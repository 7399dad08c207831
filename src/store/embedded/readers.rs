//! The few threads that read.
//!
//! A read may have to wait for the disk, so it does not run where connections are served. The threads are our
//! own because they are few for good: the runtime's pool for blocking calls starts another thread whenever
//! none is idle at that instant, hundreds under load.

use std::{
    collections::VecDeque,
    sync::{Arc, Condvar, Mutex, PoisonError},
    thread,
};

use tokio::sync::oneshot;

use super::{disk::Disk, layout::Layout, reading::Reading};
use crate::{
    clock::Clock,
    store::{
        StoreError,
        engine::{Answer, Read},
    },
};

/// How many threads: some reads wait for the disk while others find all in memory.
const THREADS: usize = 4;
/// Most calls that wait.
const MAX_WAITING: usize = 4096;

type Answers = Result<Vec<Answer>, StoreError>;

struct Call {
    reads: Vec<Read>,
    answer: oneshot::Sender<Answers>,
}

/// Calls that wait, and whether more may come.
#[derive(Default)]
struct Queue {
    calls: VecDeque<Call>,
    ended: bool,
}

#[derive(Default)]
struct Shared {
    queue: Mutex<Queue>,
    changed: Condvar,
}

/// Where reads are handed in. Dropping it ends the threads.
pub(super) struct Readers {
    shared: Arc<Shared>,
    threads: Vec<thread::JoinHandle<()>>,
}

impl Readers {
    /// Starts the threads.
    pub(super) fn start(
        disk: &Disk,
        layout: &Arc<Layout>,
        clock: &Arc<dyn Clock>,
    ) -> Result<Self, StoreError> {
        let mut readers = Self {
            shared: Arc::default(),
            threads: Vec::with_capacity(THREADS),
        };
        for _ in 0..THREADS {
            let shared = Arc::clone(&readers.shared);
            let (disk, layout, clock) = (disk.clone(), Arc::clone(layout), Arc::clone(clock));
            let thread = thread::Builder::new()
                .name("reader".into())
                .spawn(move || serve(&shared, &disk, &layout, &*clock))
                .map_err(|error| StoreError::unavailable("start of a reader", error))?;
            readers.threads.push(thread);
        }
        Ok(readers)
    }

    /// Hands in a call and waits for its answers.
    pub(super) async fn run(&self, reads: Vec<Read>) -> Answers {
        let (answer, done) = oneshot::channel();
        self.shared.hand_in(Call { reads, answer })?;
        done.await
            .map_err(|stopped| StoreError::unavailable("disk read", stopped))?
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        self.shared.locked().ended = true;
        self.shared.changed.notify_all();
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a reader of the embedded store had panicked");
            }
        }
    }
}

impl Shared {
    fn hand_in(&self, call: Call) -> Result<(), StoreError> {
        let mut queue = self.locked();
        if queue.calls.len() >= MAX_WAITING {
            return Err(StoreError::Overloaded);
        }
        queue.calls.push_back(call);
        drop(queue);
        self.changed.notify_one();
        Ok(())
    }

    /// The next call that somebody still waits for; none when the end has come.
    fn next(&self) -> Option<Call> {
        let mut queue = self.locked();
        loop {
            match queue.calls.pop_front() {
                Some(call) if call.answer.is_closed() => {}
                Some(call) => return Some(call),
                None if queue.ended => return None,
                None => {
                    queue = self
                        .changed
                        .wait(queue)
                        .unwrap_or_else(PoisonError::into_inner);
                }
            }
        }
    }

    /// The queue is whole between any two statements, so a panic elsewhere has not spoilt it.
    fn locked(&self) -> std::sync::MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn serve(shared: &Shared, disk: &Disk, layout: &Layout, clock: &dyn Clock) {
    while let Some(Call { reads, answer }) = shared.next() {
        let reading = Reading {
            view: disk.view(),
            layout,
            now_us: clock.now_us(),
        };
        let answers = reads.iter().map(|read| reading.answer(read)).collect();
        // Who asked may have gone: then nobody wants the answers.
        drop(answer.send(answers));
    }
}
