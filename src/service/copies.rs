//! Copies of a committed change: in the logs of those concerned, and on the way to the gateways.

use futures_util::{StreamExt, TryStreamExt, stream};

use super::{Service, ServiceError};
use crate::{
    cluster::Hint,
    model::{Change, ChangeId, ChangePlace, ChatId, LogEntry, Stamp, UserId},
    store::{
        keys,
        record::{ChangeRecord, LogBody, MemberRecord},
    },
};

/// Logs written at once.
const PARALLEL: usize = 16;

/// Somebody whose log a change belongs in.
struct Concerned {
    user: UserId,
    /// Entries up to here are hidden from them; `None` when all are.
    since: Option<Stamp>,
}

impl Service {
    /// What readers are told: the change with the message as it stands now.
    pub(super) async fn told_now(
        &self,
        chat: &ChatId,
        record: &ChangeRecord,
    ) -> Result<Change, ServiceError> {
        let mut told = record.change.clone();
        if let (Change::Message(change), Some(id)) = (&mut told, &record.message) {
            let standing = self.messages.entry(chat, id).await?;
            change.entry = standing.map(|standing| Box::new(standing.into_entry()));
        }
        Ok(told)
    }

    /// Copies the change into the logs of those concerned. What is stored there has no content.
    pub(super) async fn copy_into_logs(
        &self,
        (chat, change): (&ChatId, &ChangeId),
        record: &ChangeRecord,
        told: &Change,
    ) -> Result<(), ServiceError> {
        let concerned = self.concerned(chat, record).await?;
        let what = ["change", chat.as_str(), change.as_str()];
        let body = LogBody {
            place: Some(ChangePlace {
                stamp: record.stamp,
                prev: record.prev,
            }),
            change: record.change.clone(),
            message: record.message.clone(),
        };
        stream::iter(concerned)
            .map(|one| {
                let (body, pushed) = (body.clone(), visible(told, one.since));
                async move { self.log_body(&one.user, &what, body, pushed, None).await }
            })
            .buffer_unordered(PARALLEL)
            .try_collect::<()>()
            .await
    }

    /// Tells the gateways with members of the chat connected. Whoever is told by their log is not pushed it
    /// once more, but their gateway knows how far the chat's changes have come.
    pub(super) async fn tell_gateways(
        &self,
        chat: &ChatId,
        record: &ChangeRecord,
        told: Change,
    ) -> Result<(), ServiceError> {
        let Some((head, gateways)) = self.interests.of_chat(chat).await? else {
            return Ok(());
        };
        let change = if record.copied {
            record.change.clone()
        } else {
            told
        };
        let hint = Hint::Changed {
            chat: chat.clone(),
            epoch: head.epoch,
            members_version: head.members_version,
            entry: LogEntry {
                stamp: record.stamp,
                prev: record.prev,
                place: None,
                change,
            },
            copied: record.copied,
        };
        let key = keys::chat_gateways(chat);
        self.parts.cluster.tell(hint, &key, &gateways);
        Ok(())
    }

    /// Whose logs a change belongs in: those it happened to, and all members of a group that was not large.
    /// Whoever joined later has it before their time.
    async fn concerned(
        &self,
        chat: &ChatId,
        record: &ChangeRecord,
    ) -> Result<Vec<Concerned>, ServiceError> {
        let mut concerned: Vec<Concerned> = Vec::new();
        if record.copied {
            let most = self.parts.limits.group_members as usize;
            let members = self.rosters.members(chat, most).await?;
            let earlier = |(_, member): &(UserId, MemberRecord)| member.since_change < record.stamp;
            concerned.extend(members.into_iter().filter(earlier).map(|(user, member)| {
                let since = Some(member.since);
                Concerned { user, since }
            }));
        }
        if let Change::Membership(change) = &record.change {
            for user in &change.users {
                if !concerned.iter().any(|one| one.user == *user) {
                    let user = user.clone();
                    concerned.push(Concerned { user, since: None });
                }
            }
        }
        Ok(concerned)
    }
}

/// The change as somebody may be told it from whom entries up to `since` are hidden.
fn visible(told: &Change, since: Option<Stamp>) -> Change {
    let mut told = told.clone();
    if let Change::Message(change) = &mut told
        && since.is_none_or(|since| change.stamp <= since)
    {
        change.entry = None;
    }
    told
}
