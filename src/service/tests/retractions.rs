//! Taking messages back.

use std::time::Duration;

use super::World;
use crate::{
    config::LimitsConfig,
    model::{Change, ChatId, Entry, Role, Stamp, UserId},
    service::{AmendedMessage, ServiceError, Target, bench::generous},
    store::{
        chats::{ChatState, Effects, Subject},
        engine::Engine,
        record::{ChatInfo, MemberRecord},
    },
};

impl World {
    pub(super) async fn retract(
        &self,
        who: usize,
        target: &Target,
    ) -> Result<AmendedMessage, ServiceError> {
        self.bench.clock.turn(Duration::from_millis(1));
        self.bench.service.retract(&self.people[who], target).await
    }

    pub(super) async fn unread(&self, who: usize, chat: &ChatId) -> u64 {
        let row = self.bench.service.chat(&self.people[who], chat).await;
        row.unwrap().unread
    }
}

#[tokio::test]
async fn a_retracted_message_keeps_its_place_and_nothing_it_said() {
    let world = World::with(2).await;
    let chat = world.group(&[0, 1]).await;
    let sent = world.say(0, &chat, "a secret").await.unwrap();
    world.say(0, &chat, "after it").await.unwrap();
    world
        .edit(0, world.target(&chat, sent.stamp), "a better secret")
        .await
        .unwrap();
    let before = world.entry(1, &chat, sent.stamp).await;
    assert_eq!(world.unread(1, &chat).await, 2);
    let target = world.target(&chat, sent.stamp);
    let first = world.retract(0, &target).await.unwrap();
    assert_eq!(first.revision, 2);
    assert_eq!(world.retract(0, &target).await.unwrap(), first);
    let after = world.entry(1, &chat, sent.stamp).await;
    let expected = Entry {
        revision: 2,
        content: None,
        edited: false,
        retracted: true,
        ..before
    };
    assert_eq!(after, expected);
    assert_eq!(world.unread(1, &chat).await, 1);
    let (service, people) = (&world.bench.service, &world.people);
    let history = service.history(&people[0], &chat, sent.stamp).await;
    assert_eq!(history.unwrap(), []);
}

#[tokio::test]
async fn what_was_taken_back_is_not_changed_any_more() {
    let world = World::with(2).await;
    let chat = world.group(&[0, 1]).await;
    let sent = world.say(0, &chat, "gone").await.unwrap();
    let target = || world.target(&chat, sent.stamp);
    world.retract(0, &target()).await.unwrap();
    let conflicts = [
        world.retract(0, &target()).await.map(drop),
        world.edit(0, target(), "back").await.map(drop),
        world.react(1, &target(), "👍", true).await.map(drop),
        world.pin(0, &target(), true).await.map(drop),
    ];
    for conflict in conflicts {
        let conflict = conflict.unwrap_err();
        assert!(matches!(
            conflict,
            ServiceError::Conflict { field: "stamp", .. }
        ));
    }
}

#[tokio::test]
async fn members_take_their_own_back_in_time_and_owners_and_admins_all_at_any_time() {
    let limits = LimitsConfig {
        retract_window: Duration::from_mins(1),
        ..generous()
    };
    let world = World::limited(4, limits).await;
    let chat = world.group(&[0, 1, 2]).await;
    let mut stamps = Vec::new();
    for _ in 0..3 {
        stamps.push(world.say(1, &chat, "mine").await.unwrap().stamp);
    }
    let target = |n: usize| world.target(&chat, stamps[n]);
    let other = world.retract(2, &target(0)).await.unwrap_err();
    assert!(matches!(other, ServiceError::Forbidden(_)));
    let stranger = world.retract(3, &target(0)).await.unwrap_err();
    assert!(matches!(stranger, ServiceError::NotFound));
    world.retract(1, &target(0)).await.unwrap();
    world.bench.clock.turn(Duration::from_secs(61));
    let late = world.retract(1, &target(1)).await.unwrap_err();
    assert!(matches!(late, ServiceError::Forbidden(_)));
    world.retract(0, &target(1)).await.unwrap();
    let (service, people) = (&world.bench.service, &world.people);
    let id = world.client_id();
    service
        .set_role(&people[0], &chat, &people[2].user, Role::Admin, &id)
        .await
        .unwrap();
    world.retract(2, &target(2)).await.unwrap();
    let system = world.all(0, &chat).await[0].stamp;
    let system = world.retract(0, &world.target(&chat, system)).await;
    assert!(matches!(system.unwrap_err(), ServiceError::Forbidden(_)));
}

#[tokio::test]
async fn in_a_direct_chat_everybody_takes_back_only_their_own() {
    let world = World::with(2).await;
    let chat = world.direct(0, 1).await.unwrap().id;
    let sent = world.say(0, &chat, "to you").await.unwrap();
    let target = world.target(&chat, sent.stamp);
    let other = world.retract(1, &target).await.unwrap_err();
    assert!(matches!(other, ServiceError::Forbidden(_)));
    world.retract(0, &target).await.unwrap();
}

#[tokio::test]
async fn in_a_group_of_ten_thousand_a_message_costs_what_it_costs_among_three_and_a_retraction_writes_no_logs()
 {
    let world = World::with(3).await;
    let small = world.group(&[0, 1, 2]).await;
    let large = world.group(&[0, 1, 2]).await;
    enlarge(&world, &large, 10_000).await;
    let mut costs = Vec::new();
    for chat in [&small, &large] {
        world
            .say(0, chat, "the membership is known now")
            .await
            .unwrap();
        let begin = world.bench.engine.commands();
        let sent = world.say(0, chat, "words").await.unwrap();
        let said = world.bench.engine.commands();
        let target = world.target(chat, sent.stamp);
        world.retract(0, &target).await.unwrap();
        let retracted = world.bench.engine.commands();
        costs.push((said - begin, retracted - said));
        let (service, caller) = (&world.bench.service, &world.people[1]);
        let log = service.pull_log(caller, Some(Stamp::ZERO), None, 200).await;
        let copies = log.unwrap().entries.into_iter().filter(
            |entry| matches!(&entry.change, Change::Message(change) if change.chat == *chat),
        );
        assert_eq!(copies.count(), usize::from(*chat == small));
    }
    assert_eq!(costs[0].0, costs[1].0, "{costs:?}");
    assert!(costs[1].1 < costs[0].1, "{costs:?}");
}

/// Adds so many members who do nothing.
async fn enlarge(world: &World, chat: &ChatId, by: u32) {
    let service = &world.bench.service;
    let id = world.client_id();
    let request = service
        .change_request(&world.people[0], &id, &["enlarge"])
        .unwrap();
    let record = MemberRecord {
        role: Role::Member,
        since: Stamp::ZERO,
        since_ordinal: 0,
        since_change: Stamp::ZERO,
        peer: None,
    };
    let member = |number: u32| {
        let user = UserId::parse(&format!("silent-{number}")).unwrap();
        (user, Some(record.clone()))
    };
    let decide = |state: &ChatState| {
        Ok::<_, ServiceError>(Some(Effects {
            info: Some(ChatInfo {
                members: state.info.members + by,
                ..state.info.clone()
            }),
            members: (0..by).map(member).collect(),
            ..Effects::of(Change::Chat { chat: chat.clone() })
        }))
    };
    let subject = Subject::default();
    let changed = service.chats.change(chat, &request, &subject, decide).await;
    changed.unwrap();
}
