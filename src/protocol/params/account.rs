//! Accounts, sessions and people.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ServerInfo;
use crate::model::{Account, Device, Session, SessionId, User, UserId};

/// Makes an account and logs in. Open before authentication.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Register {
    /// 3 to 32 characters of `a-z 0-9 . _ -`; capital letters are made small.
    pub username: String,
    /// 8 to 256 bytes, not one of the most common passwords.
    pub password: String,
    /// Name to show; the user name when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// An invitation, or the code of the set-up link, which makes an administrator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invite: Option<String>,
    /// The device that registers.
    #[serde(default)]
    pub device: Device,
}

/// Logs in with a password. Open before authentication.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Login {
    /// Name of the account.
    pub username: String,
    /// Its password.
    pub password: String,
    /// The device that logs in.
    #[serde(default)]
    pub device: Device,
}

/// Comes back with the token of a session. Open before authentication.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Hello {
    /// The session's token.
    pub token: String,
    /// The device, when its description changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<Device>,
    /// Name and version of the client program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
    /// Optional parts of the protocol the client knows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub features: Vec<String>,
}

/// The connection is authenticated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Welcome {
    /// One's own account.
    pub user: Account,
    /// The session of this device.
    pub session: SessionGrant,
    /// The server.
    pub server: ServerInfo,
}

/// A session as it is handed to the device it belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SessionGrant {
    /// Names the session.
    pub id: SessionId,
    /// Proves it: keep it secret. Absent when the device came with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// When the session ends unless it is used, in milliseconds since the Unix epoch.
    pub expires_ms: u64,
}

/// Asks for one's own sessions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ListSessions {}

/// One's own sessions, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Sessions {
    /// All of them, the asking one included.
    pub sessions: Vec<Session>,
}

/// Ends a session: its token is void and its connections close. Ending one's own session logs out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EndSession {
    /// The session to end. Ending one that is gone already succeeds.
    pub id: SessionId,
}

/// The session is ended.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SessionEnded {}

/// Changes one's own password and ends all other sessions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ChangePassword {
    /// The password until now.
    pub old: String,
    /// The password from now on: 8 to 256 bytes, not one of the most common passwords.
    pub new: String,
}

/// The password is changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PasswordChanged {
    /// How many other sessions were ended.
    pub ended: u32,
}

/// Asks for a person by id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GetUser {
    /// Whom to get.
    pub id: UserId,
}

/// Asks for a person by exact user name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FindUser {
    /// The name, in any case.
    pub username: String,
}

/// A person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FoundUser {
    /// Who it is.
    pub user: User,
}

/// Changes one's own profile. Absent fields stay as they are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UpdateUser {
    /// New name to show: 1 to 64 characters, at most 256 bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Whether others are not shown what one has read, nor oneself what they have read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hide_reads: Option<bool>,
}

/// One's own profile after the change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UpdatedUser {
    /// One's own account.
    pub user: Account,
}
