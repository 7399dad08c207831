//! What is kept beside a message that was changed.

use serde::{Deserialize, Serialize};

use super::versioned::versioned;
use crate::model::{Revision, UserId};

/// What a message said before it was edited. Emptied when it is retracted.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Revisions {
    /// The message's revision when this was written: it rises, so that no such value recurs.
    pub revision: u32,
    /// The oldest first.
    pub earlier: Vec<Revision>,
    /// Whom it spoke to at any time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentioned: Vec<UserId>,
}

/// All that one member reacts with to one message.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReactorRecord {
    /// The message's revision when this was written: it rises, so that no such value recurs.
    pub revision: u32,
    /// The reactions, the oldest first.
    pub kinds: Vec<String>,
}

versioned!(1: Revisions, ReactorRecord);
