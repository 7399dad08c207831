//! People with connections here, and what is on its way to them.

use std::{
    collections::{HashSet, VecDeque},
    sync::{Arc, Mutex},
};

use super::{
    broadcast::Broadcast,
    connection::{Connection, House},
    lock,
};
use crate::model::{Change, ChatId, LogEntry, MembershipEvent, SessionId, Stamp, UserId};

/// Log entries of one person that may wait for a chat to be joined.
const MOST_HELD: usize = 256;

/// An entry of a change log that has come.
pub(super) struct LogArrival {
    /// Its position.
    pub(super) stamp: Stamp,
    /// The push.
    pub(super) push: Broadcast,
    /// The connection that needs no push.
    pub(super) origin: Option<u64>,
    /// What it means for the chats its owner is in.
    pub(super) movement: Option<Movement>,
}

/// The owner of a log comes or goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Movement {
    /// They are in this chat now, since this version of its membership.
    Joins(ChatId, u64),
    /// They are no longer in this chat.
    Leaves(ChatId),
}

impl Movement {
    /// What `entry` of the log of `owner` means for the chats they are in.
    pub(super) fn of(owner: &UserId, entry: &LogEntry) -> Option<Self> {
        let Change::Membership(change) = &entry.change else {
            return None;
        };
        if !change.users.contains(owner) && change.actor != *owner {
            return None;
        }
        match change.event {
            MembershipEvent::Created => {
                Some(Self::Joins(change.chat.clone(), change.members_version))
            }
            MembershipEvent::Added if change.users.contains(owner) => {
                Some(Self::Joins(change.chat.clone(), change.members_version))
            }
            MembershipEvent::Removed | MembershipEvent::Left if change.users.contains(owner) => {
                Some(Self::Leaves(change.chat.clone()))
            }
            MembershipEvent::Added | MembershipEvent::Removed | MembershipEvent::Left => None,
        }
    }
}

/// A person with connections here, or who had some a moment ago.
pub(super) struct LocalUser {
    /// Who.
    pub(super) id: UserId,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    connections: Vec<Arc<Connection>>,
    chats: HashSet<ChatId>,
    watched: bool,
    touched: u64,
    joining: bool,
    held: VecDeque<LogArrival>,
    /// Newest position of the log that clients know of, or have been told to pull.
    told: Stamp,
}

impl LocalUser {
    pub(super) fn new(id: UserId) -> Self {
        Self {
            id,
            state: Mutex::default(),
        }
    }

    /// Notes that somebody is about to connect; answers whether hints about this person come here already.
    pub(super) fn touch(&self, now: u64) -> bool {
        let mut state = lock(&self.state);
        state.touched = now;
        state.watched
    }

    /// Hints about this person come here from now on; `newest` was the end of their log at about that time.
    pub(super) fn watched(&self, newest: Stamp) {
        let mut state = lock(&self.state);
        state.watched = true;
        state.told = state.told.max(newest);
    }

    /// The newest entry of the log that everybody connected was told of.
    pub(super) fn told(&self) -> Stamp {
        lock(&self.state).told
    }

    /// The store has lost what came after `newest`, up to `lost`, which was told: tells all.
    pub(super) fn rewind(&self, lost: Stamp, newest: Stamp, notice: &Broadcast, house: &House) {
        {
            let mut state = lock(&self.state);
            if state.told == lost {
                state.told = newest;
            }
        }
        self.push(notice, None, house);
    }

    /// Whether somebody is connected who was not told of `newest` in their log.
    pub(super) fn is_behind(&self, newest: Stamp) -> bool {
        let state = lock(&self.state);
        state.told < newest && !state.connections.is_empty()
    }

    /// Something newer than what was pushed stands in the log: tells all, unless it has come since.
    pub(super) fn catch_up(&self, newest: Stamp, notice: &Broadcast, house: &House) {
        {
            let mut state = lock(&self.state);
            if state.told >= newest {
                return;
            }
            state.told = newest;
        }
        self.push(notice, None, house);
    }

    /// Adds a connection; `first` happens before anything can be pushed to it.
    pub(super) fn enter(&self, connection: &Arc<Connection>, first: impl FnOnce() -> bool) {
        let mut state = lock(&self.state);
        if first() {
            state.connections.push(Arc::clone(connection));
        }
    }

    /// Takes a connection away; answers whether none is left.
    pub(super) fn leave(&self, connection: &Connection, now: u64) -> bool {
        let mut state = lock(&self.state);
        state.connections.retain(|other| other.id != connection.id);
        state.touched = now;
        state.connections.is_empty()
    }

    /// Whether nobody has been connected since `before`.
    pub(super) fn is_idle_since(&self, before: u64) -> bool {
        let state = lock(&self.state);
        state.connections.is_empty() && state.touched <= before
    }

    /// Whether somebody is connected.
    pub(super) fn is_connected(&self) -> bool {
        !lock(&self.state).connections.is_empty()
    }

    /// Notes a chat; answers whether it is new.
    pub(super) fn note_chat(&self, chat: &ChatId) -> bool {
        lock(&self.state).chats.insert(chat.clone())
    }

    /// Forgets a chat.
    pub(super) fn forget_chat(&self, chat: &ChatId) {
        lock(&self.state).chats.remove(chat);
    }

    /// The chats this person is in, as far as is known here.
    pub(super) fn chats(&self) -> HashSet<ChatId> {
        lock(&self.state).chats.clone()
    }

    /// Sends a push to every connection but `origin`; answers how many there were.
    pub(super) fn push(&self, push: &Broadcast, origin: Option<u64>, house: &House) -> usize {
        let state = lock(&self.state);
        let mut receivers = 0;
        for connection in &state.connections {
            if origin != Some(connection.id) {
                connection.push(push, house);
                receivers += 1;
            }
        }
        receivers
    }

    /// Closes the connections of one session.
    pub(super) fn end(&self, session: &SessionId, house: &House) {
        let ended: Vec<_> = lock(&self.state)
            .connections
            .iter()
            .filter(|one| one.identity().is_some_and(|who| who.session == *session))
            .cloned()
            .collect();
        for connection in ended {
            connection.end(house);
        }
    }

    /// Adds an entry of the change log to those that wait for their turn.
    pub(super) fn hold(&self, arrival: LogArrival) {
        let mut state = lock(&self.state);
        state.told = state.told.max(arrival.stamp);
        if state.held.len() >= MOST_HELD {
            // The client sees the gap by `prev` and pulls.
            state.held.pop_front();
        }
        state.held.push_back(arrival);
    }

    /// Takes the entry whose turn it is, unless a chat is being joined. One that joins a chat holds up
    /// those after it until [`LocalUser::joined`].
    pub(super) fn next_held(&self) -> Option<LogArrival> {
        let mut state = lock(&self.state);
        if state.joining {
            return None;
        }
        let arrival = state.held.pop_front()?;
        state.joining = matches!(&arrival.movement, Some(Movement::Joins(..)));
        if state.held.is_empty() {
            state.held = VecDeque::new();
        }
        Some(arrival)
    }

    /// The chat is joined: go on.
    pub(super) fn joined(&self) {
        lock(&self.state).joining = false;
    }
}
