//! Messages: what is sent is what is read, once.

use curlew::{
    model::Content,
    protocol::{self as p, ErrorCode, Push},
};
use serde_json::json;

use crate::support::{
    Format, Person, Server,
    people::{pull_newest, text_message, text_of},
};

#[tokio::test]
async fn any_text_arrives_unchanged_in_both_formats() {
    let server = Server::start().await;
    let ann = Person::new(&server, "ann").await;
    let bob = Person::speaking(&server, "bob", Format::MessagePack).await;
    let chat = ann.direct(&bob).await;
    let limit = "ü".repeat(8 * 1024);
    assert_eq!(limit.len(), 16 * 1024);
    let texts = [
        "plain",
        "\"quoted\" 'and' \\escaped\\ <script>alert(1)</script> &amp; {{x}} %s ${y}",
        "日本語 中文 한국어",
        "שלום עולם \u{202e}abc\u{202c}",
        "👨‍👩‍👧‍👦🏳️‍🌈e\u{301}",
        "a\0b\u{1}\u{7f}\u{85}\u{feff}",
        "\u{2028}line\u{2029}",
        "\t tab and\r\nbreaks \n",
        "\u{fffd}\u{10ffff}\u{e000}",
        &limit,
    ];
    for (sender, receiver) in [(&ann, &bob), (&bob, &ann)] {
        for text in texts {
            let sent = sender.say(&chat, text).await;
            let pushed = receiver.next_message(&chat).await;
            assert_eq!((text_of(&pushed), pushed.stamp), (Some(text), sent.stamp));
        }
    }
    let twice = [texts, texts].concat();
    assert_eq!(ann.texts(&chat).await, twice);
    assert_eq!(bob.texts(&chat).await, twice);
}

#[tokio::test]
async fn unknown_content_passes_through_intact() {
    let server = Server::start().await;
    let ann = Person::new(&server, "ann").await;
    let bob = Person::speaking(&server, "bob", Format::MessagePack).await;
    let chat = ann.direct(&bob).await;
    let content = json!({ "type": "x.poll", "title": "Lunch?", "choices": ["a", { "b": [1, -2, 2.5, null, true] }] });
    let content: Content = serde_json::from_value(content).unwrap();
    ann.call(p::SendMessage {
        content: content.clone(),
        ..text_message(&chat, "")
    })
    .await
    .unwrap();
    let pushed = bob.push_where(|push| match push {
        Push::Entry { entry, .. } if entry.kind.counts() => Some(entry),
        _ => None,
    });
    assert_eq!(pushed.await.content, Some(content.clone()));
    assert_eq!(
        ann.pull_all(&chat, 9).await.pop().unwrap().content,
        Some(content)
    );
}

#[tokio::test]
async fn reply_names_the_place_and_the_chain_is_whole() {
    let server = Server::start().await;
    let ann = Person::new(&server, "ann").await;
    let bob = Person::new(&server, "bob").await;
    let chat = ann.direct(&bob).await;
    let first = ann.say(&chat, "one").await;
    let second = bob.say(&chat, "two").await;
    assert!(second.stamp > first.stamp);
    assert_eq!(
        (second.prev, second.ordinal),
        (first.stamp, first.ordinal + 1)
    );
    assert_eq!(second.epoch, first.epoch);
    assert!(!first.duplicate);
    let entries = ann.pull_all(&chat, 50).await;
    for pair in entries.windows(2) {
        assert_eq!(pair[1].prev, pair[0].stamp);
    }
    assert_eq!(entries[0].prev.get(), 0);
}

#[tokio::test]
async fn same_client_id_is_stored_once_whoever_repeats_it_and_however() {
    let server = Server::start().await;
    let ann = Person::new(&server, "ann").await;
    let bob = Person::new(&server, "bob").await;
    let chat = ann.direct(&bob).await;
    let laptop = ann.device(&server, Format::MessagePack).await;
    let message = text_message(&chat, "once");
    let first = ann.call(message.clone()).await.unwrap();
    bob.say(&chat, "something between").await;
    for device in [&ann, &laptop] {
        let again = device.call(message.clone()).await.unwrap();
        assert!(again.duplicate);
        assert_eq!(
            p::MessageSent {
                duplicate: false,
                ..again
            },
            first
        );
    }
    assert_eq!(ann.texts(&chat).await, ["once", "something between"]);

    let other = p::SendMessage {
        content: Content::text("another body"),
        ..message.clone()
    };
    let refused = laptop.call(other).await.unwrap_err();
    assert_eq!(
        (refused.code, refused.field.as_deref()),
        (ErrorCode::Conflict, Some("client_id"))
    );
    let of_bob = bob.call(message).await.unwrap();
    assert!(!of_bob.duplicate, "client ids are the sender's own");
}

#[tokio::test]
async fn two_devices_sending_one_client_id_at_once_get_one_stamp() {
    let server = Server::start().await;
    let ann = Person::new(&server, "ann").await;
    let bob = Person::new(&server, "bob").await;
    let laptop = ann.device(&server, Format::MessagePack).await;
    let chat = ann.direct(&bob).await;
    for round in 0..50 {
        let message = text_message(&chat, &format!("round {round}"));
        let (one, other) = tokio::join!(ann.call(message.clone()), laptop.call(message));
        let (one, other) = (one.unwrap(), other.unwrap());
        assert_eq!(one.stamp, other.stamp);
        assert_ne!(
            one.duplicate, other.duplicate,
            "exactly one of them stored it"
        );
    }
    assert_eq!(bob.texts(&chat).await.len(), 50);
}

#[tokio::test]
async fn mentions_are_counted_for_the_mentioned() {
    let server = Server::start().await;
    let ann = Person::new(&server, "ann").await;
    let bob = Person::new(&server, "bob").await;
    let cleo = Person::speaking(&server, "cleo", Format::MessagePack).await;
    let chat = ann.group("g", &[&bob, &cleo]).await;
    let first = ann.say(&chat, "no mention").await;
    let mention = p::SendMessage {
        mentions: vec![cleo.id()],
        reply_to: Some(first.stamp),
        ..text_message(&chat, "@cleo look")
    };
    ann.call(mention).await.unwrap();
    let entry = cleo.push_where(|push| match push {
        Push::Entry { entry, .. } if !entry.mentions.is_empty() => Some(entry),
        _ => None,
    });
    let entry = entry.await;
    assert_eq!(
        (entry.mentions, entry.reply_to),
        (vec![cleo.id()], Some(first.stamp))
    );
    let row = cleo.call(p::GetChat { chat: chat.clone() }).await.unwrap();
    assert_eq!((row.unread, row.mentions), (2, 1));
    let row = bob.call(p::GetChat { chat: chat.clone() }).await.unwrap();
    assert_eq!((row.unread, row.mentions), (2, 0));
    cleo.read(&chat, entry.stamp).await.unwrap();
    assert_eq!(cleo.call(p::GetChat { chat }).await.unwrap().mentions, 0);
}

#[tokio::test]
async fn hundred_sends_at_once_on_one_connection_are_all_stored_once() {
    let server = Server::with(&["gateway.requests_in_flight=200"]).await;
    let ann = Person::new(&server, "ann").await;
    let bob = Person::new(&server, "bob").await;
    let chat = ann.direct(&bob).await;
    let messages: Vec<_> = (0..100)
        .map(|n| text_message(&chat, &n.to_string()))
        .collect();
    let all = futures_util::future::join_all(messages.into_iter().map(|message| ann.call(message)));
    let mut stamps: Vec<_> = all
        .await
        .into_iter()
        .map(|sent| sent.unwrap().stamp)
        .collect();
    stamps.sort();
    stamps.dedup();
    assert_eq!(stamps.len(), 100);
    assert_eq!(bob.texts(&chat).await.len(), 100);
    let newest = bob.call(pull_newest(&chat, 1)).await.unwrap();
    assert_eq!(newest.entries[0].stamp, *stamps.last().unwrap());
}
