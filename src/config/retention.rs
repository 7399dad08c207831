//! How long things are kept. Section `[retention]`.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::validate::{Checked, at_least, require};

/// How long messages and changes are kept. What is older, or more than so many, goes for good. Section
/// `[retention]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RetentionConfig {
    /// Messages of all chats older than this go; `0s` keeps them for ever. At least `1h`. A chat may let its own
    /// messages disappear sooner.
    #[serde(with = "super::duration")]
    #[schemars(with = "String")]
    pub messages: Duration,
    /// Most messages of one chat: the oldest beyond go, 128 at a time; 0 keeps all.
    pub messages_per_chat: u64,
    /// Changes (edits, retractions, reactions, membership) older than this go from the change timeline of their chat
    /// and from the change logs of people; a client that was away for longer reads its chats anew. At least `1h`.
    #[serde(with = "super::duration")]
    #[schemars(with = "String")]
    pub changes: Duration,
    /// Most changes of one chat, and of one person's change log: the oldest beyond go, 128 at a time.
    pub changes_per_timeline: u64,
    /// How often a timeline in use is looked at.
    #[serde(with = "super::duration")]
    #[schemars(with = "String")]
    pub period: Duration,
}

impl Default for RetentionConfig {
    fn default() -> Self {
        Self {
            messages: Duration::ZERO,
            messages_per_chat: 0,
            changes: Duration::from_hours(90 * 24),
            changes_per_timeline: 20_000,
            period: Duration::from_mins(10),
        }
    }
}

impl RetentionConfig {
    pub(super) fn validate(&self) -> Checked {
        let hour = Duration::from_hours(1);
        if !self.messages.is_zero() {
            at_least("retention.messages", self.messages, hour)?;
        }
        at_least("retention.changes", self.changes, hour)?;
        require(
            self.changes_per_timeline >= 1_000,
            "retention.changes_per_timeline",
            "must be at least 1000",
        )?;
        at_least("retention.period", self.period, Duration::from_secs(1))
    }
}
