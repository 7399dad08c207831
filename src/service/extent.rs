//! How far a timeline reaches for one reader, and what that makes of their cursor.

use crate::model::{Epoch, LogEntry, LogPage, Reset, Stamp};

/// How far a timeline reaches for one reader.
pub(super) struct Extent {
    /// This life of the timeline.
    pub(super) epoch: Epoch,
    /// What is not above it is not kept, or hidden from the reader.
    pub(super) floor: Stamp,
    /// Its newest position.
    pub(super) last: Stamp,
}

impl Extent {
    /// Where reading begins: 0 stands for the oldest entry there is.
    pub(super) fn begin(&self, after: Stamp) -> Stamp {
        if after == Stamp::ZERO {
            self.floor
        } else {
            after
        }
    }

    /// Why a cursor is of no use, as far as the head can tell.
    pub(super) fn refusal(&self, after: Stamp, epoch: Option<&Epoch>) -> Option<Reset> {
        if epoch.is_some_and(|epoch| *epoch != self.epoch) {
            Some(Reset::Epoch)
        } else if after < self.floor {
            Some(Reset::Floor)
        } else if after > self.last.max(self.floor) {
            Some(Reset::Rewound)
        } else {
            None
        }
    }

    /// A page without entries.
    pub(super) fn empty(&self, reset: Option<Reset>) -> LogPage {
        LogPage {
            reset,
            epoch: self.epoch.clone(),
            floor: self.floor,
            next: self.last,
            entries: Vec::new(),
            has_more: false,
        }
    }

    /// The page right after a cursor.
    pub(super) fn page(&self, after: Stamp, entries: Vec<LogEntry>, has_more: bool) -> LogPage {
        LogPage {
            next: entries.last().map_or(after, |entry| entry.stamp),
            entries,
            has_more,
            ..self.empty(None)
        }
    }
}

/// Why a page is of no use once it was read: entries after the cursor went meanwhile, or its own entry,
/// which must be kept when it is above the floor, does not stand there.
pub(super) fn proof_lacks(after: Stamp, floor: Stamp, anchored: bool) -> Option<Reset> {
    if floor > after {
        Some(Reset::Floor)
    } else if !anchored && after > floor {
        Some(Reset::Rewound)
    } else {
        None
    }
}
