//! Read marks and counts.

use super::World;
use crate::{
    model::{Change, ChatId, Stamp, UserId},
    service::ServiceError,
    store::{
        engine::{Commit, Engine, Read, Row, Swapped, Write},
        keys::{self, TimelineId},
        record::{
            AppendStep, EntryRecord,
            append::{Decision, decide},
            hashed_id,
        },
    },
};

#[tokio::test]
async fn a_read_mark_never_falls_and_the_count_follows_it() {
    let world = World::with(2).await;
    let chat = world.direct(0, 1).await.unwrap().id;
    let mut stamps = Vec::new();
    for number in 0..5 {
        stamps.push(
            world
                .say(0, &chat, &number.to_string())
                .await
                .unwrap()
                .stamp,
        );
    }
    let service = &world.bench.service;
    let reader = &world.people[1];
    assert_eq!(service.chat(reader, &chat).await.unwrap().unread, 5);
    assert_eq!(
        service.mark_read(reader, &chat, stamps[2]).await.unwrap(),
        (stamps[2], 2)
    );
    assert_eq!(
        service.mark_read(reader, &chat, stamps[0]).await.unwrap(),
        (stamps[2], 2)
    );
    let ahead = stamps[4].next();
    let future = service.mark_read(reader, &chat, ahead).await;
    assert!(matches!(
        future,
        Err(ServiceError::Invalid { field: "stamp", .. })
    ));
    assert_eq!(
        service.mark_read(reader, &chat, stamps[4]).await.unwrap(),
        (stamps[4], 0)
    );
    let row = service.chat(&world.people[0], &chat).await.unwrap();
    assert_eq!(row.unread, 0, "one's own messages are not unread");
    assert_eq!(
        row.reads[0].stamp, stamps[4],
        "the other sees how far one has read"
    );
    let log = service
        .pull_log(reader, Some(Stamp::ZERO), None, 50)
        .await
        .unwrap();
    let reads = log
        .entries
        .iter()
        .filter(|e| matches!(e.change, Change::Read { .. }))
        .count();
    assert_eq!(reads, 1, "of several moves a page tells only the newest");
}

#[tokio::test]
async fn a_message_that_speaks_to_somebody_counts_as_their_mention_until_read() {
    let world = World::with(3).await;
    let chat = world.group(&[0, 1]).await;
    let message = |mentions| crate::service::NewMessage {
        mentions,
        ..world.message(&chat, "look")
    };
    let service = &world.bench.service;
    let stranger = message(vec![world.people[2].user.clone()]);
    let refused = service.send(&world.people[0], stranger).await;
    assert!(matches!(
        refused,
        Err(ServiceError::Invalid {
            field: "mentions",
            ..
        })
    ));
    let sent = message(vec![world.people[1].user.clone()]);
    let sent = service.send(&world.people[0], sent).await.unwrap();
    let reader = &world.people[1];
    assert_eq!(service.chat(reader, &chat).await.unwrap().mentions, 1);
    service.mark_read(reader, &chat, sent.stamp).await.unwrap();
    assert_eq!(service.chat(reader, &chat).await.unwrap().mentions, 0);
}

#[tokio::test]
async fn the_count_of_a_chat_of_a_hundred_thousand_messages_is_exact_and_costs_a_few_commands() {
    const ALL: usize = 100_000;
    const UNREAD: usize = 2_000;
    let world = World::with(2).await;
    let chat = world.group(&[0, 1]).await;
    let stamps = filled(&world, &chat, ALL).await;
    let service = &world.bench.service;
    let reader = &world.people[1];
    service
        .mark_read(reader, &chat, stamps[ALL - UNREAD - 1])
        .await
        .unwrap();

    // Every fifth message is the reader's own; every seventh was taken back, whoever wrote it.
    let unread = &stamps[ALL - UNREAD..];
    let voids = unread
        .iter()
        .enumerate()
        .filter(|(number, _)| number % 7 == 0);
    let both = voids
        .clone()
        .filter(|(number, _)| is_own(ALL - UNREAD + number));
    let add = |key: String, stamp: &Stamp| Write::AddRow {
        key,
        row: Row {
            score: stamp.get(),
            member: stamp.to_string().into(),
        },
    };
    let mut writes: Vec<Write> = voids
        .map(|(_, stamp)| add(keys::void(&chat), stamp))
        .collect();
    writes.extend(both.map(|(_, stamp)| add(keys::own_void(&chat, &reader.user), stamp)));
    world.bench.engine.write(writes).await.unwrap();
    let expected = (0..UNREAD)
        .filter(|n| n % 7 != 0 && !is_own(ALL - UNREAD + n))
        .count() as u64;

    let before = world.bench.engine.commands();
    let row = service.chat(reader, &chat).await.unwrap();
    let cost = world.bench.engine.commands() - before;
    assert_eq!(row.unread, expected);
    assert_eq!(
        cost, 17,
        "head, membership, mark; info, newest entry, other mark and receipt, draft, whether hidden; seven \
         counts; one's own account"
    );
}

fn is_own(number: usize) -> bool {
    number.is_multiple_of(5)
}

/// Fills a chat with `count` messages, many in one commit: what an append writes, without waiting for each.
async fn filled(world: &World, chat: &ChatId, count: usize) -> Vec<Stamp> {
    let engine = &world.bench.engine;
    let timeline = TimelineId::Chat(chat.clone());
    let mut stored = engine
        .read(vec![Read::Get {
            key: timeline.head(),
        }])
        .await
        .unwrap()
        .remove(0)
        .value();
    let mut stamps = Vec::with_capacity(count);
    let (mut raw, mut parts) = (stored.clone(), Vec::new());
    for number in 0..count {
        let author: &UserId = &world.people[usize::from(is_own(number))].user;
        let step = AppendStep {
            timeline: timeline.clone(),
            id: hashed_id(&[author.as_str(), &number.to_string()]),
            digest: "digest".to_owned(),
            kind: EntryRecord::COUNTING,
            author: Some(author.clone()),
            body: bytes::Bytes::from_static(b"words"),
            now_us: 0,
            members_version: None,
            marks: Vec::new(),
        };
        let Some(Decision::Commit(commit, placed)) = decide(&step, raw.as_ref(), None, 0) else {
            panic!("an empty place takes every entry")
        };
        stamps.push(placed.stamp);
        raw = Some(commit.head.encode());
        parts.extend(commit.parts);
        if parts.len() > 2_000 || number + 1 == count {
            let commit = Commit {
                expected: std::mem::replace(&mut stored, raw.clone()),
                parts: std::mem::take(&mut parts),
                ..*commit
            };
            assert_eq!(engine.commit(commit).await.unwrap(), Swapped::Yes);
        }
    }
    stamps
}
