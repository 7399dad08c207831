//! The shortest way to let people change messages and hear of changes.

use curlew::{
    model::{Change, ChatId, Content, Entry, LogEntry, MessageChange, Stamp},
    protocol::{self as p, Push, WireError},
};

use super::{Person, fresh_client_id};

impl Person {
    /// Replaces what one's own message says.
    pub(crate) async fn edit(
        &self,
        chat: &ChatId,
        stamp: Stamp,
        text: &str,
    ) -> Result<u32, WireError> {
        let edited = self.call(edit(chat, stamp, text)).await?;
        Ok(edited.revision)
    }

    /// Takes a message back.
    pub(crate) async fn retract(&self, chat: &ChatId, stamp: Stamp) -> Result<u32, WireError> {
        let retracted = self.call(retraction(chat, stamp)).await?;
        Ok(retracted.revision)
    }

    /// Reacts to a message, or takes a reaction back.
    pub(crate) async fn react(
        &self,
        chat: &ChatId,
        stamp: Stamp,
        kind: &str,
        on: bool,
    ) -> Result<u32, WireError> {
        let reaction = p::ReactToMessage {
            chat: chat.clone(),
            stamp,
            client_id: fresh_client_id(),
            kind: kind.to_owned(),
            on,
        };
        Ok(self.call(reaction).await?.revision)
    }

    /// Pins a message, or takes it down; what is pinned then.
    pub(crate) async fn pin(
        &self,
        chat: &ChatId,
        stamp: Stamp,
        pinned: bool,
    ) -> Result<Vec<Stamp>, WireError> {
        let pin = p::PinMessage {
            chat: chat.clone(),
            stamp,
            client_id: fresh_client_id(),
            pinned,
        };
        Ok(self.call(pin).await?.pins)
    }

    /// The next change of a message in `chat` that one's log tells of.
    pub(crate) async fn next_copy(&self, chat: &ChatId) -> (LogEntry, MessageChange) {
        self.push_where(|push| match push {
            Push::Change { entry, .. } => of_message(chat, entry),
            _ => None,
        })
        .await
    }

    /// The next change of a message in `chat` that no log tells of.
    pub(crate) async fn next_changed(&self, chat: &ChatId) -> (LogEntry, MessageChange) {
        self.push_where(|push| match push {
            Push::Changed { entry, .. } => of_message(chat, entry),
            _ => None,
        })
        .await
    }

    /// One message as one sees it.
    pub(crate) async fn message(&self, chat: &ChatId, stamp: Stamp) -> Option<Entry> {
        let get = p::GetMessages {
            chat: chat.clone(),
            stamps: vec![stamp],
        };
        let found = self.call(get).await.expect("gets a message");
        found.entries.into_iter().next()
    }
}

fn of_message(chat: &ChatId, entry: LogEntry) -> Option<(LogEntry, MessageChange)> {
    match entry.change.clone() {
        Change::Message(change) if change.chat == *chat => Some((entry, change)),
        _ => None,
    }
}

/// Params to replace what a message says.
pub(crate) fn edit(chat: &ChatId, stamp: Stamp, text: &str) -> p::EditMessage {
    p::EditMessage {
        chat: chat.clone(),
        stamp,
        client_id: fresh_client_id(),
        content: Content::text(text),
        mentions: Vec::new(),
        revision: None,
    }
}

/// Params to take a message back.
pub(crate) fn retraction(chat: &ChatId, stamp: Stamp) -> p::RetractMessage {
    p::RetractMessage {
        chat: chat.clone(),
        stamp,
        client_id: fresh_client_id(),
    }
}
