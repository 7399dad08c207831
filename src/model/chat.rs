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
    /// May add, remove and rename.
    Owner,
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
}
