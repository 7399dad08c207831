//! Read marks and what is unread.

use super::{Caller, Service, ServiceError};
use crate::{
    cluster::Hint,
    model::{Change, ChatId, Stamp, UserId},
    store::{
        keys::{self, TimelineId},
        reads::counted_from,
        record::{Head, ReadRecord},
    },
};

impl Service {
    /// Marks a chat as read up to a stamp; answers the mark as it stands and how many messages are unread.
    ///
    /// # Errors
    ///
    /// `NotFound`, `Invalid` (a stamp from the future).
    pub async fn mark_read(
        &self,
        caller: &Caller,
        chat: &ChatId,
        stamp: Stamp,
    ) -> Result<(Stamp, u64), ServiceError> {
        let (state, member) = self.seen_by(caller, chat).await?;
        if stamp > state.head.last {
            return Err(ServiceError::invalid(
                "stamp",
                "is newer than the newest entry",
            ));
        }
        let wanted = self.record_at(chat, &state.head, stamp).await?;
        let (mark, moved) = self.reads.mark(chat, &caller.user, wanted).await?;
        let from = counted_from(&state.head, &member, mark);
        let unread = self
            .reads
            .unread(chat, &caller.user, &state.head, from)
            .await?;
        // Also when it stood there already: whoever moved it may have ended before the log.
        if moved || mark.stamp == stamp {
            self.log_read(caller, chat, mark.stamp).await?;
        }
        if moved {
            self.tell_read(caller, chat, member.peer.as_ref(), mark.stamp)
                .await?;
        }
        Ok((from.stamp, unread.messages))
    }

    /// A stamp with the ordinal that belongs to it.
    async fn record_at(
        &self,
        chat: &ChatId,
        head: &Head,
        stamp: Stamp,
    ) -> Result<ReadRecord, ServiceError> {
        if stamp == head.last {
            return Ok(ReadRecord {
                stamp,
                ordinal: head.ordinal,
            });
        }
        let timeline = TimelineId::Chat(chat.clone());
        let entry = self.timelines.at_or_before(&timeline, stamp).await?;
        let ordinal = entry.map_or(head.floor_ordinal, |entry| {
            entry
                .record
                .map_or(entry.seen_ordinal, |record| record.ordinal)
        });
        Ok(ReadRecord { stamp, ordinal })
    }

    /// Tells one's own devices.
    async fn log_read(
        &self,
        caller: &Caller,
        chat: &ChatId,
        stamp: Stamp,
    ) -> Result<(), ServiceError> {
        let change = Change::Read {
            chat: chat.clone(),
            stamp,
        };
        let what = ["read", chat.as_str(), &stamp.to_string()];
        self.log(&caller.user, &what, change, Some(caller.origin.clone()))
            .await
    }

    /// Tells the other person of a direct chat, or the members of a small group, by a push; but nobody who
    /// hides what they read, and nobody of somebody who does.
    async fn tell_read(
        &self,
        caller: &Caller,
        chat: &ChatId,
        peer: Option<&UserId>,
        stamp: Stamp,
    ) -> Result<(), ServiceError> {
        let most = self.parts.limits.reader_list_members as usize;
        let members = match peer {
            Some(peer) => Some(vec![peer.clone(), caller.user.clone()]),
            None => self.rosters.all_members(chat, most).await?,
        };
        let mut to = self.open_readers(&members.unwrap_or_default()).await?;
        if !to.contains(&caller.user) {
            return Ok(());
        }
        to.retain(|user| *user != caller.user);
        if to.is_empty() {
            return Ok(());
        }
        let gateways = self.interests.in_chat(chat).await?;
        let hint = Hint::Read {
            chat: chat.clone(),
            to,
            user: caller.user.clone(),
            stamp,
        };
        self.parts
            .cluster
            .tell(hint, &keys::chat_gateways(chat), &gateways);
        Ok(())
    }
}
