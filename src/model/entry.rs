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
#[expect(
    clippy::struct_excessive_bools,
    reason = "marks on the wire, each absent when it is not so"
)]
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
    /// How often it was changed (edited, retracted, reacted to); 0 at first. Of two copies the one with the
    /// higher revision is the newer.
    pub revision: u32,
    /// What it says; absent once retracted, in a tombstone, and when one has hidden it for oneself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<Content>,
    /// Stamp of the entry it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<Stamp>,
    /// Stamp of the message under which it stands in a thread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<Stamp>,
    /// The thread under it, once there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replies: Option<Replies>,
    /// Members it speaks to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<UserId>,
    /// Whether it speaks to all members.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mention_all: bool,
    /// Where it was forwarded from; stated by the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forwarded: Option<Source>,
    /// Reactions to it, the oldest kind first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reactions: Vec<Reaction>,
    /// Whether its content was changed by an edit.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub edited: bool,
    /// Whether it was taken back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub retracted: bool,
    /// Whether the asking member has hidden it for themselves.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hidden: bool,
}

impl Entry {
    /// An entry of which only the place and the kind are known.
    #[must_use]
    pub const fn bare(stamp: Stamp, prev: Stamp, ordinal: u64, kind: EntryKind) -> Self {
        Self {
            stamp,
            prev,
            ordinal,
            kind,
            sender: None,
            client_id: None,
            revision: 0,
            content: None,
            reply_to: None,
            thread: None,
            replies: None,
            mentions: Vec::new(),
            mention_all: false,
            forwarded: None,
            reactions: Vec::new(),
            edited: false,
            retracted: false,
            hidden: false,
        }
    }
}

/// The thread under a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Replies {
    /// How many messages stand in it; retracted ones are left out.
    pub count: u32,
    /// Stamp of the newest one.
    pub last: Stamp,
}

/// Who said first what was forwarded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Source {
    /// Who wrote it.
    pub sender: UserId,
    /// Where it stood in the chat it was written in; also the time it was written at.
    pub stamp: Stamp,
}

/// One kind of reaction to a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reaction {
    /// The reaction itself: 1 to 32 bytes, usually one emoji.
    pub kind: String,
    /// How many members react with it.
    pub count: u32,
    /// The first of them, at most 20.
    pub users: Vec<UserId>,
    /// Whether the asking member is one of them. In pushes only `users` tells.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mine: bool,
}

/// What a message said before it was edited.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Revision {
    /// What it said.
    pub content: Content,
    /// Since when it said that, in milliseconds since the Unix epoch.
    pub since_ms: u64,
}

/// All that one member reacts with to a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reactor {
    /// Who reacts.
    pub user: UserId,
    /// With what.
    pub kinds: Vec<String>,
}
