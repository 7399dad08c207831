//! What gateways tell each other.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::model::{ChatId, Entry, Epoch, Incarnation, LogEntry, SessionId, Stamp, UserId};

/// Which connection caused a hint, so that it is not told what it was answered already.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The gateway it is connected to.
    pub incarnation: Incarnation,
    /// Its number there.
    pub connection: u64,
}

/// Something was stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Hint {
    /// An entry in a chat, for all its members.
    Entry {
        /// The chat.
        chat: ChatId,
        /// The life of its timeline.
        epoch: Epoch,
        /// Version of the membership it was stored under: who has another copy reads the members again.
        members_version: u64,
        /// The entry.
        entry: Entry,
        /// Who needs no push.
        origin: Option<Origin>,
    },
    /// An entry in a change log, for its owner.
    Log {
        /// The owner.
        user: UserId,
        /// The life of the log.
        epoch: Epoch,
        /// The log entry.
        entry: LogEntry,
        /// Who needs no push.
        origin: Option<Origin>,
    },
    /// A change in a chat's change timeline, for all its members.
    Changed {
        /// The chat.
        chat: ChatId,
        /// The life of its timelines.
        epoch: Epoch,
        /// Version of the membership now.
        members_version: u64,
        /// The change at its position.
        entry: LogEntry,
        /// Whether the members are told by their change logs, and this only says that they are.
        copied: bool,
    },
    /// What was said in a direct chat has reached a device of somebody.
    Delivered {
        /// The chat.
        chat: ChatId,
        /// Who is to be told.
        to: UserId,
        /// Whom it has reached.
        user: UserId,
        /// Everything up to here.
        stamp: Stamp,
    },
    /// Somebody has read a direct chat or a small group.
    Read {
        /// The chat.
        chat: ChatId,
        /// Who are to be told.
        to: Vec<UserId>,
        /// Who has read.
        user: UserId,
        /// Everything up to here.
        stamp: Stamp,
    },
    /// A session was ended: its connections close.
    SessionEnded {
        /// Whose it was.
        user: UserId,
        /// The session.
        session: SessionId,
    },
}

/// What reaches a gateway.
#[derive(Debug, Clone)]
pub enum Delivery {
    /// A hint.
    Hint(Arc<Hint>),
    /// Hints may have been lost: compare positions.
    Lost,
    /// The lease was lost and this gateway has a new incarnation: register every interest anew, compare positions.
    NewIncarnation,
}
