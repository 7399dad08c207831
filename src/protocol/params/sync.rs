//! Catching up: change logs, the first screen, read marks.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{ChatCursor, ChatId, Draft, Epoch, LogCursor, Stamp, Window};

/// Asks for a page of one's own change log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PullLog {
    /// Give the entries after this stamp; absent gives an empty page with the newest position.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Stamp>,
    /// The life of the log that `after` belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epoch: Option<Epoch>,
    /// How many entries to give: 1 or more; above the maximum it is clamped.
    pub limit: u32,
}

/// Asks for a page of a chat's change timeline. Reply: a [`LogPage`](crate::model::LogPage).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PullChanges {
    /// Which chat.
    pub chat: ChatId,
    /// Give the changes after this stamp; absent gives an empty page with the newest position.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Stamp>,
    /// The life of the chat that `after` belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epoch: Option<Epoch>,
    /// How many changes to give: 1 or more; above the maximum it is clamped.
    pub limit: u32,
}

/// Brings a client up to date in one round trip: its log, its chat list, and the chats it names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Sync {
    /// Where the client is in its own change log; absent on first use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log: Option<LogCursor>,
    /// Where the client is in chats it has cached, at most 200. Chats named here that one is no longer in are left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub chats: Vec<ChatCursor>,
    /// Which part of the chat list to give.
    #[serde(default)]
    pub window: Window,
}

/// Marks a chat as read up to a stamp. The mark never falls: an older stamp changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MarkRead {
    /// Which chat.
    pub chat: ChatId,
    /// Everything up to here is read. Beyond the newest entry: `bad_request`.
    pub stamp: Stamp,
}

/// The read mark as it stands now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MarkedRead {
    /// Everything up to here is read.
    pub stamp: Stamp,
    /// Exact number of unread messages left.
    pub unread: u64,
}

/// Says that everything up to a stamp has reached a device. Never falls; told to the other person of a direct
/// chat as `delivered`, without effect elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MarkDelivered {
    /// Which chat.
    pub chat: ChatId,
    /// Everything up to here has arrived. Beyond the newest entry: `bad_request`.
    pub stamp: Stamp,
}

/// The mark as it stands now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MarkedDelivered {
    /// Everything up to here has arrived.
    pub stamp: Stamp,
}

/// Keeps what one has begun to write in a chat, for all one's devices. An empty text removes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SetDraft {
    /// Which chat.
    pub chat: ChatId,
    /// What it says so far: at most 16,384 bytes of UTF-8.
    pub text: String,
    /// Stamp of the message it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<Stamp>,
}

/// The draft as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DraftSet {
    /// The draft; absent when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draft: Option<Draft>,
}
