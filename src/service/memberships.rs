//! Memberships as last seen, so that an ordinary message costs one store round trip.
//!
//! Never trusted alone: an append names the version of the membership it was allowed under, and the store
//! refuses it as `stale` when that has changed.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use super::{Caller, Service, ServiceError};
use crate::{
    model::{ChatId, UserId},
    store::{chats::ChatState, record::MemberRecord},
};

/// Most memberships remembered: two generations of this many.
const GENERATION: usize = 50_000;

/// A membership as it was at one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Membership {
    /// What the member may do, and since when.
    pub(super) member: MemberRecord,
    /// The version of the chat's membership that says so.
    pub(super) version: u64,
}

/// Memberships as last seen. When a generation is full, the one before it is forgotten.
#[derive(Default)]
pub(super) struct Memberships {
    generations: Mutex<[HashMap<(ChatId, UserId), Membership>; 2]>,
}

impl Memberships {
    fn get(&self, key: &(ChatId, UserId)) -> Option<Membership> {
        let generations = self
            .generations
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        generations
            .iter()
            .find_map(|generation| generation.get(key))
            .cloned()
    }

    fn put(&self, key: (ChatId, UserId), membership: Membership) {
        let mut generations = self
            .generations
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if generations[0].len() >= GENERATION {
            generations.swap(0, 1);
            generations[0].clear();
        }
        generations[0].insert(key, membership);
    }

    fn forget(&self, key: &(ChatId, UserId)) {
        let mut generations = self
            .generations
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        for generation in generations.iter_mut() {
            generation.remove(key);
        }
    }
}

impl Service {
    /// The membership as last seen, or as the store has it.
    pub(super) async fn membership(
        &self,
        chat: &ChatId,
        user: &UserId,
    ) -> Result<Membership, ServiceError> {
        let key = (chat.clone(), user.clone());
        if let Some(known) = self.memberships.get(&key) {
            return Ok(known);
        }
        let state = self.chats.state(chat, std::slice::from_ref(user)).await?;
        let membership = state.and_then(|state| {
            let member = state.members.into_iter().next().flatten()?;
            Some(Membership {
                member,
                version: state.head.members_version,
            })
        });
        let membership = membership.ok_or(ServiceError::NotFound)?;
        self.memberships.put(key, membership.clone());
        Ok(membership)
    }

    /// The chat and the asking member's record, as the store has them now.
    pub(super) async fn seen_by(
        &self,
        caller: &Caller,
        chat: &ChatId,
    ) -> Result<(ChatState, MemberRecord), ServiceError> {
        let asked = std::slice::from_ref(&caller.user);
        let mut state = self
            .chats
            .state(chat, asked)
            .await?
            .ok_or(ServiceError::NotFound)?;
        let member = state
            .members
            .pop()
            .flatten()
            .ok_or(ServiceError::NotFound)?;
        Ok((state, member))
    }

    /// Forgets a membership that proved to be old.
    pub(super) fn forget_membership(&self, chat: &ChatId, user: &UserId) {
        self.memberships.forget(&(chat.clone(), user.clone()));
    }
}
