//! Rules about read marks and counts.

use super::facts::{Facts, RoomFacts};
use crate::{
    model::{Entry, Stamp},
    service::tests::simulation::{acts::Done, world::End},
};

/// Unread messages and mentions are what a recount says.
pub(super) fn counts(facts: &Facts, room: &RoomFacts, faults: &mut Vec<String>) {
    for (person, seen) in facts.people.iter().zip(&room.seen_by) {
        let Some((row, entries)) = seen else { continue };
        let unread = |entry: &&Entry| {
            entry.stamp > row.read
                && entry.kind.counts()
                && !entry.retracted
                && entry.sender.as_ref() != Some(&person.user)
        };
        let unread: Vec<&Entry> = entries.iter().filter(unread).collect();
        let mentions = unread
            .iter()
            .filter(|entry| entry.mentions.contains(&person.user));
        let recounted = (unread.len() as u64, mentions.count() as u64);
        if recounted != (row.unread, row.mentions) {
            faults.push(format!(
                "{person:?}, read up to {:?}: unread {} and {}, recounted {recounted:?}",
                row.read, row.unread, row.mentions
            ));
        }
    }
}

/// The keeper's mark never falls. (Who leaves loses theirs.)
pub(super) fn marks(facts: &Facts, room: &RoomFacts, faults: &mut Vec<String>) {
    let Some((row, _)) = &room.seen_by[room.keeper] else {
        return faults.push("the keeper does not see their own chat".to_owned());
    };
    let marks: Vec<(u64, u64, Stamp)> = facts
        .deeds
        .iter()
        .filter(|deed| deed.who == room.keeper && deed.act.chat() == Some(&room.id))
        .filter_map(|deed| match deed.end {
            End::Done(Done::Read(mark)) => Some((deed.began, deed.ended, mark)),
            _ => None,
        })
        .collect();
    for (_, ended, mark) in &marks {
        let later = marks.iter().filter(|(began, ..)| began > ended);
        let lowest = later.map(|(.., mark)| *mark).chain([row.read]).min();
        if lowest < Some(*mark) {
            faults.push(format!("a mark fell from {mark:?} to {lowest:?}"));
        }
    }
}
