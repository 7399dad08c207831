//! People.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::UserId;

/// A person or bot, as everybody may see them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct User {
    /// Names this user for ever.
    pub id: UserId,
    /// Unique name to log in and to be found by: 3 to 32 characters of `a-z 0-9 . _ -`.
    pub username: String,
    /// Name to show: 1 to 64 characters of any script, at most 256 bytes.
    pub display_name: String,
    /// When the account was made, in milliseconds since the Unix epoch.
    pub created_ms: u64,
}

/// One's own account: what only its owner sees beside the [`User`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Account {
    /// What everybody sees.
    #[serde(flatten)]
    pub user: User,
    /// Whether this account administers the server.
    #[serde(default)]
    pub admin: bool,
    /// Whether others are not shown what this account has read, nor this account what they have read.
    #[serde(default)]
    pub hide_reads: bool,
}
