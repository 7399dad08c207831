//! Pushes: everybody who should hears it, nobody else, and a gap shows.

use curlew::{
    model::{ChatId, Entry, Stamp},
    protocol::{self as p, Push},
};

use crate::support::{
    Client, Format, Person, Server,
    people::{hello, pull_after, text_of},
};

#[tokio::test]
async fn sender_gets_the_reply_only_and_every_other_connection_the_push() {
    let server = Server::start().await;
    let ann = Person::new(&server, "ann").await;
    let tab = ann.again(&server).await;
    let laptop = ann.device(&server, Format::MessagePack).await;
    let bob = Person::speaking(&server, "bob", Format::MessagePack).await;
    let eve = Person::new(&server, "eve").await;
    let chat = ann.direct(&bob).await;
    let sent = ann.say(&chat, "hello").await;
    for connection in [&tab, &laptop, &bob] {
        let entry = connection.next_message(&chat).await;
        assert_eq!((entry.stamp, entry.prev), (sent.stamp, sent.prev));
        assert_eq!(entry.sender, Some(ann.id()));
    }
    // Bob's answer reaches the sender after whatever was on its way before.
    bob.say(&chat, "answer").await;
    let next = ann.next_message(&chat).await;
    assert_eq!(
        text_of(&next),
        Some("answer"),
        "the sender was pushed what it was answered"
    );
    assert_eq!(eve.pushes_so_far().await, []);
}

#[tokio::test]
async fn pushes_chain_so_that_following_them_is_reading_the_timeline() {
    let server = Server::start().await;
    let ann = Person::new(&server, "ann").await;
    let bob = Person::speaking(&server, "bob", Format::MessagePack).await;
    let cleo = Person::new(&server, "cleo").await;
    let chat = ann.group("g", &[&bob, &cleo]).await;
    let from_ann = async {
        for n in 0..100 {
            ann.say(&chat, &format!("a{n}")).await;
        }
    };
    let from_bob = async {
        for n in 0..100 {
            bob.say(&chat, &format!("b{n}")).await;
        }
    };
    let follow = follow(&cleo, &chat, 200);
    let ((), (), (followed, _gaps)) = tokio::join!(from_ann, from_bob, follow);
    assert_eq!(followed, cleo.pull_all(&chat, 200).await);
}

/// Puts a timeline together from pushes, and pulls where they leave a gap; says how many gaps there were.
async fn follow(client: &Person, chat: &ChatId, messages: usize) -> (Vec<Entry>, u32) {
    let (mut list, mut gaps) = (Vec::<Entry>::new(), 0);
    while list.iter().filter(|entry| entry.kind.counts()).count() < messages {
        let Push::Entry {
            chat: of, entry, ..
        } = client.next_push().await
        else {
            continue;
        };
        let cursor = list.last().map_or(Stamp::ZERO, |entry| entry.stamp);
        if of != *chat || entry.stamp <= cursor {
            continue;
        }
        if entry.prev == cursor {
            list.push(entry);
            continue;
        }
        gaps += 1;
        list.extend(
            client
                .call(pull_after(chat, cursor, 200))
                .await
                .unwrap()
                .entries,
        );
    }
    (list, gaps)
}

#[tokio::test]
async fn push_that_was_missed_shows_in_prev_and_is_healed_by_one_pull() {
    let server = Server::start().await;
    let ann = Person::new(&server, "ann").await;
    let bob = Person::new(&server, "bob").await;
    let chat = ann.direct(&bob).await;
    let known = ann.say(&chat, "seen").await;
    bob.next_message(&chat).await;
    let token = bob.token.clone();
    drop(bob);
    ann.say(&chat, "missed one").await;
    ann.say(&chat, "missed two").await;

    let bob = Client::connect(&server.url(), Format::MessagePack)
        .await
        .unwrap();
    bob.call(hello(&token)).await.unwrap();
    let sent = ann.say(&chat, "pushed").await;
    let pushed = bob.push_where(|push| match push {
        Push::Entry { entry, .. } if entry.stamp == sent.stamp => Some(entry),
        _ => None,
    });
    assert_ne!(pushed.await.prev, known.stamp, "the gap shows");
    let page = bob.call(pull_after(&chat, known.stamp, 200)).await.unwrap();
    let texts: Vec<_> = page.entries.iter().filter_map(text_of).collect();
    assert_eq!(texts, ["missed one", "missed two", "pushed"]);
}

#[tokio::test]
async fn person_invited_while_online_hears_the_first_message() {
    let server = Server::start().await;
    let ann = Person::new(&server, "ann").await;
    for round in 0..10 {
        let bob = Person::speaking(&server, &format!("bob-{round}"), Format::MessagePack).await;
        let chat = ann.direct(&bob).await;
        ann.say(&chat, "hi").await;
        assert_eq!(text_of(&bob.next_message(&chat).await), Some("hi"));
    }
}

#[tokio::test]
async fn ended_session_hears_nothing_more() {
    let server = Server::start().await;
    let ann = Person::new(&server, "ann").await;
    let laptop = ann.device(&server, Format::MessagePack).await;
    let bob = Person::new(&server, "bob").await;
    let chat = bob.direct(&ann).await;
    ann.call(p::EndSession {
        id: laptop.session.clone(),
    })
    .await
    .unwrap();
    bob.say(&chat, "private").await;
    ann.next_message(&chat).await;
    laptop.closed().await;
    let pushes = laptop.pushes_so_far().await;
    assert!(!format!("{pushes:?}").contains("private"), "{pushes:?}");
}
