//! What changes data that a client may have cached: the entries of change logs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ChatId, Stamp, UserId};

/// What stands at one stamp of a change log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LogEntry {
    /// Its position in the log.
    pub stamp: Stamp,
    /// Position of the log entry before it; 0 for the first.
    pub prev: Stamp,
    /// What changed.
    pub change: Change,
}

/// Something that changed what a client may have cached. Clients ignore kinds they do not know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Change {
    /// Who belongs to a chat.
    Membership(MembershipChange),
    /// One's own read mark moved, on this or another device.
    Read {
        /// The chat that was read.
        chat: ChatId,
        /// Everything up to here is read.
        stamp: Stamp,
    },
    /// A chat's title or settings; read the chat again.
    Chat {
        /// The chat that changed.
        chat: ChatId,
    },
    /// A kind written by a newer server, or a record that cannot be read any more.
    #[serde(other)]
    Unknown,
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
