//! What hints missed: new entries are noticed by looking at positions and mended by telling clients to
//! pull, ended sessions by asking for each now and then.

use std::{collections::HashMap, sync::Arc, time::Duration};

use super::{Connection, Gateway, LocalUser, Room, registry::CHATS_AT_ONCE, rooms::Reach};
use crate::{
    model::{ChatId, Stamp, UserId},
    protocol::ResyncReason,
    service::{ChatPosition, ServiceError},
};

/// How long a hint may be under way before its entry counts as missed.
const PATIENCE: Duration = Duration::from_secs(1);
/// Pause before a failed step is tried again.
const PAUSE: Duration = Duration::from_secs(1);

impl Gateway {
    /// Closes what belongs to ended sessions, among the connections of one share of `shares`.
    pub(super) async fn check_sessions(&self, share: u64, shares: u64) -> Result<(), ServiceError> {
        let due: Vec<Arc<Connection>> = self
            .connections
            .iter()
            .filter(|one| one.id % shares == share && one.identity().is_some())
            .map(|one| Arc::clone(&one))
            .collect();
        for connection in due {
            let Some(caller) = self.caller(&connection) else {
                continue;
            };
            if !self.parts.service.session_alive(&caller).await? {
                connection.end(&self.house);
            }
        }
        Ok(())
    }

    /// Compares what was pushed with what is stored, for every chat in use and everybody connected.
    pub(super) async fn check_positions(&self, reason: ResyncReason) -> Result<(), ServiceError> {
        let (chats, logs) = (self.chats_behind().await?, self.logs_behind().await?);
        if chats.is_empty() && logs.is_empty() {
            return Ok(());
        }
        // The hints may just be under way.
        tokio::time::sleep(PATIENCE).await;
        for (room, position) in chats {
            let notice = Self::resync(reason, Some(room.chat.clone()));
            room.catch_up(&position, &notice, &self.house);
        }
        let notice = Self::resync(reason, None);
        for (user, newest) in logs {
            user.catch_up(newest, &notice, &self.house);
        }
        Ok(())
    }

    async fn logs_behind(&self) -> Result<Vec<(Arc<LocalUser>, Stamp)>, ServiceError> {
        let mut users = self.all_users();
        users.retain(|user| user.is_connected());
        let mut behind = Vec::new();
        for users in users.chunks(CHATS_AT_ONCE) {
            let ids: Vec<UserId> = users.iter().map(|user| user.id.clone()).collect();
            let told: Vec<Stamp> = users.iter().map(|user| user.told()).collect();
            let positions = self.parts.service.log_positions(&ids).await?;
            for ((user, told), newest) in users.iter().zip(told).zip(positions) {
                if told > newest {
                    let notice = Self::resync(ResyncReason::Rewound, None);
                    user.rewind(told, newest, &notice, &self.house);
                } else if user.is_behind(newest) {
                    behind.push((Arc::clone(user), newest));
                }
            }
        }
        Ok(behind)
    }

    async fn chats_behind(&self) -> Result<Vec<(Arc<Room>, ChatPosition)>, ServiceError> {
        let used: HashMap<ChatId, Reach> = self
            .rooms
            .iter()
            .filter(|room| room.is_used())
            .map(|room| (room.chat.clone(), room.reach()))
            .collect();
        let chats: Vec<ChatId> = used.keys().cloned().collect();
        let mut behind = Vec::new();
        for chats in chats.chunks(CHATS_AT_ONCE) {
            for position in self.parts.service.positions(chats).await? {
                let Some(room) = self.rooms.get(&position.chat).map(|room| Arc::clone(&room))
                else {
                    continue;
                };
                let before = used.get(&position.chat);
                if let Some(lost) = before.filter(|before| before.is_beyond(&position)) {
                    self.tell_of_loss(&room, lost, &position);
                } else if room.is_behind(&position) {
                    behind.push((room, position));
                }
            }
        }
        Ok(behind)
    }

    /// What was pushed before the store was asked is not there: it was set back to an older copy.
    fn tell_of_loss(&self, room: &Room, lost: &Reach, position: &ChatPosition) {
        tracing::warn!(chat.id = %room.chat, ?lost, stored = %position.last, "the store has lost what was pushed");
        let notice = Self::resync(ResyncReason::Rewound, Some(room.chat.clone()));
        room.rewind(lost, position, &notice, &self.house);
    }

    /// Hints were lost: looks for what they would have said.
    pub(super) fn heal_lost_hints(self: &Arc<Self>) {
        let gateway = Arc::clone(self);
        tokio::spawn(async move {
            let _one_at_a_time = gateway.healing.lock().await;
            while let Err(error) = gateway.catch_up_with_lost_hints().await {
                tracing::warn!(%error, "positions not compared after lost hints");
                tokio::time::sleep(PAUSE).await;
            }
        });
    }

    async fn catch_up_with_lost_hints(&self) -> Result<(), ServiceError> {
        for user in self.all_users() {
            let _nobody_gives_up = self.interest.read().await;
            let chats = self.parts.service.chats_of(&user.id).await?;
            self.join(&user, chats, None).await?;
        }
        self.check_positions(ResyncReason::HintsLost).await
    }

    /// The lease was lost: registers everything anew, then tells everybody to pull.
    pub(super) fn heal_lost_lease(self: &Arc<Self>) {
        let gateway = Arc::clone(self);
        tokio::spawn(async move {
            let _one_at_a_time = gateway.healing.lock().await;
            while let Err(error) = gateway.register_anew().await {
                tracing::warn!(%error, "not registered anew");
                tokio::time::sleep(PAUSE).await;
            }
            let notice = Self::resync(ResyncReason::LeaseLost, None);
            for connection in &gateway.connections {
                if connection.identity().is_some() {
                    connection.push(&notice, &gateway.house);
                }
            }
            tracing::info!("registered anew after a lost lease");
        });
    }

    async fn register_anew(&self) -> Result<(), ServiceError> {
        let _nobody_gives_up = self.interest.read().await;
        let users: Vec<UserId> = self.users.iter().map(|user| user.id.clone()).collect();
        for users in users.chunks(CHATS_AT_ONCE) {
            self.parts.service.watch(users, &[]).await?;
        }
        let chats: Vec<ChatId> = self.rooms.iter().map(|room| room.chat.clone()).collect();
        for chats in chats.chunks(CHATS_AT_ONCE) {
            self.parts.service.watch(&[], chats).await?;
        }
        for user in self.all_users() {
            let chats = self.parts.service.chats_of(&user.id).await?;
            self.join(&user, chats, None).await?;
        }
        Ok(())
    }

    fn all_users(&self) -> Vec<Arc<LocalUser>> {
        self.users.iter().map(|user| Arc::clone(&user)).collect()
    }
}
