//! Bodies of entries: what stands behind the header line.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::{EntryRecord, versioned};
use crate::model::{Change, ClientId, Content, Entry, EntryKind, LogEntry, Stamp, UserId};

const VERSION: u8 = 1;

/// Body of a chat's entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
}

impl MessageBody {
    /// Letter of system entries in the header; messages have [`EntryRecord::COUNTING`].
    pub const SYSTEM: char = 's';

    /// Spells the body for the store.
    #[must_use]
    pub fn encode(&self) -> Bytes {
        versioned::encode(VERSION, self)
    }
}

/// Body of a log's entry.
pub struct LogBody;

impl LogBody {
    /// Letter of log entries in the header.
    pub const KIND: char = 'l';

    /// Spells the body for the store.
    #[must_use]
    pub fn encode(change: &Change) -> Bytes {
        versioned::encode(VERSION, change)
    }
}

/// A record at its place in a timeline. `None`: it cannot be read, but its place stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Its position, from the index.
    pub stamp: Stamp,
    /// Position of the one before it, as far as the reader saw.
    pub seen_prev: Stamp,
    /// Ordinal of the one before it, as far as the reader saw.
    pub seen_ordinal: u64,
    /// The record.
    pub record: Option<EntryRecord>,
}

impl Standing {
    /// The entry as a chat's member sees it; a tombstone when it cannot be read.
    #[must_use]
    pub fn into_entry(self) -> Entry {
        self.readable_entry().unwrap_or(Entry {
            stamp: self.stamp,
            prev: self
                .record
                .as_ref()
                .map_or(self.seen_prev, |record| record.prev),
            ordinal: self
                .record
                .as_ref()
                .map_or(self.seen_ordinal, |record| record.ordinal),
            kind: EntryKind::Tombstone,
            sender: None,
            client_id: None,
            revision: 0,
            content: None,
            reply_to: None,
            mentions: Vec::new(),
            edited: false,
            retracted: false,
        })
    }

    /// The entry as a log's owner sees it.
    #[must_use]
    pub fn into_log_entry(self) -> LogEntry {
        let change = self
            .record
            .as_ref()
            .and_then(|record| versioned::decode(VERSION, &record.body));
        LogEntry {
            stamp: self.stamp,
            prev: self.record.map_or(self.seen_prev, |record| record.prev),
            change: change.unwrap_or(Change::Unknown),
        }
    }

    fn readable_entry(&self) -> Option<Entry> {
        let record = self.record.as_ref()?;
        let body: MessageBody = versioned::decode(VERSION, &record.body)?;
        let kind = match record.kind {
            EntryRecord::COUNTING => EntryKind::Message,
            MessageBody::SYSTEM => EntryKind::System,
            _ => return None,
        };
        Some(Entry {
            stamp: record.stamp,
            prev: record.prev,
            ordinal: record.ordinal,
            kind,
            sender: record.author.clone(),
            client_id: body.client_id,
            revision: record.revision,
            content: body.content,
            reply_to: body.reply_to,
            mentions: body.mentions,
            edited: record.revision > 0 && !record.retracted,
            retracted: record.retracted,
        })
    }
}
