//! What a gateway must know of chats and people to deliver pushes.

use super::{Service, ServiceError};
use crate::{
    model::{ChatId, Stamp, UserId},
    store::keys::TimelineId,
};

/// Where a chat stood when it was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatPosition {
    /// The chat.
    pub chat: ChatId,
    /// Stamp of its newest entry; 0 when there is none or no such chat.
    pub last: Stamp,
    /// Stamp of its newest change; 0 when there is none.
    pub change_last: Stamp,
}

impl Service {
    /// Chats a user may be a member of: their index. Whoever delivers to them asks
    /// [`Service::members_among`] first.
    ///
    /// # Errors
    ///
    /// Those of the store.
    pub async fn chats_of(&self, user: &UserId) -> Result<Vec<ChatId>, ServiceError> {
        let limit = self.parts.limits.chats_per_user as usize;
        Ok(self.rosters.of_user(user, limit).await?)
    }

    /// Registers this gateway for hints about users and chats, before anything of them is read.
    ///
    /// # Errors
    ///
    /// Those of the store; nothing is lost by doing it again.
    pub async fn watch(&self, users: &[UserId], chats: &[ChatId]) -> Result<(), ServiceError> {
        Ok(self
            .interests
            .add(&self.parts.cluster.incarnation(), users, chats)
            .await?)
    }

    /// Ends the registration: nobody here is interested any more.
    ///
    /// # Errors
    ///
    /// Those of the store; a row left behind costs a hint now and then.
    pub async fn unwatch(&self, users: &[UserId], chats: &[ChatId]) -> Result<(), ServiceError> {
        Ok(self
            .interests
            .remove(&self.parts.cluster.incarnation(), users, chats)
            .await?)
    }

    /// Which of `users` are members of a chat, up to where entries are hidden from each, and the version of the
    /// membership that says so.
    ///
    /// # Errors
    ///
    /// Those of the store.
    pub async fn members_among(
        &self,
        chat: &ChatId,
        users: &[UserId],
    ) -> Result<(u64, Vec<(UserId, Stamp)>), ServiceError> {
        let Some(state) = self.chats.state(chat, users).await? else {
            return Ok((0, Vec::new()));
        };
        let members = users
            .iter()
            .zip(state.members)
            .filter_map(|(user, member)| Some((user.clone(), member?.since)))
            .collect();
        Ok((state.head.members_version, members))
    }

    /// Where chats stand now, in one round trip.
    ///
    /// # Errors
    ///
    /// Those of the store.
    pub async fn positions(&self, chats: &[ChatId]) -> Result<Vec<ChatPosition>, ServiceError> {
        let timelines: Vec<_> = chats.iter().cloned().map(TimelineId::Chat).collect();
        let heads = self.timelines.heads(&timelines).await?;
        Ok(chats
            .iter()
            .zip(heads)
            .map(|(chat, head)| ChatPosition {
                chat: chat.clone(),
                last: head.as_ref().map_or(Stamp::ZERO, |head| head.last),
                change_last: head.map_or(Stamp::ZERO, |head| head.change_last),
            })
            .collect())
    }

    /// Stamps of the newest entries in the change logs of `users`, in one round trip; 0 where there is none.
    ///
    /// # Errors
    ///
    /// Those of the store.
    pub async fn log_positions(&self, users: &[UserId]) -> Result<Vec<Stamp>, ServiceError> {
        let timelines: Vec<_> = users.iter().cloned().map(TimelineId::Log).collect();
        let heads = self.timelines.heads(&timelines).await?;
        Ok(heads
            .into_iter()
            .map(|head| head.map_or(Stamp::ZERO, |head| head.last))
            .collect())
    }
}
