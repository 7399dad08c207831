//! Mentions: whom a message speaks to, how their logs come to know, and which ones are unread.
//!
//! The rows by which mentions are counted are written with the message. The logs of those it speaks to are in
//! other slots: an intent noted before the message lets any gateway finish what this one could not.

use futures_util::{StreamExt, TryStreamExt, stream};

use super::{Caller, NewMessage, Service, ServiceError, memberships::Membership};
use crate::{
    cluster::Origin,
    model::{Change, ChatId, EntryId, Role, Stamp, UserId},
    store::{
        keys::{self, TimelineId},
        reads::counted_from,
        record::{Intent, Mark, MarkRow, MessageBody},
    },
};

/// Logs written at once.
const PARALLEL: usize = 16;

impl Service {
    /// Stamps of unread messages that speak to the caller, the oldest first.
    ///
    /// # Errors
    ///
    /// `NotFound`, `Invalid` (limit 0).
    pub async fn mentions(
        &self,
        caller: &Caller,
        chat: &ChatId,
        limit: u32,
    ) -> Result<Vec<Stamp>, ServiceError> {
        let limit = self.page_limit(limit)?;
        let (state, member) = self.seen_by(caller, chat).await?;
        let mark = self
            .reads
            .marks(chat, std::slice::from_ref(&caller.user))
            .await?;
        let from = counted_from(&state.head, &member, mark[0]);
        let unread = (from.stamp, state.head.last);
        Ok(self
            .reads
            .mentions(chat, &caller.user, unread, limit)
            .await?)
    }

    /// Whether the sender may speak to those they name, and stand where they want to.
    pub(super) async fn check_standing(
        &self,
        caller: &Caller,
        message: &NewMessage,
        membership: &Membership,
    ) -> Result<(), ServiceError> {
        if message.mention_all {
            may_mention_all(membership)?;
        }
        if !message.mentions.is_empty() {
            let (_, members) = self.members_among(&message.chat, &message.mentions).await?;
            let is_member = |user| members.iter().any(|(member, _)| member == user);
            if !message.mentions.iter().all(is_member) {
                return Err(ServiceError::invalid("mentions", "names a non-member"));
            }
        }
        match message.thread {
            Some(root) => self.check_root(caller, &message.chat, root).await,
            None => Ok(()),
        }
    }

    /// Notes that a message is about to be stored which belongs in logs.
    pub(super) async fn note_mentions(
        &self,
        chat: &ChatId,
        message: &EntryId,
        now_us: u64,
    ) -> Result<(), ServiceError> {
        let intent = Intent::message(chat, message, now_us);
        Ok(self.intents.note(&intent).await?)
    }

    /// Finishes a stored message that was noted at `now_us`. When that fails, whoever finds the intent overdue
    /// does it.
    pub(super) async fn settle_mentions(
        &self,
        chat: &ChatId,
        message: &EntryId,
        now_us: u64,
        origin: Option<&Origin>,
    ) {
        let intent = Intent::message(chat, message, now_us);
        let finished = async {
            self.finish_mentions(chat, message, origin).await?;
            Ok::<_, ServiceError>(self.intents.clear(&intent).await?)
        };
        if let Err(error) = finished.await {
            tracing::warn!(chat.id = %chat, entry.id = %message, %error, "mentions left for later");
        }
    }

    /// Brings a message into the logs of those it speaks to, if it is stored; says whether it is.
    pub(super) async fn finish_mentions(
        &self,
        chat: &ChatId,
        message: &EntryId,
        origin: Option<&Origin>,
    ) -> Result<bool, ServiceError> {
        let timeline = TimelineId::Chat(chat.clone());
        let Some(record) = self.timelines.record(&timeline, message).await? else {
            return Ok(false);
        };
        let (Some(sender), Some(body)) = (record.author, MessageBody::decode(&record.body)) else {
            return Ok(true);
        };
        let mut spoken_to = body.mentions;
        if body.mention_all {
            // A large group is not written into that many logs: its members count, and pull.
            let most = self.parts.limits.write_diffusion_members as usize;
            let all = self.rosters.all_members(chat, most).await?;
            spoken_to.extend(all.into_iter().flatten());
        }
        spoken_to.retain(|user| *user != sender);
        let change = Change::Mention {
            chat: chat.clone(),
            stamp: record.stamp,
            sender,
        };
        self.log_mention(message, spoken_to, &change, origin)
            .await?;
        Ok(true)
    }

    /// Writes a mention into the logs of `users`. Doing it again changes nothing.
    pub(super) async fn log_mention(
        &self,
        message: &EntryId,
        users: Vec<UserId>,
        change: &Change,
        origin: Option<&Origin>,
    ) -> Result<(), ServiceError> {
        stream::iter(users)
            .map(|user| {
                let (told, origin) = (change.clone(), origin.cloned());
                let what = ["mention", message.as_str()];
                async move { self.log(&user, &what, told, origin).await }
            })
            .buffer_unordered(PARALLEL)
            .try_collect()
            .await
    }
}

/// Rows by which the mentions of a message are counted. Nobody counts as mentioned by themselves.
pub(super) fn marks(message: &NewMessage, author: &UserId) -> Vec<Mark> {
    let chat = &message.chat;
    let mark = |key| Mark {
        key,
        row: MarkRow::Stamp,
    };
    if message.mention_all {
        return vec![
            mark(keys::all_mentioned(chat)),
            mark(keys::unmentioned(chat, author)),
        ];
    }
    let mut users: Vec<&UserId> = message.mentions.iter().collect();
    users.sort();
    users.dedup();
    users.retain(|user| *user != author);
    users
        .into_iter()
        .map(|user| mark(keys::mentioned(chat, user)))
        .collect()
}

fn may_mention_all(membership: &Membership) -> Result<(), ServiceError> {
    let member = &membership.member;
    let may = member.peer.is_none() && matches!(member.role, Role::Owner | Role::Admin);
    may.then_some(()).ok_or(ServiceError::Forbidden(
        "only owners and admins of groups may speak to all",
    ))
}
