//! Receipts: what has reached a device of the other side, and who has read a message.

use super::{Caller, Service, ServiceError};
use crate::{
    cluster::Hint,
    model::{ChatId, ReadMark, Stamp, UserId},
    store::keys,
};

impl Service {
    /// Says that everything up to a stamp has reached a device of the caller; answers the mark as it stands.
    /// Kept and told in direct chats only.
    ///
    /// # Errors
    ///
    /// `NotFound`, `Invalid` (a stamp from the future).
    pub async fn mark_delivered(
        &self,
        caller: &Caller,
        chat: &ChatId,
        stamp: Stamp,
    ) -> Result<Stamp, ServiceError> {
        let (state, member) = self.seen_by(caller, chat).await?;
        if stamp > state.head.last {
            return Err(ServiceError::invalid(
                "stamp",
                "is newer than the newest entry",
            ));
        }
        let Some(peer) = member.peer.filter(|peer| *peer != caller.user) else {
            return Ok(stamp);
        };
        let (mark, moved) = self.receipts.mark(chat, &caller.user, stamp).await?;
        if moved {
            let hint = Hint::Delivered {
                chat: chat.clone(),
                to: peer.clone(),
                user: caller.user.clone(),
                stamp: mark,
            };
            let gateways = self.interests.of_user(&peer).await?;
            let key = keys::user_gateways(&peer);
            self.parts.cluster.tell(hint, &key, &gateways);
        }
        Ok(mark)
    }

    /// Who has read a message, among those who do not hide it; nobody when the caller does.
    ///
    /// # Errors
    ///
    /// `NotFound`, `Forbidden` (a large group).
    pub async fn readers(
        &self,
        caller: &Caller,
        chat: &ChatId,
        stamp: Stamp,
    ) -> Result<Vec<ReadMark>, ServiceError> {
        let (_, record) = self.message_at(caller, chat, stamp).await?;
        let author = record.author;
        let most = self.parts.limits.reader_list_members as usize;
        let members = self.rosters.all_members(chat, most).await?;
        let members = members.ok_or(ServiceError::Forbidden(
            "the group is too large to tell who has read",
        ))?;
        let mut open = self.open_readers(&members).await?;
        if !open.contains(&caller.user) {
            return Ok(Vec::new());
        }
        open.retain(|user| Some(user) != author.as_ref());
        let (state, marks) =
            tokio::join!(self.chats.state(chat, &open), self.reads.marks(chat, &open));
        let since = state?.map(|state| state.members).unwrap_or_default();
        let readers = open.into_iter().zip(marks?).zip(since);
        Ok(readers
            .filter(|((_, mark), member)| {
                // Who came later may have read on from there, but not this.
                let saw = member.as_ref().is_some_and(|member| member.since < stamp);
                saw && mark.stamp >= stamp
            })
            .map(|((user, mark), _)| ReadMark {
                user,
                stamp: mark.stamp,
                delivered: None,
            })
            .collect())
    }

    /// Those of `users` who show what they have read, and are shown what others have.
    pub(super) async fn open_readers(&self, users: &[UserId]) -> Result<Vec<UserId>, ServiceError> {
        let records = self.accounts.users(users).await?;
        let open = users.iter().zip(records).filter(|(_, record)| {
            record
                .as_ref()
                .is_some_and(|record| !record.account.hide_reads)
        });
        Ok(open.map(|(user, _)| user.clone()).collect())
    }
}
