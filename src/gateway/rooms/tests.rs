use axum::extract::ws::Message;

use super::*;
use crate::{
    config::GatewayConfig,
    gateway::{
        connection::Connection,
        outbox::{Bounds, Due},
        pulse::Rhythm,
        session::SessionLimits,
    },
    protocol::{FrameLimits, Push, ResyncReason},
};

fn house() -> House {
    let frame = FrameLimits {
        bytes: 1_000,
        depth: 16,
    };
    let session = SessionLimits {
        frame,
        first_frame_bytes: 1_000,
        in_flight: 4,
    };
    let bounds = Bounds {
        soft: 100_000,
        hard: 200_000,
    };
    House::new(session, bounds, Rhythm::of(&GatewayConfig::default()))
}

/// A user with one connection, numbered `id`.
fn person(name: &str, id: u64) -> (Arc<LocalUser>, Arc<Connection>) {
    let user = Arc::new(LocalUser::new(UserId::parse(name).unwrap()));
    let connection = Arc::new(Connection::new(id, [127, 0, 0, 1].into(), 0));
    user.enter(&connection, || true);
    (user, connection)
}

fn room() -> Room {
    Room::new(ChatId::parse("c").unwrap())
}

/// An entry, told apart by the stamp that its push names.
fn arrive(room: &Room, prev: u64, stamp: u64, version: u64, house: &House) -> Option<Question> {
    let push = Pushed::All(Box::new(Broadcast::new(Push::Read {
        chat: room.chat.clone(),
        user: UserId::parse("u").unwrap(),
        stamp: Stamp::from_micros(stamp),
    })));
    let arrival = Arrival {
        push,
        origin: Some(7),
        members_version: version,
    };
    let position = (Stamp::from_micros(prev), Stamp::from_micros(stamp));
    room.on_entry(&Epoch::parse("e").unwrap(), position, arrival, house)
}

fn got(connection: &Connection) -> Vec<u64> {
    std::iter::from_fn(|| match connection.outbox.next() {
        Due::Frame(Message::Text(text)) => {
            let push: serde_json::Value = serde_json::from_str(&text).unwrap();
            Some(push["data"]["stamp"].as_u64().unwrap_or(0))
        }
        _ => None,
    })
    .collect()
}

fn ids(names: &[&str]) -> Vec<UserId> {
    names
        .iter()
        .map(|name| UserId::parse(name).unwrap())
        .collect()
}

/// Members from whom nothing is hidden.
fn members(names: &[&str]) -> Vec<(UserId, Stamp)> {
    let all = ids(names).into_iter();
    all.map(|user| (user, Stamp::ZERO)).collect()
}

/// Where the chat stands: its newest entry and its newest change.
fn at(last: u64, change_last: u64) -> ChatPosition {
    ChatPosition {
        chat: ChatId::parse("c").unwrap(),
        last: Stamp::from_micros(last),
        change_last: Stamp::from_micros(change_last),
    }
}

#[test]
fn nothing_is_pushed_before_it_is_known_who_the_members_are() {
    let (house, room) = (house(), room());
    let (ann, to_ann) = person("ann", 1);
    let (eve, to_eve) = person("eve", 2);
    room.join(&ann, None);
    room.join(&eve, None);
    let question = arrive(&room, 0, 1, 3, &house).unwrap();
    assert_eq!(question.users, ids(&["ann", "eve"]));
    assert_eq!(
        arrive(&room, 1, 2, 3, &house),
        None,
        "one question at a time"
    );
    assert_eq!(
        room.on_members(&question, 3, members(&["ann"]), &house),
        None
    );
    assert_eq!((got(&to_ann), got(&to_eve)), (vec![1, 2], vec![]));
}

#[test]
fn entries_of_a_known_membership_are_pushed_at_once_and_a_newer_one_is_asked_for() {
    let (house, room) = (house(), room());
    let (ann, to_ann) = person("ann", 1);
    room.join(&ann, Some(1));
    let question = arrive(&room, 0, 1, 3, &house).unwrap();
    room.on_members(&question, 3, members(&["ann"]), &house);
    assert_eq!(arrive(&room, 1, 2, 3, &house), None);
    assert_eq!(
        arrive(&room, 2, 3, 2, &house),
        None,
        "an older membership is no news"
    );
    assert_eq!(got(&to_ann), [1, 2, 3]);
    let question = arrive(&room, 3, 4, 4, &house).unwrap();
    room.on_members(&question, 4, Vec::new(), &house);
    assert_eq!(got(&to_ann), [0; 0], "removed members hear nothing more");
}

#[test]
fn who_joins_while_members_are_asked_for_is_asked_for_too() {
    let (house, room) = (house(), room());
    let (ann, _to_ann) = person("ann", 1);
    let (bob, to_bob) = person("bob", 2);
    room.join(&ann, None);
    let question = arrive(&room, 0, 1, 3, &house).unwrap();
    room.join(&bob, None);
    let again = room
        .on_members(&question, 3, members(&["ann"]), &house)
        .unwrap();
    assert_eq!(
        room.on_members(&again, 3, members(&["ann", "bob"]), &house),
        None
    );
    assert_eq!(got(&to_bob), [1]);
}

#[test]
fn the_connection_that_sent_gets_no_push() {
    let (house, room) = (house(), room());
    let (ann, sending) = person("ann", 7);
    let other = Arc::new(Connection::new(8, [127, 0, 0, 1].into(), 0));
    ann.enter(&other, || true);
    room.join(&ann, None);
    let question = arrive(&room, 0, 1, 3, &house).unwrap();
    room.on_members(&question, 3, members(&["ann"]), &house);
    assert_eq!((got(&sending), got(&other)), (vec![], vec![1]));
}

#[test]
fn who_was_added_later_hears_nothing_from_before_their_time() {
    let (house, room) = (house(), room());
    let (ann, to_ann) = person("ann", 1);
    let (cleo, to_cleo) = person("cleo", 2);
    room.join(&ann, Some(1));
    let question = arrive(&room, 0, 1, 1, &house).unwrap();
    room.join(&cleo, Some(2));
    let again = room
        .on_members(&question, 1, members(&["ann"]), &house)
        .unwrap();
    room.on_members(&again, 2, members(&["ann", "cleo"]), &house);
    arrive(&room, 1, 2, 2, &house);
    assert_eq!((got(&to_ann), got(&to_cleo)), (vec![1, 2], vec![2]));
}

#[test]
fn a_missed_entry_is_noticed_and_told_once() {
    let (house, room) = (house(), room());
    let (ann, to_ann) = person("ann", 1);
    room.join(&ann, None);
    room.watched(&at(5, 0));
    let newest = at(9, 0);
    assert!(!room.is_behind(&at(5, 0)));
    assert!(room.is_behind(&newest));
    let notice = Broadcast::new(Push::Resync {
        reason: ResyncReason::Position,
        chat: None,
    });
    room.catch_up(&newest, &notice, &house);
    room.catch_up(&newest, &notice, &house);
    assert_eq!(got(&to_ann).len(), 1);
    assert!(!room.is_behind(&newest));
}

#[test]
fn a_store_that_was_set_back_is_told_and_what_it_stores_then_is_pushed() {
    let (house, room) = (house(), room());
    let (ann, to_ann) = person("ann", 1);
    room.join(&ann, None);
    room.watched(&at(9, 3));
    let notice = Broadcast::new(Push::Resync {
        reason: ResyncReason::Rewound,
        chat: None,
    });
    let (lost, kept) = (room.reach(), at(5, 3));
    assert!(lost.is_beyond(&kept) && lost.is_beyond(&at(9, 2)) && !lost.is_beyond(&at(9, 3)));
    room.rewind(&lost, &kept, &notice, &house);
    assert_eq!(got(&to_ann).len(), 1);
    assert_eq!(room.reach().entries, Some(Stamp::from_micros(5)));
    let question = arrive(&room, 5, 11, 1, &house).expect("the members are asked for again");
    room.on_members(&question, 1, members(&["ann"]), &house);
    assert_eq!(got(&to_ann), [11]);
    room.rewind(&lost, &kept, &notice, &house);
    let reached = room.reach().entries;
    assert_eq!(
        reached,
        Some(Stamp::from_micros(11)),
        "it has gone on since"
    );
}

#[test]
fn a_hint_that_comes_in_time_leaves_nothing_to_tell() {
    let (house, room) = (house(), room());
    let (ann, to_ann) = person("ann", 1);
    room.join(&ann, None);
    room.watched(&at(5, 0));
    assert!(room.is_behind(&at(9, 0)));
    let question = arrive(&room, 5, 9, 1, &house).unwrap();
    room.on_members(&question, 1, members(&["ann"]), &house);
    assert_eq!(got(&to_ann), [9]);
    let notice = Broadcast::new(Push::Resync {
        reason: ResyncReason::Position,
        chat: None,
    });
    room.catch_up(&at(9, 0), &notice, &house);
    assert_eq!(got(&to_ann), [0; 0]);
}

/// A change of the message at stamp 7: with it the push names stamp 1, without it stamp 2.
fn change(room: &Room, prev: u64, stamp: u64, push: Pushed, house: &House) -> Option<Question> {
    let arrival = Arrival {
        push,
        origin: None,
        members_version: 1,
    };
    let position = (Stamp::from_micros(prev), Stamp::from_micros(stamp));
    room.on_change(&Epoch::parse("e").unwrap(), position, arrival, house)
}

fn named(stamp: u64) -> Broadcast {
    Broadcast::new(Push::Read {
        chat: ChatId::parse("c").unwrap(),
        user: UserId::parse("u").unwrap(),
        stamp: Stamp::from_micros(stamp),
    })
}

#[test]
fn a_changed_message_is_shown_only_to_those_who_could_read_it() {
    let (house, room) = (house(), room());
    let (ann, to_ann) = person("ann", 1);
    let (bob, to_bob) = person("bob", 2);
    room.join(&ann, Some(1));
    room.join(&bob, Some(1));
    room.watched(&at(0, 0));
    let push = Pushed::Message(Stamp::from_micros(7), Box::new([named(1), named(2)]));
    let question = change(&room, 0, 1, push, &house).unwrap();
    let mut members = members(&["ann", "bob"]);
    members[1].1 = Stamp::from_micros(7);
    room.on_members(&question, 1, members, &house);
    assert_eq!((got(&to_ann), got(&to_bob)), (vec![1], vec![2]));
}

#[test]
fn changes_are_pushed_in_their_order_also_around_those_that_logs_tell_of() {
    let (house, room) = (house(), room());
    let (ann, to_ann) = person("ann", 1);
    room.join(&ann, Some(1));
    room.watched(&at(0, 10));
    let pushed = |stamp| Pushed::All(Box::new(named(stamp)));
    assert_eq!(change(&room, 12, 13, pushed(13), &house), None, "it waits");
    assert_eq!(change(&room, 11, 12, Pushed::Nothing, &house), None);
    assert!(room.is_behind(&at(0, 13)));
    let question = change(&room, 10, 11, pushed(11), &house).unwrap();
    room.on_members(&question, 1, members(&["ann"]), &house);
    assert_eq!(got(&to_ann), [11, 13]);
    assert!(!room.is_behind(&at(0, 13)));
    assert!(room.is_behind(&at(0, 14)));
    room.catch_up(&at(0, 14), &named(99), &house);
    assert_eq!(got(&to_ann), [99]);
    assert!(!room.is_behind(&at(0, 14)));
}
