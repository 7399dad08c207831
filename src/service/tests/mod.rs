//! Chats, messages and what follows from them, over an embedded store and a clock that the test turns.

#![allow(
    clippy::unwrap_used,
    reason = "in a test, whatever cannot be had is a failure"
)]

mod chats;
mod counts;
mod crashes;
mod edits;
mod following;
mod mentions;
mod messages;
mod pins;
mod reactions;
mod reads;
mod retention;
mod retractions;
mod simulation;
mod sync;

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use super::{
    Caller, NewChat, NewMessage, SentMessage, ServiceError, TimelineQuery,
    bench::{Bench, caller, generous},
};
use crate::{
    config::{AuthConfig, LimitsConfig, RetentionConfig},
    model::{Chat, ChatId, ChatKind, ClientId, Content, Stamp, TimelinePage},
};

/// A service and some people who may do as much as they like.
struct World {
    bench: Bench,
    people: Vec<Caller>,
    next_id: AtomicU64,
}

impl World {
    async fn with(people: usize) -> Self {
        let limits = LimitsConfig {
            sends_burst: 100_000,
            changes_per_minute: 100_000,
            ..generous()
        };
        Self::limited(people, limits).await
    }

    async fn limited(people: usize, limits: LimitsConfig) -> Self {
        Self::on(Bench::with(AuthConfig::default(), limits).await, people).await
    }

    /// People who may do as much as they like, where things are kept for only so long.
    async fn keeping(people: usize, retention: RetentionConfig) -> Self {
        let limits = LimitsConfig {
            sends_burst: 100_000,
            changes_per_minute: 100_000,
            ..generous()
        };
        let bench = Bench::keeping(AuthConfig::default(), limits, retention).await;
        Self::on(bench, people).await
    }

    async fn on(bench: Bench, people: usize) -> Self {
        let mut callers = Vec::new();
        for number in 0..people {
            callers.push(caller(
                &bench.register(&format!("person-{number}")).await.unwrap(),
            ));
        }
        Self {
            bench,
            people: callers,
            next_id: AtomicU64::new(0),
        }
    }

    fn client_id(&self) -> ClientId {
        let number = self.next_id.fetch_add(1, Ordering::SeqCst);
        ClientId::parse(&format!("client-id-{number:010}")).unwrap()
    }

    async fn group(&self, members: &[usize]) -> ChatId {
        let new = NewChat {
            kind: ChatKind::Group,
            members: members[1..]
                .iter()
                .map(|n| self.people[*n].user.clone())
                .collect(),
            title: Some("Harbour".to_owned()),
            client_id: self.client_id(),
        };
        self.bench
            .service
            .create_chat(&self.people[members[0]], new)
            .await
            .unwrap()
            .id
    }

    async fn direct(&self, one: usize, other: usize) -> Result<Chat, ServiceError> {
        let new = NewChat {
            kind: ChatKind::Direct,
            members: vec![self.people[other].user.clone()],
            title: None,
            client_id: self.client_id(),
        };
        self.bench.service.create_chat(&self.people[one], new).await
    }

    async fn say(
        &self,
        who: usize,
        chat: &ChatId,
        text: &str,
    ) -> Result<SentMessage, ServiceError> {
        self.say_as(who, chat, text, self.client_id()).await
    }

    async fn say_as(
        &self,
        who: usize,
        chat: &ChatId,
        text: &str,
        client_id: ClientId,
    ) -> Result<SentMessage, ServiceError> {
        self.bench.clock.turn(Duration::from_millis(1));
        let message = NewMessage {
            client_id,
            ..self.message(chat, text)
        };
        self.bench.service.send(&self.people[who], message).await
    }

    /// A message that says something and nothing else.
    fn message(&self, chat: &ChatId, text: &str) -> NewMessage {
        NewMessage {
            chat: chat.clone(),
            client_id: self.client_id(),
            content: Content::text(text),
            reply_to: None,
            thread: None,
            mentions: Vec::new(),
            mention_all: false,
        }
    }

    async fn pull(
        &self,
        who: usize,
        chat: &ChatId,
        query: TimelineQuery,
    ) -> Result<TimelinePage, ServiceError> {
        self.bench
            .service
            .pull_timeline(&self.people[who], chat, query)
            .await
    }

    /// The whole timeline as a member sees it, page by page.
    async fn all(&self, who: usize, chat: &ChatId) -> Vec<crate::model::Entry> {
        let mut after = Stamp::ZERO;
        let mut entries = Vec::new();
        loop {
            let page = self.pull(who, chat, page_after(after, 200)).await.unwrap();
            assert_eq!(page.reset, None);
            after = page.entries.last().map_or(after, |entry| entry.stamp);
            entries.extend(page.entries);
            if !page.has_more {
                return entries;
            }
        }
    }
}

fn newest(limit: u32) -> TimelineQuery {
    TimelineQuery {
        after: None,
        before: None,
        around: None,
        epoch: None,
        limit,
    }
}

fn page_after(after: Stamp, limit: u32) -> TimelineQuery {
    TimelineQuery {
        after: Some(after),
        ..newest(limit)
    }
}
