//! Devices and their sessions.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::SessionId;

/// An installation of a client, as it describes itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Device {
    /// What its owner would call it, for example "Firefox on Linux". At most 64 characters.
    #[serde(default)]
    pub name: String,
    /// Kind of client: `web`, `ios`, `android`, `desktop`, `bot`, … At most 32 characters.
    #[serde(default)]
    pub platform: String,
}

/// A logged-in device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Session {
    /// Names this session.
    pub id: SessionId,
    /// The device it belongs to.
    pub device: Device,
    /// When it logged in, in milliseconds since the Unix epoch.
    pub created_ms: u64,
    /// When it was last seen to connect, in milliseconds since the Unix epoch.
    pub seen_ms: u64,
    /// When it ends unless it is used, in milliseconds since the Unix epoch.
    pub expires_ms: u64,
    /// Whether it is the one that asks.
    #[serde(default)]
    pub current: bool,
}
