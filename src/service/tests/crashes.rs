//! A gateway that dies between any two writes of a step leaves nothing undone.

use std::{sync::atomic::Ordering, time::Duration};

use super::World;
use crate::{
    model::{Change, ChatId, ChatKind, Content, EntryKind, Stamp, Window},
    service::{NewChat, NewMessage, ServiceError},
};

/// Runs `act` with the power going off after every possible number of writes, then lets another gateway
/// finish, and hands each world to `check`.
async fn at_every_write<Act, Check>(act: Act, check: Check)
where
    Act: AsyncFn(&World, &ChatId) -> Result<(), ServiceError>,
    Check: AsyncFn(&World, &ChatId, bool),
{
    for writes in 0.. {
        let world = World::with(3).await;
        let chat = world.group(&[0, 1]).await;
        world
            .bench
            .engine
            .writes_left
            .store(writes, Ordering::SeqCst);
        let done = act(&world, &chat).await.is_ok();
        let spare = world.bench.engine.writes_left.load(Ordering::SeqCst);
        world
            .bench
            .engine
            .writes_left
            .store(u64::MAX, Ordering::SeqCst);
        world.bench.clock.turn(Duration::from_secs(100));
        let other = world.bench.another(|_| {}).await;
        other.sweep().await.unwrap();
        assert_eq!(
            other.sweep().await.unwrap(),
            0,
            "after {writes} writes: still pending"
        );
        check(&world, &chat, done).await;
        if spare > 0 {
            assert!(done && writes > 3, "the step has several writes");
            return;
        }
    }
}

#[tokio::test]
async fn an_addition_cut_short_anywhere_is_either_not_there_or_complete() {
    let add = async |world: &World, chat: &ChatId| {
        let users = vec![world.people[2].user.clone()];
        let id = world.client_id();
        world
            .bench
            .service
            .add_members(&world.people[0], chat, users, &id)
            .await
            .map(|_| ())
    };
    at_every_write(add, async |world, chat, done| {
        let is_member = world
            .bench
            .service
            .chat(&world.people[2], chat)
            .await
            .is_ok();
        assert!(is_member || !done);
        for (person, before) in [(0, 1), (1, 1), (2, 0)] {
            assert_eq!(logged(world, person).await, before + usize::from(is_member));
        }
        assert_eq!(told(world, chat).await, 1 + usize::from(is_member));
        let list = world
            .bench
            .service
            .chats(&world.people[2], Window::default())
            .await
            .unwrap();
        assert_eq!(list.chats.len(), usize::from(is_member));
    })
    .await;
}

#[tokio::test]
async fn a_removal_cut_short_anywhere_is_either_not_there_or_complete() {
    let remove = async |world: &World, chat: &ChatId| {
        let (user, id) = (world.people[1].user.clone(), world.client_id());
        world
            .bench
            .service
            .remove_member(&world.people[0], chat, &user, &id)
            .await
            .map(|_| ())
    };
    at_every_write(remove, async |world, chat, done| {
        let is_gone = world
            .bench
            .service
            .chat(&world.people[1], chat)
            .await
            .is_err();
        assert!(is_gone || !done);
        for person in [0, 1] {
            assert_eq!(logged(world, person).await, 1 + usize::from(is_gone));
        }
        assert_eq!(told(world, chat).await, 1 + usize::from(is_gone));
    })
    .await;
}

#[tokio::test]
async fn a_group_cut_short_while_it_is_made_is_made_whole_by_the_same_request() {
    let new = |world: &World| NewChat {
        kind: ChatKind::Group,
        members: vec![world.people[1].user.clone(), world.people[2].user.clone()],
        title: Some("Second".to_owned()),
        client_id: crate::model::ClientId::parse("the-very-same-id").unwrap(),
    };
    let make = async |world: &World, _: &ChatId| {
        world
            .bench
            .service
            .create_chat(&world.people[0], new(world))
            .await
            .map(|_| ())
    };
    at_every_write(make, async |world, _, _| {
        let service = &world.bench.service;
        let chat = service
            .create_chat(&world.people[0], new(world))
            .await
            .unwrap();
        assert_eq!(chat.member_count, 3);
        for (person, before) in [(0, 1), (1, 1), (2, 0)] {
            assert_eq!(logged(world, person).await, before + 1);
        }
        assert_eq!(told(world, &chat.id).await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_message_that_speaks_to_members_reaches_their_logs_once_wherever_it_was_cut_short() {
    for all in [false, true] {
        let speak = async |world: &World, chat: &ChatId| {
            let message = NewMessage {
                mentions: [&world.people[1]]
                    .iter()
                    .filter(|_| !all)
                    .map(|person| person.user.clone())
                    .collect(),
                mention_all: all,
                ..world.message(chat, "look")
            };
            let sent = world.bench.service.send(&world.people[0], message).await;
            sent.map(drop)
        };
        at_every_write(speak, async |world, chat, done| {
            let entries = world.all(0, chat).await;
            let said = entries.iter().filter(|e| e.kind == EntryKind::Message);
            let said: Vec<Stamp> = said.map(|entry| entry.stamp).collect();
            assert!(!said.is_empty() || !done);
            assert_eq!(mentioned(world, 1).await, said);
            assert_eq!(mentioned(world, 0).await, []);
            let row = world.bench.service.chat(&world.people[1], chat).await;
            assert_eq!(row.unwrap().mentions, said.len() as u64);
        })
        .await;
    }
}

/// Mentions in a person's log.
async fn mentioned(world: &World, person: usize) -> Vec<Stamp> {
    let service = &world.bench.service;
    let log = service
        .pull_log(&world.people[person], Some(Stamp::ZERO), None, 50)
        .await
        .unwrap();
    let mention = |entry: crate::model::LogEntry| match entry.change {
        Change::Mention { stamp, .. } => Some(stamp),
        _ => None,
    };
    log.entries.into_iter().filter_map(mention).collect()
}

/// Membership changes in a person's log.
async fn logged(world: &World, person: usize) -> usize {
    let service = &world.bench.service;
    let log = service
        .pull_log(&world.people[person], Some(Stamp::ZERO), None, 50)
        .await
        .unwrap();
    log.entries
        .iter()
        .filter(|e| matches!(e.change, Change::Membership(_)))
        .count()
}

/// System entries in a chat.
async fn told(world: &World, chat: &ChatId) -> usize {
    let entries = world.all(0, chat).await;
    entries
        .iter()
        .filter(|e| matches!(e.content, Some(Content::System(_))))
        .count()
}
