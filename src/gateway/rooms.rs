//! A chat with members who are connected here: whom to push to, in which order.

use std::{
    collections::{HashSet, VecDeque},
    sync::{Arc, Mutex},
};

use super::{broadcast::Broadcast, connection::House, lock, order::Order, users::LocalUser};
use crate::model::{ChatId, Epoch, Stamp, UserId};

/// Entries of one chat that may wait until its members are known.
const MOST_READY: usize = 1_024;

/// An entry that has come.
pub(super) struct Arrival {
    /// The push.
    pub(super) push: Broadcast,
    /// The connection that needs no push.
    pub(super) origin: Option<u64>,
    /// Version of the membership it was stored under.
    pub(super) members_version: u64,
}

/// Whom to ask the service about: see [`Room::on_members`].
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Question {
    /// The people concerned.
    pub(super) users: Vec<UserId>,
    joins: u32,
}

struct Local {
    user: Arc<LocalUser>,
    member: bool,
    /// Version of the membership since which they are known to belong to it; 0 as long as nobody knows.
    since: u64,
}

/// A chat with members who are connected here.
pub(super) struct Room {
    /// The chat.
    pub(super) chat: ChatId,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    locals: Vec<Local>,
    version: Option<u64>,
    watched: bool,
    asking: bool,
    joins: u32,
    order: Order<Arrival>,
    ready: VecDeque<Arrival>,
}

impl Room {
    pub(super) fn new(chat: ChatId) -> Self {
        Self {
            chat,
            state: Mutex::default(),
        }
    }

    /// Somebody local is in the chat, as far as their rows say, since a version of the membership when that
    /// is known. Answers whether hints come here already.
    pub(super) fn join(&self, user: &Arc<LocalUser>, since: Option<u64>) -> bool {
        let mut state = lock(&self.state);
        if !state.locals.iter().any(|local| local.user.id == user.id) {
            state.locals.push(Local {
                user: Arc::clone(user),
                member: false,
                since: since.unwrap_or(0),
            });
            // Rows may be ahead of the truth: the members are asked for before the next push.
            state.version = None;
            state.joins = state.joins.wrapping_add(1);
        }
        state.watched
    }

    /// Hints about this chat come here from now on; `newest` was its newest entry at about that time.
    pub(super) fn watched(&self, newest: Stamp) {
        let mut state = lock(&self.state);
        state.watched = true;
        if state.order.newest().is_none() {
            state.order.skip_to(newest);
        }
    }

    /// Somebody is no longer in the chat, or no longer here. Answers whether nobody is left.
    pub(super) fn leave(&self, user: &UserId) -> bool {
        let mut state = lock(&self.state);
        state.locals.retain(|local| local.user.id != *user);
        state.locals.is_empty()
    }

    /// Whether somebody in it is connected.
    pub(super) fn is_used(&self) -> bool {
        let state = lock(&self.state);
        state.locals.iter().any(|local| local.user.is_connected())
    }

    /// Whether entries wait for earlier ones.
    pub(super) fn is_waiting(&self) -> bool {
        lock(&self.state).order.is_waiting()
    }

    /// An entry has come: pushes what is in order now. A question is to be answered by [`Room::on_members`].
    pub(super) fn on_entry(
        &self,
        epoch: &Epoch,
        (prev, stamp): (Stamp, Stamp),
        arrival: Arrival,
        house: &House,
    ) -> Option<Question> {
        let mut state = lock(&self.state);
        let State { order, ready, .. } = &mut *state;
        order.take(epoch, prev, stamp, arrival, |arrival| {
            ready.push_back(arrival);
        });
        state.advance(house)
    }

    /// Time passes: pushes what has waited for earlier entries in vain.
    pub(super) fn tick(&self, house: &House) -> Option<Question> {
        let mut state = lock(&self.state);
        let State { order, ready, .. } = &mut *state;
        order.tick(|arrival| ready.push_back(arrival));
        state.advance(house)
    }

    /// The answer to a question: who is a member at `version`. There may be another question.
    pub(super) fn on_members(
        &self,
        question: &Question,
        version: u64,
        members: Vec<UserId>,
        house: &House,
    ) -> Option<Question> {
        let members: HashSet<UserId> = members.into_iter().collect();
        let mut state = lock(&self.state);
        state.asking = false;
        for local in &mut state.locals {
            local.member = members.contains(&local.user.id);
            if local.since == 0 {
                local.since = version;
            }
        }
        if question.joins == state.joins {
            // What was stored under a newer version than the answer must not be asked for again and again.
            let needed = state.ready.front().map_or(0, |first| first.members_version);
            state.version = Some(version.max(needed));
        }
        state.advance(house)
    }

    /// There was no answer: what waits is dropped, since nobody knows who may see it. Clients see the gap.
    pub(super) fn on_no_answer(&self) {
        let mut state = lock(&self.state);
        state.asking = false;
        state.ready.clear();
    }

    /// Something newer than what was pushed is stored: tells all, unless it has come since.
    pub(super) fn catch_up(&self, newest: Stamp, notice: &Broadcast, house: &House) {
        let mut state = lock(&self.state);
        if state.order.newest() >= Some(newest) {
            return;
        }
        state.order.skip_to(newest);
        for local in &state.locals {
            if local.member || state.version.is_none() {
                local.user.push(notice, None, house);
            }
        }
    }

    /// Whether `newest` is newer than what was pushed. As long as hints do not come here, nothing is missed.
    pub(super) fn is_behind(&self, newest: Stamp) -> bool {
        let pushed = lock(&self.state).order.newest();
        pushed.is_some_and(|pushed| pushed < newest)
    }
}

impl State {
    fn advance(&mut self, house: &House) -> Option<Question> {
        while !self.asking {
            let needed = self.ready.front()?.members_version;
            if self.version.is_none_or(|version| version < needed) {
                self.asking = true;
                return Some(self.question());
            }
            if let Some(arrival) = self.ready.pop_front() {
                self.push(&arrival, house);
            }
        }
        while self.ready.len() > MOST_READY {
            self.ready.pop_front();
        }
        None
    }

    fn question(&self) -> Question {
        Question {
            users: self
                .locals
                .iter()
                .map(|local| local.user.id.clone())
                .collect(),
            joins: self.joins,
        }
    }

    /// Pushes to those who were members when it was stored. To others it may be hidden; whoever could see it
    /// after all finds the gap by the next `prev`.
    fn push(&self, arrival: &Arrival, house: &House) {
        let receivers: usize = self
            .locals
            .iter()
            .filter(|local| local.member && local.since <= arrival.members_version)
            .map(|local| local.user.push(&arrival.push, arrival.origin, house))
            .sum();
        metrics::counter!("curlew_pushes_total").increment(receivers as u64);
    }
}

#[cfg(test)]
mod tests;
