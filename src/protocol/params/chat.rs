//! Chats and their members.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{Chat, ChatId, ChatKind, ClientId, Role, UserId, Window};

/// Makes a chat. A direct chat with somebody exists once: making it again gives the same chat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CreateChat {
    /// `direct` or `group`.
    pub kind: ChatKind,
    /// The other people: exactly one in a direct chat (oneself for notes), up to 100 in a group.
    pub members: Vec<UserId>,
    /// Name of a group: 1 to 128 characters, at most 512 bytes. Not for direct chats.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Making the same chat again with the same id gives the first one.
    pub client_id: ClientId,
}

/// A chat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OneChat {
    /// The chat as the asking member sees it.
    pub chat: Chat,
}

/// Asks for one's chats, most recently active first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ListChats {
    /// Which part of the list.
    #[serde(default)]
    pub window: Window,
}

/// Asks for one chat. Reply: [`ChatRow`](crate::model::ChatRow).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GetChat {
    /// Which chat.
    pub chat: ChatId,
}

/// Asks for the members of a chat, ordered by id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ListMembers {
    /// Which chat.
    pub chat: ChatId,
    /// Give those after this member.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<UserId>,
    /// How many to give: 1 to 200, larger wishes are clamped.
    pub limit: u32,
}

/// Changes a chat's title or settings; absent fields stay as they are. In groups owners and admins only; a
/// direct chat has no title.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UpdateChat {
    /// Which chat.
    pub chat: ChatId,
    /// New title of a group: 1 to 128 characters, at most 512 bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Messages disappear this many seconds after they were sent: 60 to 31,536,000, or 0 for never. Holds for
    /// those that are there already as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expire_after_s: Option<u32>,
    /// Makes the request repeatable.
    pub client_id: ClientId,
}

/// The chat after the change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UpdatedChat {
    /// The chat as the asking member sees it.
    pub chat: Chat,
}

/// Adds people to a group. They see what is said from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AddMembers {
    /// Which chat.
    pub chat: ChatId,
    /// Whom to add: 1 to 100. Those who are members already are left as they are.
    pub users: Vec<UserId>,
    /// Makes the request repeatable.
    pub client_id: ClientId,
}

/// The membership has changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MembersChanged {
    /// Version of the membership after the change.
    pub members_version: u64,
}

/// Removes somebody from a group. Owners only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RemoveMember {
    /// Which chat.
    pub chat: ChatId,
    /// Whom to remove.
    pub user: UserId,
    /// Makes the request repeatable.
    pub client_id: ClientId,
}

/// The member is removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MemberRemoved {
    /// Version of the membership after the change.
    pub members_version: u64,
}

/// Leaves a group. When the last owner leaves, the member who has been there longest becomes owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LeaveChat {
    /// Which chat.
    pub chat: ChatId,
    /// Makes the request repeatable.
    pub client_id: ClientId,
}

/// The chat is left.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ChatLeft {}

/// Gives a member of a group another role. Owners only; a group keeps at least one owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SetRole {
    /// Which chat.
    pub chat: ChatId,
    /// Whose role.
    pub user: UserId,
    /// The role.
    pub role: Role,
    /// Makes the request repeatable.
    pub client_id: ClientId,
}

/// The role is given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RoleSet {
    /// Version of the membership after the change.
    pub members_version: u64,
}
