//! Pins and roles.

use super::World;
use crate::{
    model::{ChatId, Content, Role, Stamp, SystemEvent},
    service::{ChatUpdate, ServiceError, Target},
};

impl World {
    pub(super) async fn pin(
        &self,
        who: usize,
        target: &Target,
        pinned: bool,
    ) -> Result<Vec<Stamp>, ServiceError> {
        let service = &self.bench.service;
        service.pin(&self.people[who], target, pinned).await
    }

    async fn role(
        &self,
        who: usize,
        chat: &ChatId,
        of: usize,
        role: Role,
    ) -> Result<u64, ServiceError> {
        let (service, user) = (&self.bench.service, &self.people[of].user);
        let id = self.client_id();
        let caller = &self.people[who];
        service.set_role(caller, chat, user, role, &id).await
    }
}

#[tokio::test]
async fn pins_stand_with_the_newest_first_until_they_are_taken_down_or_taken_back() {
    let world = World::with(2).await;
    let chat = world.group(&[0, 1]).await;
    let mut stamps = Vec::new();
    for _ in 0..3 {
        stamps.push(world.say(1, &chat, "pin me").await.unwrap().stamp);
    }
    let [a, b, c] = [0, 1, 2].map(|n: usize| stamps[n]);
    let target = |stamp| world.target(&chat, stamp);
    assert_eq!(world.pin(0, &target(a), true).await.unwrap(), [a]);
    assert_eq!(world.pin(0, &target(b), true).await.unwrap(), [b, a]);
    assert_eq!(world.pin(0, &target(a), true).await.unwrap(), [b, a]);
    assert_eq!(world.pin(0, &target(c), true).await.unwrap(), [c, b, a]);
    assert_eq!(world.pin(0, &target(b), false).await.unwrap(), [c, a]);
    world.retract(1, &target(c)).await.unwrap();
    let row = world.bench.service.chat(&world.people[1], &chat).await;
    assert_eq!(row.unwrap().chat.pins, [a]);
    let told = world.all(1, &chat).await;
    let pinned = told.iter().filter(|entry| {
        let content = entry.content.as_ref();
        matches!(content, Some(Content::System(SystemEvent::Pinned { .. })))
    });
    assert_eq!(pinned.count(), 3);
}

#[tokio::test]
async fn who_may_pin_and_how_much_is_bounded() {
    let world = World::with(3).await;
    let chat = world.group(&[0, 1]).await;
    let sent = world.say(1, &chat, "words").await.unwrap();
    let target = world.target(&chat, sent.stamp);
    let member = world.pin(1, &target, true).await.unwrap_err();
    assert!(matches!(member, ServiceError::Forbidden(_)));
    let stranger = world.pin(2, &target, true).await.unwrap_err();
    assert!(matches!(stranger, ServiceError::NotFound));
    let direct = world.direct(1, 2).await.unwrap().id;
    for number in 0..20 {
        let sent = world.say(1, &direct, &number.to_string()).await.unwrap();
        let target = world.target(&direct, sent.stamp);
        world.pin(2, &target, true).await.unwrap();
    }
    let sent = world.say(1, &direct, "too many").await.unwrap();
    let target = world.target(&direct, sent.stamp);
    let more = world.pin(1, &target, true).await.unwrap_err();
    assert!(matches!(more, ServiceError::TooLarge { .. }));
}

#[tokio::test]
async fn owners_give_roles_and_a_group_keeps_an_owner() {
    let world = World::with(3).await;
    let chat = world.group(&[0, 1, 2]).await;
    let version = world.role(0, &chat, 1, Role::Admin).await.unwrap();
    assert_eq!(world.role(0, &chat, 1, Role::Admin).await.unwrap(), version);
    let by_admin = world.role(1, &chat, 2, Role::Admin).await.unwrap_err();
    assert!(matches!(by_admin, ServiceError::Forbidden(_)));
    let last = world.role(0, &chat, 0, Role::Member).await.unwrap_err();
    assert!(matches!(last, ServiceError::Forbidden(_)));
    world.role(0, &chat, 2, Role::Owner).await.unwrap();
    world.role(2, &chat, 0, Role::Member).await.unwrap();
    let (service, people) = (&world.bench.service, &world.people);
    let row = service.chat(&people[0], &chat).await.unwrap();
    assert_eq!(row.chat.role, Role::Member);
    let title = "Renamed by an admin".to_owned();
    let id = world.client_id();
    service
        .update_chat(
            &people[1],
            &chat,
            ChatUpdate {
                title: Some(title),
                ..ChatUpdate::default()
            },
            &id,
        )
        .await
        .unwrap();
    let owner = service
        .remove_member(&people[1], &chat, &people[2].user, &world.client_id())
        .await;
    assert!(matches!(owner.unwrap_err(), ServiceError::Forbidden(_)));
    service
        .remove_member(&people[1], &chat, &people[0].user, &world.client_id())
        .await
        .unwrap();
}
