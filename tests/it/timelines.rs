//! Reading timelines: pages of any size, in any direction, see each entry once.

use curlew::{
    model::{ChatId, Entry, Epoch, Reset, Stamp},
    protocol::{self as p, ErrorCode},
};
use serde_json::json;

use crate::support::{
    Format, Person, Server, fresh_client_id,
    people::{pull_after, pull_newest, text_message},
};

/// More than four segments of 128.
const LENGTH: usize = 600;

async fn long_chat(server: &Server) -> (Person, Person, ChatId) {
    let ann = Person::new(server, "ann").await;
    let bob = Person::speaking(server, "bob", Format::MessagePack).await;
    let chat = ann.direct(&bob).await;
    for start in (0..LENGTH).step_by(50) {
        let messages =
            (start..start + 50).map(|n| ann.call(text_message(&chat, &format!("message {n}"))));
        for sent in futures_util::future::join_all(messages).await {
            sent.unwrap();
        }
    }
    (ann, bob, chat)
}

fn stamps(entries: &[Entry]) -> Vec<Stamp> {
    entries.iter().map(|entry| entry.stamp).collect()
}

#[tokio::test]
async fn pages_of_any_size_forward_backward_and_around_see_each_entry_once() {
    let server = Server::start().await;
    let (ann, bob, chat) = long_chat(&server).await;
    let all = ann.pull_all(&chat, 200).await;
    assert_eq!(
        all.iter().filter(|entry| entry.kind.counts()).count(),
        LENGTH
    );
    assert!(
        all.windows(2)
            .all(|pair| pair[0].stamp < pair[1].stamp && pair[1].prev == pair[0].stamp)
    );

    for limit in [1_u32, 7, 50, 127, 128, 129, 200] {
        assert_eq!(bob.pull_all(&chat, limit).await, all, "forward by {limit}");

        let mut backward: Vec<Entry> = Vec::new();
        let mut page = bob.call(pull_newest(&chat, limit)).await.unwrap();
        loop {
            assert!(page.entries.len() <= limit as usize);
            backward.splice(0..0, page.entries);
            if !page.has_more {
                break;
            }
            let before = Some(backward[0].stamp);
            page = bob
                .call(p::PullTimeline {
                    before,
                    ..pull_newest(&chat, limit)
                })
                .await
                .unwrap();
        }
        assert_eq!(stamps(&backward), stamps(&all), "backward by {limit}");
    }
    for index in [0, 1, 127, 128, 300, all.len() - 1] {
        for limit in [1_u32, 2, 11, 200] {
            let around = Some(all[index].stamp);
            let page = p::PullTimeline {
                around,
                ..pull_newest(&chat, limit)
            };
            let entries = bob.call(page).await.unwrap().entries;
            let at = all
                .iter()
                .position(|entry| entry.stamp == entries[0].stamp)
                .unwrap();
            assert_eq!(
                entries,
                all[at..at + entries.len()],
                "around {index} by {limit} has a hole"
            );
            assert!(entries.len() <= limit as usize);
            assert!(
                stamps(&entries).contains(&all[index].stamp),
                "around {index} by {limit}"
            );
        }
    }
}

#[tokio::test]
async fn reader_who_follows_page_by_page_while_others_write_misses_nothing() {
    let server = Server::start().await;
    let ann = Person::new(&server, "ann").await;
    let bob = Person::speaking(&server, "bob", Format::MessagePack).await;
    let chat = ann.direct(&bob).await;
    let write = async {
        for n in 0..200 {
            ann.say(&chat, &n.to_string()).await;
        }
    };
    let read = async {
        let mut seen: Vec<Entry> = Vec::new();
        while seen.iter().filter(|entry| entry.kind.counts()).count() < 200 {
            let after = seen.last().map_or(Stamp::ZERO, |entry| entry.stamp);
            let page = bob.call(pull_after(&chat, after, 7)).await.unwrap();
            assert!(
                page.entries.len() == 7 || !page.has_more,
                "a short page says so"
            );
            seen.extend(page.entries);
        }
        seen
    };
    let ((), seen) = tokio::join!(write, read);
    assert_eq!(seen, ann.pull_all(&chat, 200).await);
}

#[tokio::test]
async fn page_of_nothing_is_refused_and_page_of_a_million_is_clamped() {
    let server = Server::start().await;
    let (ann, _bob, chat) = long_chat(&server).await;
    let refused = ann.call(pull_newest(&chat, 0)).await.unwrap_err();
    assert_eq!(
        (refused.code, refused.field.as_deref()),
        (ErrorCode::BadRequest, Some("limit"))
    );
    for limit in [201, 1_000_000, u32::MAX] {
        let page = ann
            .call(pull_after(&chat, Stamp::ZERO, limit))
            .await
            .unwrap();
        assert_eq!((page.entries.len(), page.has_more), (200, true), "{limit}");
    }
    for limit in [
        json!(-1),
        json!(4_294_967_296_u64),
        json!(1.5),
        json!("10"),
        json!(null),
    ] {
        let params = json!({ "chat": chat, "limit": limit });
        let refused = ann.call_with("timeline.pull", &params).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::BadRequest, "{limit}");
    }
}

#[tokio::test]
async fn cursor_that_is_of_no_use_is_told_why() {
    let server = Server::start().await;
    let ann = Person::new(&server, "ann").await;
    let bob = Person::speaking(&server, "bob", Format::MessagePack).await;
    let chat = ann.direct(&bob).await;
    let sent = ann.say(&chat, "one").await;
    ann.say(&chat, "two").await;
    let newest = ann.say(&chat, "three").await;
    let ask = |after: Stamp, epoch: &Epoch| p::PullTimeline {
        epoch: Some(epoch.clone()),
        ..pull_after(&chat, after, 10)
    };
    let good = bob.call(ask(sent.stamp, &sent.epoch)).await.unwrap();
    assert_eq!((good.reset, good.entries.len()), (None, 2));
    let at_the_end = bob.call(ask(newest.stamp, &sent.epoch)).await.unwrap();
    assert_eq!((at_the_end.reset, at_the_end.entries.len()), (None, 0));

    let other_life = Epoch::parse("another-life").unwrap();
    let page = bob.call(ask(sent.stamp, &other_life)).await.unwrap();
    assert_eq!((page.reset, page.entries.len()), (Some(Reset::Epoch), 0));
    assert_eq!(page.epoch, sent.epoch, "the answer names the life it has");

    // A cursor from the future stands on nothing either: the store may have lost its newest entries.
    for lost in [sent.stamp.next(), newest.stamp.next(), Stamp::MAX] {
        let page = bob.call(ask(lost, &sent.epoch)).await.unwrap();
        assert_eq!(
            (page.reset, page.entries.len()),
            (Some(Reset::Rewound), 0),
            "{lost}"
        );
    }
}

#[tokio::test]
async fn cursor_from_before_ones_time_is_below_the_floor() {
    let server = Server::start().await;
    let ann = Person::new(&server, "ann").await;
    let bob = Person::speaking(&server, "bob", Format::MessagePack).await;
    let chat = ann.group("g", &[]).await;
    let early = ann.say(&chat, "before bob").await;
    ann.say(&chat, "also before bob").await;
    let add = p::AddMembers {
        chat: chat.clone(),
        users: vec![bob.id()],
        client_id: fresh_client_id(),
    };
    ann.call(add).await.unwrap();
    ann.say(&chat, "for bob").await;
    let stale = p::PullTimeline {
        epoch: Some(early.epoch),
        ..pull_after(&chat, early.stamp, 10)
    };
    let page = bob.call(stale).await.unwrap();
    assert_eq!((page.reset, page.entries.len()), (Some(Reset::Floor), 0));
    assert!(page.floor > early.stamp);
    assert_eq!(bob.texts(&chat).await, ["for bob"]);
}

#[tokio::test]
async fn two_positions_at_once_are_refused() {
    let server = Server::start().await;
    let ann = Person::new(&server, "ann").await;
    let chat = ann.direct(&ann).await;
    let sent = ann.say(&chat, "x").await;
    let params = json!({ "chat": chat, "after": sent.stamp, "before": sent.stamp, "limit": 5 });
    let refused = ann.call_with("timeline.pull", &params).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::BadRequest);
}
