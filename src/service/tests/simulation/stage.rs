//! Tasks that go on only when the run lets them, and the store commands that they wait for.
//!
//! Nothing here runs by itself. A task is polled when it was woken; every command it gives to the store is
//! an order in a queue, and the run decides which order is worked on next, how much of it at once, and
//! whether its answer arrives.

use std::{
    collections::BTreeMap,
    pin::{Pin, pin},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering::SeqCst},
    },
    task::{Context, Poll, Wake, Waker},
};

use async_trait::async_trait;
use tokio::sync::oneshot;

use super::dice::Time;
use crate::{
    model::Level,
    store::{
        Engine, StoreError,
        engine::{Answer, Commit, Read, Swap, Swapped, Write},
        record::{AppendOutcome, AppendStep},
        reference::Reference,
    },
};

/// What a gateway asks of the store.
enum Command {
    Read(Vec<Read>),
    Write(Vec<Write>),
    Swap(Swap),
    Commit(Commit),
    Append(Box<AppendStep>),
    Time,
}

/// What the store answers.
enum Reply {
    Answers(Vec<Answer>),
    Written,
    Swapped(Swapped),
    Appended(AppendOutcome),
    Time(u64),
}

/// A command that waits for its turn.
pub(super) struct Order {
    /// The gateway that gave it.
    pub(super) gateway: usize,
    command: Command,
    /// Parts of the command that are done, with their answers.
    done: usize,
    answers: Vec<Answer>,
    reply: oneshot::Sender<Result<Reply, StoreError>>,
}

impl Order {
    /// Steps into which it falls: several reads or writes of one round trip are not one step.
    fn parts(&self) -> usize {
        match &self.command {
            Command::Read(reads) => reads.len(),
            Command::Write(writes) => writes.len(),
            Command::Swap(_) | Command::Commit(_) | Command::Append(_) | Command::Time => 1,
        }
    }

    /// Whether nobody waits for the answer any more.
    pub(super) fn is_orphan(&self) -> bool {
        self.reply.is_closed()
    }
}

/// The store as one gateway sees it.
pub(super) struct Gate {
    gateway: usize,
    queue: Arc<Mutex<Vec<Order>>>,
    commands: AtomicU64,
}

impl Gate {
    async fn ask(&self, command: Command) -> Result<Reply, StoreError> {
        self.commands.fetch_add(1, SeqCst);
        let (reply, answer) = oneshot::channel();
        self.queue.lock().unwrap().push(Order {
            gateway: self.gateway,
            command,
            done: 0,
            answers: Vec::new(),
            reply,
        });
        answer.await.unwrap_or_else(|_| Err(lost()))
    }
}

fn lost() -> StoreError {
    StoreError::unavailable("simulation", "the answer was lost")
}

#[async_trait]
impl Engine for Gate {
    async fn read(&self, reads: Vec<Read>) -> Result<Vec<Answer>, StoreError> {
        match self.ask(Command::Read(reads)).await? {
            Reply::Answers(answers) => Ok(answers),
            _ => unreachable!("a read is answered"),
        }
    }

    async fn write(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        self.ask(Command::Write(writes)).await.map(|_| ())
    }

    async fn swap(&self, swap: Swap) -> Result<Swapped, StoreError> {
        match self.ask(Command::Swap(swap)).await? {
            Reply::Swapped(swapped) => Ok(swapped),
            _ => unreachable!("a swap is answered"),
        }
    }

    async fn commit(&self, commit: Commit) -> Result<Swapped, StoreError> {
        match self.ask(Command::Commit(commit)).await? {
            Reply::Swapped(swapped) => Ok(swapped),
            _ => unreachable!("a commit is answered"),
        }
    }

    async fn append(&self, step: AppendStep) -> Result<AppendOutcome, StoreError> {
        match self.ask(Command::Append(Box::new(step))).await? {
            Reply::Appended(outcome) => Ok(outcome),
            _ => unreachable!("an append is answered"),
        }
    }

    async fn time_us(&self) -> Result<u64, StoreError> {
        match self.ask(Command::Time).await? {
            Reply::Time(time_us) => Ok(time_us),
            _ => unreachable!("the store tells the time"),
        }
    }

    fn level(&self) -> Level {
        Level::Stored
    }

    fn commands(&self) -> u64 {
        self.commands.load(SeqCst)
    }
}

/// Whether a task has something to do.
struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, SeqCst);
    }
}

struct Task<T> {
    gateway: usize,
    future: Pin<Box<dyn Future<Output = T>>>,
    woken: Arc<Flag>,
}

/// All tasks, all orders, and the store.
pub(super) struct Stage<T> {
    store: Reference,
    time: Time,
    queue: Arc<Mutex<Vec<Order>>>,
    tasks: BTreeMap<u64, Task<T>>,
    begun: u64,
}

impl<T> Stage<T> {
    pub(super) fn new(time: Time) -> Self {
        Self {
            store: Reference::default(),
            time,
            queue: Arc::default(),
            tasks: BTreeMap::new(),
            begun: 0,
        }
    }

    /// The store for one gateway.
    pub(super) fn gate(&self, gateway: usize) -> Arc<Gate> {
        Arc::new(Gate {
            gateway,
            queue: Arc::clone(&self.queue),
            commands: AtomicU64::new(0),
        })
    }

    /// Begins a task; its number.
    pub(super) fn begin(&mut self, gateway: usize, task: impl Future<Output = T> + 'static) -> u64 {
        self.begun += 1;
        let task = Task {
            gateway,
            future: Box::pin(task),
            woken: Arc::new(Flag(AtomicBool::new(true))),
        };
        self.tasks.insert(self.begun, task);
        self.begun
    }

    /// Lets every task that was woken go on; those that came to their end, with what they ended in.
    pub(super) fn go_on(&mut self) -> Vec<(u64, T)> {
        let mut ended = Vec::new();
        while let Some((number, task)) = self
            .tasks
            .iter_mut()
            .find(|(_, task)| task.woken.0.swap(false, SeqCst))
        {
            let waker = Waker::from(Arc::clone(&task.woken));
            let polled = task.future.as_mut().poll(&mut Context::from_waker(&waker));
            if let Poll::Ready(result) = polled {
                let number = *number;
                self.tasks.remove(&number);
                ended.push((number, result));
            }
        }
        ended
    }

    /// Ends all tasks of a gateway where they stand; their numbers. What they had ordered stays in the
    /// queue: it may be on its way to the store.
    pub(super) fn kill(&mut self, gateway: usize) -> Vec<u64> {
        let own = |task: &Task<T>| task.gateway == gateway;
        let killed: Vec<u64> = self
            .tasks
            .iter()
            .filter(|(_, task)| own(task))
            .map(|(number, _)| *number)
            .collect();
        self.tasks.retain(|_, task| !own(task));
        killed
    }

    /// Whether a task of this gateway is under way.
    pub(super) fn is_busy(&self) -> bool {
        !self.tasks.is_empty()
    }

    /// The places in the queue of orders that `wanted` likes.
    pub(super) fn orders(&self, wanted: impl Fn(&Order) -> bool) -> Vec<usize> {
        let queue = self.queue.lock().unwrap();
        (0..queue.len())
            .filter(|place| wanted(&queue[*place]))
            .collect()
    }

    /// Works on an order: on one part of it, or on all that is left.
    pub(super) fn work(&mut self, place: usize, whole: bool) {
        let mut order = self.queue.lock().unwrap().remove(place);
        let end = if whole { order.parts() } else { order.done + 1 };
        while order.done < end.min(order.parts()) {
            if let Some(reply) = self.part(&mut order) {
                let _nobody_waits = order.reply.send(reply);
                return;
            }
        }
        if order.done < order.parts() {
            self.queue.lock().unwrap().push(order);
        } else {
            let reply = match order.command {
                Command::Read(_) => Reply::Answers(order.answers),
                _ => Reply::Written,
            };
            let _nobody_waits = order.reply.send(Ok(reply));
        }
    }

    /// Drops an order where it stands: what is done of it stays done, and whoever waits learns nothing.
    pub(super) fn lose(&mut self, place: usize) {
        self.queue.lock().unwrap().remove(place);
    }

    /// Works on a whole order, but its answer is lost.
    pub(super) fn answer_nobody(&mut self, place: usize) {
        let (nobody, _) = oneshot::channel();
        let heard = std::mem::replace(&mut self.queue.lock().unwrap()[place].reply, nobody);
        self.work(place, true);
        let _nobody_waits = heard.send(Err(lost()));
    }

    /// Does the next part of an order; an answer when that was its only one.
    fn part(&mut self, order: &mut Order) -> Option<Result<Reply, StoreError>> {
        let now_us = self.time.now_us();
        match &order.command {
            Command::Read(reads) => {
                let answer = self.store.read(&reads[order.done], now_us);
                order.answers.push(answer);
            }
            Command::Write(writes) => self.store.write(&writes[order.done], now_us),
            Command::Swap(swap) => {
                return Some(Ok(Reply::Swapped(self.store.swap(swap, now_us))));
            }
            Command::Commit(commit) => {
                return Some(Ok(Reply::Swapped(self.store.commit(commit, now_us))));
            }
            Command::Append(step) => {
                return Some(self.store.append(step, now_us).map(Reply::Appended));
            }
            Command::Time => return Some(Ok(Reply::Time(now_us))),
        }
        order.done += 1;
        None
    }

    /// Runs a future to its end while nothing goes wrong.
    pub(super) fn calmly<O>(&mut self, future: impl Future<Output = O>) -> O {
        let mut future = pin!(future);
        let woken = Arc::new(Flag(AtomicBool::new(true)));
        let waker = Waker::from(Arc::clone(&woken));
        loop {
            if woken.0.swap(false, SeqCst)
                && let Poll::Ready(result) = future.as_mut().poll(&mut Context::from_waker(&waker))
            {
                return result;
            }
            if self.orders(|_| true).is_empty() {
                // It waits for a thread of its own, as a hash of a password does.
                std::thread::yield_now();
            } else {
                self.work(0, true);
            }
        }
    }
}
