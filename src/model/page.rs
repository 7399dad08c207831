//! What readers are given at once: pages of timelines and logs, rows of the chat list, and all of it together.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Chat, ChatId, Draft, Entry, Epoch, LogEntry, Member, ReadMark, Stamp};

/// Why a cursor is of no use any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Reset {
    /// The timeline was made anew.
    Epoch,
    /// Entries after the cursor are no longer kept.
    Floor,
    /// The cursor's own entry does not exist: the store lost its newest entries.
    Rewound,
}

/// A position up to which a reader has everything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LogCursor {
    /// Everything up to this stamp is known.
    pub after: Stamp,
    /// The life of the log that `after` belongs to.
    pub epoch: Epoch,
}

/// A page of a change log, or of a chat's change timeline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LogPage {
    /// Why the reader's cursor is of no use; drop what is cached and `sync` without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reset: Option<Reset>,
    /// The life of the log, or of the chat.
    pub epoch: Epoch,
    /// Entries up to this stamp are not kept.
    pub floor: Stamp,
    /// Position after this page: the next cursor.
    pub next: Stamp,
    /// Ascending and without a gap.
    pub entries: Vec<LogEntry>,
    /// Whether there are more.
    pub has_more: bool,
}

/// Where a client is in one chat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ChatCursor {
    /// Which chat.
    pub chat: ChatId,
    /// Everything up to this stamp is known.
    pub after: Stamp,
    /// The life of the timeline that `after` belongs to.
    pub epoch: Epoch,
    /// Every change up to this stamp is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changes_after: Option<Stamp>,
    /// The life of the chat that `changes_after` belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changes_epoch: Option<Epoch>,
}

/// What brings a client up to date.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Synced {
    /// The change log since the client's cursor; without a cursor an empty page with the newest position.
    pub log: LogPage,
    /// The window of the chat list, most recently active first, each with what the client lacks of it.
    pub chats: Vec<SyncedChat>,
    /// Whether the chat list has more below the window.
    pub has_more: bool,
}

/// A chat of a [`Synced`] reply.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SyncedChat {
    /// What the chat list shows.
    #[serde(flatten)]
    pub row: ChatRow,
    /// What comes after the client's cursor, when it named one for this chat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeline: Option<TimelinePage>,
    /// Changes after the client's `changes_after`, when it named one for this chat and there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changes: Option<LogPage>,
    /// Newest position of the chat's change timeline: the `changes_after` of whoever has read the chat only now.
    pub changes_next: Stamp,
}

/// A page of a chat's timeline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TimelinePage {
    /// Why the reader's cursor is of no use; `entries` is empty then. Drop the cached timeline and pull anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reset: Option<Reset>,
    /// The life of the timeline.
    pub epoch: Epoch,
    /// Entries up to this stamp are not kept, or are hidden from the asking member.
    pub floor: Stamp,
    /// Ascending and without a gap.
    pub entries: Vec<Entry>,
    /// Whether there are more in the direction asked for.
    pub has_more: bool,
}

/// A part of a list ordered by newest activity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Window {
    /// How many to leave out at the top.
    #[serde(default)]
    pub offset: u32,
    /// How many to give: 1 to 200, larger wishes are clamped.
    #[serde(default = "Window::default_limit")]
    pub limit: u32,
}

impl Window {
    const fn default_limit() -> u32 {
        50
    }
}

impl Default for Window {
    fn default() -> Self {
        Self {
            offset: 0,
            limit: Self::default_limit(),
        }
    }
}

/// A chat with what a chat list shows of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChatRow {
    /// The chat itself.
    pub chat: Chat,
    /// Its newest entry the asking member may see.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Entry>,
    /// Exact number of unread messages of others.
    pub unread: u64,
    /// Exact number of unread messages that mention the asking member.
    pub mentions: u64,
    /// How far the asking member has read.
    pub read: Stamp,
    /// How far the others have read, in direct chats.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reads: Vec<ReadMark>,
    /// What the asking member has begun to write there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draft: Option<Draft>,
}

/// A part of one's chats.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChatPage {
    /// Most recently active first.
    pub chats: Vec<ChatRow>,
    /// Whether there are more.
    pub has_more: bool,
}

/// A part of a chat's members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MemberPage {
    /// Ordered by id.
    pub members: Vec<Member>,
    /// The version of the membership they were read at.
    pub members_version: u64,
    /// Whether there are more.
    pub has_more: bool,
}
