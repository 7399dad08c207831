//! What stands in a chat's timeline.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ClientId, Content, Stamp, UserId};

/// What sort of entry it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum EntryKind {
    /// Something a member said. Counts as unread for the others.
    Message,
    /// Something that happened to the chat.
    System,
    /// An entry whose record cannot be read any more. Its place stays, so nothing seems missing.
    Tombstone,
}

impl EntryKind {
    /// Whether entries of this kind take an ordinal and count as unread.
    #[must_use]
    pub const fn counts(self) -> bool {
        matches!(self, Self::Message)
    }
}

/// What stands at one stamp of a chat's timeline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Entry {
    /// Its position.
    pub stamp: Stamp,
    /// Position of the entry before it; 0 for the first. A reader whose newest stamp is another has a gap.
    pub prev: Stamp,
    /// How many counting entries the chat has had up to and including this one.
    pub ordinal: u64,
    /// What sort of entry it is.
    pub kind: EntryKind,
    /// Who wrote it; absent in a tombstone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sender: Option<UserId>,
    /// The id its sender chose for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<ClientId>,
    /// How often it was changed; 0 at first.
    pub revision: u32,
    /// What it says; absent once retracted and in a tombstone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<Content>,
    /// Stamp of the entry it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<Stamp>,
    /// Members it speaks to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<UserId>,
    /// Whether its content was changed by an edit.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub edited: bool,
    /// Whether it was taken back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub retracted: bool,
}
