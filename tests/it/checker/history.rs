//! What happened in a run, as its clients saw it.

use std::{
    collections::hash_map::DefaultHasher,
    hash::{Hash, Hasher},
    io::Write,
    path::Path,
    sync::{Arc, Mutex},
    time::Instant,
};

use curlew::{
    clock::{Clock, SystemClock},
    model::{ClientId, Entry, EntryKind, UserId},
};
use serde::Serialize;

/// One send, named by its sender and client id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub(crate) struct Key(pub(crate) u64);

/// An entry as somebody saw it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Seen {
    /// Its position.
    pub(crate) stamp: u64,
    /// The position before it.
    pub(crate) prev: u64,
    /// Its number among the counting entries.
    pub(crate) ordinal: u64,
    /// Whether it is a counting entry.
    pub(crate) counts: bool,
    /// Which send it came from.
    pub(crate) key: Key,
    /// Hash of its content.
    pub(crate) body: u64,
}

/// One thing that happened. Users, chats and connections are numbered by the run.
#[derive(Debug, Clone, Serialize)]
pub(crate) enum What {
    /// `user` belongs to `chat` from here on, and must be able to read all of it.
    Member { user: u32, chat: u32 },
    /// A send is tried for the first time.
    Sends { chat: u32, key: Key, body: u64 },
    /// A send was acknowledged.
    Acked {
        chat: u32,
        key: Key,
        stamp: u64,
        prev: u64,
        ordinal: u64,
        duplicate: bool,
    },
    /// A send was refused for good, with the outcome `none`.
    Failed { key: Key },
    /// An entry was pushed to a connection.
    Pushed {
        user: u32,
        connection: u32,
        chat: u32,
        entry: Seen,
    },
    /// A page, or several joined, asked for at `asked`: everything after `after`, unless there is more.
    Page {
        user: u32,
        chat: u32,
        asked: u64,
        after: u64,
        entries: Vec<Seen>,
        has_more: bool,
    },
    /// A push did not fit what the user had; a pull follows.
    Gap { user: u32, chat: u32 },
    /// The server said that a cursor is of no use.
    Reset { user: u32, chat: u32 },
    /// `user` was removed from `chat` by the entry at `stamp`.
    Left { user: u32, chat: u32, stamp: u64 },
    /// The list a user put together from pushes, acknowledgements and gap pulls alone.
    Followed {
        user: u32,
        chat: u32,
        entries: Vec<Seen>,
    },
    /// A user has a connection.
    Connected { user: u32, connection: u32 },
    /// A process was killed.
    Killed { process: &'static str },
}

/// [`What`], and when: microseconds of one monotonic clock since the run began.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Event {
    /// When it was seen to happen.
    pub(crate) at: u64,
    /// What happened.
    pub(crate) what: What,
}

/// Takes down what happens, from many tasks at once.
#[derive(Clone)]
pub(crate) struct History {
    began: Instant,
    events: Arc<Mutex<Vec<Event>>>,
}

impl History {
    /// A run begins.
    pub(crate) fn begin() -> Self {
        Self {
            began: SystemClock.monotonic(),
            events: Arc::default(),
        }
    }

    /// Microseconds since the run began.
    pub(crate) fn now(&self) -> u64 {
        let passed = SystemClock.monotonic().duration_since(self.began);
        u64::try_from(passed.as_micros()).expect("a run is shorter than an age")
    }

    /// Takes down what just happened.
    pub(crate) fn add(&self, what: What) {
        let mut events = self.events.lock().unwrap();
        // Read under the lock, so that the order of the list is the order of the times.
        let at = self.now();
        events.push(Event { at, what });
    }

    /// Everything so far.
    pub(crate) fn events(&self) -> Vec<Event> {
        self.events.lock().unwrap().clone()
    }

    /// Keeps the history as a file of one JSON line an event.
    pub(crate) fn save(&self, path: &Path) -> std::io::Result<()> {
        let mut file = std::io::BufWriter::new(std::fs::File::create(path)?);
        for event in self.events.lock().unwrap().iter() {
            serde_json::to_writer(&mut file, event)?;
            file.write_all(b"\n")?;
        }
        file.flush()
    }
}

/// Names a send.
pub(crate) fn key_of(sender: Option<&UserId>, client_id: Option<&ClientId>) -> Key {
    let text = |id: Option<&str>| id.unwrap_or("-").to_owned();
    Key(hash(&(
        text(sender.map(UserId::as_str)),
        text(client_id.map(ClientId::as_str)),
    )))
}

/// An entry as it goes into the history.
pub(crate) fn seen(entry: &Entry) -> Seen {
    Seen {
        stamp: entry.stamp.get(),
        prev: entry.prev.get(),
        ordinal: entry.ordinal,
        counts: entry.kind.counts(),
        key: key_of(entry.sender.as_ref(), entry.client_id.as_ref()),
        // A tombstone in place of a message has another body than what was sent, and so is noticed.
        body: match entry.kind {
            EntryKind::System => 0,
            _ => hash(
                &entry
                    .content
                    .as_ref()
                    .map(|content| serde_json::to_string(content).ok()),
            ),
        },
    }
}

pub(super) fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
