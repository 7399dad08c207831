//! What is kept for how long, and what goes.

use std::time::Duration;

use super::World;
use crate::{
    config::RetentionConfig,
    model::{ChatId, Reset, Stamp},
    service::{ChatUpdate, ServiceError, TimelineQuery},
    store::{
        engine::{Engine, Read, Write},
        keys::{self, TimelineId},
        record::Head,
    },
};

const HOUR: Duration = Duration::from_hours(1);

async fn head(world: &World, timeline: &TimelineId) -> Head {
    let raw = world.value(&timeline.head()).await.unwrap();
    Head::decode(&raw).unwrap()
}

impl World {
    async fn value(&self, key: &str) -> Option<bytes::Bytes> {
        let read = Read::Get {
            key: key.to_owned(),
        };
        let mut answers = self.bench.engine.read(vec![read]).await.unwrap();
        answers.remove(0).value()
    }

    async fn rows(&self, key: String) -> u64 {
        let read = Read::Count {
            key,
            from: 0,
            through: Stamp::MAX.get(),
        };
        let mut answers = self.bench.engine.read(vec![read]).await.unwrap();
        answers.remove(0).count()
    }

    /// Turns the clock and lets the chores be done, as often as they find something.
    async fn later(&self, by: Duration) {
        self.bench.service.retain().await.unwrap();
        self.bench.clock.turn(by);
        for _ in 0..50 {
            if self.bench.service.retain().await.unwrap() == 0 {
                return;
            }
            self.bench.clock.turn(Duration::from_secs(2));
        }
    }

    async fn talk(&self, chat: &ChatId, count: usize) -> Vec<Stamp> {
        let mut stamps = Vec::new();
        for number in 0..count {
            self.bench.clock.turn(Duration::from_millis(1));
            let sent = self.say(number % 2, chat, &number.to_string()).await;
            stamps.push(sent.unwrap().stamp);
        }
        stamps
    }

    /// Everything that the first person can still read, and what the row says is unread.
    async fn kept(&self, chat: &ChatId) -> (Vec<Stamp>, u64) {
        let service = &self.bench.service;
        let reader = &self.people[0];
        let mut stamps = Vec::new();
        let mut after = Stamp::ZERO;
        loop {
            let query = TimelineQuery {
                after: Some(after),
                before: None,
                around: None,
                epoch: None,
                limit: 200,
            };
            let page = service.pull_timeline(reader, chat, query).await.unwrap();
            assert_eq!(page.reset, None);
            stamps.extend(page.entries.iter().map(|entry| entry.stamp));
            let Some(last) = page.entries.last().filter(|_| page.has_more) else {
                break;
            };
            after = last.stamp;
        }
        (stamps, service.chat(reader, chat).await.unwrap().unread)
    }
}

fn by_age(age: Duration) -> RetentionConfig {
    RetentionConfig {
        messages: age,
        ..RetentionConfig::default()
    }
}

#[tokio::test]
async fn messages_past_their_time_go_and_counts_stay_exact() {
    let world = World::keeping(2, by_age(10 * HOUR)).await;
    let chat = world.direct(0, 1).await.unwrap().id;
    let old = world.talk(&chat, 300).await;
    world.later(5 * HOUR).await;
    let young = world.talk(&chat, 50).await;
    assert_eq!(world.kept(&chat).await.0.len(), 350);
    world.later(6 * HOUR).await;
    let (stamps, unread) = world.kept(&chat).await;
    assert_eq!(stamps, young, "the old ones went, the young ones stay");
    assert_eq!(unread, 25, "half of them are somebody else's");
    let cursor = TimelineQuery {
        after: Some(old[100]),
        before: None,
        around: None,
        epoch: None,
        limit: 10,
    };
    let service = &world.bench.service;
    let page = service
        .pull_timeline(&world.people[0], &chat, cursor.clone())
        .await;
    assert_eq!(page.unwrap().reset, Some(Reset::Floor));
    let nothing_missed = TimelineQuery {
        after: Some(old[299]),
        ..cursor
    };
    let page = service
        .pull_timeline(&world.people[0], &chat, nothing_missed)
        .await;
    assert_eq!(
        page.unwrap().reset,
        None,
        "who had the last old one misses nothing"
    );
}

#[tokio::test]
async fn the_oldest_beyond_the_number_go_by_whole_segments() {
    let world = World::keeping(
        2,
        RetentionConfig {
            messages_per_chat: 200,
            ..RetentionConfig::default()
        },
    )
    .await;
    let chat = world.direct(0, 1).await.unwrap().id;
    let all = world.talk(&chat, 600).await;
    world.later(HOUR).await;
    let (stamps, unread) = world.kept(&chat).await;
    assert!((200..200 + 128).contains(&stamps.len()), "{}", stamps.len());
    assert_eq!(stamps, all[600 - stamps.len()..]);
    assert_eq!(unread, stamps.len() as u64 / 2);
}

#[tokio::test]
async fn space_is_given_back_and_what_a_late_writer_put_back_goes_too() {
    let world = World::keeping(2, by_age(2 * HOUR)).await;
    let chat = world.direct(0, 1).await.unwrap().id;
    world.talk(&chat, 400).await;
    let timeline = TimelineId::Chat(chat.clone());
    let first = world.bench.engine.read(vec![Read::Rows {
        key: keys::segment(&chat, 0),
        from: 0,
        through: Stamp::MAX.get(),
        limit: 1,
        order: crate::store::engine::Order::Rising,
    }]);
    let row = first.await.unwrap().remove(0).rows().remove(0);
    let key = format!("{{c:{chat}}}:e:{}", String::from_utf8_lossy(&row.member));
    let value = world.value(&key).await.expect("the first message");
    world.later(3 * HOUR).await;
    assert_eq!(world.value(&key).await, None, "gone at once");
    assert_eq!(
        world.rows(keys::segment(&chat, 0)).await,
        128,
        "its list stays"
    );
    let late = Write::SetAbsent {
        key: key.clone(),
        value,
    };
    world.bench.engine.write(vec![late]).await.unwrap();
    world.later(HOUR + Duration::from_secs(5)).await;
    assert_eq!(world.value(&key).await, None, "gone for good");
    for segment in 0..3 {
        assert_eq!(world.rows(keys::segment(&chat, segment)).await, 0);
    }
    assert_eq!(world.rows(keys::segments(&chat)).await, 1);
    let head = head(&world, &timeline).await;
    assert_eq!(
        (head.first_segment, head.drop_from, head.drop_middle),
        (3, 3, 3)
    );
    assert_eq!(world.kept(&chat).await, (Vec::new(), 0));
    let sent = world.say(0, &chat, "still here").await.unwrap();
    assert_eq!(sent.ordinal, 401);
    assert_eq!(world.kept(&chat).await.0, [sent.stamp]);
}

#[tokio::test]
async fn a_change_log_beyond_its_number_is_trimmed_and_its_reader_is_told() {
    let world = World::keeping(
        2,
        RetentionConfig {
            changes_per_timeline: 1_000,
            ..RetentionConfig::default()
        },
    )
    .await;
    let chat = world.direct(0, 1).await.unwrap().id;
    let reader = &world.people[0];
    let service = &world.bench.service;
    let mut marks = Vec::new();
    for stamp in world.talk(&chat, 1_500).await {
        service.mark_read(reader, &chat, stamp).await.unwrap();
        marks.push(stamp);
    }
    world.later(HOUR).await;
    let begin = service.pull_log(reader, Some(Stamp::ZERO), None, 10).await;
    let floor = begin.unwrap().floor;
    assert!(floor > Stamp::ZERO, "the oldest went");
    let old = Stamp::from_micros(floor.get() - 1);
    let page = service.pull_log(reader, Some(old), None, 10).await.unwrap();
    assert_eq!(page.reset, Some(Reset::Floor));
}

#[tokio::test]
async fn power_that_goes_off_before_any_write_of_retention_leaves_nothing_behind() {
    for writes in 0.. {
        let world = World::keeping(2, by_age(2 * HOUR)).await;
        let chat = world.direct(0, 1).await.unwrap().id;
        world.talk(&chat, 300).await;
        world.bench.service.retain().await.unwrap();
        world.bench.clock.turn(3 * HOUR);
        let left = &world.bench.engine.writes_left;
        left.store(writes, std::sync::atomic::Ordering::SeqCst);
        let whole = world.bench.service.retain().await.is_ok();
        left.store(u64::MAX, std::sync::atomic::Ordering::SeqCst);
        world.later(Duration::from_secs(1)).await;
        assert_eq!(world.kept(&chat).await, (Vec::new(), 0));
        world.later(HOUR + Duration::from_secs(5)).await;
        let head = head(&world, &TimelineId::Chat(chat.clone())).await;
        assert_eq!((head.drop_from, head.first_segment), (2, 2));
        assert_eq!(world.rows(keys::segment(&chat, 0)).await, 0);
        if whole {
            break;
        }
    }
}

#[tokio::test]
async fn messages_of_a_chat_disappear_after_its_own_time_and_counts_follow() {
    let world = World::with(2).await;
    let chat = world.direct(0, 1).await.unwrap().id;
    world.talk(&chat, 6).await;
    let service = &world.bench.service;
    let update = |seconds| ChatUpdate {
        expire_after_s: Some(seconds),
        ..ChatUpdate::default()
    };
    let id = world.client_id();
    for seconds in [59, 31_536_001] {
        let refused = service
            .update_chat(&world.people[1], &chat, update(seconds), &id)
            .await;
        assert!(matches!(
            refused,
            Err(ServiceError::Invalid {
                field: "expire_after_s",
                ..
            })
        ));
    }
    let changed = service
        .update_chat(&world.people[1], &chat, update(60), &id)
        .await;
    assert_eq!(changed.unwrap().expire_after_s, Some(60));
    world.later(Duration::from_secs(30)).await;
    let late = world.talk(&chat, 2).await;
    assert_eq!(
        world.kept(&chat).await.0.len(),
        9,
        "six, what was decided, two"
    );
    world.later(Duration::from_secs(31)).await;
    assert_eq!(world.kept(&chat).await, (late, 1));
    world.later(Duration::from_secs(61)).await;
    assert_eq!(world.kept(&chat).await, (Vec::new(), 0));
    world.later(HOUR).await;
    let again = world.talk(&chat, 1).await;
    assert_eq!(world.kept(&chat).await.0, again);
    world.later(Duration::from_secs(90)).await;
    assert_eq!(
        world.kept(&chat).await.0,
        Vec::new(),
        "what comes later disappears too"
    );
    let id = world.client_id();
    let changed = service
        .update_chat(&world.people[0], &chat, update(0), &id)
        .await;
    assert_eq!(changed.unwrap().expire_after_s, None);
    let stays = world.talk(&chat, 1).await;
    world.later(10 * HOUR).await;
    assert!(world.kept(&chat).await.0.ends_with(&stays));
}

#[tokio::test]
async fn only_owners_and_admins_let_messages_of_a_group_disappear() {
    let world = World::with(2).await;
    let chat = world.group(&[0, 1]).await;
    let update = || ChatUpdate {
        expire_after_s: Some(3_600),
        ..ChatUpdate::default()
    };
    let service = &world.bench.service;
    let id = world.client_id();
    let refused = service
        .update_chat(&world.people[1], &chat, update(), &id)
        .await;
    assert!(matches!(refused, Err(ServiceError::Forbidden(_))));
    let id = world.client_id();
    service
        .update_chat(&world.people[0], &chat, update(), &id)
        .await
        .unwrap();
}

#[tokio::test]
async fn the_oldest_changes_of_a_chat_go_and_only_those_who_miss_some_are_told() {
    let world = World::keeping(
        2,
        RetentionConfig {
            changes_per_timeline: 300,
            ..RetentionConfig::default()
        },
    )
    .await;
    let chat = world.group(&[0, 1]).await;
    let (service, owner) = (&world.bench.service, &world.people[0]);
    for number in 0..700 {
        let title = ChatUpdate {
            title: Some(format!("Harbour {number}")),
            ..ChatUpdate::default()
        };
        let id = world.client_id();
        service.update_chat(owner, &chat, title, &id).await.unwrap();
    }
    let pull = async |after: Stamp| {
        let page = service
            .pull_changes(owner, &chat, Some(after), None, 200)
            .await;
        page.unwrap()
    };
    let whole = pull(Stamp::ZERO).await;
    world.later(HOUR).await;
    let left = pull(Stamp::ZERO).await;
    assert_eq!(
        left.reset, None,
        "whoever begins at the beginning is given what is left"
    );
    let first = &left.entries[0];
    assert!(first.prev > Stamp::ZERO, "the oldest went");
    assert_eq!(world.rows(keys::changes(&chat, 0)).await, 0);
    assert_eq!(
        pull(whole.entries[10].stamp).await.reset,
        Some(Reset::Floor)
    );
    let nothing_missed = pull(first.prev).await;
    assert_eq!(
        (nothing_missed.reset, &nothing_missed.entries[0]),
        (None, first)
    );
    let mut rows = 0;
    for segment in 0..8 {
        rows += world.rows(keys::changes(&chat, segment)).await;
    }
    assert!(
        (300..300 + 2 * 128).contains(&rows),
        "{rows} changes are left"
    );
}
