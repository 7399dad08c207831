//! Entries as one reader sees them: what the record alone does not tell is looked up.

use std::collections::{HashMap, HashSet};

use super::{Caller, Service, ServiceError};
use crate::{
    model::{Change, ChatId, Entry, EntryId, LogEntry, Stamp, UserId},
    store::{
        messages::MessageId,
        record::{EntryRecord, Standing},
        timelines::PAGE_BYTES,
    },
};

/// Most messages asked for at once.
const MOST_ASKED: usize = 100;

/// A change as it is stored, and the id of the message that changed.
pub(super) type Told = (LogEntry, Option<EntryId>);

impl Service {
    /// Entries of chats as `reader` sees them.
    pub(super) async fn view(
        &self,
        reader: &UserId,
        standings: Vec<(ChatId, Standing)>,
    ) -> Result<Vec<Entry>, ServiceError> {
        let ids: Vec<MessageId> = standings
            .iter()
            .map(|(chat, standing)| message_id(chat, standing))
            .collect();
        let has_thread = |(_, standing): &(ChatId, Standing)| standing.beside.root;
        let roots: Vec<bool> = standings.iter().map(has_thread).collect();
        let mut entries: Vec<Entry> = standings
            .into_iter()
            .map(|(_, standing)| standing.into_entry())
            .collect();
        let roots = ids.iter().zip(&mut entries).zip(roots);
        let roots = roots.filter_map(|(found, root)| root.then_some(found));
        self.count_replies(roots.collect()).await?;
        self.mark_mine(reader, &ids, &mut entries).await?;
        Ok(entries)
    }

    /// Some messages of a chat by their stamps, ascending; and whether the answer was full before its end.
    ///
    /// # Errors
    ///
    /// `NotFound` (the chat), `Invalid` (none), `TooLarge` (more than 100).
    pub async fn messages(
        &self,
        caller: &Caller,
        chat: &ChatId,
        mut stamps: Vec<Stamp>,
    ) -> Result<(Vec<Entry>, bool), ServiceError> {
        if stamps.is_empty() {
            return Err(ServiceError::invalid("stamps", "is empty"));
        }
        if stamps.len() > MOST_ASKED {
            return Err(ServiceError::too_large(
                "stamps",
                "has more than 100 stamps",
            ));
        }
        self.seen_by(caller, chat).await?;
        stamps.sort();
        stamps.dedup();
        let found = self.messages.find(chat, &stamps).await?;
        let found = found.into_iter().zip(stamps);
        let wanted: Vec<MessageId> = found
            .filter_map(|(id, stamp)| {
                let (id, chat) = (id?, chat.clone());
                Some(MessageId { chat, id, stamp })
            })
            .collect();
        let standings = self.messages.visible(&caller.user, &wanted).await?;
        let standings: Vec<_> = standings
            .into_iter()
            .flatten()
            .map(|standing| (chat.clone(), standing))
            .collect();
        let fitting = fitting(standings.iter().map(|(_, standing)| size(standing)));
        let full = fitting < standings.len();
        let standings = standings.into_iter().take(fitting).collect();
        Ok((self.view(&caller.user, standings).await?, full))
    }

    /// All of some messages of a chat, in as many pages as it takes.
    pub(super) async fn all_messages(
        &self,
        caller: &Caller,
        chat: &ChatId,
        stamps: &[Stamp],
    ) -> Result<Vec<Entry>, ServiceError> {
        let (mut entries, mut wanted) = (Vec::new(), stamps.to_vec());
        loop {
            let (page, full) = self.messages(caller, chat, wanted.clone()).await?;
            let Some(newest) = page.last().map(|entry| entry.stamp) else {
                return Ok(entries);
            };
            entries.extend(page);
            wanted.retain(|stamp| *stamp > newest);
            if !full || wanted.is_empty() {
                return Ok(entries);
            }
        }
    }

    /// One message that the caller may see: its id and its record.
    pub(super) async fn message_at(
        &self,
        caller: &Caller,
        chat: &ChatId,
        stamp: Stamp,
    ) -> Result<(EntryId, EntryRecord), ServiceError> {
        let found = self.messages.find(chat, &[stamp]).await?;
        let id = found.into_iter().next().flatten();
        let (chat, id) = (chat.clone(), id.ok_or(ServiceError::NotFound)?);
        let wanted = MessageId { chat, id, stamp };
        let standings = self
            .messages
            .visible(&caller.user, std::slice::from_ref(&wanted))
            .await?;
        let record = standings.into_iter().flatten().find_map(|one| one.record);
        let record = record.filter(EntryRecord::counts);
        Ok((wanted.id, record.ok_or(ServiceError::NotFound)?))
    }

    /// Changes as `reader` is told them: the newest change of each message carries the message as it stands
    /// now, if they may see it. Answers as many as fit into a page.
    pub(super) async fn tell(
        &self,
        reader: &UserId,
        mut told: Vec<Told>,
    ) -> Result<(Vec<LogEntry>, bool), ServiceError> {
        let mut wanted: Vec<MessageId> = told.iter().filter_map(message_of).collect();
        wanted.sort();
        wanted.dedup();
        let standings = self.messages.visible(reader, &wanted).await?;
        let sizes: HashMap<&MessageId, usize> = wanted
            .iter()
            .zip(&standings)
            .filter_map(|(id, standing)| Some((id, size(standing.as_ref()?))))
            .collect();
        let fitting = fitting_changes(&told, sizes);
        let full = fitting < told.len();
        told.truncate(fitting);
        let needed: HashSet<MessageId> = told.iter().filter_map(message_of).collect();
        let (ids, there): (Vec<MessageId>, Vec<_>) = wanted
            .into_iter()
            .zip(standings)
            .filter(|(id, _)| needed.contains(id))
            .filter_map(|(id, standing)| {
                let standing = (id.chat.clone(), standing?);
                Some((id, standing))
            })
            .unzip();
        let entries = self.view(reader, there).await?;
        let entries = ids.into_iter().zip(entries).collect();
        Ok((filled(told, entries), full))
    }

    /// Marks reactions of `reader` that the summary does not name.
    async fn mark_mine(
        &self,
        reader: &UserId,
        ids: &[MessageId],
        entries: &mut [Entry],
    ) -> Result<(), ServiceError> {
        let mut doubtful = Vec::new();
        for (place, entry) in entries.iter_mut().enumerate() {
            let mut unsure = false;
            for reaction in &mut entry.reactions {
                reaction.mine = reaction.users.contains(reader);
                unsure |= !reaction.mine && reaction.count as usize > reaction.users.len();
            }
            if unsure {
                doubtful.push(place);
            }
        }
        let asked: Vec<MessageId> = doubtful.iter().map(|place| ids[*place].clone()).collect();
        let kinds = self.messages.reactions_of(reader, &asked).await?;
        for (place, kinds) in doubtful.into_iter().zip(kinds) {
            for reaction in &mut entries[place].reactions {
                reaction.mine |= kinds.contains(&reaction.kind);
            }
        }
        Ok(())
    }
}

/// The message a change is about.
fn message_of((entry, id): &Told) -> Option<MessageId> {
    match &entry.change {
        Change::Message(change) => Some(MessageId {
            chat: change.chat.clone(),
            id: id.clone()?,
            stamp: change.stamp,
        }),
        _ => None,
    }
}

fn message_id(chat: &ChatId, standing: &Standing) -> MessageId {
    MessageId {
        chat: chat.clone(),
        id: standing.id.clone(),
        stamp: standing.stamp,
    }
}

/// Puts the messages into their newest changes.
fn filled(told: Vec<Told>, mut entries: HashMap<MessageId, Entry>) -> Vec<LogEntry> {
    let mut filled: Vec<LogEntry> = told
        .into_iter()
        .rev()
        .map(|one| {
            let message = message_of(&one).and_then(|id| entries.remove(&id));
            let mut entry = one.0;
            if let Change::Message(change) = &mut entry.change {
                change.entry = message.map(Box::new);
            }
            entry
        })
        .collect();
    filled.reverse();
    filled
}

/// How many of the changes fit into a page, each message counted once.
fn fitting_changes(told: &[Told], mut sizes: HashMap<&MessageId, usize>) -> usize {
    let size = |one| message_of(one).and_then(|id| sizes.remove(&id));
    fitting(told.iter().map(size).map(|size| size.unwrap_or(64)))
}

/// How many of these fit into a page; one always does.
fn fitting(sizes: impl Iterator<Item = usize>) -> usize {
    let begins = sizes.scan(0, |sum, size| {
        let begin = *sum;
        *sum += size;
        Some(begin)
    });
    begins.take_while(|begin| *begin < PAGE_BYTES).count()
}

fn size(standing: &Standing) -> usize {
    128 + standing
        .record
        .as_ref()
        .map_or(0, |record| record.body.len())
}
