//! The union of everything anybody saw.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{
    history::{Event, Key, Seen, What},
    report::{Report, Violation},
};

/// An entry, and since when it is known.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known {
    /// The entry.
    pub(super) entry: Seen,
    /// When anybody first knew of it.
    pub(super) since: u64,
    /// When its sender was first told; never for one that stayed unanswered.
    pub(super) acked: Option<u64>,
}

/// One chat's entries by stamp.
#[derive(Debug, Default)]
pub(super) struct ChatCanon {
    /// The entries.
    pub(super) entries: BTreeMap<u64, Known>,
    stamps: HashMap<Key, u64>,
    /// Times at which a newer entry became known than any before, and its stamp; both rise.
    heights: Vec<(u64, u64)>,
}

impl ChatCanon {
    /// The newest stamp that anybody knew before `at`; 0 for none.
    pub(super) fn known_before(&self, at: u64) -> u64 {
        let count = self.heights.partition_point(|(since, _)| *since < at);
        count.checked_sub(1).map_or(0, |last| self.heights[last].1)
    }

    /// The newest stamp at all; 0 for none.
    pub(super) fn last(&self) -> u64 {
        self.entries.last_key_value().map_or(0, |(stamp, _)| *stamp)
    }

    /// Where a send stands.
    pub(super) fn stamp_of(&self, key: Key) -> Option<u64> {
        self.stamps.get(&key).copied()
    }
}

/// Every chat's entries.
#[derive(Debug, Default)]
pub(super) struct Canon {
    /// By number of the chat.
    pub(super) chats: HashMap<u32, ChatCanon>,
    sent: HashMap<Key, u64>,
    failed: HashSet<Key>,
}

impl Canon {
    /// Gathers a history; reports whatever contradicts itself.
    pub(super) fn of(events: &[Event], report: &mut Report) -> Self {
        let mut canon = Self::default();
        for event in events {
            match &event.what {
                What::Sends { key, body, .. } => drop(canon.sent.insert(*key, *body)),
                What::Failed { key } => drop(canon.failed.insert(*key)),
                _ => {}
            }
        }
        for event in events {
            canon.take(event, report);
        }
        for chat in canon.chats.values_mut() {
            let mut known: Vec<_> = chat
                .entries
                .values()
                .map(|k| (k.since, k.entry.stamp))
                .collect();
            known.sort_unstable();
            for (since, stamp) in known {
                if chat.heights.last().is_none_or(|(_, top)| *top < stamp) {
                    chat.heights.push((since, stamp));
                }
            }
        }
        canon
    }

    fn take(&mut self, event: &Event, report: &mut Report) {
        match &event.what {
            What::Acked {
                chat,
                key,
                stamp,
                prev,
                ordinal,
                ..
            } => {
                let body = self.sent.get(key).copied().unwrap_or_default();
                let entry = Seen {
                    stamp: *stamp,
                    prev: *prev,
                    ordinal: *ordinal,
                    counts: true,
                    key: *key,
                    body,
                };
                self.put(*chat, entry, event.at, Some(event.at), report);
            }
            What::Pushed { chat, entry, .. } => self.put(*chat, *entry, event.at, None, report),
            What::Page { chat, entries, .. } | What::Followed { chat, entries, .. } => {
                for entry in entries {
                    self.put(*chat, *entry, event.at, None, report);
                }
            }
            _ => {}
        }
    }

    fn put(&mut self, number: u32, entry: Seen, at: u64, acked: Option<u64>, report: &mut Report) {
        let stamp = entry.stamp;
        let chat = self.chats.entry(number).or_default();
        let known = chat.entries.entry(stamp).or_insert(Known {
            entry,
            since: at,
            acked,
        });
        known.acked = known.acked.or(acked);
        if known.entry != entry {
            let other_body = Seen {
                body: known.entry.body,
                ..entry
            } == known.entry;
            report.found(if other_body {
                Violation::BodyChanged {
                    chat: number,
                    stamp,
                }
            } else {
                Violation::TwoEntriesAtOneStamp {
                    chat: number,
                    stamp,
                }
            });
        }
        let first = *chat.stamps.entry(entry.key).or_insert(stamp);
        if first != stamp {
            let stamps = [first, stamp];
            report.found(Violation::TwoStampsForOneSend {
                chat: number,
                key: entry.key,
                stamps,
            });
        }
        if !entry.counts {
            return;
        }
        match self.sent.get(&entry.key) {
            None => report.found(Violation::NeverSent {
                chat: number,
                stamp,
            }),
            Some(body) if *body != entry.body => {
                report.found(Violation::BodyChanged {
                    chat: number,
                    stamp,
                });
            }
            Some(_) => {}
        }
        if self.failed.contains(&entry.key) {
            report.found(Violation::FailedButVisible {
                chat: number,
                stamp,
            });
        }
    }
}
