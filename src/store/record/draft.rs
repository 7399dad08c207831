//! What somebody has begun to write.

use serde::{Deserialize, Serialize};

use super::versioned::versioned;
use crate::model::{Draft, Stamp};

/// What somebody has begun to write in a chat. Without text there is none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftRecord {
    /// What it says so far.
    pub text: String,
    /// Stamp of the message it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<Stamp>,
    /// When it was written, in milliseconds since the Unix epoch; it rises with each change.
    pub updated_ms: u64,
}

impl DraftRecord {
    /// The draft as its owner sees it.
    #[must_use]
    pub fn shown(self) -> Option<Draft> {
        (!self.text.is_empty()).then_some(Draft {
            text: self.text,
            reply_to: self.reply_to,
            updated_ms: self.updated_ms,
        })
    }
}

versioned!(1: DraftRecord);
