//! Making chats, and who is in them.

use super::World;
use crate::{
    model::{
        Change, ChatKind, Content, LogEntry, MembershipEvent, Role, SystemEvent, UserId, Window,
    },
    service::{ChatUpdate, NewChat, ServiceError},
    store::{
        engine::{Engine, Write},
        keys,
    },
};

#[tokio::test]
async fn two_people_who_open_a_direct_chat_at_once_meet_in_one_chat() {
    let world = World::with(2).await;
    let (one, other) = tokio::join!(world.direct(0, 1), world.direct(1, 0));
    let (one, other) = (one.unwrap(), other.unwrap());
    assert_eq!(one.id, other.id);
    assert_eq!(one.epoch, other.epoch);
    assert_eq!(one.peer.unwrap().id, world.people[1].user);
    assert_eq!(other.peer.unwrap().id, world.people[0].user);
    world.say(0, &one.id, "hi").await.unwrap();
    world.say(1, &one.id, "hi").await.unwrap();
    assert_eq!(world.all(0, &one.id).await, world.all(1, &one.id).await);
}

#[tokio::test]
async fn a_direct_chat_with_oneself_is_a_place_for_notes() {
    let world = World::with(1).await;
    let chat = world.direct(0, 0).await.unwrap();
    assert_eq!(chat.member_count, 1);
    world.say(0, &chat.id, "buy milk").await.unwrap();
    assert_eq!(world.all(0, &chat.id).await.len(), 1);
}

#[tokio::test]
async fn making_a_group_twice_with_one_client_id_makes_it_once() {
    let world = World::with(3).await;
    let new = NewChat {
        kind: ChatKind::Group,
        members: vec![world.people[1].user.clone(), world.people[1].user.clone()],
        title: Some("Crew".to_owned()),
        client_id: world.client_id(),
    };
    let service = &world.bench.service;
    let first = service
        .create_chat(&world.people[0], new.clone())
        .await
        .unwrap();
    assert_eq!((first.role, first.member_count), (Role::Owner, 2));
    assert_eq!(
        service
            .create_chat(&world.people[0], new.clone())
            .await
            .unwrap(),
        first
    );
    let other = NewChat {
        title: Some("Gang".to_owned()),
        ..new
    };
    let other = service.create_chat(&world.people[0], other).await;
    assert!(
        matches!(other, Err(ServiceError::Conflict { .. })),
        "{other:?}"
    );
    assert_eq!(
        world.all(0, &first.id).await.len(),
        1,
        "one entry says that it was made"
    );
}

#[tokio::test]
async fn absent_and_forbidden_chats_are_answered_alike() {
    let world = World::with(2).await;
    let chat = world.group(&[0]).await;
    let absent = crate::model::ChatId::parse("no-such-chat").unwrap();
    let service = &world.bench.service;
    let stranger = &world.people[1];
    for chat in [&chat, &absent] {
        assert!(matches!(
            world.say(1, chat, "x").await,
            Err(ServiceError::NotFound)
        ));
        assert!(matches!(
            service.chat(stranger, chat).await,
            Err(ServiceError::NotFound)
        ));
        let members = service.members(stranger, chat, None, 10).await;
        assert!(matches!(members, Err(ServiceError::NotFound)));
        let stamp = crate::model::Stamp::ZERO;
        assert!(matches!(
            service.mark_read(stranger, chat, stamp).await,
            Err(ServiceError::NotFound)
        ));
        let changes = service.pull_changes(stranger, chat, None, None, 10).await;
        assert!(matches!(changes, Err(ServiceError::NotFound)));
        let left = service.leave_chat(stranger, chat, &world.client_id()).await;
        assert!(matches!(left, Err(ServiceError::NotFound)));
    }
}

#[tokio::test]
async fn people_are_added_and_removed_and_everybody_concerned_learns_of_it() {
    let world = World::with(3).await;
    let chat = world.group(&[0, 1]).await;
    let service = &world.bench.service;
    let (owner, member, guest) = (&world.people[0], &world.people[1], &world.people[2]);
    let guests = vec![guest.user.clone()];
    let id = world.client_id();
    let version = service
        .add_members(member, &chat, guests.clone(), &id)
        .await
        .unwrap();
    let again = service
        .add_members(member, &chat, guests.clone(), &id)
        .await
        .unwrap();
    assert_eq!(version, again, "the same request again changes nothing");
    world.say(2, &chat, "hello").await.unwrap();

    let forbidden = service
        .remove_member(member, &chat, &guest.user, &world.client_id())
        .await;
    assert!(matches!(forbidden, Err(ServiceError::Forbidden(_))));
    service
        .remove_member(owner, &chat, &guest.user, &world.client_id())
        .await
        .unwrap();
    assert!(matches!(
        world.say(2, &chat, "still here?").await,
        Err(ServiceError::NotFound)
    ));
    let chats = service.chats(guest, Window::default()).await.unwrap();
    assert!(chats.chats.is_empty());

    let events = |log: Vec<LogEntry>| -> Vec<MembershipEvent> {
        log.into_iter()
            .filter_map(|entry| match entry.change {
                Change::Membership(change) => Some(change.event),
                _ => None,
            })
            .collect()
    };
    let mut logs = Vec::new();
    for person in &world.people {
        let log = service
            .pull_log(person, Some(crate::model::Stamp::ZERO), None, 50)
            .await;
        logs.push(events(log.unwrap().entries));
    }
    let (made, added, removed) = (
        MembershipEvent::Created,
        MembershipEvent::Added,
        MembershipEvent::Removed,
    );
    assert_eq!(
        logs,
        [
            vec![made, added, removed],
            vec![made, added, removed],
            vec![added, removed]
        ]
    );
    let shown = world.all(0, &chat).await;
    let systems = shown
        .iter()
        .filter(|e| matches!(e.content, Some(Content::System(_))))
        .count();
    assert_eq!(systems, 3, "made, added, removed");
}

#[tokio::test]
async fn when_the_owner_leaves_whoever_has_been_there_longest_takes_over() {
    let world = World::with(3).await;
    let chat = world.group(&[0]).await;
    let service = &world.bench.service;
    for guest in [2, 1] {
        world.say(0, &chat, "one more").await.unwrap();
        let users = vec![world.people[guest].user.clone()];
        service
            .add_members(&world.people[0], &chat, users, &world.client_id())
            .await
            .unwrap();
    }
    service
        .leave_chat(&world.people[0], &chat, &world.client_id())
        .await
        .unwrap();
    let roles = service
        .members(&world.people[1], &chat, None, 10)
        .await
        .unwrap();
    let owners: Vec<UserId> = roles
        .members
        .into_iter()
        .filter(|member| member.role == Role::Owner)
        .map(|member| member.user.id)
        .collect();
    assert_eq!(owners, [world.people[2].user.clone()]);
    assert_eq!(
        service
            .chat(&world.people[1], &chat)
            .await
            .unwrap()
            .chat
            .member_count,
        2
    );
    for last in [2, 1] {
        service
            .leave_chat(&world.people[last], &chat, &world.client_id())
            .await
            .unwrap();
    }
    assert!(matches!(
        world.say(1, &chat, "anybody?").await,
        Err(ServiceError::NotFound)
    ));
}

#[tokio::test]
async fn a_group_is_renamed_by_its_owner_only() {
    let world = World::with(2).await;
    let chat = world.group(&[0, 1]).await;
    let service = &world.bench.service;
    let rename = async |who: usize, title: &str| {
        service
            .update_chat(
                &world.people[who],
                &chat,
                ChatUpdate {
                    title: Some(title.into()),
                    ..ChatUpdate::default()
                },
                &world.client_id(),
            )
            .await
    };
    assert!(matches!(
        rename(1, "Mine").await,
        Err(ServiceError::Forbidden(_))
    ));
    assert!(matches!(
        rename(0, " ").await,
        Err(ServiceError::Invalid { field: "title", .. })
    ));
    assert_eq!(
        rename(0, "Häfen").await.unwrap().title.as_deref(),
        Some("Häfen")
    );
    let shown = world.all(1, &chat).await;
    let Some(Content::System(SystemEvent::Renamed { title, .. })) =
        shown.last().unwrap().content.clone()
    else {
        panic!("{shown:?}")
    };
    assert_eq!(title, "Häfen");
}

#[tokio::test]
async fn somebody_added_again_reads_on_from_there_and_keeps_no_old_mark() {
    let world = World::with(2).await;
    let chat = world.group(&[0, 1]).await;
    let service = &world.bench.service;
    let guest = world.people[1].user.clone();
    world.say(0, &chat, "one").await.unwrap();
    service
        .remove_member(&world.people[0], &chat, &guest, &world.client_id())
        .await
        .unwrap();
    world.say(0, &chat, "not for them").await.unwrap();
    let users = vec![guest];
    service
        .add_members(&world.people[0], &chat, users, &world.client_id())
        .await
        .unwrap();
    world.say(0, &chat, "two").await.unwrap();
    let row = service.chat(&world.people[1], &chat).await.unwrap();
    assert_eq!(row.unread, 1);
    let chats = service
        .chats(&world.people[1], Window::default())
        .await
        .unwrap();
    assert_eq!(chats.chats.len(), 1);
}

#[tokio::test]
async fn a_list_that_lost_a_chat_to_a_failed_request_gets_it_back() {
    let world = World::with(3).await;
    let chat = world.group(&[0]).await;
    let service = &world.bench.service;
    let guest = world.people[1].user.clone();
    let id = world.client_id();
    let add = || service.add_members(&world.people[0], &chat, vec![guest.clone()], &id);
    add().await.unwrap();
    let lost = [
        Write::Delete {
            key: keys::user_chat(&guest, &chat),
        },
        Write::Delete {
            key: keys::user_chats(&guest),
        },
    ];
    world.bench.engine.write(lost.into()).await.unwrap();
    add().await.unwrap();
    let shown = service
        .chats(&world.people[1], Window::default())
        .await
        .unwrap();
    assert_eq!(shown.chats.len(), 1);
}
