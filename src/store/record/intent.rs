//! What must still be done when a step over several slots was cut short.

use bytes::Bytes;

use crate::model::{ChangeId, ChatId};

/// A change of a chat whose consequences (system entry, members' logs, rows of users) may be unfinished.
///
/// Spelled `1 <chat> <change>`: plain text, because it is the member of a sorted set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    /// The chat that changes.
    pub chat: ChatId,
    /// The change.
    pub change: ChangeId,
}

impl Intent {
    /// Spells the intent for the store.
    #[must_use]
    pub fn encode(&self) -> Bytes {
        format!("1 {} {}", self.chat, self.change).into()
    }

    /// Reads a stored intent.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let mut words = std::str::from_utf8(bytes).ok()?.split(' ');
        (words.next()? == "1").then_some(())?;
        Some(Self {
            chat: ChatId::parse(words.next()?)?,
            change: ChangeId::parse(words.next()?)?,
        })
    }
}
