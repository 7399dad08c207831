//! The ways to break a history. Each says nothing when a history offers no place for it.
#![allow(
    clippy::ptr_arg,
    reason = "all ways have one shape, whatever each needs of it"
)]

use super::{
    history::{Event, Seen, What},
    model::Luck,
};

pub(super) fn is_walk(what: &What) -> bool {
    matches!(what, What::Page { after: 0, has_more: false, entries, .. } if entries.len() > 9)
}

/// Every list of entries, with the time it was asked for or made, and its chat.
fn lists(events: &mut [Event]) -> impl Iterator<Item = (u64, u32, &mut Vec<Seen>)> {
    events.iter_mut().filter_map(|event| match &mut event.what {
        What::Page {
            asked,
            chat,
            entries,
            ..
        } => Some((*asked, *chat, entries)),
        What::Followed { chat, entries, .. } => Some((event.at, *chat, entries)),
        _ => None,
    })
}

/// Every sight of an entry but the acknowledgement, to be changed.
fn change_sights(events: &mut [Event], of: u32, stamp: u64, change: impl Fn(&mut Seen)) {
    for (_, chat, entries) in lists(events) {
        entries
            .iter_mut()
            .filter(|e| chat == of && e.stamp == stamp)
            .for_each(&change);
    }
    for event in events {
        if let What::Pushed { chat, entry, .. } = &mut event.what
            && (*chat, entry.stamp) == (of, stamp)
        {
            change(entry);
        }
    }
}

/// An acknowledged entry: its place in the history, chat and self.
fn an_acked(events: &[Event], luck: &mut Luck) -> Option<(usize, u32, Seen)> {
    let acked: Vec<usize> = (0..events.len())
        .filter(|i| matches!(events[*i].what, What::Acked { .. }))
        .collect();
    let index = luck.pick(&acked)?;
    let What::Acked {
        chat,
        key,
        stamp,
        prev,
        ordinal,
        ..
    } = events[index].what
    else {
        return None;
    };
    Some((
        index,
        chat,
        Seen {
            stamp,
            prev,
            ordinal,
            counts: true,
            key,
            body: key.0 * 7,
        },
    ))
}

/// A page with more than `length` entries that `wanted` likes.
fn a_page(
    events: &[Event],
    luck: &mut Luck,
    length: usize,
    wanted: fn(&What) -> bool,
) -> Option<usize> {
    let long = |what: &What| matches!(what, What::Page { entries, .. } if entries.len() > length);
    let pages: Vec<usize> = (0..events.len())
        .filter(|i| long(&events[*i].what) && wanted(&events[*i].what))
        .collect();
    luck.pick(&pages)
}

fn entries_of(event: &mut Event) -> Option<&mut Vec<Seen>> {
    match &mut event.what {
        What::Page { entries, .. } | What::Followed { entries, .. } => Some(entries),
        _ => None,
    }
}

pub(super) fn lose_everywhere(events: &mut Vec<Event>, luck: &mut Luck) -> Option<()> {
    let (_, of, lost) = an_acked(events, luck)?;
    for (_, chat, entries) in lists(events) {
        entries.retain(|entry| chat != of || entry.stamp != lost.stamp);
    }
    events.retain(|event| !matches!(&event.what, What::Pushed { chat, entry, .. } if (*chat, entry.stamp) == (of, lost.stamp)));
    Some(())
}

pub(super) fn lose_in_one_walk(events: &mut Vec<Event>, luck: &mut Luck) -> Option<()> {
    let walk = events.iter().rposition(|event| is_walk(&event.what))?;
    let entries = entries_of(&mut events[walk])?;
    entries.remove(luck.below(entries.len()));
    Some(())
}

pub(super) fn double(events: &mut Vec<Event>, luck: &mut Luck) -> Option<()> {
    let walk = events.iter().rposition(|event| is_walk(&event.what))?;
    let entries = entries_of(&mut events[walk])?;
    let (first, last) = (luck.pick(entries)?, *entries.last()?);
    let (stamp, ordinal) = (last.stamp + 5, last.ordinal + 1);
    entries.push(Seen {
        stamp,
        prev: last.stamp,
        ordinal,
        ..first
    });
    Some(())
}

pub(super) fn swap_in_page(events: &mut Vec<Event>, luck: &mut Luck) -> Option<()> {
    let page = a_page(events, luck, 1, |_| true)?;
    let entries = entries_of(&mut events[page])?;
    let at = luck.below(entries.len() - 1);
    entries.swap(at, at + 1);
    Some(())
}

pub(super) fn swap_stamps_in_page(events: &mut Vec<Event>, luck: &mut Luck) -> Option<()> {
    let page = a_page(events, luck, 1, |_| true)?;
    let entries = entries_of(&mut events[page])?;
    let at = luck.below(entries.len() - 1);
    let (first, second) = (entries[at], entries[at + 1]);
    entries[at] = Seen {
        key: second.key,
        body: second.body,
        ..first
    };
    entries[at + 1] = Seen {
        key: first.key,
        body: first.body,
        ..second
    };
    Some(())
}

pub(super) fn truncate_walk(events: &mut Vec<Event>, luck: &mut Luck) -> Option<()> {
    let walk = events.iter().rposition(|event| is_walk(&event.what))?;
    let entries = entries_of(&mut events[walk])?;
    entries.truncate(entries.len() - 1 - luck.below(8));
    Some(())
}

pub(super) fn hole_in_page(events: &mut Vec<Event>, luck: &mut Luck) -> Option<()> {
    let page = a_page(events, luck, 2, |what| !is_walk(what))?;
    let entries = entries_of(&mut events[page])?;
    entries.remove(1 + luck.below(entries.len() - 2));
    Some(())
}

pub(super) fn rewind_tail(events: &mut Vec<Event>, _: &mut Luck) -> Option<()> {
    let middle = events.len() / 2;
    let (before, after) = events.split_at_mut(middle);
    let at = before.last()?.at;
    let (of, lost) = before.iter().rev().find_map(|event| match event.what {
        What::Acked {
            chat, stamp, prev, ..
        } => Some((chat, (stamp, prev))),
        _ => None,
    })?;
    // What comes later is written over the lost entry, and keeps the chain.
    let mend = |stamp: u64, prev: &mut u64, ordinal: &mut u64| {
        if stamp > lost.0 {
            *ordinal -= 1;
            *prev = if *prev == lost.0 { lost.1 } else { *prev };
        }
    };
    for (asked, chat, entries) in lists(after) {
        if chat == of && asked > at {
            entries.retain(|entry| entry.stamp != lost.0);
            for entry in entries {
                mend(entry.stamp, &mut entry.prev, &mut entry.ordinal);
            }
        }
    }
    for event in after {
        match &mut event.what {
            What::Pushed { chat, entry, .. } if *chat == of => {
                mend(entry.stamp, &mut entry.prev, &mut entry.ordinal);
            }
            What::Acked {
                chat,
                stamp,
                prev,
                ordinal,
                ..
            } if *chat == of => {
                mend(*stamp, prev, ordinal);
            }
            _ => {}
        }
    }
    Some(())
}

pub(super) fn change_body_once(events: &mut Vec<Event>, luck: &mut Luck) -> Option<()> {
    let page = a_page(events, luck, 1, |_| true)?;
    let entries = entries_of(&mut events[page])?;
    let at = luck.below(entries.len());
    entries[at].body += 1;
    Some(())
}

pub(super) fn change_body_everywhere(events: &mut Vec<Event>, luck: &mut Luck) -> Option<()> {
    let (_, chat, entry) = an_acked(events, luck)?;
    change_sights(events, chat, entry.stamp, |entry| entry.body += 1);
    Some(())
}

pub(super) fn fail_visible(events: &mut Vec<Event>, luck: &mut Luck) -> Option<()> {
    let (index, _, entry) = an_acked(events, luck)?;
    events[index].what = What::Failed { key: entry.key };
    Some(())
}

pub(super) fn forget_send(events: &mut Vec<Event>, luck: &mut Luck) -> Option<()> {
    let (_, _, entry) = an_acked(events, luck)?;
    events.retain(|event| !matches!(event.what, What::Sends { key, .. } if key == entry.key));
    Some(())
}

pub(super) fn reorder_real_time(events: &mut Vec<Event>, luck: &mut Luck) -> Option<()> {
    let (index, of, first) = an_acked(events, luck)?;
    let begun = events[index..].iter().find_map(|event| match event.what {
        What::Sends { chat, key, .. } if chat == of => Some(key),
        _ => None,
    })?;
    let second = events.iter().find_map(|event| match event.what {
        What::Acked { key, stamp, .. } if key == begun => Some(stamp),
        _ => None,
    })?;
    let swap = |stamp: u64, key| {
        let other = if stamp == first.stamp {
            begun
        } else {
            first.key
        };
        if [first.stamp, second].contains(&stamp) {
            other
        } else {
            key
        }
    };
    for (_, chat, entries) in lists(events) {
        for entry in entries
            .iter_mut()
            .filter(|entry| chat == of && entry.counts)
        {
            entry.key = swap(entry.stamp, entry.key);
            entry.body = entry.key.0 * 7;
        }
    }
    for event in events {
        match &mut event.what {
            What::Pushed { chat, entry, .. } if *chat == of && entry.counts => {
                entry.key = swap(entry.stamp, entry.key);
                entry.body = entry.key.0 * 7;
            }
            What::Acked {
                chat, key, stamp, ..
            } if *chat == of => *key = swap(*stamp, *key),
            _ => {}
        }
    }
    Some(())
}

pub(super) fn break_chain(events: &mut Vec<Event>, luck: &mut Luck) -> Option<()> {
    let (index, chat, entry) = an_acked(events, luck)?;
    if let What::Acked { prev, .. } = &mut events[index].what {
        *prev -= 1;
    }
    change_sights(events, chat, entry.stamp, |entry| entry.prev -= 1);
    Some(())
}

pub(super) fn break_ordinals(events: &mut Vec<Event>, luck: &mut Luck) -> Option<()> {
    let (_, of, from) = an_acked(events, luck)?;
    for event in &mut *events {
        match &mut event.what {
            What::Pushed { chat, entry, .. } if *chat == of && entry.stamp >= from.stamp => {
                entry.ordinal += 1;
            }
            What::Acked {
                chat,
                stamp,
                ordinal,
                ..
            } if *chat == of && *stamp >= from.stamp => {
                *ordinal += 1;
            }
            _ => {}
        }
    }
    for (_, chat, entries) in lists(events) {
        let later = entries
            .iter_mut()
            .filter(|entry| chat == of && entry.stamp >= from.stamp);
        later.for_each(|entry| entry.ordinal += 1);
    }
    Some(())
}

pub(super) fn push_backwards(events: &mut Vec<Event>, luck: &mut Luck) -> Option<()> {
    let news = |index: usize| match &events[index].what {
        What::Pushed {
            user,
            connection,
            chat,
            entry,
        } => {
            let had = events[..index].iter().any(|event| {
                matches!(&event.what, What::Page { user: u, chat: c, entries, .. }
                    if (u, c) == (user, chat) && entries.iter().any(|e| e.stamp == entry.stamp))
            });
            (!had).then_some((*user, *connection, *chat))
        }
        _ => None,
    };
    let pulled = |between: &[Event], user: u32, chat: u32| {
        let of = |event: &Event| matches!(event.what, What::Page { user: u, chat: c, .. } if (u, c) == (user, chat));
        between.iter().any(of)
    };
    let pairs: Vec<(usize, usize)> = (0..events.len())
        .filter_map(|first| {
            let (user, connection, chat) = news(first)?;
            let second =
                (first + 1..events.len()).find(|i| news(*i) == Some((user, connection, chat)))?;
            (!pulled(&events[first..second], user, chat)).then_some((first, second))
        })
        .collect();
    let (first, second) = luck.pick(&pairs)?;
    let early = events[first].what.clone();
    events[first].what = std::mem::replace(&mut events[second].what, early);
    Some(())
}

pub(super) fn diverge(events: &mut Vec<Event>, luck: &mut Luck) -> Option<()> {
    let index = events
        .iter()
        .rposition(|event| matches!(event.what, What::Followed { .. }))?;
    let entries = entries_of(&mut events[index])?;
    entries.remove(luck.below(entries.len()));
    Some(())
}

pub(super) fn vanish_after_push(events: &mut Vec<Event>, luck: &mut Luck) -> Option<()> {
    let pushes: Vec<_> = events
        .iter()
        .filter_map(|event| match &event.what {
            What::Pushed { chat, entry, .. } => Some((event.at, *chat, entry.stamp)),
            _ => None,
        })
        .collect();
    let (at, of, stamp) = luck.pick(&pushes)?;
    for (asked, chat, entries) in lists(events) {
        entries.retain(|entry| chat != of || entry.stamp != stamp || asked < at);
    }
    Some(())
}

pub(super) fn appear_below(events: &mut Vec<Event>, luck: &mut Luck) -> Option<()> {
    // The first page that ever shows some entry, and shows a newer one too, showed only the newer one.
    let page = a_page(events, luck, 1, |what| !is_walk(what))?;
    let (before, from) = events.split_at_mut(page);
    let What::Page {
        chat: of, entries, ..
    } = &mut from[0].what
    else {
        return None;
    };
    let stamp = entries[0].stamp;
    let known = before.iter().any(|event| match &event.what {
        What::Acked { chat, stamp: s, .. } => (*chat, *s) == (*of, stamp),
        What::Pushed { chat, entry, .. } => (*chat, entry.stamp) == (*of, stamp),
        What::Page { chat, entries, .. } => chat == of && entries.iter().any(|e| e.stamp == stamp),
        _ => false,
    });
    entries.remove(0);
    (!known || luck.below(2) == 0).then_some(())
}

pub(super) fn reset(events: &mut Vec<Event>, _: &mut Luck) -> Option<()> {
    let at = events.last()?.at;
    events.push(Event {
        at,
        what: What::Reset { user: 0, chat: 0 },
    });
    Some(())
}

/// Who left which chat, and an entry that came later.
fn what_came_after_leaving(events: &[Event], luck: &mut Luck) -> Option<(u32, u32, Seen)> {
    let (user, of, left) = events.iter().find_map(|event| match event.what {
        What::Left { user, chat, stamp } => Some((user, chat, stamp)),
        _ => None,
    })?;
    let later: Vec<Seen> = events
        .iter()
        .filter_map(|event| match &event.what {
            What::Pushed { chat, entry, .. } if *chat == of && entry.stamp > left => Some(*entry),
            _ => None,
        })
        .collect();
    Some((user, of, luck.pick(&later)?))
}

pub(super) fn leak_push(events: &mut Vec<Event>, luck: &mut Luck) -> Option<()> {
    let (user, chat, entry) = what_came_after_leaving(events, luck)?;
    let at = events.last()?.at + 1;
    events.push(Event {
        at,
        what: What::Pushed {
            user,
            connection: 99,
            chat,
            entry,
        },
    });
    Some(())
}

pub(super) fn leak_page(events: &mut Vec<Event>, luck: &mut Luck) -> Option<()> {
    let (user, chat, entry) = what_came_after_leaving(events, luck)?;
    let at = events.last()?.at + 1;
    let what = What::Page {
        user,
        chat,
        asked: at,
        after: entry.prev,
        entries: vec![entry],
        has_more: true,
    };
    events.push(Event { at: at + 1, what });
    Some(())
}
