//! A server and its clients in a few lines, all in one thread and without a fault: good histories to break.

use super::history::{Event, Key, Seen, What};

/// Numbers that look random and are the same for the same seed.
pub(super) struct Luck(u64);

impl Luck {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number below `bound`.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).expect("31 bits") % bound.max(1)
    }

    /// One of `items`.
    pub(super) fn pick<T: Clone>(&mut self, items: &[T]) -> Option<T> {
        (!items.is_empty()).then(|| items[self.below(items.len())].clone())
    }
}

const USERS: u32 = 4;
const CHATS: u32 = 2;
/// Somebody who leaves chat 0 in the middle of the run.
const GUEST: u32 = USERS;

/// A run of the model in which every promise is kept.
pub(super) fn good_run(seed: u64) -> Vec<Event> {
    let mut run = Run {
        luck: Luck::new(seed),
        at: 0,
        events: Vec::new(),
        logs: vec![Vec::new(); CHATS as usize],
        lists: vec![vec![Vec::new(); CHATS as usize]; USERS as usize + 1],
        flights: Vec::new(),
        next_key: 1,
        connections: 0,
        guest_left: false,
    };
    run.begin();
    for step in 0..300 {
        run.step();
        if step == 150 {
            run.guest_leaves();
        }
    }
    run.end();
    run.events
}

#[derive(Clone)]
struct Flight {
    chat: u32,
    user: u32,
    key: Key,
    stored: Option<Seen>,
    repeated: bool,
}

struct Run {
    luck: Luck,
    at: u64,
    events: Vec<Event>,
    logs: Vec<Vec<Seen>>,
    lists: Vec<Vec<Vec<Seen>>>,
    flights: Vec<Flight>,
    next_key: u64,
    connections: u32,
    guest_left: bool,
}

impl Run {
    fn add(&mut self, what: What) {
        self.at += 1 + self.luck.below(9) as u64;
        self.events.push(Event { at: self.at, what });
    }

    fn begin(&mut self) {
        for chat in 0..CHATS {
            self.append(chat, false);
            for user in 0..USERS {
                self.add(What::Member { user, chat });
            }
        }
        self.add(What::Member {
            user: GUEST,
            chat: 0,
        });
        self.reconnect();
    }

    fn step(&mut self) {
        match self.luck.below(20) {
            0..=6 => self.send(),
            7..=11 => self.store(),
            12..=16 => self.answer(),
            17 => self.refuse(),
            18 => {
                let (user, chat) = (self.user(), self.chat());
                self.walk(user, chat);
            }
            _ => {
                self.add(What::Killed { process: "server" });
                self.reconnect();
            }
        }
    }

    fn end(&mut self) {
        while !self.flights.is_empty() {
            self.store();
            self.answer();
        }
        for (user, chat) in (0..USERS).flat_map(|user| (0..CHATS).map(move |chat| (user, chat))) {
            self.catch_up(user, chat);
            let entries = self.lists[user as usize][chat as usize].clone();
            self.add(What::Followed {
                user,
                chat,
                entries,
            });
            self.walk(user, chat);
        }
    }

    fn user(&mut self) -> u32 {
        u32::try_from(self.luck.below(USERS as usize)).expect("few users")
    }

    fn chat(&mut self) -> u32 {
        u32::try_from(self.luck.below(CHATS as usize)).expect("few chats")
    }

    fn fresh_key(&mut self) -> Key {
        self.next_key += 1;
        Key(self.next_key)
    }

    fn append(&mut self, chat: u32, counts: bool) -> Seen {
        let key = self.fresh_key();
        self.append_as(chat, key, counts)
    }

    fn append_as(&mut self, chat: u32, key: Key, counts: bool) -> Seen {
        let stamp_step = 1 + self.luck.below(50) as u64;
        let log = &mut self.logs[chat as usize];
        let (prev, ordinal) = log.last().map_or((0, 0), |last| (last.stamp, last.ordinal));
        let body = if counts { key.0 * 7 } else { 0 };
        let ordinal = ordinal + u64::from(counts);
        let stamp = prev.max(1_000) + stamp_step;
        let entry = Seen {
            stamp,
            prev,
            ordinal,
            counts,
            key,
            body,
        };
        log.push(entry);
        entry
    }

    fn send(&mut self) {
        let (user, chat, key) = (self.user(), self.chat(), self.fresh_key());
        self.flights.push(Flight {
            chat,
            user,
            key,
            stored: None,
            repeated: false,
        });
        self.add(What::Sends {
            chat,
            key,
            body: key.0 * 7,
        });
    }

    fn store(&mut self) {
        let waiting: Vec<usize> = (0..self.flights.len())
            .filter(|i| self.flights[*i].stored.is_none())
            .collect();
        let Some(index) = self.luck.pick(&waiting) else {
            return;
        };
        let Flight {
            chat,
            user: sender,
            key,
            ..
        } = self.flights[index].clone();
        let entry = self.append_as(chat, key, true);
        self.flights[index].stored = Some(entry);
        for user in (0..=GUEST).filter(|user| *user != sender) {
            if self.is_member(user, chat) && self.luck.below(5) > 0 {
                let connection = self.connections + user;
                self.add(What::Pushed {
                    user,
                    connection,
                    chat,
                    entry,
                });
                self.follow(user, chat, entry);
            }
        }
    }

    fn answer(&mut self) {
        let stored: Vec<usize> = (0..self.flights.len())
            .filter(|i| self.flights[*i].stored.is_some())
            .collect();
        let Some(index) = self.luck.pick(&stored) else {
            return;
        };
        if self.luck.below(8) == 0 {
            // The answer is lost; the send is tried again and recognised.
            self.flights[index].repeated = true;
            return;
        }
        let flight = self.flights.swap_remove(index);
        let entry = flight.stored.expect("it was chosen for being stored");
        let Seen {
            stamp,
            prev,
            ordinal,
            key,
            ..
        } = entry;
        let (chat, duplicate) = (flight.chat, flight.repeated);
        self.add(What::Acked {
            chat,
            key,
            stamp,
            prev,
            ordinal,
            duplicate,
        });
        self.follow(flight.user, chat, entry);
    }

    fn refuse(&mut self) {
        if let Some(index) = self
            .flights
            .iter()
            .position(|flight| flight.stored.is_none())
        {
            let key = self.flights.swap_remove(index).key;
            self.add(What::Failed { key });
        }
    }

    fn follow(&mut self, user: u32, chat: u32, entry: Seen) {
        let list = &mut self.lists[user as usize][chat as usize];
        let cursor = list.last().map_or(0, |last| last.stamp);
        if entry.prev == cursor {
            list.push(entry);
        } else if entry.stamp > cursor {
            self.add(What::Gap { user, chat });
            self.catch_up(user, chat);
        }
    }

    fn catch_up(&mut self, user: u32, chat: u32) {
        let cursor = self.lists[user as usize][chat as usize]
            .last()
            .map_or(0, |last| last.stamp);
        let entries = self.pages(user, chat, cursor);
        self.lists[user as usize][chat as usize].extend(entries);
    }

    fn walk(&mut self, user: u32, chat: u32) {
        let asked = self.at;
        let entries = self.pages(user, chat, 0);
        self.add(What::Page {
            user,
            chat,
            asked,
            after: 0,
            entries,
            has_more: false,
        });
    }

    fn pages(&mut self, user: u32, chat: u32, mut after: u64) -> Vec<Seen> {
        let limit = 1 + self.luck.below(9);
        let mut all = Vec::new();
        loop {
            let (asked, log) = (self.at, &self.logs[chat as usize]);
            let rest = log.partition_point(|entry| entry.stamp <= after);
            let entries: Vec<Seen> = log[rest..].iter().take(limit).copied().collect();
            let has_more = rest + entries.len() < log.len();
            all.extend_from_slice(&entries);
            self.add(What::Page {
                user,
                chat,
                asked,
                after,
                entries,
                has_more,
            });
            if !has_more {
                return all;
            }
            after = all.last().map_or(after, |entry| entry.stamp);
        }
    }

    fn reconnect(&mut self) {
        self.connections += 10;
        for user in 0..USERS {
            self.add(What::Connected {
                user,
                connection: self.connections + user,
            });
            for chat in 0..CHATS {
                self.catch_up(user, chat);
            }
        }
    }

    fn guest_leaves(&mut self) {
        self.guest_left = true;
        let Seen { stamp, .. } = self.append(0, false);
        self.add(What::Left {
            user: GUEST,
            chat: 0,
            stamp,
        });
    }

    fn is_member(&self, user: u32, chat: u32) -> bool {
        user != GUEST || (chat == 0 && !self.guest_left)
    }
}
