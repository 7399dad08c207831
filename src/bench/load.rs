//! Drives load: requests are sent when they are due, whatever becomes of those before them.
//!
//! The id of a request is the time it was due, in microseconds since the load began, and a message carries
//! the same time in its text: so a reply and a push say by themselves how late they are.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use futures_util::{FutureExt, SinkExt, StreamExt};
use serde::de::IgnoredAny;
use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
};
use tokio_tungstenite::tungstenite::{self, Message};

use super::{
    Bench, BenchError,
    client::{Client, Reply, Socket},
    histogram::Histogram,
    process::Usage,
    report::{Report, float},
};
use crate::clock::{Clock, SystemClock};

/// Requests that may wait for one connection to take them.
const MOST_QUEUED: usize = 4_096;
/// How long answers and pushes may come in after the last request.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often it is looked whether all have come.
const LOOK: Duration = Duration::from_millis(10);
/// Shortest sleep between requests; those due meanwhile are sent together.
const SHORTEST_SLEEP: Duration = Duration::from_micros(100);

/// Why load could not be driven.
#[derive(Debug, thiserror::Error)]
pub(super) enum LoadError {
    /// A task of the generator failed.
    #[error("the load generator failed: {0}")]
    Task(#[from] tokio::task::JoinError),
}

/// Spells the request that is due at a time.
pub(super) type Compose = Box<dyn FnMut(u64) -> String + Send>;

/// A connection and what it sends.
pub(super) struct Lane {
    /// The connection.
    pub(super) client: Client,
    /// What it sends.
    pub(super) compose: Compose,
}

/// When requests are due: one after the other at one rate, each from the next lane.
#[derive(Debug, Clone, Copy)]
pub(super) struct Schedule {
    /// Requests in a second, at most a million.
    pub(super) per_second: u32,
    /// Requests in all.
    pub(super) count: u64,
    /// Requests at the beginning that are not measured.
    pub(super) warm_up: u64,
}

impl Schedule {
    /// As many as are due in `seconds`, after one second to warm up.
    pub(super) fn lasting(per_second: u32, seconds: u32) -> Self {
        Self {
            per_second,
            count: u64::from(per_second) * (u64::from(seconds) + 1),
            warm_up: u64::from(per_second),
        }
    }

    /// When request number `number` is due, in microseconds since the beginning. Strictly rises.
    fn due(&self, number: u64) -> u64 {
        number * 1_000_000 / u64::from(self.per_second)
    }
}

/// A text by which messages of this run are known, and the time each was due.
#[derive(Debug, Clone)]
pub(super) struct Mark(Arc<str>);

impl Mark {
    /// Digits of the time.
    const DIGITS: usize = 12;
    /// Length of a whole message, in bytes.
    const TEXT_BYTES: usize = 100;

    /// The mark of a run.
    pub(super) fn of(bench: &Bench) -> Self {
        Self(format!("bench-{}-", bench.run).into())
    }

    /// A message due at a time.
    pub(super) fn text(&self, due: u64) -> String {
        let text = format!("{}{due:0digits$} ", self.0, digits = Self::DIGITS);
        format!("{text:.<length$}", length = Self::TEXT_BYTES)
    }

    /// When the message in a frame was due, if there is one of this run.
    fn due(&self, frame: &str) -> Option<u64> {
        let from = frame.find(&*self.0)? + self.0.len();
        frame.get(from..from + Self::DIGITS)?.parse().ok()
    }
}

/// What a run of load has measured.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    seconds: f64,
    unsent: u64,
    unanswered: u64,
    missing_pushes: u64,
    tally: Tally,
    usage: Option<(Usage, Usage)>,
}

impl Outcome {
    /// Adds everything to a report.
    pub(super) fn report(self, answers: &'static str, report: &mut Report) {
        let tally = self.tally;
        let answered = float(tally.answered.max(1));
        let rate = |count: u64, last: u64| float(count) / self.seconds.max(float(last) / 1e6);
        report
            .rounded(
                "answered_per_second",
                rate(tally.answers.count(), tally.last_answer),
            )
            .rounded("answer_bytes_mean", float(tally.answer_bytes) / answered)
            .figure("not_sent", self.unsent)
            .figure("not_answered", self.unanswered)
            .usage(self.usage, "server_processor_us_per_request", answered);
        if tally.pushes.count() + self.missing_pushes > 0 {
            report
                .rounded(
                    "pushed_per_second",
                    rate(tally.pushes.count(), tally.last_push),
                )
                .figure("pushes_missing", self.missing_pushes)
                .figure("pushes_of_other_kinds", tally.other_pushes);
        }
        report.latency(answers, tally.answers).errors(tally.errors);
        if tally.pushes.count() > 0 {
            report.latency("pushed", tally.pushes);
        }
    }
}

/// What one connection has seen; times are in microseconds since the measuring began.
#[derive(Debug, Default)]
struct Tally {
    answers: Histogram,
    pushes: Histogram,
    errors: BTreeMap<String, u64>,
    answered: u64,
    failed: u64,
    answer_bytes: u64,
    pushed: u64,
    other_pushes: u64,
    last_answer: u64,
    last_push: u64,
}

impl Tally {
    fn merge(&mut self, other: Self) {
        self.answers.merge(&other.answers);
        self.pushes.merge(&other.pushes);
        for (code, count) in other.errors {
            *self.errors.entry(code).or_default() += count;
        }
        self.answered += other.answered;
        self.failed += other.failed;
        self.answer_bytes += other.answer_bytes;
        self.pushed += other.pushed;
        self.other_pushes += other.other_pushes;
        self.last_answer = self.last_answer.max(other.last_answer);
        self.last_push = self.last_push.max(other.last_push);
    }

    fn error(&mut self, code: &str) {
        *self.errors.entry(code.to_owned()).or_default() += 1;
    }
}

/// What all connections have seen together, to know when everything has come.
#[derive(Debug, Default)]
struct Progress {
    answered: AtomicU64,
    failed: AtomicU64,
    pushed: AtomicU64,
}

/// Drives load over the lanes. Each message that is acknowledged is pushed to so many `receivers`.
pub(super) async fn drive(
    bench: &Bench,
    lanes: Vec<Lane>,
    schedule: Schedule,
    receivers: u64,
) -> Result<Outcome, BenchError> {
    let progress = Arc::new(Progress::default());
    let began = bench.clock.monotonic();
    let measured_from = schedule.due(schedule.warm_up);
    let (stop, stopped) = watch::channel(());
    let mut tasks = JoinSet::new();
    let mut queues = Vec::with_capacity(lanes.len());
    for lane in lanes {
        let (queue, due) = mpsc::channel(MOST_QUEUED);
        queues.push(queue);
        let driver = Driver {
            clock: bench.clock,
            began,
            measured_from,
            mark: Mark::of(bench),
            tally: Tally::default(),
            progress: Arc::clone(&progress),
        };
        tasks.spawn(driver.run(lane, due, stopped.clone()));
    }
    let before = bench.usage()?;
    let clock = bench.clock;
    let paced = tokio::task::spawn_blocking(move || pace(schedule, &queues, clock, began));
    let unsent = paced.await.map_err(LoadError::from)?;
    let sent = schedule.count - unsent;
    await_stragglers(&progress, sent, receivers, clock).await;
    let usage = before.zip(bench.usage()?);
    stop.send_replace(());
    let mut tally = Tally::default();
    while let Some(one) = tasks.join_next().await {
        tally.merge(one.map_err(LoadError::from)?);
    }
    Ok(Outcome {
        seconds: float(schedule.due(schedule.count) - measured_from) / 1e6,
        unsent,
        unanswered: sent.saturating_sub(tally.answered + tally.failed),
        missing_pushes: (tally.answered * receivers).saturating_sub(tally.pushed),
        tally,
        usage,
    })
}

/// Hands each request to its lane when it is due; answers how many found their lane's queue full or gone.
fn pace(
    schedule: Schedule,
    lanes: &[mpsc::Sender<u64>],
    clock: SystemClock,
    began: Instant,
) -> u64 {
    let mut unsent = 0;
    for (number, lane) in (0..schedule.count).zip(lanes.iter().cycle()) {
        let due = schedule.due(number);
        while let Some(early) = (began + Duration::from_micros(due))
            .checked_duration_since(clock.monotonic())
            .filter(|early| !early.is_zero())
        {
            std::thread::sleep(early.max(SHORTEST_SLEEP));
        }
        if lane.try_send(due).is_err() {
            unsent += 1;
        }
    }
    unsent
}

async fn await_stragglers(progress: &Progress, sent: u64, receivers: u64, clock: SystemClock) {
    let deadline = clock.monotonic() + PATIENCE;
    loop {
        let answered = progress.answered.load(Relaxed);
        let all_answered = answered + progress.failed.load(Relaxed) >= sent;
        let all_pushed = progress.pushed.load(Relaxed) >= answered * receivers;
        if (all_answered && all_pushed) || clock.monotonic() > deadline {
            return;
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Drives one lane.
struct Driver {
    clock: SystemClock,
    began: Instant,
    measured_from: u64,
    mark: Mark,
    tally: Tally,
    progress: Arc<Progress>,
}

impl Driver {
    async fn run(
        mut self,
        lane: Lane,
        mut queue: mpsc::Receiver<u64>,
        mut stopped: watch::Receiver<()>,
    ) -> Tally {
        let mut socket = lane.client.into_socket();
        let mut compose = lane.compose;
        let mut more = true;
        let ended = loop {
            tokio::select! {
                due = queue.recv(), if more => match due {
                    Some(due) => {
                        if let Err(error) = send(&mut socket, &mut compose, due, &mut queue).await {
                            break Some(error);
                        }
                    }
                    None => more = false,
                },
                heard = socket.next() => {
                    if let Err(error) = self.hear(heard, &mut socket) {
                        break Some(error);
                    }
                }
                _ = stopped.changed() => break None,
            }
        };
        if let Some(error) = ended {
            self.tally.error(&format!("connection ended: {error}"));
        }
        self.tally
    }

    /// Takes a frame, and all that have come with it.
    fn hear(&mut self, first: Heard, socket: &mut Socket) -> Result<(), tungstenite::Error> {
        let now = self.clock.monotonic().saturating_duration_since(self.began);
        let before = (self.tally.answered, self.tally.failed, self.tally.pushed);
        let mut next = Some(first);
        while let Some(heard) = next {
            match heard.unwrap_or(Err(tungstenite::Error::ConnectionClosed))? {
                Message::Text(text) => self.frame(&text, now),
                Message::Close(_) => return Err(tungstenite::Error::ConnectionClosed),
                _ => {}
            }
            next = socket.next().now_or_never();
        }
        let Self {
            progress, tally, ..
        } = self;
        progress
            .answered
            .fetch_add(tally.answered - before.0, Relaxed);
        progress.failed.fetch_add(tally.failed - before.1, Relaxed);
        progress.pushed.fetch_add(tally.pushed - before.2, Relaxed);
        Ok(())
    }

    fn frame(&mut self, text: &str, now: Duration) {
        if text.starts_with("{\"push\"") {
            match self.mark.due(text) {
                Some(due) => self.pushed(due, now),
                None => self.tally.other_pushes += 1,
            }
            return;
        }
        match serde_json::from_str::<Reply<IgnoredAny>>(text) {
            Ok(Reply {
                error: Some(error), ..
            }) => {
                self.tally.failed += 1;
                self.tally.error(error.code.wire().0);
            }
            Ok(Reply { id: Some(due), .. }) => self.answered(due, text.len(), now),
            Ok(_) | Err(_) => self.tally.error("unreadable frame"),
        }
    }

    fn answered(&mut self, due: u64, bytes: usize, now: Duration) {
        self.tally.answered += 1;
        self.tally.answer_bytes += bytes as u64;
        if due >= self.measured_from {
            self.tally.answers.record(since(due, now));
            self.tally.last_answer = self.measured(now);
        }
    }

    fn pushed(&mut self, due: u64, now: Duration) {
        self.tally.pushed += 1;
        if due >= self.measured_from {
            self.tally.pushes.record(since(due, now));
            self.tally.last_push = self.measured(now);
        }
    }

    fn measured(&self, now: Duration) -> u64 {
        let measured = since(self.measured_from, now).as_micros();
        u64::try_from(measured).unwrap_or(u64::MAX)
    }
}

type Heard = Option<Result<Message, tungstenite::Error>>;

/// Sends what is due, and all that is due with it.
async fn send(
    socket: &mut Socket,
    compose: &mut Compose,
    first: u64,
    queue: &mut mpsc::Receiver<u64>,
) -> Result<(), tungstenite::Error> {
    let mut next = Some(first);
    while let Some(due) = next {
        socket.feed(Message::text(compose(due))).await?;
        next = queue.try_recv().ok();
    }
    socket.flush().await
}

fn since(due: u64, now: Duration) -> Duration {
    now.saturating_sub(Duration::from_micros(due))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_a_hundred_bytes_and_says_when_it_was_due() {
        let mark = Mark("bench-0123abcd-".into());
        let text = mark.text(1_234_567);
        assert_eq!(text.len(), Mark::TEXT_BYTES);
        let frame = format!("{{\"push\":\"entry\",\"data\":{{\"text\":\"{text}\"}}}}");
        assert_eq!(mark.due(&frame), Some(1_234_567));
        let other = Mark("bench-ffffffff-".into());
        assert_eq!(other.due(&frame), None);
        assert_eq!(mark.due("bench-0123abcd-12"), None);
    }

    #[test]
    fn requests_are_due_evenly_and_never_two_at_once() {
        for per_second in [1, 3, 7_777, 1_000_000] {
            let schedule = Schedule::lasting(per_second, 2);
            let due: Vec<u64> = (0..1_000).map(|number| schedule.due(number)).collect();
            assert!(due.windows(2).all(|pair| pair[0] < pair[1]));
            assert_eq!(schedule.due(u64::from(per_second)), 1_000_000);
        }
    }
}
