//! Messages and timelines.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{
    ChatId, ClientId, Content, Entry, Epoch, Level, Reactor, ReadMark, Revision, Stamp, UserId,
};

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
    /// Stamp of the message under which this one stands in a thread. Threads do not nest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<Stamp>,
    /// Members this message speaks to, at most 50.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<UserId>,
    /// Whether it speaks to all members; owners and admins of groups only.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mention_all: bool,
}

impl SendMessage {
    /// A message that says something and nothing else.
    #[must_use]
    pub const fn new(chat: ChatId, client_id: ClientId, content: Content) -> Self {
        Self {
            chat,
            client_id,
            content,
            reply_to: None,
            thread: None,
            mentions: Vec::new(),
            mention_all: false,
        }
    }
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

/// Replaces what one's own message says, within `limits.edit_window_s`. Told as a `message` change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EditMessage {
    /// Where it stands.
    pub chat: ChatId,
    /// The message.
    pub stamp: Stamp,
    /// Makes the request repeatable.
    pub client_id: ClientId,
    /// What it shall say.
    pub content: Content,
    /// Members it speaks to from now on, at most 50. Those it spoke to before keep their mention.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<UserId>,
    /// The revision that is to be replaced; another one there is a `conflict`. Absent: whatever is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<u32>,
}

/// Takes a message back: one's own within `limits.retract_window_s`, anybody's as owner or admin of a group.
/// Its place stays, what it said is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RetractMessage {
    /// Where it stands.
    pub chat: ChatId,
    /// The message.
    pub stamp: Stamp,
    /// Makes the request repeatable.
    pub client_id: ClientId,
}

/// Reacts to a message, or takes a reaction back. What is so already stays so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReactToMessage {
    /// Where it stands.
    pub chat: ChatId,
    /// The message.
    pub stamp: Stamp,
    /// Makes the request repeatable.
    pub client_id: ClientId,
    /// The reaction: 1 to 32 bytes without control characters. A message has at most 20 kinds of reactions, a
    /// member at most 5 on one message.
    pub kind: String,
    /// Whether to react with it, or not any more.
    pub on: bool,
}

/// The message is changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MessageChanged {
    /// The message.
    pub stamp: Stamp,
    /// Its revision after the change.
    pub revision: u32,
}

/// Pins a message to its chat, or takes it down: any member of a direct chat, owners and admins of a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PinMessage {
    /// Where it stands.
    pub chat: ChatId,
    /// The message.
    pub stamp: Stamp,
    /// Makes the request repeatable.
    pub client_id: ClientId,
    /// Whether it shall be pinned. A chat has at most 20 pins.
    pub pinned: bool,
}

/// What is pinned now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MessagesPinned {
    /// Stamps of pinned messages, the newest pin first.
    pub pins: Vec<Stamp>,
}

/// Hides messages for oneself, on all one's devices. Doing it again changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HideMessages {
    /// Where they stand.
    pub chat: ChatId,
    /// The messages: 1 to 100.
    pub stamps: Vec<Stamp>,
}

/// The messages are hidden.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MessagesHidden {}

/// Forwards messages to other chats, one by one or as one bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ForwardMessages {
    /// Where they stand.
    pub chat: ChatId,
    /// The messages: 1 to 100. Those that are retracted, hidden or not messages are refused.
    pub stamps: Vec<Stamp>,
    /// Where to: 1 to 10 chats.
    pub to: Vec<ChatId>,
    /// Whether they become one message that holds them all.
    #[serde(default)]
    pub merged: bool,
    /// Makes the request repeatable.
    pub client_id: ClientId,
}

/// The messages are forwarded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MessagesForwarded {
    /// What was stored, chat by chat, in the order asked for.
    pub sent: Vec<MessageSent>,
}

/// Asks for some messages of a chat by their stamps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GetMessages {
    /// Where they stand.
    pub chat: ChatId,
    /// Their stamps: 1 to 100.
    pub stamps: Vec<Stamp>,
}

/// Some messages of a chat.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Messages {
    /// Those that are there, ascending.
    pub entries: Vec<Entry>,
    /// Whether the answer was full before its end: ask again for those after the last one.
    pub has_more: bool,
}

/// Asks what a message said before it was edited: its author, owners and admins may.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GetHistory {
    /// Where it stands.
    pub chat: ChatId,
    /// The message.
    pub stamp: Stamp,
}

/// What a message said before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MessageHistory {
    /// The oldest first, without what it says now; at most the last 20.
    pub revisions: Vec<Revision>,
}

/// Asks who reacts to a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ListReactions {
    /// Where it stands.
    pub chat: ChatId,
    /// The message.
    pub stamp: Stamp,
    /// Give those after this member.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<UserId>,
    /// How many members to give: 1 or more; above the maximum it is clamped.
    pub limit: u32,
}

/// Who reacts to a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reactors {
    /// Ordered by id.
    pub reactors: Vec<Reactor>,
    /// Whether there are more.
    pub has_more: bool,
}

/// Asks who has read a message, in groups up to `limits.reader_list_members` members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ListReaders {
    /// Where it stands.
    pub chat: ChatId,
    /// The message.
    pub stamp: Stamp,
}

/// Who has read a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Readers {
    /// Marks at or after the message, of members other than its author who do not hide what they read.
    pub readers: Vec<ReadMark>,
}

/// Asks for a page of a thread: after a stamp, before a stamp, or its newest messages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PullThread {
    /// Where it stands.
    pub chat: ChatId,
    /// The message it stands under.
    pub root: Stamp,
    /// Give the messages right after this stamp.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Stamp>,
    /// Give the messages right before this stamp.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Stamp>,
    /// How many to give: 1 or more; above the maximum it is clamped.
    pub limit: u32,
}

/// A page of a thread.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ThreadPage {
    /// The message it stands under, with the count of what stands there.
    pub root: Entry,
    /// Ascending. Between two of them stand no other messages of the thread.
    pub entries: Vec<Entry>,
    /// Whether there are more in the direction asked for.
    pub has_more: bool,
}

/// Asks for unread messages that speak to oneself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ListMentions {
    /// In which chat.
    pub chat: ChatId,
    /// How many to give, the oldest first: 1 or more; above the maximum it is clamped.
    pub limit: u32,
}

/// Unread messages that speak to oneself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Mentions {
    /// Their stamps, ascending.
    pub stamps: Vec<Stamp>,
}
