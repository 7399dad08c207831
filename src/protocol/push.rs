//! What the server sends unasked. Every push is a hint: what it says can always be pulled as well.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{ChatId, Entry, Epoch, LogEntry, Stamp, UserId};

/// A push: its kind and its data. Clients ignore kinds they do not know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "push", content = "data", rename_all = "snake_case")]
pub enum Push {
    /// A new entry in a chat. When `entry.prev` is not the newest stamp one has: pull.
    Entry {
        /// The chat it belongs to.
        chat: ChatId,
        /// The life of the chat's timeline.
        epoch: Epoch,
        /// The entry itself.
        entry: Entry,
    },
    /// A new entry in one's own change log. When `entry.prev` is not the newest stamp one has: pull the log.
    Change {
        /// The life of the log.
        epoch: Epoch,
        /// The log entry itself.
        entry: LogEntry,
    },
    /// A new change in a chat's change timeline, unless it comes through one's own log. When `entry.prev` is not
    /// the newest change one has of that chat: pull its changes.
    Changed {
        /// The chat it belongs to.
        chat: ChatId,
        /// The life of the chat.
        epoch: Epoch,
        /// The change itself.
        entry: LogEntry,
    },
    /// Everything up to a stamp has reached a device of the other person of a direct chat.
    Delivered {
        /// The chat.
        chat: ChatId,
        /// Whom it has reached.
        user: UserId,
        /// Everything up to here has arrived.
        stamp: Stamp,
    },
    /// Somebody in a direct chat, or in a small group, has read up to a stamp.
    Read {
        /// The chat that was read.
        chat: ChatId,
        /// Who read it.
        user: UserId,
        /// Everything up to here is read.
        stamp: Stamp,
    },
    /// Pushes may have been lost: pull.
    Resync {
        /// Why.
        reason: ResyncReason,
        /// The only chat concerned; absent when everything is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        chat: Option<ChatId>,
    },
    /// The server closes this connection next.
    Bye {
        /// Why.
        reason: ByeReason,
        /// Whether to connect again.
        reconnect: bool,
        /// How long to wait before that, in milliseconds.
        after_ms: u64,
    },
}

/// Why pushes may have been lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ResyncReason {
    /// The position check found something newer than what was pushed.
    Position,
    /// The store was set back to an older copy and has lost what was pushed: a pull says `reset`.
    Rewound,
    /// Hints between gateways were lost.
    HintsLost,
    /// The gateway lost its lease and was not notified for a while.
    LeaseLost,
    /// This connection read too slowly, and what waited for it was dropped.
    Slow,
}

/// Why the server closes a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ByeReason {
    /// The server stops or restarts.
    Shutdown,
    /// The session was ended by its owner, by a change of password or by an administrator.
    SessionEnded,
    /// This connection read too slowly.
    Slow,
}
