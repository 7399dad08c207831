//! Reactions: told to whoever is there, found by whoever comes later, and nobody's log fills with them.

use curlew::{
    model::{MessageEvent, Stamp},
    protocol::{self as p, ErrorCode, Push},
};
use serde_json::json;

use crate::support::{Format, Person, Server};

#[tokio::test]
async fn a_reaction_is_told_by_the_chat_and_stands_in_no_log() {
    let server = Server::start().await;
    let ann = Person::new(&server, "ann").await;
    let bob = Person::speaking(&server, "bob", Format::MessagePack).await;
    let chat = ann.direct(&bob).await;
    let sent = ann.say(&chat, "news").await;
    for (on, revision) in [(true, 1), (true, 1), (false, 2)] {
        let answered = bob.react(&chat, sent.stamp, "🎉", on).await.unwrap();
        assert_eq!(answered, revision);
    }
    for person in [&ann, &bob] {
        let (first, change) = person.next_changed(&chat).await;
        assert_eq!((change.revision, change.event), (1, MessageEvent::Reacted));
        let entry = change.entry.unwrap();
        assert_eq!(entry.reactions[0].users, [bob.id()]);
        assert!(!entry.edited);
        let (second, change) = person.next_changed(&chat).await;
        assert_eq!(second.prev, first.stamp);
        assert_eq!(change.entry.unwrap().reactions, []);
        let told = person.pushes_so_far().await;
        let copied = |push: &Push| matches!(push, Push::Change { entry, .. } if entry.place.is_some_and(|place| place.stamp >= first.stamp));
        assert!(!told.iter().any(copied));
    }
}

#[tokio::test]
async fn whoever_was_away_finds_reactions_in_the_changes_of_the_chat() {
    let server = Server::start().await;
    let ann = Person::new(&server, "ann").await;
    let bob = Person::speaking(&server, "bob", Format::MessagePack).await;
    let chat = ann.group("Harbour", &[&bob]).await;
    let sent = ann.say(&chat, "news").await;
    let changes = |after: Stamp| p::PullChanges {
        chat: chat.clone(),
        after: Some(after),
        epoch: None,
        limit: 50,
    };
    let before = ann.call(changes(Stamp::ZERO)).await.unwrap().next;
    for kind in ["👍", "🎉"] {
        bob.react(&chat, sent.stamp, kind, true).await.unwrap();
    }
    let page = ann.call(changes(before)).await.unwrap();
    let carried: Vec<_> = page
        .entries
        .iter()
        .map(|entry| match &entry.change {
            curlew::model::Change::Message(change) => change.entry.as_deref().cloned(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(
        carried[0], None,
        "the newest change of a message carries it"
    );
    assert_eq!(carried[1], ann.message(&chat, sent.stamp).await);
    let reactors = p::ListReactions {
        chat: chat.clone(),
        stamp: sent.stamp,
        after: None,
        limit: 10,
    };
    let page = ann.call(reactors).await.unwrap();
    assert_eq!(page.reactors[0].kinds, ["👍", "🎉"]);
}

#[tokio::test]
async fn reactions_nobody_may_give_and_those_that_are_none_are_refused() {
    let server = Server::start().await;
    let ann = Person::new(&server, "ann").await;
    let bob = Person::speaking(&server, "bob", Format::MessagePack).await;
    let eve = Person::new(&server, "eve").await;
    let chat = ann.direct(&bob).await;
    let sent = ann.say(&chat, "words").await;
    let stranger = eve.react(&chat, sent.stamp, "👍", true).await.unwrap_err();
    assert_eq!(stranger.code, ErrorCode::NotFound);
    let nowhere = ann.react(&chat, sent.stamp.next(), "👍", true).await;
    assert_eq!(nowhere.unwrap_err().code, ErrorCode::NotFound);
    let long = bob.react(&chat, sent.stamp, &"x".repeat(33), true).await;
    assert_eq!(long.unwrap_err().code, ErrorCode::TooLarge);
    let good = json!({ "chat": chat, "stamp": sent.stamp, "client_id": "x".repeat(16), "kind": "👍", "on": true });
    for (field, bad) in [
        ("kind", json!("")),
        ("kind", json!("\u{7}")),
        ("kind", json!(1)),
        ("on", json!("yes")),
        ("client_id", json!("")),
    ] {
        let mut params = good.clone();
        params[field] = bad;
        let refused = bob.call_with("message.react", &params).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::BadRequest, "{params}");
    }
    let reactors = json!({ "chat": chat, "stamp": sent.stamp, "limit": 0 });
    let refused = bob.call_with("message.reactions", &reactors).await;
    assert_eq!(refused.unwrap_err().code, ErrorCode::BadRequest);
    assert_eq!(ann.message(&chat, sent.stamp).await.unwrap().revision, 0);
}
