//! Bodies of entries: what stands behind the header line.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::{EntryRecord, versioned};
use crate::model::{
    Change, ChangePlace, ClientId, Content, Entry, EntryId, EntryKind, LogEntry, Reaction, Source,
    Stamp, UserId,
};

const VERSION: u8 = 1;

/// Body of a chat's entry.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct MessageBody {
    /// The id its sender chose.
    pub client_id: Option<ClientId>,
    /// What it says; absent once retracted.
    pub content: Option<Content>,
    /// Stamp of the entry it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<Stamp>,
    /// Members it speaks to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<UserId>,
    /// Whether it speaks to all members.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mention_all: bool,
    /// Stamp of the message under which it stands in a thread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<Stamp>,
    /// Where it was forwarded from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forwarded: Option<Source>,
    /// Reactions to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reactions: Vec<Reaction>,
    /// Since when it says what it says, in milliseconds since the Unix epoch, once it was edited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited_ms: Option<u64>,
}

impl MessageBody {
    /// Letter of system entries in the header; messages have [`EntryRecord::COUNTING`].
    pub const SYSTEM: char = 's';

    /// Reads a stored body.
    #[must_use]
    pub fn decode(value: &[u8]) -> Option<Self> {
        versioned::decode(VERSION, value)
    }

    /// Spells the body for the store.
    #[must_use]
    pub fn encode(&self) -> Bytes {
        versioned::encode(VERSION, self)
    }
}

/// Body of a log's entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LogBody {
    /// Its place in its chat's change timeline, when it is a copy of a change there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<ChangePlace>,
    /// What changed. A changed message is left out: it is looked up when the log is read.
    pub change: Change,
    /// Id of the changed message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<EntryId>,
}

impl LogBody {
    /// Letter of log entries in the header.
    pub const KIND: char = 'l';

    const VERSION: u8 = 2;

    /// Spells the body for the store.
    #[must_use]
    pub fn encode(&self) -> Bytes {
        versioned::encode(Self::VERSION, self)
    }

    /// Reads a stored body; one of the first version is the change alone.
    fn decode(value: &Bytes) -> Option<Self> {
        versioned::decode(Self::VERSION, value).or_else(|| {
            Some(Self {
                place: None,
                change: versioned::decode(VERSION, value)?,
                message: None,
            })
        })
    }
}

/// A record at its place in a timeline. `None`: it cannot be read, but its place stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Its position, from the index.
    pub stamp: Stamp,
    /// Its id, from the index; the absent one when it cannot be read.
    pub id: EntryId,
    /// Position of the one before it, as far as the reader saw.
    pub seen_prev: Stamp,
    /// Ordinal of the one before it, as far as the reader saw.
    pub seen_ordinal: u64,
    /// The record.
    pub record: Option<EntryRecord>,
    /// What the sets beside it say of it.
    pub beside: Beside,
}

/// What stands of an entry in sets beside its timeline.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Beside {
    /// Whether its reader has hidden it for themselves.
    pub hidden: bool,
    /// Whether a thread stands under it.
    pub root: bool,
}

impl Standing {
    /// A record that was found by itself, as everybody sees it.
    #[must_use]
    pub fn alone(id: EntryId, record: EntryRecord) -> Self {
        Self {
            stamp: record.stamp,
            id,
            seen_prev: record.prev,
            seen_ordinal: record.ordinal,
            record: Some(record),
            beside: Beside::default(),
        }
    }

    /// The entry as a chat's member sees it; a tombstone when it cannot be read.
    #[must_use]
    pub fn into_entry(self) -> Entry {
        let hidden = self.beside.hidden;
        let entry = self.whole_entry();
        Entry {
            hidden,
            content: entry.content.filter(|_| !hidden),
            ..entry
        }
    }

    fn whole_entry(self) -> Entry {
        self.readable_entry().unwrap_or_else(|| {
            let (prev, ordinal) = self
                .record
                .as_ref()
                .map_or((self.seen_prev, self.seen_ordinal), |record| {
                    (record.prev, record.ordinal)
                });
            Entry::bare(self.stamp, prev, ordinal, EntryKind::Tombstone)
        })
    }

    /// The entry as a log's owner sees it, and the id of the message that changed.
    #[must_use]
    pub fn into_log_entry(self) -> (LogEntry, Option<EntryId>) {
        let body = self
            .record
            .as_ref()
            .and_then(|record| LogBody::decode(&record.body));
        let message = body.as_ref().and_then(|body| body.message.clone());
        let entry = LogEntry {
            stamp: self.stamp,
            prev: self.record.map_or(self.seen_prev, |record| record.prev),
            place: body.as_ref().and_then(|body| body.place),
            change: body.map_or(Change::Unknown, |body| body.change),
        };
        (entry, message)
    }

    fn readable_entry(&self) -> Option<Entry> {
        let record = self.record.as_ref()?;
        let body = MessageBody::decode(&record.body)?;
        let kind = match record.kind {
            EntryRecord::COUNTING => EntryKind::Message,
            MessageBody::SYSTEM => EntryKind::System,
            _ => return None,
        };
        Some(Entry {
            sender: record.author.clone(),
            client_id: body.client_id,
            revision: record.revision,
            content: body.content,
            reply_to: body.reply_to,
            thread: body.thread,
            mentions: body.mentions,
            mention_all: body.mention_all,
            forwarded: body.forwarded,
            reactions: body.reactions,
            edited: body.edited_ms.is_some() && !record.retracted,
            retracted: record.retracted,
            ..Entry::bare(record.stamp, record.prev, record.ordinal, kind)
        })
    }
}
