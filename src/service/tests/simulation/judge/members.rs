//! Rules about changes: each is told once to everybody concerned, and membership is what the changes make it.

use std::collections::{BTreeMap, BTreeSet};

use super::facts::{Facts, RoomFacts, version_of};
use crate::{
    model::{
        Change, Content, Entry, LogEntry, MembershipChange, MembershipEvent, Stamp, SystemEvent,
        UserId,
    },
    service::tests::simulation::{
        acts::Act,
        world::{Deed, End},
    },
};

fn memberships(room: &RoomFacts) -> impl Iterator<Item = &MembershipChange> {
    room.changes.iter().filter_map(|entry| match &entry.change {
        Change::Membership(change) => Some(change),
        _ => None,
    })
}

fn events(entries: &[Entry]) -> impl Iterator<Item = &SystemEvent> {
    entries.iter().filter_map(|entry| match &entry.content {
        Some(Content::System(event)) => Some(event),
        _ => None,
    })
}

/// Every change shows between the messages, once.
pub(super) fn changes(room: &RoomFacts, faults: &mut Vec<String>) {
    let mut told: BTreeMap<String, i64> = BTreeMap::new();
    for change in memberships(room) {
        *told.entry(format!("{:?}", shown(change))).or_default() += 1;
    }
    let mut renames = room.changes.len() - memberships(room).count();
    for event in events(&room.entries) {
        if matches!(event, SystemEvent::Renamed { .. }) {
            renames = renames.wrapping_sub(1);
        } else {
            *told.entry(format!("{event:?}")).or_default() -= 1;
        }
    }
    if renames != 0 || told.values().any(|balance| *balance != 0) {
        told.retain(|_, balance| *balance != 0);
        faults.push(format!(
            "changes and system entries differ: {told:?}, renames {renames}"
        ));
    }
}

fn shown(change: &MembershipChange) -> SystemEvent {
    let (actor, users) = (change.actor.clone(), change.users.clone());
    match change.event {
        MembershipEvent::Created => SystemEvent::Created { actor },
        MembershipEvent::Added => SystemEvent::Added { actor, users },
        MembershipEvent::Removed => SystemEvent::Removed { actor, users },
        MembershipEvent::Left => SystemEvent::Left { actor },
    }
}

/// Who is a member is what the changes add up to, and all who ask are told the same.
pub(super) fn membership(facts: &Facts, room: &RoomFacts, faults: &mut Vec<String>) {
    let mut members: BTreeSet<&UserId> = BTreeSet::new();
    for change in memberships(room) {
        match change.event {
            MembershipEvent::Created | MembershipEvent::Added => members.extend(&change.users),
            MembershipEvent::Removed | MembershipEvent::Left => {
                members.retain(|user| !change.users.contains(user));
            }
        }
    }
    let listed: BTreeSet<&UserId> = room.members.iter().collect();
    let seeing: BTreeSet<&UserId> = facts
        .people
        .iter()
        .zip(&room.seen_by)
        .filter_map(|(person, seen)| seen.as_ref().map(|_| &person.user))
        .collect();
    let counted = room.seen_by[room.keeper]
        .as_ref()
        .map(|(row, _)| row.chat.member_count);
    if members != listed || members != seeing || counted != u32::try_from(members.len()).ok() {
        faults.push(format!(
            "changes make {members:?}, the list says {listed:?}, {seeing:?} see it, counted {counted:?}"
        ));
    }
}

/// An acknowledged change is there as often as it was asked for; one that was refused is not.
pub(super) fn renames(facts: &Facts, room: &RoomFacts, faults: &mut Vec<String>) {
    for deed in &facts.deeds {
        if deed.act.chat() != Some(&room.id) {
            continue;
        }
        if let Act::Rename { title, .. } = &deed.act {
            let same = |event: &&SystemEvent| matches!(event, SystemEvent::Renamed { title: t, .. } if t == title);
            bounds(deed, events(&room.entries).filter(same).count(), faults);
        }
    }
    let user = |who: usize| facts.people[who].user.clone();
    let parting = |deed: &&Deed| match &deed.act {
        Act::Remove { user: gone, .. } => Some((user(deed.who), gone.clone())),
        Act::Leave { .. } => Some((user(deed.who), user(deed.who))),
        _ => None,
    };
    let mut asked: BTreeMap<(UserId, UserId), (usize, usize)> = BTreeMap::new();
    for deed in facts
        .deeds
        .iter()
        .filter(|d| d.act.chat() == Some(&room.id))
    {
        if let Some(parting) = parting(&deed) {
            let (least, most) = asked.entry(parting).or_default();
            *least += usize::from(matches!(deed.end, End::Done(_)));
            *most += usize::from(!matches!(deed.end, End::Refused));
        }
    }
    for change in memberships(room) {
        if matches!(
            change.event,
            MembershipEvent::Removed | MembershipEvent::Left
        ) {
            let parting = (change.actor.clone(), change.users[0].clone());
            let (least, most) = asked.entry(parting).or_default();
            *least = least.saturating_sub(1);
            match most.checked_sub(1) {
                Some(left) => *most = left,
                None => faults.push(format!("nobody asked for {change:?}")),
            }
        }
    }
    for (parting, (least, _)) in asked {
        if least > 0 {
            faults.push(format!("{parting:?} was acknowledged, and did not happen"));
        }
    }
}

fn bounds(deed: &Deed, times: usize, faults: &mut Vec<String>) {
    let good = match deed.end {
        End::Done(_) => times == 1,
        End::Refused => times == 0,
        End::Open | End::Unknown => times <= 1,
    };
    if !good {
        faults.push(format!("{deed:?} happened {times} times"));
    }
}

/// Every change stands once in the log of those it happened to and of those who were members all the time
/// since, and in no log twice.
pub(super) fn logs(facts: &Facts, room: &RoomFacts, faults: &mut Vec<String>) {
    for (person, log) in facts.people.iter().zip(&facts.logs) {
        let mut told: BTreeMap<u64, usize> = BTreeMap::new();
        for (chat, version) in log.iter().filter_map(version_of) {
            if *chat == room.id {
                *told.entry(version).or_default() += 1;
            }
        }
        let mut since = None;
        for change in memberships(room).filter(|change| change.users.contains(&person.user)) {
            let came = matches!(
                change.event,
                MembershipEvent::Created | MembershipEvent::Added
            );
            since = came.then_some(change.members_version);
        }
        for change in memberships(room) {
            let times = told.remove(&change.members_version).unwrap_or(0);
            let stayed = since.is_some_and(|since| since <= change.members_version);
            let owed = stayed || change.users.contains(&person.user);
            if times > 1 || (owed && times == 0) {
                faults.push(format!(
                    "{change:?} stands {times} times in the log of {person:?}"
                ));
            }
        }
        for version in told.into_keys() {
            faults.push(format!(
                "version {version} in a log, and not in its chat {:?}",
                room.id
            ));
        }
    }
}

/// Whoever a message speaks to has it in their log, once.
pub(super) fn mentions(facts: &Facts, room: &RoomFacts, faults: &mut Vec<String>) {
    for (person, log) in facts.people.iter().zip(&facts.logs) {
        let told = |stamp: Stamp| {
            let same = |entry: &&LogEntry| matches!(&entry.change, Change::Mention { chat, stamp: s, .. } if (chat, *s) == (&room.id, stamp));
            log.iter().filter(same).count()
        };
        for entry in &room.entries {
            let own = entry.sender.as_ref() == Some(&person.user);
            let owed = usize::from(!own && entry.mentions.contains(&person.user));
            let times = told(entry.stamp);
            if times != owed {
                faults.push(format!(
                    "{entry:?} stands {times} times in the log of {person:?}"
                ));
            }
        }
    }
}

/// Everybody's list names the chats they are a member of.
pub(super) fn lists(facts: &Facts, faults: &mut Vec<String>) {
    for (number, list) in facts.lists.iter().enumerate() {
        for room in &facts.rooms {
            let listed = list.contains(&room.id);
            if listed != room.seen_by[number].is_some() {
                faults.push(format!("person {number}: {:?} listed: {listed}", room.id));
            }
        }
    }
}
