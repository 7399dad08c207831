//! The server itself.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::RegistrationMode;

/// Asks what this server is and allows. Open before authentication.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GetServerInfo {}

/// What this server is and allows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ServerInfo {
    /// `curlew`.
    pub name: String,
    /// Version of the server, as in semantic versioning.
    pub version: String,
    /// Names of the optional parts it offers.
    pub features: Vec<String>,
    /// Who may register.
    pub registration: RegistrationMode,
    /// The server's clock, in microseconds since the Unix epoch.
    pub time_us: u64,
    /// Bounds that clients should know.
    pub limits: Limits,
}

/// Bounds that clients should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Limits {
    /// Largest frame a client may send, in bytes.
    pub frame_bytes: u32,
    /// Longest text of a message, in bytes of UTF-8.
    pub text_bytes: u32,
    /// Most entries in a page; larger wishes are clamped.
    pub page: u32,
    /// Most members of a group.
    pub group_members: u32,
    /// Most people added by one request.
    pub members_per_request: u32,
    /// Most requests of one connection that may be unanswered.
    pub requests_in_flight: u32,
    /// Messages one person may send in a second, on the long run.
    pub sends_per_second: u32,
    /// Messages one person may send at once before that limit shows.
    pub sends_burst: u32,
    /// How long one's own message may be edited after it was sent, in seconds; 0 for ever.
    pub edit_window_s: u32,
    /// How long one's own message may be taken back after it was sent, in seconds; 0 for ever.
    pub retract_window_s: u32,
    /// Groups up to this size tell who has read a message.
    pub reader_list_members: u32,
    /// A connection that is silent for longer is pinged, in milliseconds.
    pub ping_ms: u32,
}
