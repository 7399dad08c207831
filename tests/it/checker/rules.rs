//! The rules. Each is one pass; each names the promise that it guards.

use std::collections::{HashMap, HashSet};

use super::{
    canon::{Canon, ChatCanon},
    history::{Event, Seen, What},
    report::{Report, Violation},
};

/// A page has everything after its cursor up to its last entry, and, when it says there is no more,
/// everything that was known before it was asked for. So nothing is lost, nothing is skipped, and nothing
/// appears below what was read.
pub(super) fn pages(events: &[Event], canon: &Canon, report: &mut Report) {
    for event in events {
        match &event.what {
            What::Page {
                user,
                chat,
                asked,
                after,
                entries,
                has_more,
            } => {
                let page = Page {
                    user: *user,
                    chat: *chat,
                    asked: *asked,
                    after: *after,
                };
                page.rises(entries, report);
                if let Some(truth) = canon.chats.get(chat) {
                    page.is_whole(entries, *has_more, truth, report);
                }
            }
            What::Reset { user, chat } => {
                report.found(Violation::ResetForNothing {
                    user: *user,
                    chat: *chat,
                });
            }
            _ => {}
        }
    }
}

struct Page {
    user: u32,
    chat: u32,
    asked: u64,
    after: u64,
}

impl Page {
    fn rises(&self, entries: &[Seen], report: &mut Report) {
        let mut last = self.after;
        for entry in entries {
            if entry.stamp <= last {
                let stamp = entry.stamp;
                report.found(Violation::NotRising {
                    user: self.user,
                    chat: self.chat,
                    stamp,
                });
            }
            last = entry.stamp;
        }
    }

    fn is_whole(&self, entries: &[Seen], has_more: bool, truth: &ChatCanon, report: &mut Report) {
        let last = entries
            .iter()
            .map(|entry| entry.stamp)
            .max()
            .unwrap_or(self.after);
        let end = if has_more {
            last
        } else {
            last.max(truth.known_before(self.asked))
        };
        if end <= self.after {
            return;
        }
        let there: HashSet<u64> = entries.iter().map(|entry| entry.stamp).collect();
        for (stamp, known) in truth.entries.range(self.after + 1..=end) {
            // Beyond the page's last entry only what was known before it was asked for can be missed.
            let owed = *stamp <= last || known.since < self.asked;
            if there.contains(stamp) || !owed {
                continue;
            }
            let (user, chat, stamp) = (self.user, self.chat, *stamp);
            report.found(if known.acked.is_some_and(|acked| acked < self.asked) {
                Violation::AckedMissing { user, chat, stamp }
            } else if known.since < self.asked {
                Violation::SeenMissing { user, chat, stamp }
            } else {
                Violation::AppearedBelow { user, chat, stamp }
            });
        }
    }
}

/// `prev` chains every entry to the one before it, and ordinals number the counting ones without a hole.
pub(super) fn chains(canon: &Canon, report: &mut Report) {
    for (chat, truth) in &canon.chats {
        let (mut prev, mut ordinal) = (0, 0);
        for (stamp, known) in &truth.entries {
            ordinal += u64::from(known.entry.counts);
            if known.entry.prev != prev {
                report.found(Violation::BrokenChain {
                    chat: *chat,
                    stamp: *stamp,
                });
            }
            if known.entry.ordinal != ordinal {
                report.found(Violation::BrokenOrdinals {
                    chat: *chat,
                    stamp: *stamp,
                });
                ordinal = known.entry.ordinal;
            }
            prev = *stamp;
        }
    }
}

/// What began after something was known comes after it in the order.
pub(super) fn real_time(events: &[Event], canon: &Canon, report: &mut Report) {
    for event in events {
        let What::Sends { chat, key, .. } = event.what else {
            continue;
        };
        let Some(truth) = canon.chats.get(&chat) else {
            continue;
        };
        let Some(stamp) = truth.stamp_of(key) else {
            continue;
        };
        let known = truth.known_before(event.at);
        if known >= stamp {
            report.found(Violation::OutOfRealTime { chat, stamp, known });
        }
    }
}

/// What a connection is pushed rises, leaving aside what its user had already.
pub(super) fn pushes(events: &[Event], report: &mut Report) {
    let mut had: HashSet<(u32, u32, u64)> = HashSet::new();
    let mut tops: HashMap<(u32, u32), u64> = HashMap::new();
    for event in events {
        match &event.what {
            What::Page {
                user,
                chat,
                entries,
                ..
            } => {
                had.extend(entries.iter().map(|entry| (*user, *chat, entry.stamp)));
            }
            What::Pushed {
                user,
                connection,
                chat,
                entry,
            } => {
                if !had.insert((*user, *chat, entry.stamp)) {
                    continue;
                }
                let top = tops.entry((*connection, *chat)).or_default();
                if entry.stamp < *top {
                    let (connection, chat, stamp) = (*connection, *chat, entry.stamp);
                    report.found(Violation::PushedBackwards {
                        connection,
                        chat,
                        stamp,
                    });
                }
                *top = entry.stamp.max(*top);
            }
            _ => {}
        }
    }
}

/// Pushes and gap pulls alone lead to the same list as a full pull.
pub(super) fn convergence(events: &[Event], canon: &Canon, report: &mut Report) {
    let mut owed = members(events);
    for event in events {
        let What::Followed {
            user,
            chat,
            entries,
        } = &event.what
        else {
            continue;
        };
        owed.remove(&(*user, *chat));
        let Some(truth) = canon.chats.get(chat) else {
            continue;
        };
        let mut truths = truth.entries.values().map(|known| known.entry);
        let mut own = entries.iter().copied();
        loop {
            match (truths.next(), own.next()) {
                (None, None) => break,
                (truth, own) if truth == own => {}
                (truth, own) => {
                    let stamp = truth.or(own).map_or(0, |entry| entry.stamp);
                    report.found(Violation::Diverged {
                        user: *user,
                        chat: *chat,
                        stamp,
                    });
                    break;
                }
            }
        }
    }
    for (user, chat) in owed {
        report.refuse(format!(
            "user {user} never said what they had of chat {chat}"
        ));
    }
}

/// Who left sees nothing that came after.
pub(super) fn departures(events: &[Event], report: &mut Report) {
    let mut left: HashMap<(u32, u32), (u64, u64)> = HashMap::new();
    for event in events {
        let (user, chat, leaked) = match &event.what {
            What::Left { user, chat, stamp } => {
                left.insert((*user, *chat), (event.at, *stamp));
                continue;
            }
            What::Page {
                user,
                chat,
                asked,
                entries,
                ..
            } => {
                let leaked = left.get(&(*user, *chat)).is_some_and(|(at, stamp)| {
                    let late = asked > at && !entries.is_empty();
                    late || entries.iter().any(|entry| entry.stamp > *stamp)
                });
                (*user, *chat, leaked)
            }
            What::Pushed {
                user, chat, entry, ..
            } => {
                let end = left.get(&(*user, *chat));
                (
                    *user,
                    *chat,
                    end.is_some_and(|(_, stamp)| entry.stamp > *stamp),
                )
            }
            _ => continue,
        };
        if leaked {
            report.found(Violation::Leaked { user, chat });
        }
    }
}

/// Every member reads everything once more when all is quiet; without that a run proves nothing.
pub(super) fn full_reads(events: &[Event], canon: &Canon, report: &mut Report) {
    let mut owed = members(events);
    for event in events {
        let What::Page {
            user,
            chat,
            asked,
            after: 0,
            has_more: false,
            ..
        } = &event.what
        else {
            continue;
        };
        let Some(truth) = canon.chats.get(chat) else {
            continue;
        };
        if truth.known_before(*asked) == truth.last() {
            owed.remove(&(*user, *chat));
        }
    }
    for (user, chat) in owed {
        report.refuse(format!(
            "user {user} never read all of chat {chat} after the last send"
        ));
    }
}

/// Who belongs where at the end.
fn members(events: &[Event]) -> HashSet<(u32, u32)> {
    let mut members = HashSet::new();
    for event in events {
        match event.what {
            What::Member { user, chat } => drop(members.insert((user, chat))),
            What::Left { user, chat, .. } => drop(members.remove(&(user, chat))),
            _ => {}
        }
    }
    members
}
