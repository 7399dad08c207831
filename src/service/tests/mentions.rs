//! Whom messages speak to.

use super::World;
use crate::{
    model::{Change, ChatId, LogEntry, Stamp},
    service::{NewMessage, ServiceError},
};

/// Sends a message that speaks to some, or to all.
async fn speak(
    world: &World,
    who: usize,
    chat: &ChatId,
    to: Option<&[usize]>,
) -> Result<Stamp, ServiceError> {
    let named = to.unwrap_or_default().iter();
    let message = NewMessage {
        mentions: named.map(|n| world.people[*n].user.clone()).collect(),
        mention_all: to.is_none(),
        ..world.message(chat, "look")
    };
    let service = &world.bench.service;
    world.bench.clock.turn(std::time::Duration::from_millis(1));
    Ok(service.send(&world.people[who], message).await?.stamp)
}

/// How many mentions each of the first `people` has, and which.
async fn mentions(world: &World, chat: &ChatId, people: usize) -> Vec<Vec<Stamp>> {
    let service = &world.bench.service;
    let mut found = Vec::new();
    for person in &world.people[..people] {
        let listed = service.mentions(person, chat, 50).await.unwrap();
        let row = service.chat(person, chat).await.unwrap();
        assert_eq!(row.mentions, listed.len() as u64);
        found.push(listed);
    }
    found
}

#[tokio::test]
async fn a_mention_of_all_counts_for_everybody_but_its_author() {
    let world = World::with(4).await;
    let chat = world.group(&[0, 1, 2]).await;
    let named = speak(&world, 1, &chat, Some(&[0, 1])).await.unwrap();
    let all = speak(&world, 0, &chat, None).await.unwrap();
    let expected = [vec![named], vec![all], vec![all]];
    assert_eq!(mentions(&world, &chat, 3).await, expected);

    let service = &world.bench.service;
    let late = vec![world.people[3].user.clone()];
    let id = world.client_id();
    service
        .add_members(&world.people[0], &chat, late, &id)
        .await
        .unwrap();
    service
        .mark_read(&world.people[1], &chat, all)
        .await
        .unwrap();
    let again = speak(&world, 0, &chat, None).await.unwrap();
    let expected = [vec![named], vec![again], vec![all, again], vec![again]];
    assert_eq!(mentions(&world, &chat, 4).await, expected);
}

#[tokio::test]
async fn only_owners_and_admins_of_groups_speak_to_all() {
    let world = World::with(2).await;
    let group = world.group(&[0, 1]).await;
    let direct = world.direct(0, 1).await.unwrap().id;
    for (who, chat) in [(1, &group), (0, &direct)] {
        let refused = speak(&world, who, chat, None).await;
        assert!(matches!(refused, Err(ServiceError::Forbidden(_))));
    }
    let both = NewMessage {
        mentions: vec![world.people[1].user.clone()],
        mention_all: true,
        ..world.message(&group, "look")
    };
    let refused = world.bench.service.send(&world.people[0], both).await;
    assert!(matches!(
        refused,
        Err(ServiceError::Invalid {
            field: "mentions",
            ..
        })
    ));
}

#[tokio::test]
async fn who_was_mentioned_finds_it_in_their_log_and_in_a_large_group_only_who_was_named() {
    let limits = crate::config::LimitsConfig {
        write_diffusion_members: 2,
        ..crate::service::bench::generous()
    };
    let world = World::limited(3, limits).await;
    let large = world.group(&[0, 1, 2]).await;
    let small = world.group(&[0, 1]).await;
    let named = speak(&world, 0, &large, Some(&[1])).await.unwrap();
    speak(&world, 0, &large, None).await.unwrap();
    let all = speak(&world, 0, &small, None).await.unwrap();
    let service = &world.bench.service;
    let log = service
        .pull_log(&world.people[1], Some(Stamp::ZERO), None, 50)
        .await
        .unwrap();
    let mention = |entry: LogEntry| match entry.change {
        Change::Mention {
            chat,
            stamp,
            sender,
        } => {
            assert_eq!(sender, world.people[0].user);
            Some((chat, stamp))
        }
        _ => None,
    };
    let found: Vec<_> = log.entries.into_iter().filter_map(mention).collect();
    assert_eq!(found, [(large.clone(), named), (small, all)]);
    assert_eq!(
        service
            .chat(&world.people[1], &large)
            .await
            .unwrap()
            .mentions,
        2
    );
}

#[tokio::test]
async fn a_repeated_send_is_recognised_although_whom_it_speaks_to_has_gone() {
    let world = World::with(2).await;
    let chat = world.group(&[0, 1]).await;
    let gone = world.people[1].user.clone();
    let message = NewMessage {
        mentions: vec![gone.clone()],
        ..world.message(&chat, "look")
    };
    let (service, owner) = (&world.bench.service, &world.people[0]);
    let sent = service.send(owner, message.clone()).await.unwrap();
    let id = world.client_id();
    service
        .remove_member(owner, &chat, &gone, &id)
        .await
        .unwrap();
    let again = service.send(owner, message).await.unwrap();
    assert_eq!((again.stamp, again.duplicate), (sent.stamp, true));
    let other = speak(&world, 0, &chat, Some(&[1])).await;
    assert!(matches!(
        other,
        Err(ServiceError::Invalid {
            field: "mentions",
            ..
        })
    ));
}
