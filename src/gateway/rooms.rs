//! A chat with members who are connected here: whom to push to, in which order.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex},
};

use super::{broadcast::Broadcast, connection::House, lock, order::Order, users::LocalUser};
use crate::{
    model::{ChatId, Epoch, Stamp, UserId},
    service::ChatPosition,
};

/// Entries of one chat that may wait until its members are known.
const MOST_READY: usize = 1_024;

/// An entry or a change that has come.
pub(super) struct Arrival {
    /// What is pushed.
    pub(super) push: Pushed,
    /// The connection that needs no push.
    pub(super) origin: Option<u64>,
    /// Version of the membership it was stored under.
    pub(super) members_version: u64,
}

/// What is pushed to the members.
pub(super) enum Pushed {
    /// The same to all.
    All(Box<Broadcast>),
    /// A change of the message at this stamp: with the message to those who may see it, without it to others.
    Message(Stamp, Box<[Broadcast; 2]>),
    /// Nothing: they are told in another way.
    Nothing,
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
    /// Up to where entries are hidden from them, if they are a member.
    member: Option<Stamp>,
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
    changes: Order<Arrival>,
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
                member: None,
                since: since.unwrap_or(0),
            });
            // Rows may be ahead of the truth: the members are asked for before the next push.
            state.version = None;
            state.joins = state.joins.wrapping_add(1);
        }
        state.watched
    }

    /// Hints about this chat come here from now on; it stood at `position` at about that time.
    pub(super) fn watched(&self, position: &ChatPosition) {
        let mut state = lock(&self.state);
        state.watched = true;
        if state.order.newest().is_none() {
            state.order.skip_to(position.last);
        }
        if state.changes.newest().is_none() {
            state.changes.skip_to(position.change_last);
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

    /// Whether entries or changes wait for earlier ones.
    pub(super) fn is_waiting(&self) -> bool {
        let state = lock(&self.state);
        state.order.is_waiting() || state.changes.is_waiting()
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

    /// A change has come: like [`Room::on_entry`], in the order of changes.
    pub(super) fn on_change(
        &self,
        epoch: &Epoch,
        (prev, stamp): (Stamp, Stamp),
        arrival: Arrival,
        house: &House,
    ) -> Option<Question> {
        let mut state = lock(&self.state);
        let State { changes, ready, .. } = &mut *state;
        changes.take(epoch, prev, stamp, arrival, |arrival| {
            ready.push_back(arrival);
        });
        state.advance(house)
    }

    /// Time passes: pushes what has waited for earlier ones in vain.
    pub(super) fn tick(&self, house: &House) -> Option<Question> {
        let mut state = lock(&self.state);
        let State {
            order,
            changes,
            ready,
            ..
        } = &mut *state;
        for order in [order, changes] {
            order.tick(|arrival| ready.push_back(arrival));
        }
        state.advance(house)
    }

    /// The answer to a question: who is a member at `version`, and up to where entries are hidden from each.
    /// There may be another question.
    pub(super) fn on_members(
        &self,
        question: &Question,
        version: u64,
        members: Vec<(UserId, Stamp)>,
        house: &House,
    ) -> Option<Question> {
        let members: HashMap<UserId, Stamp> = members.into_iter().collect();
        let mut state = lock(&self.state);
        state.asking = false;
        for local in &mut state.locals {
            local.member = members.get(&local.user.id).copied();
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
    pub(super) fn catch_up(&self, position: &ChatPosition, notice: &Broadcast, house: &House) {
        let mut state = lock(&self.state);
        if !state.is_behind(position) {
            return;
        }
        state.order.skip_to(position.last);
        state.changes.skip_to(position.change_last);
        for local in &state.locals {
            if local.member.is_some() || state.version.is_none() {
                local.user.push(notice, None, house);
            }
        }
    }

    /// How far entries and changes were pushed.
    pub(super) fn reach(&self) -> Reach {
        let state = lock(&self.state);
        Reach {
            entries: state.order.newest(),
            changes: state.changes.newest(),
        }
    }

    /// The store has lost what was pushed beyond `position`, up to `lost`: tells all, and believes nothing that
    /// was known of the members.
    pub(super) fn rewind(
        &self,
        lost: &Reach,
        position: &ChatPosition,
        notice: &Broadcast,
        house: &House,
    ) {
        let mut state = lock(&self.state);
        state.order.rewind(lost.entries, position.last);
        state.changes.rewind(lost.changes, position.change_last);
        state.version = None;
        for local in &state.locals {
            local.user.push(notice, None, house);
        }
    }

    /// Whether the chat stands further than what was pushed. As long as hints do not come here, nothing is
    /// missed.
    pub(super) fn is_behind(&self, position: &ChatPosition) -> bool {
        lock(&self.state).is_behind(position)
    }
}

/// How far entries and changes of a chat were pushed; nothing where no hints come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reach {
    pub(super) entries: Option<Stamp>,
    pub(super) changes: Option<Stamp>,
}

impl Reach {
    /// Whether more was pushed, before the store was asked, than the store has: it was set back to an older copy.
    pub(super) fn is_beyond(&self, position: &ChatPosition) -> bool {
        self.entries > Some(position.last) || self.changes > Some(position.change_last)
    }
}

impl State {
    fn is_behind(&self, position: &ChatPosition) -> bool {
        let behind = |pushed: Option<Stamp>, newest| pushed.is_some_and(|pushed| pushed < newest);
        behind(self.order.newest(), position.last)
            || behind(self.changes.newest(), position.change_last)
    }

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
        let mut receivers = 0;
        for local in &self.locals {
            let push = local.member.and_then(|hidden| arrival.push.to(hidden));
            if let Some(push) = push.filter(|_| local.since <= arrival.members_version) {
                receivers += local.user.push(push, arrival.origin, house);
            }
        }
        metrics::counter!("curlew_pushes_total").increment(receivers as u64);
    }
}

impl Pushed {
    /// The push for a member from whom entries up to `hidden` are hidden.
    fn to(&self, hidden: Stamp) -> Option<&Broadcast> {
        match self {
            Self::All(push) => Some(push),
            Self::Message(stamp, pushes) => Some(&pushes[usize::from(*stamp <= hidden)]),
            Self::Nothing => None,
        }
    }
}

#[cfg(test)]
mod tests;
