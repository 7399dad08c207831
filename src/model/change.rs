//! What changes data that a client may have cached: the entries of change logs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ChatId, Draft, Entry, SessionId, Stamp, UserId};

/// What stands at one stamp of a change log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LogEntry {
    /// Its position in the log.
    pub stamp: Stamp,
    /// Position of the log entry before it; 0 for the first.
    pub prev: Stamp,
    /// Its place in its chat's change timeline, when it is a copy of a change there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<ChangePlace>,
    /// What changed.
    pub change: Change,
}

/// Where a change stands in its chat's change timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ChangePlace {
    /// Its position there.
    pub stamp: Stamp,
    /// Position of the change before it; 0 for the first. A reader whose newest one is another has a gap.
    pub prev: Stamp,
}

/// Something that changed what a client may have cached. Clients ignore kinds they do not know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Change {
    /// Who belongs to a chat.
    Membership(MembershipChange),
    /// A message was edited, retracted or reacted to.
    Message(MessageChange),
    /// A message speaks to oneself.
    Mention {
        /// Where it stands.
        chat: ChatId,
        /// The message.
        stamp: Stamp,
        /// Who wrote it.
        sender: UserId,
    },
    /// Messages were hidden for oneself, on this or another device.
    Hidden {
        /// Where they stand.
        chat: ChatId,
        /// The messages.
        stamps: Vec<Stamp>,
    },
    /// One's own draft changed, on this or another device. Only the newest of a chat counts.
    Draft {
        /// The chat it is for.
        chat: ChatId,
        /// The draft; absent when there is none any more.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        draft: Option<Draft>,
    },
    /// One's own read mark moved, on this or another device. Only the newest of a chat counts.
    Read {
        /// The chat that was read.
        chat: ChatId,
        /// Everything up to here is read.
        stamp: Stamp,
    },
    /// A chat's title, pins, roles or settings; read the chat again.
    Chat {
        /// The chat that changed.
        chat: ChatId,
    },
    /// One's own profile or settings; read them again.
    Account,
    /// One of one's own sessions began or ended.
    Session {
        /// The session.
        session: SessionId,
        /// Whether it lives now.
        alive: bool,
    },
    /// A kind written by a newer server, or a record that cannot be read any more.
    #[serde(other)]
    Unknown,
}

/// A message was changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MessageChange {
    /// Where it stands.
    pub chat: ChatId,
    /// The message.
    pub stamp: Stamp,
    /// Its revision after the change.
    pub revision: u32,
    /// What happened to it.
    pub event: MessageEvent,
    /// Who did it.
    pub actor: UserId,
    /// The message as it stands now, at this revision or a later one. Absent when a later change of the same
    /// page or push carries it, and when the asking member may not read it any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<Box<Entry>>,
}

/// What happened to a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum MessageEvent {
    /// Its content was replaced.
    Edited,
    /// It was taken back.
    Retracted,
    /// Somebody reacted to it or took a reaction back.
    Reacted,
}

/// Who belongs to a chat changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MembershipChange {
    /// The chat concerned.
    pub chat: ChatId,
    /// What happened.
    pub event: MembershipEvent,
    /// Who did it.
    pub actor: UserId,
    /// Whom it happened to.
    pub users: Vec<UserId>,
    /// Version of the membership after it.
    pub members_version: u64,
}

/// What happened to the members of a chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum MembershipEvent {
    /// The chat was made with them.
    Created,
    /// They were added.
    Added,
    /// They were removed.
    Removed,
    /// They left.
    Left,
}
