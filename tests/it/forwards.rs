//! Forwarding: the same words in other chats, with who said them first.

use curlew::{
    model::{ChatId, Content, Entry, Source, Stamp},
    protocol::{self as p, ErrorCode, Push},
};

use crate::support::{
    Format, Person, Server,
    people::{fresh_client_id, text_of},
};

fn forward(chat: &ChatId, stamps: &[Stamp], to: &[&ChatId], merged: bool) -> p::ForwardMessages {
    p::ForwardMessages {
        chat: chat.clone(),
        stamps: stamps.to_vec(),
        to: to.iter().map(|chat| (*chat).clone()).collect(),
        merged,
        client_id: fresh_client_id(),
    }
}

/// The messages of a chat as `who` pulls them.
async fn messages(who: &Person, chat: &ChatId) -> Vec<Entry> {
    let mut entries = who.pull_all(chat, 50).await;
    entries.retain(|entry| !matches!(entry.content, Some(Content::System(_))));
    entries
}

#[tokio::test]
async fn forwarded_messages_keep_their_order_and_their_first_source() {
    let server = Server::start().await;
    let ann = Person::new(&server, "ann").await;
    let bob = Person::speaking(&server, "bob", Format::MessagePack).await;
    let from = ann.group("from", &[&bob]).await;
    let (one, other) = (ann.direct(&bob).await, ann.group("to", &[&bob]).await);
    let first = bob.say(&from, "first").await.stamp;
    let second = ann.say(&from, "second").await.stamp;
    let wish = forward(&from, &[second, first], &[&one, &other], false);
    let sent = ann.call(wish.clone()).await.unwrap().sent;
    let places: Vec<_> = sent.iter().map(|sent| sent.chat.clone()).collect();
    assert_eq!(places, [&one, &one, &other, &other].map(ChatId::clone));
    let pushed = bob.push_where(|push| match push {
        Push::Entry { entry, .. } => entry.forwarded,
        _ => None,
    });
    let source = |sender: &Person, stamp| Source {
        sender: sender.id(),
        stamp,
    };
    let sources = [source(&bob, first), source(&ann, second)];
    assert!(sources.contains(&pushed.await));
    let again = ann.call(wish).await.unwrap().sent;
    assert!(again.iter().all(|sent| sent.duplicate));
    for chat in [&one, &other] {
        let found = messages(&bob, chat).await;
        let said: Vec<_> = found.iter().filter_map(text_of).collect();
        assert_eq!(said, ["first", "second"], "once, in their order");
        let source = sources[0].clone();
        assert_eq!(found[0].sender, Some(ann.id()));
        assert_eq!(found[0].forwarded.as_ref(), Some(&source));
        let on = forward(chat, &[found[0].stamp], &[&from], false);
        let on = bob.call(on).await.unwrap().sent.remove(0).stamp;
        let entry = messages(&ann, &from).await.pop().unwrap();
        assert_eq!((entry.stamp, entry.forwarded), (on, Some(source)));
    }
}

#[tokio::test]
async fn messages_forwarded_as_one_are_a_snapshot_with_names() {
    let server = Server::start().await;
    for format in Format::ALL {
        let name = |name: &str| format!("{name}-{format:?}").to_lowercase();
        let ann = Person::speaking(&server, &name("ann"), format).await;
        let bob = Person::speaking(&server, &name("bob"), format).await;
        let from = ann.group("Harbour", &[&bob]).await;
        let to = ann.direct(&bob).await;
        let first = bob.say(&from, "first").await.stamp;
        let second = ann.say(&from, "second").await.stamp;
        let wish = forward(&from, &[first, second], &[&to], true);
        let sent = ann.call(wish).await.unwrap().sent;
        assert_eq!(sent.len(), 1);
        let found = messages(&bob, &to).await.pop().unwrap();
        let Some(Content::Bundle(bundle)) = found.content else {
            panic!("no bundle: {found:?}")
        };
        assert_eq!(bundle.title.as_deref(), Some("Harbour"));
        let said: Vec<_> = bundle
            .items
            .iter()
            .map(|item| (&item.sender, item.name.as_str(), item.stamp))
            .collect();
        let (ann_name, bob_name) = (&ann.user.display_name, &bob.user.display_name);
        assert_eq!(
            said,
            [
                (&bob.id(), bob_name.as_str(), first),
                (&ann.id(), ann_name.as_str(), second)
            ]
        );
        assert_eq!(found.forwarded, None);
    }
}

#[tokio::test]
async fn nothing_is_forwarded_unless_all_of_it_may_be() {
    let server = Server::start().await;
    let ann = Person::new(&server, "ann").await;
    let bob = Person::new(&server, "bob").await;
    let cleo = Person::speaking(&server, "cleo", Format::MessagePack).await;
    let from = ann.group("from", &[&bob]).await;
    let to = ann.direct(&bob).await;
    let foreign = bob.direct(&cleo).await;
    let said = ann.say(&from, "words").await.stamp;
    let system = ann.pull_all(&from, 10).await[0].stamp;
    let large = "x".repeat(16_000);
    let mut many = Vec::new();
    for _ in 0..4 {
        many.push(ann.say(&from, &large).await.stamp);
    }
    let cases = [
        (
            forward(&from, &[said], &[&to, &foreign], false),
            ErrorCode::NotFound,
        ),
        (
            forward(&foreign, &[said], &[&to], false),
            ErrorCode::NotFound,
        ),
        (
            forward(&from, &[said, system], &[&to], false),
            ErrorCode::BadRequest,
        ),
        (
            forward(&from, &[said.next()], &[&to], false),
            ErrorCode::BadRequest,
        ),
        (forward(&from, &[], &[&to], false), ErrorCode::BadRequest),
        (forward(&from, &[said], &[], true), ErrorCode::BadRequest),
        (forward(&from, &many, &[&to], true), ErrorCode::TooLarge),
        (
            p::ForwardMessages {
                stamps: (1..=101).map(Stamp::from_micros).collect(),
                ..forward(&from, &[], &[&to], false)
            },
            ErrorCode::TooLarge,
        ),
    ];
    for (wish, code) in cases {
        let refused = ann.call(wish.clone()).await.unwrap_err();
        assert_eq!(refused.code, code, "{wish:?}");
    }
    let hide = p::HideMessages {
        chat: from.clone(),
        stamps: vec![said],
    };
    ann.call(hide).await.unwrap();
    let hidden = forward(&from, &[said], &[&to], false);
    assert_eq!(
        ann.call(hidden).await.unwrap_err().field.as_deref(),
        Some("stamps")
    );
    assert_eq!(messages(&bob, &to).await, []);
    let bundle = Content::Bundle(curlew::model::Bundle {
        title: None,
        items: Vec::new(),
    });
    let forged = p::SendMessage::new(to, fresh_client_id(), bundle);
    assert_eq!(
        ann.call(forged).await.unwrap_err().field.as_deref(),
        Some("content.type")
    );
}
