//! A push on its way to many connections: encoded at most once per format, shared by all.

use std::sync::OnceLock;

use axum::extract::ws::{Message, Utf8Bytes};
use bytes::Bytes;

use crate::protocol::{Format, Push, encode_push};

/// A push and its encoded forms.
pub(super) struct Broadcast {
    push: Push,
    json: OnceLock<Message>,
    packed: OnceLock<Message>,
}

impl Broadcast {
    pub(super) fn new(push: Push) -> Self {
        Self {
            push,
            json: OnceLock::new(),
            packed: OnceLock::new(),
        }
    }

    /// The frame for a connection that speaks `format`.
    pub(super) fn message(&self, format: Format) -> Message {
        let slot = match format {
            Format::Json => &self.json,
            Format::MessagePack => &self.packed,
        };
        slot.get_or_init(|| message(format, encode_push(format, &self.push)))
            .clone()
    }
}

/// The frame that carries encoded bytes.
pub(super) fn message(format: Format, bytes: Bytes) -> Message {
    match format {
        Format::Json => {
            Message::Text(Utf8Bytes::try_from(bytes).expect("the JSON encoder writes UTF-8"))
        }
        Format::MessagePack => Message::Binary(bytes),
    }
}
