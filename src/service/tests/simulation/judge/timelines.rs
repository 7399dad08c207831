//! Rules about messages: none lost, none twice, one order.

use std::collections::BTreeMap;

use super::facts::{Facts, RoomFacts};
use crate::{
    model::{ClientId, Content, Entry, EntryKind, Stamp},
    service::tests::simulation::{
        acts::{Act, Done},
        world::{Deed, End},
    },
};

/// Stamps rise, `prev` chains them, ordinals number the messages without a hole.
pub(super) fn order(room: &RoomFacts, faults: &mut Vec<String>) {
    let (mut prev, mut ordinal) = (Stamp::ZERO, 0);
    for entry in &room.entries {
        ordinal += u64::from(entry.kind.counts());
        if entry.stamp <= prev || entry.prev != prev || entry.ordinal != ordinal {
            faults.push(format!("{entry:?} does not come after {prev:?}"));
        }
        if entry.kind == EntryKind::Tombstone {
            faults.push(format!("{:?} has become a tombstone", entry.stamp));
        }
        prev = entry.stamp;
    }
    let (mut prev, mut versions) = (Stamp::ZERO, 0);
    for change in &room.changes {
        let version = super::facts::version_of(change).map_or(versions, |(_, version)| version);
        if change.stamp <= prev || change.prev != prev || version < versions {
            faults.push(format!("{change:?} does not come after {prev:?}"));
        }
        (prev, versions) = (change.stamp, version);
    }
}

/// Every client id stands once and says what was sent; what was acknowledged is where it was said to be, and
/// what was refused is not there.
pub(super) fn sends(facts: &Facts, room: &RoomFacts, faults: &mut Vec<String>) {
    let mut found: BTreeMap<&ClientId, &Entry> = BTreeMap::new();
    for entry in &room.entries {
        if let Some(id) = &entry.client_id
            && found.insert(id, entry).is_some()
        {
            faults.push(format!("{id} stands twice"));
        }
    }
    for deed in &facts.deeds {
        let Act::Send { chat, text, .. } = &deed.act else {
            continue;
        };
        if *chat != room.id {
            continue;
        }
        let entry = found.remove(&deed.id);
        match (&deed.end, entry) {
            (End::Refused, Some(entry)) => {
                faults.push(format!("{entry:?} was refused, and is there"));
            }
            (End::Done(Done::Sent(sent)), entry) => {
                let place = entry.map(|entry| (entry.stamp, entry.prev, entry.ordinal));
                if place != Some((sent.stamp, sent.prev, sent.ordinal)) {
                    faults.push(format!("{sent:?} was acknowledged, and {entry:?} is there"));
                }
            }
            _ => {}
        }
        let says = |entry: &Entry| entry.content == Some(Content::text(text.clone()));
        if entry.is_some_and(|entry| !says(entry)) {
            faults.push(format!("{entry:?} does not say {text}"));
        }
    }
    for entry in found.into_values() {
        faults.push(format!("nobody sent {entry:?}"));
    }
}

/// A page has everything between its ends, and everything that had been acknowledged before it was asked for.
pub(super) fn pages(facts: &Facts, room: &RoomFacts, faults: &mut Vec<String>) {
    for deed in &facts.deeds {
        let (Act::Pull { chat, after, .. }, End::Done(Done::Page(page))) = (&deed.act, &deed.end)
        else {
            continue;
        };
        if *chat != room.id {
            continue;
        }
        if page.reset.is_some() {
            faults.push(format!("a good cursor was refused: {deed:?}"));
        }
        let after = page.floor.max(*after);
        let last = page.entries.last().map_or(after, |entry| entry.stamp);
        let end = if page.has_more {
            last
        } else {
            last.max(known_before(facts, room, deed.began))
        };
        let owed = |entry: &&Entry| entry.stamp > after && entry.stamp <= end;
        let owed: Vec<&Entry> = room.entries.iter().filter(owed).collect();
        let same = owed.len() == page.entries.len()
            && owed
                .iter()
                .zip(&page.entries)
                .all(|(owed, given)| owed.stamp == given.stamp);
        if !same {
            faults.push(format!("{deed:?} owed {owed:?}"));
        }
    }
}

/// What began after something was known comes after it.
pub(super) fn real_time(facts: &Facts, room: &RoomFacts, faults: &mut Vec<String>) {
    for deed in of_room(facts, room) {
        if let End::Done(Done::Sent(sent)) = &deed.end {
            let known = known_before(facts, room, deed.began);
            if sent.stamp <= known {
                faults.push(format!("{sent:?} began after {known:?} was known"));
            }
        }
    }
}

/// Hints, and pulls where they leave a gap, lead to the same list as a full pull.
pub(super) fn follower(room: &RoomFacts, faults: &mut Vec<String>) {
    if room.followed != room.entries {
        let differs = room
            .followed
            .iter()
            .zip(&room.entries)
            .find(|(a, b)| a != b);
        faults.push(format!(
            "followed {} of {} entries; the first that differs: {differs:?}",
            room.followed.len(),
            room.entries.len()
        ));
    }
}

/// The newest stamp that anybody had been answered before a step.
fn known_before(facts: &Facts, room: &RoomFacts, step: u64) -> Stamp {
    let known = of_room(facts, room).filter(|deed| deed.ended < step);
    let known = known.filter_map(|deed| match &deed.end {
        End::Done(Done::Sent(sent)) => Some(sent.stamp),
        End::Done(Done::Page(page)) => page.entries.last().map(|entry| entry.stamp),
        _ => None,
    });
    known.max().unwrap_or(Stamp::ZERO)
}

fn of_room<'a>(facts: &'a Facts, room: &'a RoomFacts) -> impl Iterator<Item = &'a Deed> {
    let here = |deed: &&Deed| deed.act.chat() == Some(&room.id);
    facts.deeds.iter().filter(here)
}
