//! Who is connected here, and for whom and what this gateway is registered to get hints.
//!
//! Registered before read: hints about a person and their chats come here before the first of their
//! connections is told that it is authenticated, so nothing can be missed between what it reads then and
//! what is pushed to it later. Registrations outlive the last connection by a while, since most come back.

use std::{
    net::IpAddr,
    sync::{Arc, atomic::Ordering::Relaxed},
};

use super::{Connection, Gateway, LocalUser, Room, connection::Identity, lock};
use crate::{
    cluster::Origin,
    model::{ChatId, Stamp, UserId},
    service::{Caller, ServiceError},
};

/// How long registrations outlive the last connection, in milliseconds.
const LINGER_MS: u64 = 60_000;
/// People without a connection who are remembered at most.
const MOST_IDLE: usize = 10_000;
/// Chats named in one request to the service.
pub(super) const CHATS_AT_ONCE: usize = 500;

impl Gateway {
    /// A client has connected.
    pub(super) fn open(&self, address: IpAddr) -> Arc<Connection> {
        let id = self.numbers.fetch_add(1, Relaxed);
        let connection = Arc::new(Connection::new(id, address, self.tick()));
        self.connections.insert(id, Arc::clone(&connection));
        metrics::gauge!("curlew_connections").increment(1);
        connection
    }

    /// The one who asks through a connection, once that is known.
    pub(super) fn caller(&self, connection: &Connection) -> Option<Caller> {
        let identity = connection.identity()?;
        Some(self.caller_as(connection, identity))
    }

    /// `identity` asking through a connection.
    pub(super) fn caller_as(&self, connection: &Connection, identity: &Identity) -> Caller {
        Caller {
            user: identity.user.clone(),
            session: identity.session.clone(),
            origin: Origin {
                incarnation: self.parts.cluster.incarnation(),
                connection: connection.id,
            },
        }
    }

    /// A client is gone.
    pub(super) fn forget(&self, connection: &Connection) {
        // First from here, then from its user: `welcome` looks in the other order.
        self.connections.remove(&connection.id);
        metrics::gauge!("curlew_connections").decrement(1);
        let Some(identity) = connection.identity() else {
            return;
        };
        let user = self.users.get(&identity.user).map(|user| Arc::clone(&user));
        if user.is_some_and(|user| user.leave(connection, self.now())) {
            lock(&self.idle).push_back((self.now(), identity.user.clone()));
        }
    }

    /// Prepares for a connection of the caller: hints about them and their chats come here from now on.
    pub(super) async fn admit(&self, caller: &Caller) -> Result<Arc<LocalUser>, ServiceError> {
        let user = &caller.user;
        let _nobody_gives_up = self.interest.read().await;
        let local = Arc::clone(
            &self
                .users
                .entry(user.clone())
                .or_insert_with(|| Arc::new(LocalUser::new(user.clone()))),
        );
        let prepared = self.prepare(&local, caller).await;
        if prepared.is_err() {
            lock(&self.idle).push_back((self.now(), user.clone()));
        }
        prepared.map(|()| local)
    }

    async fn prepare(&self, local: &Arc<LocalUser>, caller: &Caller) -> Result<(), ServiceError> {
        let service = &self.parts.service;
        if !local.touch(self.now()) {
            service.watch(std::slice::from_ref(&local.id), &[]).await?;
            // Its end may have been told before anybody here listened.
            if !service.session_alive(caller).await? {
                return Err(ServiceError::Unauthorized);
            }
        }
        // Read after the registration: a chat joined in between is told by a hint.
        let own = std::slice::from_ref(&local.id);
        let (chats, newest) = tokio::join!(service.chats_of(&local.id), service.log_positions(own));
        self.join(local, chats?, None).await?;
        local.watched(newest?.into_iter().next().unwrap_or(Stamp::ZERO));
        Ok(())
    }

    /// Adds an authenticated connection to its user; `reply` goes out before any push.
    pub(super) fn welcome(
        &self,
        local: &LocalUser,
        connection: &Arc<Connection>,
        reply: impl FnOnce(),
    ) {
        local.enter(connection, || {
            reply();
            self.connections.contains_key(&connection.id)
        });
    }

    /// Puts a user into chats and registers for those that are new here.
    pub(super) async fn join(
        &self,
        user: &Arc<LocalUser>,
        chats: Vec<ChatId>,
        since: Option<u64>,
    ) -> Result<(), ServiceError> {
        let mut new = Vec::new();
        for chat in chats {
            user.note_chat(&chat);
            if !self.room(&chat).join(user, since) {
                new.push(chat);
            }
        }
        for chats in new.chunks(CHATS_AT_ONCE) {
            let (watched, positions) = tokio::join!(
                self.parts.service.watch(&[], chats),
                self.parts.service.positions(chats)
            );
            watched?;
            for position in positions? {
                self.room(&position.chat).watched(&position);
            }
        }
        Ok(())
    }

    /// Puts somebody who is connected here into a chat they have just made, before they are told.
    pub(super) async fn join_own(&self, user: &UserId, chat: &ChatId) {
        let Some(user) = self.users.get(user).map(|user| Arc::clone(&user)) else {
            return;
        };
        let _nobody_gives_up = self.interest.read().await;
        if let Err(error) = self.join(&user, vec![chat.clone()], None).await {
            // The entry in their change log makes it up.
            tracing::warn!(chat.id = %chat, %error, "new chat not joined yet");
        }
    }

    /// Takes a user out of a chat. The registration goes when nobody has been in it for a while.
    pub(super) fn part(&self, user: &LocalUser, chat: &ChatId) {
        user.forget_chat(chat);
        if let Some(room) = self.rooms.get(chat) {
            room.leave(&user.id);
        }
    }

    fn room(&self, chat: &ChatId) -> Arc<Room> {
        let room = || Arc::new(Room::new(chat.clone()));
        Arc::clone(&self.rooms.entry(chat.clone()).or_insert_with(room))
    }

    /// Gives up what nobody has used for a while.
    pub(super) async fn give_up_idle(&self) {
        if !self.has_idle() {
            return;
        }
        let _nobody_comes = self.interest.write().await;
        let (mut users, mut chats) = (Vec::new(), Vec::new());
        while chats.len() < CHATS_AT_ONCE {
            let Some(user) = self.next_idle() else { break };
            if let Some((_, local)) = self.users.remove(&user) {
                chats.extend(self.abandon(&local));
                users.push(user);
            }
        }
        if users.is_empty() {
            return;
        }
        if let Err(error) = self.parts.service.unwatch(&users, &chats).await {
            // Costs a hint now and then until the lease of this gateway ends.
            tracing::debug!(%error, "interests were not given up");
        }
    }

    fn has_idle(&self) -> bool {
        let idle = lock(&self.idle);
        let due = self.now().saturating_sub(LINGER_MS);
        idle.len() > MOST_IDLE || idle.front().is_some_and(|(since, _)| *since < due)
    }

    /// The next user who is not connected and has not been for long enough.
    fn next_idle(&self) -> Option<UserId> {
        loop {
            let (since, user) = {
                let mut idle = lock(&self.idle);
                let crowded = idle.len() > MOST_IDLE;
                let (since, _) = idle.front()?;
                if !crowded && *since >= self.now().saturating_sub(LINGER_MS) {
                    return None;
                }
                idle.pop_front()?
            };
            let local = self.users.get(&user)?.clone();
            if local.is_idle_since(since) {
                return Some(user);
            }
        }
    }

    /// Takes a user out of all rooms; answers the chats nobody here is in any more.
    fn abandon(&self, local: &LocalUser) -> Vec<ChatId> {
        let mut empty = local.chats();
        empty.retain(|chat| {
            let last = self
                .rooms
                .get(chat)
                .is_none_or(|room| room.leave(&local.id));
            if last {
                self.rooms.remove(chat);
            }
            last
        });
        empty.into_iter().collect()
    }
}
