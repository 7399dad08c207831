//! Somebody who knows a chat only from hints, answers and the pulls that heal gaps.

use std::collections::BTreeMap;

use crate::model::{Entry, Stamp};

/// A chat as its follower has it.
#[derive(Debug, Default)]
pub(super) struct Follower {
    /// Without a gap.
    pub(super) list: Vec<Entry>,
    /// Entries whose predecessor is not there yet, by its stamp.
    ahead: BTreeMap<Stamp, Entry>,
}

impl Follower {
    /// Up to where everything is there.
    pub(super) fn cursor(&self) -> Stamp {
        self.list.last().map_or(Stamp::ZERO, |entry| entry.stamp)
    }

    /// Whether something is missing.
    pub(super) fn has_gap(&self) -> bool {
        !self.ahead.is_empty()
    }

    /// Takes an entry, wherever it comes from.
    pub(super) fn take(&mut self, entry: Entry) {
        if entry.stamp > self.cursor() {
            self.ahead.insert(entry.prev, entry);
        }
        while let Some(next) = self.ahead.remove(&self.cursor()) {
            self.list.push(next);
        }
        let cursor = self.cursor();
        self.ahead.retain(|_, entry| entry.stamp > cursor);
    }
}
