//! Reactions.

use std::time::Duration;

use super::World;
use crate::{
    model::{Reaction, Reactor},
    service::{AmendedMessage, ServiceError, Target},
};

impl World {
    pub(super) async fn react(
        &self,
        who: usize,
        target: &Target,
        kind: &str,
        on: bool,
    ) -> Result<AmendedMessage, ServiceError> {
        self.bench.clock.turn(Duration::from_millis(1));
        let service = &self.bench.service;
        service.react(&self.people[who], target, kind, on).await
    }
}

#[tokio::test]
async fn reactions_are_counted_by_kind_and_taken_back_one_by_one() {
    let world = World::with(3).await;
    let chat = world.group(&[0, 1, 2]).await;
    let stamp = world.say(0, &chat, "news").await.unwrap().stamp;
    let target = || world.target(&chat, stamp);
    for (who, kind) in [(0, "👍"), (1, "👍"), (1, "🎉")] {
        world.react(who, &target(), kind, true).await.unwrap();
    }
    let same = world.react(1, &target(), "🎉", true).await.unwrap();
    assert_eq!(same.revision, 3, "what is so already stays so");
    let users = |of: &[usize]| of.iter().map(|n| world.people[*n].user.clone()).collect();
    let reaction = |kind: &str, of: &[usize], mine| Reaction {
        kind: kind.to_owned(),
        count: u32::try_from(of.len()).unwrap(),
        users: users(of),
        mine,
    };
    let seen = world.entry(0, &chat, stamp).await;
    let expected = [reaction("👍", &[0, 1], true), reaction("🎉", &[1], false)];
    assert_eq!(seen.reactions, expected);
    world.react(1, &target(), "🎉", false).await.unwrap();
    world.react(0, &target(), "👍", false).await.unwrap();
    let seen = world.entry(0, &chat, stamp).await;
    assert_eq!(seen.reactions, [reaction("👍", &[1], false)]);
    assert!(!seen.edited, "a reaction is no edit");
    let (service, people) = (&world.bench.service, &world.people);
    let page = service.reactors(&people[2], &chat, stamp, None, 10).await;
    let expected = Reactor {
        user: people[1].user.clone(),
        kinds: vec!["👍".to_owned()],
    };
    assert_eq!(page.unwrap(), (vec![expected], false));
}

#[tokio::test]
async fn ones_own_reaction_is_known_also_where_the_summary_does_not_name_it() {
    let world = World::with(25).await;
    let everybody: Vec<usize> = (0..25).collect();
    let chat = world.group(&everybody).await;
    let stamp = world.say(0, &chat, "a hit").await.unwrap().stamp;
    for who in 0..24 {
        let target = world.target(&chat, stamp);
        world.react(who, &target, "👍", true).await.unwrap();
    }
    for (who, mine) in [(0, true), (23, true), (24, false)] {
        let entry = world.entry(who, &chat, stamp).await;
        let [one] = &entry.reactions[..] else {
            panic!("{entry:?}")
        };
        assert_eq!((one.count, one.users.len(), one.mine), (24, 20, mine));
    }
    let (service, people) = (&world.bench.service, &world.people);
    let mut all = Vec::new();
    loop {
        let after = all.last().map(|one: &Reactor| &one.user);
        let page = service.reactors(&people[0], &chat, stamp, after, 7).await;
        let (reactors, has_more) = page.unwrap();
        all.extend(reactors);
        if !has_more {
            break;
        }
    }
    assert_eq!(all.len(), 24);
    assert!(all.is_sorted_by(|one, other| one.user < other.user));
}

#[tokio::test]
async fn reactions_beyond_their_bounds_are_refused() {
    let world = World::with(5).await;
    let chat = world.group(&[0, 1, 2, 3, 4]).await;
    let stamp = world.say(0, &chat, "words").await.unwrap().stamp;
    let target = || world.target(&chat, stamp);
    for bad in ["", " ", "a\nb"] {
        let refused = world.react(0, &target(), bad, true).await.unwrap_err();
        assert!(matches!(refused, ServiceError::Invalid { .. }), "{bad:?}");
    }
    let long = world.react(0, &target(), &"x".repeat(33), true).await;
    assert!(matches!(long.unwrap_err(), ServiceError::TooLarge { .. }));
    for who in 0..4 {
        for number in 0..5 {
            let kind = format!("{who}-{number}");
            world.react(who, &target(), &kind, true).await.unwrap();
        }
    }
    let sixth = world.react(0, &target(), "3-1", true).await.unwrap_err();
    assert!(matches!(sixth, ServiceError::TooLarge { .. }));
    let kind = world.react(4, &target(), "new", true).await.unwrap_err();
    assert!(matches!(kind, ServiceError::TooLarge { .. }));
    world.react(4, &target(), "3-1", true).await.unwrap();
}
