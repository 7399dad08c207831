//! Chats and their members.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ChatId, Epoch, Stamp, User, UserId};

/// What sort of chat it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ChatKind {
    /// Two people; one chat for each pair.
    Direct,
    /// Members with roles.
    Group,
    /// Many readers, few who post. Not offered yet.
    Channel,
}

/// What a member may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// May do everything.
    Owner,
    /// May do everything but remove owners and give roles.
    Admin,
    /// May read, write, add others and leave.
    Member,
}

/// A chat as one of its members sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Chat {
    /// Names this chat for ever.
    pub id: ChatId,
    /// What sort of chat it is.
    pub kind: ChatKind,
    /// Name of a group, at most 128 characters; absent in a direct chat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The other person of a direct chat; absent in a group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peer: Option<User>,
    /// What the asking member may do.
    pub role: Role,
    /// How many members the chat has.
    pub member_count: u32,
    /// Rises with every change of membership.
    pub members_version: u64,
    /// This life of the chat's timeline.
    pub epoch: Epoch,
    /// When the chat was made, in milliseconds since the Unix epoch.
    pub created_ms: u64,
    /// Stamps of pinned messages, the newest pin first, at most 20.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pins: Vec<Stamp>,
    /// Messages disappear after this time, in seconds; absent when they stay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expire_after_s: Option<u32>,
}

/// One member of a chat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Member {
    /// Who it is.
    pub user: User,
    /// What they may do.
    pub role: Role,
    /// Entries up to this stamp were before their time and stay hidden from them.
    pub since: Stamp,
}

/// How far somebody has read a chat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReadMark {
    /// Whose mark it is.
    pub user: UserId,
    /// Everything up to here is read.
    pub stamp: Stamp,
    /// Everything up to here has reached one of their devices; known in direct chats.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivered: Option<Stamp>,
}

/// A message somebody has begun to write, the same on all their devices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Draft {
    /// What it says so far: at most 16,384 bytes of UTF-8.
    pub text: String,
    /// Stamp of the message it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<Stamp>,
    /// When it was written, in milliseconds since the Unix epoch.
    pub updated_ms: u64,
}
