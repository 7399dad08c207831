//! Threads: messages that stand under another one.

use super::{Caller, Service, ServiceError};
use crate::{
    model::{ChatId, Entry, EntryKind, Stamp},
    store::{Seek, messages::MessageId},
};

/// A page of a thread.
#[derive(Debug, Clone, PartialEq)]
pub struct Thread {
    /// The message it stands under.
    pub root: Entry,
    /// Ascending and without a gap.
    pub entries: Vec<Entry>,
    /// Whether there are more in the direction asked for.
    pub has_more: bool,
}

impl Service {
    /// A page of a thread: after a stamp, before one, or the newest.
    ///
    /// # Errors
    ///
    /// `NotFound` (the chat or the message), `Invalid` (limit 0, two positions).
    pub async fn pull_thread(
        &self,
        caller: &Caller,
        chat: &ChatId,
        root: Stamp,
        (after, before): (Option<Stamp>, Option<Stamp>),
        limit: u32,
    ) -> Result<Thread, ServiceError> {
        let limit = self.page_limit(limit)?;
        let seek = match (after, before) {
            (Some(_), Some(_)) => {
                return Err(ServiceError::invalid("after", "excludes `before`"));
            }
            (Some(after), None) => Seek::After(after),
            (None, Some(before)) => Seek::Before(before),
            (None, None) => Seek::NEWEST,
        };
        let (root_entry, page) = tokio::join!(
            self.messages(caller, chat, vec![root]),
            self.threads.page(chat, root, &caller.user, seek, limit)
        );
        let (mut found, _) = root_entry?;
        let root = found.pop().ok_or(ServiceError::NotFound)?;
        let page = page?;
        let place = |standing| (chat.clone(), standing);
        let standings = page.entries.into_iter().map(place).collect();
        Ok(Thread {
            root,
            entries: self.view(&caller.user, standings).await?,
            has_more: page.has_more,
        })
    }

    /// Whether a thread may stand, or stands, under this message.
    pub(super) async fn check_root(
        &self,
        caller: &Caller,
        chat: &ChatId,
        root: Stamp,
    ) -> Result<(), ServiceError> {
        let refusal = |reason| Err(ServiceError::invalid("thread", reason));
        let (mut found, _) = self.messages(caller, chat, vec![root]).await?;
        let message = |entry: &Entry| entry.kind == EntryKind::Message;
        let Some(entry) = found.pop().filter(message) else {
            return refusal("names no message");
        };
        if entry.retracted {
            refusal("names a message that was taken back")
        } else if entry.thread.is_some() {
            refusal("names a message that stands in a thread itself")
        } else {
            Ok(())
        }
    }

    /// Says of each of these messages what stands under it: one round trip for each chat, none without roots.
    pub(super) async fn count_replies(
        &self,
        mut roots: Vec<(&MessageId, &mut Entry)>,
    ) -> Result<(), ServiceError> {
        roots.sort_by(|(one, _), (other, _)| one.chat.cmp(&other.chat));
        for chat in roots.chunk_by_mut(|(one, _), (other, _)| one.chat == other.chat) {
            let stamps: Vec<Stamp> = chat.iter().map(|(id, _)| id.stamp).collect();
            let replies = self.threads.replies(&chat[0].0.chat, &stamps).await?;
            for ((_, entry), replies) in chat.iter_mut().zip(replies) {
                entry.replies = replies;
            }
        }
        Ok(())
    }
}
