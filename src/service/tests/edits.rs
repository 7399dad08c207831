//! Edits, and what was said before.

use std::time::Duration;

use super::World;
use crate::{
    config::LimitsConfig,
    model::{Change, ChatId, Content, Entry, Role, Stamp, UserId},
    service::{AmendedMessage, Edit, ServiceError, Target, bench::generous},
};

impl World {
    pub(super) fn target(&self, chat: &ChatId, stamp: Stamp) -> Target {
        Target {
            chat: chat.clone(),
            stamp,
            client_id: self.client_id(),
        }
    }

    pub(super) async fn edit(
        &self,
        who: usize,
        target: Target,
        text: &str,
    ) -> Result<AmendedMessage, ServiceError> {
        self.edit_to(who, target, Content::text(text), &[], None)
            .await
    }

    async fn edit_to(
        &self,
        who: usize,
        target: Target,
        content: Content,
        mentions: &[UserId],
        revision: Option<u32>,
    ) -> Result<AmendedMessage, ServiceError> {
        let edit = Edit {
            target,
            content,
            mentions: mentions.to_vec(),
            revision,
        };
        self.bench.clock.turn(Duration::from_millis(1));
        self.bench.service.edit(&self.people[who], edit).await
    }

    pub(super) async fn entry(&self, who: usize, chat: &ChatId, stamp: Stamp) -> Entry {
        let all = self.all(who, chat).await;
        let found = all.into_iter().find(|entry| entry.stamp == stamp);
        found.unwrap()
    }
}

fn text(entry: &Entry) -> &str {
    match &entry.content {
        Some(Content::Text(text)) => &text.text,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_edit_replaces_what_a_message_says_and_nothing_of_its_place() {
    let world = World::with(2).await;
    let chat = world.group(&[0, 1]).await;
    let sent = world.say(0, &chat, "helo").await.unwrap();
    world.say(1, &chat, "after it").await.unwrap();
    let before = world.entry(1, &chat, sent.stamp).await;
    let target = world.target(&chat, sent.stamp);
    let first = world.edit(0, target.clone(), "hello").await.unwrap();
    assert_eq!((first.stamp, first.revision), (sent.stamp, 1));
    let again = world.edit(0, target.clone(), "hello").await.unwrap();
    assert_eq!(again, first, "the same request again changes nothing");
    let other = world.edit(0, target, "another").await.unwrap_err();
    assert!(matches!(other, ServiceError::Conflict { .. }));
    let after = world.entry(1, &chat, sent.stamp).await;
    assert_eq!(text(&after), "hello");
    let expected = Entry {
        revision: 1,
        edited: true,
        content: after.content.clone(),
        ..before
    };
    assert_eq!(after, expected);
}

#[tokio::test]
async fn only_the_author_edits_and_only_in_time() {
    let limits = LimitsConfig {
        edit_window: Duration::from_mins(1),
        ..generous()
    };
    let world = World::limited(3, limits).await;
    let chat = world.group(&[0, 1]).await;
    let sent = world.say(1, &chat, "mine").await.unwrap();
    let target = || world.target(&chat, sent.stamp);
    let by_owner = world.edit(0, target(), "yours").await.unwrap_err();
    assert!(matches!(by_owner, ServiceError::Forbidden(_)));
    let by_stranger = world.edit(2, target(), "whose").await.unwrap_err();
    assert!(matches!(by_stranger, ServiceError::NotFound));
    let nowhere = world.target(&chat, sent.stamp.next());
    let nothing = world.edit(1, nowhere, "nothing").await.unwrap_err();
    assert!(matches!(nothing, ServiceError::NotFound));
    world.edit(1, target(), "in time").await.unwrap();
    world.bench.clock.turn(Duration::from_secs(61));
    let late = world.edit(1, target(), "late").await.unwrap_err();
    assert!(matches!(late, ServiceError::Forbidden(_)));
    let system = world.all(0, &chat).await[0].stamp;
    let system = world.edit(0, world.target(&chat, system), "s").await;
    assert!(matches!(system.unwrap_err(), ServiceError::Forbidden(_)));
}

#[tokio::test]
async fn an_edit_of_another_revision_than_expected_is_refused() {
    let world = World::with(2).await;
    let chat = world.group(&[0, 1]).await;
    let sent = world.say(0, &chat, "one").await.unwrap();
    let edit = async |content: &str, revision| {
        let target = world.target(&chat, sent.stamp);
        let content = Content::text(content);
        world.edit_to(0, target, content, &[], Some(revision)).await
    };
    assert_eq!(edit("two", 0).await.unwrap().revision, 1);
    let stale = edit("three", 0).await.unwrap_err();
    assert!(matches!(
        stale,
        ServiceError::Conflict {
            field: "revision",
            ..
        }
    ));
    assert_eq!(edit("three", 1).await.unwrap().revision, 2);
}

#[tokio::test]
async fn edits_speak_only_to_members_and_say_only_what_may_be_sent() {
    let world = World::with(3).await;
    let chat = world.group(&[0, 1]).await;
    let sent = world.say(0, &chat, "words").await.unwrap();
    let [member, stranger] = [1, 2].map(|who: usize| world.people[who].user.clone());
    let edit = async |content: Content, mentions: &[UserId]| {
        let target = world.target(&chat, sent.stamp);
        world.edit_to(0, target, content, mentions, None).await
    };
    edit(Content::text("@"), &[member]).await.unwrap();
    for (content, mentions) in [
        (Content::text("@"), vec![stranger]),
        (Content::text(" "), Vec::new()),
    ] {
        let refused = edit(content, &mentions).await.unwrap_err();
        assert!(matches!(refused, ServiceError::Invalid { .. }));
    }
    let long = edit(Content::text("x".repeat(16_385)), &[]).await;
    assert!(matches!(long.unwrap_err(), ServiceError::TooLarge { .. }));
}

#[tokio::test]
async fn the_last_twenty_contents_are_kept_for_the_author_owners_and_admins() {
    let world = World::with(4).await;
    let chat = world.group(&[0, 1, 2, 3]).await;
    let sent = world.say(1, &chat, "0").await.unwrap();
    for number in 1..=25 {
        let target = world.target(&chat, sent.stamp);
        world.edit(1, target, &number.to_string()).await.unwrap();
    }
    let id = world.client_id();
    let (service, people) = (&world.bench.service, &world.people);
    service
        .set_role(&people[0], &chat, &people[2].user, Role::Admin, &id)
        .await
        .unwrap();
    for who in [0, 1, 2] {
        let history = service.history(&people[who], &chat, sent.stamp).await;
        let history = history.unwrap();
        let expected: Vec<Content> = (5..25).map(|n: i32| Content::text(n.to_string())).collect();
        let contents: Vec<Content> = history.iter().map(|one| one.content.clone()).collect();
        assert_eq!(contents, expected);
        assert!(history.is_sorted_by_key(|one| one.since_ms));
    }
    let other = service.history(&people[3], &chat, sent.stamp).await;
    assert!(matches!(other.unwrap_err(), ServiceError::Forbidden(_)));
}

#[tokio::test]
async fn large_contents_of_the_past_are_given_up_first() {
    let world = World::with(1).await;
    let chat = world.group(&[0]).await;
    let long = |n: usize| n.to_string().repeat(16_000);
    let sent = world.say(0, &chat, &long(0)).await.unwrap();
    for number in 1..7 {
        let target = world.target(&chat, sent.stamp);
        world.edit(0, target, &long(number)).await.unwrap();
    }
    let service = &world.bench.service;
    let kept = service.history(&world.people[0], &chat, sent.stamp).await;
    let kept: Vec<Content> = kept.unwrap().into_iter().map(|one| one.content).collect();
    let expected: Vec<Content> = (2..6).map(|n| Content::text(long(n))).collect();
    assert_eq!(kept, expected, "64 KiB hold four of them");
}

#[tokio::test]
async fn an_edit_may_speak_to_more_members_and_a_retraction_speaks_to_nobody() {
    let world = World::with(3).await;
    let chat = world.group(&[0, 1, 2]).await;
    let sent = world.say(0, &chat, "words").await.unwrap();
    let users = [1, 2].map(|who: usize| world.people[who].user.clone());
    let mentions = async |who: usize| {
        let row = world.bench.service.chat(&world.people[who], &chat).await;
        row.unwrap().mentions
    };
    let logged = async |who: usize| {
        let (service, caller) = (&world.bench.service, &world.people[who]);
        let log = service.pull_log(caller, Some(Stamp::ZERO), None, 50).await;
        let entries = log.unwrap().entries.into_iter();
        let speaks =
            |entry: &crate::model::LogEntry| matches!(entry.change, Change::Mention { .. });
        entries.filter(speaks).count()
    };
    for (named, expected) in [(&users[..1], (1, 0)), (&users[1..], (1, 1))] {
        let target = world.target(&chat, sent.stamp);
        let content = Content::text("words for you");
        world
            .edit_to(0, target, content, named, None)
            .await
            .unwrap();
        assert_eq!((mentions(1).await, mentions(2).await), expected);
    }
    assert_eq!((logged(1).await, logged(2).await), (1, 1));
    let target = world.target(&chat, sent.stamp);
    world.retract(0, &target).await.unwrap();
    assert_eq!((mentions(1).await, mentions(2).await), (0, 0));
}
