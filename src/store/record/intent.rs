//! What must still be done when a step over several slots was cut short.

use bytes::Bytes;

use crate::model::{ChangeId, ChatId, EntryId};

/// One attempt at a step in a chat, whose consequences in other slots may be unfinished.
///
/// Each attempt has an intent of its own, so that none takes away what another one still needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    /// The chat.
    pub chat: ChatId,
    /// The step.
    pub step: Step,
    /// When the attempt began, in microseconds since the Unix epoch, by the clock of its gateway.
    pub noted_us: u64,
}

/// What an [`Intent`] is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A change: its system entry, members' logs and rows of users.
    Change(ChangeId),
    /// A message: the logs of those it speaks to.
    Message(EntryId),
}

impl Intent {
    /// What follows from a change.
    #[must_use]
    pub fn change(chat: &ChatId, change: &ChangeId, noted_us: u64) -> Self {
        Self {
            chat: chat.clone(),
            step: Step::Change(change.clone()),
            noted_us,
        }
    }

    /// What follows from a message that speaks to somebody.
    #[must_use]
    pub fn message(chat: &ChatId, message: &EntryId, noted_us: u64) -> Self {
        Self {
            chat: chat.clone(),
            step: Step::Message(message.clone()),
            noted_us,
        }
    }

    /// Spells the intent for the store: `1 <chat> <change> <noted>` or `2 <chat> <entry> <noted>`, plain text,
    /// because it is the member of a sorted set.
    #[must_use]
    pub fn encode(&self) -> Bytes {
        let (version, id) = match &self.step {
            Step::Change(change) => (1, change.as_str()),
            Step::Message(message) => (2, message.as_str()),
        };
        format!("{version} {} {id} {}", self.chat, self.noted_us).into()
    }

    /// Reads a stored intent; early ones do not say when they were noted.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let mut words = std::str::from_utf8(bytes).ok()?.split(' ');
        let version = words.next()?;
        let chat = ChatId::parse(words.next()?)?;
        let step = match version {
            "1" => Step::Change(ChangeId::parse(words.next()?)?),
            "2" => Step::Message(EntryId::parse(words.next()?)?),
            _ => return None,
        };
        let noted_us = words.next().map_or(Some(0), |noted| noted.parse().ok())?;
        Some(Self {
            chat,
            step,
            noted_us,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intents_read_back_as_they_were_written() {
        let chat = ChatId::parse("chat").unwrap();
        let change = Intent::change(&chat, &ChangeId::parse("change").unwrap(), 7);
        assert_eq!(change.encode(), "1 chat change 7");
        assert_eq!(Intent::decode(b"1 chat change").unwrap().noted_us, 0);
        let message = Intent::message(&chat, &EntryId::parse("entry").unwrap(), 8);
        for intent in [change, message] {
            assert_eq!(Intent::decode(&intent.encode()), Some(intent));
        }
        assert_eq!(Intent::decode(b"3 chat entry"), None);
    }
}
