//! A reconnect storm: all connections are cut at once, something is said meanwhile, and all come back.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use clap::Args;
use futures_util::{StreamExt, TryStreamExt, stream};
use tokio::{
    sync::{Semaphore, watch},
    task::JoinSet,
};

use super::{
    Bench, BenchError,
    client::{CallError, Client, Traffic},
    histogram::Histogram,
    load::{LoadError, Mark},
    people::{self, PARALLEL, Person},
    report::Report,
};
use crate::{
    clock::{Clock, Random},
    model::{ChatCursor, ChatId, Content, LogCursor, Stamp, Synced, UserId, Window},
    protocol::{SendMessage, Sync},
};

/// People who share their chats.
const COHORT: usize = 50;
/// Longest time for all to be connected, and for all to be back.
const PATIENCE: Duration = Duration::from_mins(2);
/// How often it is looked whether all are.
const LOOK: Duration = Duration::from_millis(10);
/// Shortest pause before an attempt that follows a failed one; at most twice as long.
const PAUSE_MS: u64 = 100;

/// Connects clients, cuts them all at once, and measures until each has greeted and synced again.
#[derive(Debug, Args)]
pub(super) struct Reconnect {
    /// Clients, each of another person.
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(2..=1_000_000))]
    clients: u32,
    /// Chats of each person, all with one new message to fetch.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=200))]
    chats: u32,
}

/// What the clients are to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Stay,
    Cut,
    Return(Instant),
}

/// What all clients share.
struct Storm {
    bench: Bench,
    chats: u32,
    /// Lets so many connect at once at first; the storm itself is not held back.
    gate: Semaphore,
    /// How many have reached the end of their stage.
    arrived: AtomicUsize,
}

/// How one client came back.
struct Healed {
    after: Duration,
    attempts: u64,
    entries: usize,
}

impl Reconnect {
    pub(super) async fn run(&self, bench: &Bench) -> Result<Report, BenchError> {
        let count = self.clients as usize;
        let people = people::register(bench, count).await?;
        let chats = self.gather(bench, &people).await?;
        let storm = Arc::new(Storm {
            bench: bench.clone(),
            chats: self.chats,
            gate: Semaphore::new(PARALLEL),
            arrived: AtomicUsize::new(0),
        });
        let (stage, staged) = watch::channel(Stage::Stay);
        let mut lives = JoinSet::new();
        for (index, person) in people.iter().cloned().enumerate() {
            lives.spawn(live(Arc::clone(&storm), index, person, staged.clone()));
        }
        storm.all_arrive(count, &mut lives).await?;
        stage.send_replace(Stage::Cut);
        storm.all_arrive(2 * count, &mut lives).await?;
        speak(bench, chats).await?;
        let before = bench.usage()?;
        stage.send_replace(Stage::Return(bench.clock.monotonic()));
        let mut tally = Tally::default();
        while let Some(life) = lives.join_next().await {
            tally.add(&life.map_err(LoadError::from)??);
        }
        let usage = before.zip(bench.usage()?);
        let mut report = Report::new("reconnect");
        report
            .figure("clients", self.clients)
            .figure("chats", self.chats)
            .figure("all_healed_ms", tally.times.max().as_millis())
            .figure("attempts", tally.attempts)
            .figure("entries_fetched", tally.entries)
            .figure("entries_expected", count * self.chats as usize);
        report
            .usage(usage, "server_processor_us_per_client", self.clients.into())
            .latency("healed", tally.times);
        Ok(report)
    }

    /// Makes the chats; each with somebody who may speak in it.
    async fn gather(
        &self,
        bench: &Bench,
        people: &[Person],
    ) -> Result<Vec<(Person, ChatId)>, CallError> {
        let chats = self.chats as usize;
        let made: Vec<Vec<(Person, ChatId)>> = stream::iter(people.chunks(COHORT))
            .map(|cohort| async move {
                let owner = &cohort[0];
                let (mut client, _) =
                    Client::greet(bench, 0, Traffic::Little, &owner.token).await?;
                let others: Vec<UserId> = cohort[1..].iter().map(|one| one.id.clone()).collect();
                let mut made = Vec::with_capacity(chats);
                for number in 0..chats {
                    let chat = people::group(bench, &mut client, number, &others).await?;
                    made.push((owner.clone(), chat));
                }
                Ok::<_, CallError>(made)
            })
            .buffered(PARALLEL)
            .try_collect()
            .await?;
        Ok(made.into_iter().flatten().collect())
    }
}

#[derive(Default)]
struct Tally {
    times: Histogram,
    attempts: u64,
    entries: usize,
}

impl Tally {
    fn add(&mut self, healed: &Healed) {
        self.times.record(healed.after);
        self.attempts += healed.attempts;
        self.entries += healed.entries;
    }
}

impl Storm {
    async fn all_arrive(
        &self,
        count: usize,
        lives: &mut JoinSet<Result<Healed, CallError>>,
    ) -> Result<(), BenchError> {
        let deadline = self.bench.clock.monotonic() + PATIENCE;
        while self.arrived.load(Relaxed) < count {
            if let Some(ended) = lives.try_join_next() {
                ended.map_err(LoadError::from)??;
            }
            if self.bench.clock.monotonic() > deadline {
                let text = "the clients were not all connected in time";
                return Err(BenchError::TooLate(text.to_owned()));
            }
            tokio::time::sleep(LOOK).await;
        }
        Ok(())
    }

    fn arrive(&self) {
        self.arrived.fetch_add(1, Relaxed);
    }

    /// Connects, greets and catches up.
    async fn enter(
        &self,
        index: usize,
        person: &Person,
        from: &Sync,
    ) -> Result<(Client, Synced), CallError> {
        let token = &person.token;
        let (mut client, _) = Client::greet(&self.bench, index, Traffic::Little, token).await?;
        let synced = client.call(from).await?;
        Ok((client, synced))
    }
}

/// The life of one client: connected, cut, and back.
async fn live(
    storm: Arc<Storm>,
    index: usize,
    person: Person,
    mut stage: watch::Receiver<Stage>,
) -> Result<Healed, CallError> {
    let nothing = Sync {
        window: Window {
            offset: 0,
            limit: storm.chats,
        },
        ..Sync::default()
    };
    let permit = storm
        .gate
        .acquire()
        .await
        .expect("the gate is never closed");
    let (client, synced) = storm.enter(index, &person, &nothing).await?;
    drop(permit);
    let from = Sync {
        window: nothing.window,
        ..cursors(&synced)
    };
    storm.arrive();
    stay(client, &mut stage).await;
    storm.arrive();
    let began = returning(&mut stage).await;
    let clock = storm.bench.clock;
    let mut attempts = 1;
    loop {
        match storm.enter(index, &person, &from).await {
            Ok((_, synced)) => {
                return Ok(Healed {
                    after: clock.monotonic() - began,
                    attempts,
                    entries: entries(&synced),
                });
            }
            Err(error) if clock.monotonic() - began > PATIENCE => return Err(error),
            Err(_) => {
                attempts += 1;
                let pause = PAUSE_MS + storm.bench.random.below(PAUSE_MS);
                tokio::time::sleep(Duration::from_millis(pause)).await;
            }
        }
    }
}

/// Answers pings until the cable is cut.
async fn stay(client: Client, stage: &mut watch::Receiver<Stage>) {
    let mut socket = client.into_socket();
    while *stage.borrow_and_update() == Stage::Stay {
        tokio::select! {
            heard = socket.next() => if !matches!(heard, Some(Ok(_))) {
                // Gone early; it waits for the others.
                let _no_more_stages = stage.changed().await;
            },
            _ = stage.changed() => {}
        }
    }
}

/// When all were told to come back.
async fn returning(stage: &mut watch::Receiver<Stage>) -> Instant {
    loop {
        if let Stage::Return(began) = *stage.borrow_and_update() {
            return began;
        }
        stage
            .changed()
            .await
            .expect("the storm outlives its clients");
    }
}

fn cursors(synced: &Synced) -> Sync {
    let chats = synced.chats.iter().map(|one| {
        let chat = &one.row.chat;
        ChatCursor {
            chat: chat.id.clone(),
            after: one.row.last.as_ref().map_or(Stamp::ZERO, |last| last.stamp),
            epoch: chat.epoch.clone(),
            changes_after: Some(one.changes_next),
            changes_epoch: Some(chat.epoch.clone()),
        }
    });
    Sync {
        log: Some(LogCursor {
            after: synced.log.next,
            epoch: synced.log.epoch.clone(),
        }),
        chats: chats.collect(),
        window: Window::default(),
    }
}

fn entries(synced: &Synced) -> usize {
    let pages = synced
        .chats
        .iter()
        .filter_map(|chat| chat.timeline.as_ref());
    pages.map(|page| page.entries.len()).sum()
}

/// Says something in every chat.
async fn speak(bench: &Bench, chats: Vec<(Person, ChatId)>) -> Result<(), CallError> {
    stream::iter(chats.into_iter().enumerate())
        .map(|(number, (person, chat))| async move {
            let (mut client, _) = Client::greet(bench, 0, Traffic::Little, &person.token).await?;
            let message = SendMessage::new(
                chat,
                people::client_id(bench, "s", number as u64),
                Content::text(Mark::of(bench).text(number as u64)),
            );
            client.call(&message).await.map(drop)
        })
        .buffer_unordered(PARALLEL)
        .try_collect()
        .await
}
