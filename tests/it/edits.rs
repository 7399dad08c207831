//! Edits: everybody sees what a message says now, and where it stands nothing changes.

use curlew::{
    model::{Change, ChatCursor, Content, LogCursor, MessageEvent, Stamp},
    protocol::{self as p, ErrorCode, Push},
};
use serde_json::json;

use crate::support::{
    Format, Person, Server,
    amending::edit,
    people::text_of,
    redis::{Kind, RedisServer},
};

#[tokio::test]
async fn an_edit_reaches_all_devices_in_both_formats_with_the_message_as_it_stands() {
    let server = Server::start().await;
    let ann = Person::new(&server, "ann").await;
    let tablet = ann.device(&server, Format::MessagePack).await;
    let bob = Person::speaking(&server, "bob", Format::MessagePack).await;
    let chat = ann.direct(&bob).await;
    let sent = ann.say(&chat, "helo").await;
    assert_eq!(ann.edit(&chat, sent.stamp, "hello").await.unwrap(), 1);
    for person in [&ann, &tablet, &bob] {
        let (log, change) = person.next_copy(&chat).await;
        assert!(log.place.is_some(), "it stands in the chat's changes too");
        let seen = (change.stamp, change.revision, change.event, change.actor);
        assert_eq!(seen, (sent.stamp, 1, MessageEvent::Edited, ann.id()));
        let entry = change.entry.unwrap();
        assert_eq!((text_of(&entry), entry.edited), (Some("hello"), true));
        assert_eq!(person.message(&chat, sent.stamp).await, Some(*entry));
    }
    let history = p::GetHistory {
        chat: chat.clone(),
        stamp: sent.stamp,
    };
    let past = ann.call(history.clone()).await.unwrap().revisions;
    assert_eq!(past.len(), 1);
    assert_eq!(past[0].content, Content::text("helo"));
    assert_eq!(past[0].since_ms, sent.stamp.get() / 1_000);
    let other = bob.call(history).await.unwrap_err();
    assert_eq!(other.code, ErrorCode::Forbidden);
}

#[tokio::test]
async fn an_edit_sent_again_is_answered_as_the_first_time() {
    let server = Server::start().await;
    let ann = Person::new(&server, "ann").await;
    let bob = Person::new(&server, "bob").await;
    let chat = ann.direct(&bob).await;
    let sent = ann.say(&chat, "one").await;
    let wish = edit(&chat, sent.stamp, "two");
    let first = ann.call(wish.clone()).await.unwrap();
    ann.edit(&chat, sent.stamp, "three").await.unwrap();
    assert_eq!(ann.call(wish.clone()).await.unwrap(), first);
    assert_eq!(ann.texts(&chat).await, ["three"]);
    let other = p::EditMessage {
        content: Content::text("four"),
        ..wish
    };
    let conflict = ann.call(other).await.unwrap_err();
    assert_eq!(conflict.code, ErrorCode::Conflict);
}

#[tokio::test]
async fn whom_it_is_not_for_and_what_makes_no_sense_is_refused() {
    let server = Server::with(&["limits.edit_window=1s"]).await;
    let ann = Person::new(&server, "ann").await;
    let bob = Person::speaking(&server, "bob", Format::MessagePack).await;
    let eve = Person::new(&server, "eve").await;
    let chat = ann.direct(&bob).await;
    let sent = ann.say(&chat, "mine").await;
    let code = async |person: &Person, stamp: Stamp| {
        let refused = person.edit(&chat, stamp, "yours").await;
        refused.unwrap_err().code
    };
    assert_eq!(code(&bob, sent.stamp).await, ErrorCode::Forbidden);
    assert_eq!(code(&eve, sent.stamp).await, ErrorCode::NotFound);
    assert_eq!(code(&ann, sent.stamp.next()).await, ErrorCode::NotFound);
    let good = json!({ "chat": chat, "stamp": sent.stamp, "client_id": "x".repeat(16), "content": { "type": "text", "text": "ok" } });
    for (field, bad) in [
        ("chat", json!(7)),
        ("stamp", json!("soon")),
        ("stamp", json!(-1)),
        ("client_id", json!("short")),
        ("content", json!({ "type": "text", "text": "  " })),
        (
            "content",
            json!({ "type": "system", "event": "left", "actor": "u" }),
        ),
        ("mentions", json!(["nobody"])),
        ("revision", json!(1.5)),
    ] {
        let mut params = good.clone();
        params[field] = bad;
        let refused = ann.call_with("message.edit", &params).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::BadRequest, "{params}");
    }
    assert_eq!(ann.texts(&chat).await, ["mine"]);
}

#[tokio::test]
async fn edits_and_retractions_are_heard_on_the_other_gateway() {
    let redis = RedisServer::start(Kind::Redis);
    let store = format!("store.url={}", redis.url());
    let east = Server::with(&[&store]).await;
    let west = Server::with(&[&store]).await;
    let ann = Person::new(&east, "ann").await;
    let bob = Person::speaking(&west, "bob", Format::MessagePack).await;
    let chat = ann.direct(&bob).await;
    // What is said before the other gateway has heard of the chat is not pushed there, but pulled.
    bob.push_where(|push| match push {
        Push::Change { entry, .. } => matches!(entry.change, Change::Membership(_)).then_some(()),
        _ => None,
    })
    .await;
    let sent = ann.say(&chat, "from the east").await;
    bob.next_message(&chat).await;
    ann.edit(&chat, sent.stamp, "from the far east")
        .await
        .unwrap();
    let (first, change) = bob.next_copy(&chat).await;
    assert_eq!(text_of(&change.entry.unwrap()), Some("from the far east"));
    bob.react(&chat, sent.stamp, "👍", true).await.unwrap();
    let (second, change) = ann.next_changed(&chat).await;
    assert_eq!(change.entry.unwrap().reactions[0].users, [bob.id()]);
    ann.retract(&chat, sent.stamp).await.unwrap();
    let (third, change) = bob.next_copy(&chat).await;
    let entry = change.entry.unwrap();
    assert!(entry.retracted && entry.content.is_none() && entry.reactions.is_empty());
    let places = [first.place.unwrap(), third.place.unwrap()];
    assert_eq!(second.prev, places[0].stamp);
    assert_eq!(
        places[1].prev, second.stamp,
        "one chain, whoever tells of it"
    );
}

#[tokio::test]
async fn in_a_large_group_a_change_is_told_by_the_chat_and_found_by_one_sync() {
    let server = Server::with(&["limits.write_diffusion_members=2"]).await;
    let ann = Person::new(&server, "ann").await;
    let bob = Person::speaking(&server, "bob", Format::MessagePack).await;
    let cleo = Person::new(&server, "cleo").await;
    let chat = ann.group("Harbour", &[&bob, &cleo]).await;
    let sent = ann.say(&chat, "helo").await;
    let before = cleo.call(p::Sync::default()).await.unwrap();
    let row = &before.chats[0];
    ann.edit(&chat, sent.stamp, "hello").await.unwrap();
    for person in [&ann, &bob] {
        let (told, change) = person.next_changed(&chat).await;
        assert_eq!(told.prev, row.changes_next);
        assert_eq!(text_of(&change.entry.unwrap()), Some("hello"));
    }
    let cursor = ChatCursor {
        chat: chat.clone(),
        after: sent.stamp,
        epoch: sent.epoch.clone(),
        changes_after: Some(row.changes_next),
        changes_epoch: Some(sent.epoch.clone()),
    };
    let log = LogCursor {
        after: before.log.next,
        epoch: before.log.epoch,
    };
    let sync = p::Sync {
        log: Some(log),
        chats: vec![cursor],
        ..p::Sync::default()
    };
    let synced = cleo.call(sync).await.unwrap();
    assert_eq!(synced.log.entries, [], "no log is written in a large group");
    let changes = synced.chats[0].changes.as_ref().unwrap();
    let [told] = &changes.entries[..] else {
        panic!("{changes:?}")
    };
    let Change::Message(change) = &told.change else {
        panic!("{told:?}")
    };
    assert_eq!(text_of(change.entry.as_ref().unwrap()), Some("hello"));
    assert_eq!(changes.next, synced.chats[0].changes_next);
}
