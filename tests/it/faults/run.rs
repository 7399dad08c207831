//! One run: people, chats, kills, and the verdict.

use std::{
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use curlew::model::{ChatId, Entry, Stamp};
use tokio::{sync::watch, task::JoinSet};

use super::{
    STANDSTILL,
    talker::{Room, Talker},
};
use crate::{
    checker::{Floor, History, What, check, seen},
    support::{Format, Person, Server, people::pull_after, redis::RedisServer},
};

const PEOPLE: usize = 20;
const CHATS: usize = 10;
/// Chats of each person.
const CHATS_EACH: usize = 3;

/// How much a run must do.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    /// Acknowledged messages.
    acked: usize,
    /// Kills.
    kills: usize,
}

impl Size {
    /// The full size, or one for every day.
    pub(super) fn asked_for() -> Self {
        Self::or(5_000, 5)
    }

    /// The full size, or that much every day.
    pub(super) fn or(acked: usize, kills: usize) -> Self {
        match std::env::var("CURLEW_FAULTS").as_deref() {
            Ok("full") => Self {
                acked: 50_000,
                kills: 20,
            },
            _ => Self { acked, kills },
        }
    }
}

/// What all talkers share.
pub(super) struct Common {
    /// Takes down what happens.
    pub(super) history: History,
    /// Where the gateways listen now.
    pub(super) urls: Mutex<Vec<String>>,
    /// Messages that may still be begun.
    tickets: AtomicUsize,
    /// Messages acknowledged.
    acked: watch::Sender<usize>,
    /// Whether all are.
    pub(super) finished: watch::Sender<bool>,
    /// The newest acknowledged stamp of each chat.
    newest: Mutex<Vec<u64>>,
    connections: AtomicUsize,
    size: Size,
}

impl Common {
    /// Leave to begin one more message.
    pub(super) fn ticket(&self) -> bool {
        let take = |left: usize| left.checked_sub(1);
        self.tickets
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, take)
            .is_ok()
    }

    /// One more message is acknowledged.
    pub(super) fn acknowledged(&self, chat: u32, stamp: u64) {
        let newest = &mut self.newest.lock().unwrap()[chat as usize];
        *newest = stamp.max(*newest);
        self.acked.send_modify(|acked| *acked += 1);
        if *self.acked.borrow() == self.size.acked {
            self.finished.send_replace(true);
        }
    }

    /// Whether somebody at `stamp` has all of a chat that was ever acknowledged.
    pub(super) fn is_newest(&self, chat: u32, stamp: u64) -> bool {
        self.newest.lock().unwrap()[chat as usize] <= stamp
    }

    /// A number for one more connection.
    pub(super) fn connection(&self) -> u32 {
        u32::try_from(self.connections.fetch_add(1, Ordering::Relaxed)).expect("few connections")
    }
}

/// A run in progress.
pub(super) struct Run {
    name: &'static str,
    servers: Vec<Server>,
    /// The store, when it is one that the run kills.
    pub(super) redis: Option<RedisServer>,
    people: Vec<(Person, Vec<(u32, ChatId)>)>,
    talkers: JoinSet<Talker>,
    common: Arc<Common>,
}

impl Run {
    /// Twenty people register, make ten chats, and begin to talk.
    pub(super) async fn begin(name: &'static str, size: Size, servers: Vec<Server>) -> Self {
        let common = Arc::new(Common {
            history: History::begin(),
            urls: Mutex::new(servers.iter().map(Server::url).collect()),
            tickets: AtomicUsize::new(size.acked),
            acked: watch::Sender::new(0),
            finished: watch::Sender::new(false),
            newest: Mutex::new(vec![0; CHATS]),
            connections: AtomicUsize::new(0),
            size,
        });
        let people = people(&servers[0]).await;
        let mut run = Self {
            name,
            servers,
            redis: None,
            people,
            talkers: JoinSet::new(),
            common,
        };
        for (number, (person, chats)) in run.people.iter().enumerate() {
            let user = u32::try_from(number).expect("few people");
            let rooms: Vec<Room> = chats
                .iter()
                .map(|(n, id)| Room::new(*n, id.clone()))
                .collect();
            for room in &rooms {
                run.common.history.add(What::Member {
                    user,
                    chat: room.number,
                });
            }
            let talker = Talker::new(user, person, rooms, Arc::clone(&run.common));
            run.talkers.spawn(talker.talk());
        }
        run
    }

    /// Kills one process after the other, evenly over the run.
    pub(super) async fn kill_in_turn<F>(&mut self, kill: F)
    where
        F: for<'a> Fn(&'a mut Self) -> Pin<Box<dyn Future<Output = ()> + 'a>>,
    {
        for turn in self.turns() {
            self.reach_turn(turn).await;
            kill(self).await;
        }
    }

    /// Numbers of the faults that the run shall have.
    pub(super) fn turns(&self) -> std::ops::RangeInclusive<usize> {
        1..=self.common.size.kills
    }

    /// Waits until it is time for a fault.
    pub(super) async fn reach_turn(&self, turn: usize) {
        let Size { acked, kills } = self.common.size;
        self.reach(acked * turn / (kills + 1)).await;
    }

    /// Takes down a fault of something that is not the run's own.
    pub(super) fn note_fault(&self, process: &'static str) {
        self.common.history.add(What::Killed { process });
    }

    /// One of the chats.
    pub(super) fn chat(&self, number: u32) -> &ChatId {
        let chats = self.people.iter().flat_map(|(_, chats)| chats);
        let chat = chats.into_iter().find(|(of, _)| *of == number);
        &chat.expect("a chat of the run").1
    }

    /// Stops all gateways in their tracks; clients go on talking to them.
    pub(super) async fn freeze(&self) {
        for server in &self.servers {
            server.freeze().await;
        }
    }

    /// Lets them go on.
    pub(super) async fn thaw(&self) {
        for server in &self.servers {
            server.thaw().await;
        }
    }

    /// Waits until so many are acknowledged. What matters is that there is progress, not how fast.
    async fn reach(&self, enough: usize) {
        let mut progress = self.common.acked.subscribe();
        while *progress.borrow_and_update() < enough {
            let moved = tokio::time::timeout(STANDSTILL, progress.changed()).await;
            let acked = *self.common.acked.borrow();
            assert!(
                moved.is_ok(),
                "{}: stuck at {acked}; {}",
                self.name,
                self.saved()
            );
        }
    }

    /// SIGKILL for a server, and a start on the same data.
    pub(super) async fn kill_server(&mut self, number: usize) {
        self.common.history.add(What::Killed { process: "server" });
        self.servers[number].restart().await;
        self.common.urls.lock().unwrap()[number] = self.servers[number].url();
    }

    /// SIGKILL for the store, and a start on the same data.
    pub(super) fn kill_redis(&mut self) {
        self.common.history.add(What::Killed { process: "redis" });
        let redis = self
            .redis
            .as_mut()
            .expect("a run that kills the store has one");
        tokio::task::block_in_place(|| redis.restart());
    }

    /// Waits until everybody has everything, reads all of it once more, and holds it against the rules.
    pub(super) async fn end(mut self) {
        self.reach(self.common.size.acked).await;
        let mut talkers = std::mem::take(&mut self.talkers);
        let converged = async {
            while let Some(talker) = talkers.join_next().await {
                talker.expect("a talker comes to its end").record();
            }
        };
        let in_time = tokio::time::timeout(STANDSTILL, converged).await.is_ok();
        assert!(
            in_time,
            "{}: not everybody has everything in the end; {}",
            self.name,
            self.saved()
        );
        for (number, (person, chats)) in self.people.iter().enumerate() {
            let user = u32::try_from(number).expect("few people");
            let reader = person.again(&self.servers[0]).await;
            for (chat, id) in chats {
                self.read_all(&reader, user, *chat, id).await;
            }
        }
        let Size { acked, kills } = self.common.size;
        let floor = Floor {
            acked,
            kills,
            pages: PEOPLE * CHATS_EACH,
        };
        let report = check(&self.common.history.events(), &floor);
        println!("{}: {report}", self.name);
        assert!(
            report.is_good(),
            "{}: {:#?} {:#?}; {}",
            self.name,
            report.violations,
            report.refusals,
            self.saved()
        );
    }

    async fn read_all(&self, reader: &Person, user: u32, chat: u32, id: &ChatId) {
        let asked = self.common.history.now();
        let mut entries = Vec::new();
        loop {
            let after = entries
                .last()
                .map_or(Stamp::ZERO, |entry: &Entry| entry.stamp);
            let page = reader
                .call(pull_after(id, after, 200))
                .await
                .expect("pulls");
            entries.extend(page.entries);
            if !page.has_more {
                break;
            }
        }
        let entries = entries.iter().map(seen).collect();
        self.common.history.add(What::Page {
            user,
            chat,
            asked,
            after: 0,
            entries,
            has_more: false,
        });
    }

    /// Keeps the history for whoever looks into a failure; says where.
    fn saved(&self) -> String {
        let name: String = self
            .name
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect();
        let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.jsonl"));
        match self.common.history.save(&path) {
            Ok(()) => format!("history in {}", path.display()),
            Err(error) => format!("history not kept: {error}"),
        }
    }
}

/// Everybody, each with their chats: person `p` is in chats `p`, `p + 1` and `p + 2`.
async fn people(server: &Server) -> Vec<(Person, Vec<(u32, ChatId)>)> {
    let mut people = Vec::new();
    for number in 0..PEOPLE {
        let format = Format::ALL[number % 2];
        let person = Person::speaking(server, &format!("talker-{number}"), format).await;
        people.push((person, Vec::new()));
    }
    for chat in 0..CHATS {
        let members = (0..PEOPLE).filter(|p| (chat + CHATS - p % CHATS) % CHATS < CHATS_EACH);
        let members: Vec<usize> = members.collect();
        let others: Vec<&Person> = members[1..].iter().map(|p| &people[*p].0).collect();
        let id = people[members[0]]
            .0
            .group(&format!("chat {chat}"), &others)
            .await;
        for person in members {
            people[person]
                .1
                .push((u32::try_from(chat).expect("few chats"), id.clone()));
        }
    }
    people
}
