//! A gateway that dies between any two writes of a step leaves nothing undone.

use std::{sync::atomic::Ordering, time::Duration};

use super::World;
use crate::{
    model::{Change, ChatId, ChatKind, Content, Entry, EntryKind, Stamp, Window},
    service::{Forward, NewChat, NewMessage, ServiceError},
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
        world.say(0, &chat, "words").await.unwrap();
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
            // After the first message, which speaks to nobody.
            let said: Vec<Stamp> = said.skip(1).map(|entry| entry.stamp).collect();
            assert!(!said.is_empty() || !done);
            assert_eq!(mentioned(world, 1).await, said);
            assert_eq!(mentioned(world, 0).await, []);
            let row = world.bench.service.chat(&world.people[1], chat).await;
            assert_eq!(row.unwrap().mentions, said.len() as u64);
        })
        .await;
    }
}

#[tokio::test]
async fn a_forward_cut_short_anywhere_is_finished_by_the_same_request() {
    let wish = async |world: &World, chat: &ChatId| Forward {
        chat: chat.clone(),
        stamps: world
            .all(0, chat)
            .await
            .iter()
            .filter(|entry| entry.kind == EntryKind::Message)
            .map(|entry| entry.stamp)
            .take(2)
            .collect(),
        to: vec![
            world.direct(0, 1).await.unwrap().id,
            world.direct(0, 2).await.unwrap().id,
        ],
        merged: false,
        client_id: crate::model::ClientId::parse("the-very-same-id").unwrap(),
    };
    for writes in 0..=4 {
        let world = World::with(3).await;
        let chat = world.group(&[0, 1]).await;
        for text in ["one", "two"] {
            world.say(0, &chat, text).await.unwrap();
        }
        let (service, engine) = (&world.bench.service, &world.bench.engine);
        let wish = wish(&world, &chat).await;
        engine.writes_left.store(writes, Ordering::SeqCst);
        let done = service.forward(&world.people[0], wish.clone()).await;
        assert_eq!(done.is_ok(), writes == 4);
        engine.writes_left.store(u64::MAX, Ordering::SeqCst);
        let sent = service
            .forward(&world.people[0], wish.clone())
            .await
            .unwrap();
        let before = sent.iter().filter(|(_, sent)| sent.duplicate).count();
        assert_eq!((before as u64, sent.len()), (writes, 4));
        for chat in &wish.to {
            assert_eq!(world.all(0, chat).await.len(), 2, "once each");
        }
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

#[tokio::test]
async fn a_change_of_a_message_cut_short_anywhere_is_either_not_there_or_complete() {
    for act in [Act::Edit, Act::Retract, Act::React, Act::Pin] {
        at_every_write(
            async |world, chat| act.do_in(world, chat).await,
            async |world, chat, done| act.check(world, chat, done).await,
        )
        .await;
    }
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

/// What is done to the one message of a chat.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Act {
    Edit,
    Retract,
    React,
    Pin,
}

impl Act {
    async fn do_in(self, world: &World, chat: &ChatId) -> Result<(), ServiceError> {
        let target = world.target(chat, said(world, chat).await.stamp);
        match self {
            Self::Edit => world.edit(0, target, "other words").await.map(drop),
            Self::Retract => world.retract(0, &target).await.map(drop),
            Self::React => world.react(0, &target, "👍", true).await.map(drop),
            Self::Pin => world.pin(0, &target, true).await.map(drop),
        }
    }

    async fn check(self, world: &World, chat: &ChatId, done: bool) {
        let message = said(world, chat).await;
        let service = &world.bench.service;
        let row = service.chat(&world.people[1], chat).await.unwrap();
        let there = match self {
            Self::Edit => message.edited,
            Self::Retract => message.retracted && message.content.is_none(),
            Self::React => !message.reactions.is_empty(),
            Self::Pin => row.chat.pins == [message.stamp],
        };
        assert!(there || !done, "{self:?}");
        assert_eq!(message.revision, u32::from(there && self != Self::Pin));
        assert_eq!(row.unread, u64::from(!message.retracted));
        assert_eq!(
            told(world, chat).await,
            1 + usize::from(there && self == Self::Pin)
        );
        let copies = usize::from(there && self != Self::React);
        for person in &world.people[..2] {
            let log = service.pull_log(person, Some(Stamp::ZERO), None, 50);
            let entries = log.await.unwrap().entries.into_iter();
            let placed = entries.filter(|entry| entry.place.is_some());
            assert_eq!(placed.count(), 1 + copies, "{self:?}");
        }
        let changes = service.pull_changes(&world.people[1], chat, Some(Stamp::ZERO), None, 50);
        assert_eq!(changes.await.unwrap().entries.len(), 1 + usize::from(there));
    }
}

/// The one message of a chat.
async fn said(world: &World, chat: &ChatId) -> Entry {
    let entries = world.all(0, chat).await;
    entries
        .into_iter()
        .find(|entry| entry.kind.counts())
        .unwrap()
}
