//! How firmly a write is kept when it is acknowledged.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How firmly the store keeps a write by the time it is acknowledged.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Handed to the store, which hands it to the operating system: survives the kill of any gateway, and of
    /// the store as far as its own settings promise; a power cut after about a second.
    #[default]
    Stored,
    /// On disk (fsync done): survives a power cut.
    Synced,
}
