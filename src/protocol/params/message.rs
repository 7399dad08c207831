//! Messages and timelines.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{ChatId, ClientId, Content, Epoch, Level, Stamp, UserId};

/// Sends one message. Reply: [`MessageSent`]; pushed to the others, and to one's other connections, as `entry`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SendMessage {
    /// Chat to append to.
    pub chat: ChatId,
    /// Chosen by the client, unique per sender. Sending it again returns the first reply.
    pub client_id: ClientId,
    /// What to say.
    pub content: Content,
    /// Stamp of the message this one answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<Stamp>,
    /// Members this message speaks to, at most 50.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<UserId>,
}

/// The message is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MessageSent {
    /// The chat it was appended to.
    pub chat: ChatId,
    /// Its position.
    pub stamp: Stamp,
    /// Position of the entry before it.
    pub prev: Stamp,
    /// Its number among the counting entries.
    pub ordinal: u64,
    /// The life of the chat's timeline.
    pub epoch: Epoch,
    /// Whether it had been stored before and this reply repeats the first.
    pub duplicate: bool,
    /// How firmly it is kept.
    pub level: Level,
}

/// Asks for a page of a chat's timeline: after a stamp, before a stamp, around a stamp, or the newest.
/// Give at most one of `after`, `before` and `around`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PullTimeline {
    /// Which chat.
    pub chat: ChatId,
    /// Give the entries right after this stamp; 0 gives the oldest still kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Stamp>,
    /// Give the entries right before this stamp.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Stamp>,
    /// Give the entries on both sides of this stamp, its own included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub around: Option<Stamp>,
    /// The life of the timeline that `after` belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epoch: Option<Epoch>,
    /// How many entries to give: 1 or more; above the maximum it is clamped.
    pub limit: u32,
}
