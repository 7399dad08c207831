//! Records of a chat: what it is, who is in it, how far each has read, what changed.

use serde::{Deserialize, Serialize};

use super::versioned::versioned;
use crate::model::{Change, ChatKind, EntryId, Role, Stamp, SystemEvent, UserId};

/// What a chat is, beside where its timelines end. Stored as [`Kept`](super::Kept).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatInfo {
    /// What sort of chat it is.
    pub kind: ChatKind,
    /// Name of a group.
    pub title: Option<String>,
    /// Who made it.
    pub creator: UserId,
    /// When it was made, in milliseconds since the Unix epoch.
    pub created_ms: u64,
    /// How many members it has.
    pub members: u32,
    /// How many of them are owners.
    pub owners: u32,
    /// Messages disappear after this time, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expire_after_s: Option<u32>,
    /// Stamps of pinned messages, the newest pin first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pins: Vec<Stamp>,
}

/// One membership: the truth about who may read and write. Stored as [`Kept`](super::Kept): it ends, but its
/// record stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberRecord {
    /// What they may do.
    pub role: Role,
    /// Entries up to this stamp are hidden from them.
    pub since: Stamp,
    /// Ordinal at that stamp.
    pub since_ordinal: u64,
    /// Newest change when they joined; earlier ones are hidden from them.
    pub since_change: Stamp,
    /// The other person of a direct chat.
    pub peer: Option<UserId>,
}

/// How far a member has read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadRecord {
    /// Everything up to here is read.
    pub stamp: Stamp,
    /// Ordinal at that stamp.
    pub ordinal: u64,
}

/// Up to where a chat has reached a device of a member.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveredRecord {
    /// Everything up to here has arrived.
    pub stamp: Stamp,
}

/// One change of a chat. Recognises its retry; finished by whoever finds it unfinished.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChangeRecord {
    /// Its position in the chat's change timeline.
    pub stamp: Stamp,
    /// Position of the change before it.
    pub prev: Stamp,
    /// Hash of the request that made it.
    pub digest: String,
    /// Who made it.
    pub actor: UserId,
    /// What readers of change logs are told. A changed message is left out: it is looked up when it is told.
    pub change: Change,
    /// The message it changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<EntryId>,
    /// Whether it is copied into the logs of all members: the chat was small enough when it was made.
    #[serde(default)]
    pub copied: bool,
    /// What stands between the messages, if anything.
    pub event: Option<SystemEvent>,
}

impl ChangeRecord {
    /// The revision of the message it changed, after it.
    #[must_use]
    pub const fn revision(&self) -> Option<u32> {
        match &self.change {
            Change::Message(change) => Some(change.revision),
            _ => None,
        }
    }
}

versioned!(1: ReadRecord, DeliveredRecord, ChangeRecord);
