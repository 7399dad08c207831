//! Threads: messages under a message, with pages and counts of their own.

use curlew::{
    model::{ChatId, Content, Entry, Stamp},
    protocol::{self as p, ErrorCode, WireError},
};

use crate::support::{
    Format, Person, Server,
    people::{fresh_client_id, text_of},
};

/// Says something in the thread under `root`.
async fn reply(who: &Person, chat: &ChatId, root: Stamp, text: &str) -> Result<Stamp, WireError> {
    let message = p::SendMessage {
        thread: Some(root),
        ..p::SendMessage::new(chat.clone(), fresh_client_id(), Content::text(text))
    };
    Ok(who.call(message).await?.stamp)
}

fn thread(chat: &ChatId, root: Stamp, limit: u32) -> p::PullThread {
    p::PullThread {
        chat: chat.clone(),
        root,
        after: None,
        before: None,
        limit,
    }
}

fn texts(entries: &[Entry]) -> Vec<&str> {
    entries.iter().filter_map(text_of).collect()
}

#[tokio::test]
async fn thread_has_pages_and_a_count_of_its_own_wherever_its_root_is_read() {
    let server = Server::start().await;
    let ann = Person::new(&server, "ann").await;
    let bob = Person::speaking(&server, "bob", Format::MessagePack).await;
    let chat = ann.group("g", &[&bob]).await;
    let root = ann.say(&chat, "root").await.stamp;
    let other = ann.say(&chat, "other").await.stamp;
    let mut stamps = Vec::new();
    for number in 0..7 {
        let who = if number % 2 == 0 { &bob } else { &ann };
        let text = number.to_string();
        stamps.push(reply(who, &chat, root, &text).await.unwrap());
        ann.say(&chat, "between").await;
    }
    for reader in [&ann, &bob] {
        let newest = reader.call(thread(&chat, root, 3)).await.unwrap();
        assert_eq!(texts(&newest.entries), ["4", "5", "6"]);
        assert!(newest.has_more);
        assert!(
            newest
                .entries
                .iter()
                .all(|entry| entry.thread == Some(root))
        );
        let replies = newest.root.replies.clone().unwrap();
        assert_eq!((replies.count, replies.last), (7, stamps[6]));
        let before = p::PullThread {
            before: Some(stamps[4]),
            ..thread(&chat, root, 4)
        };
        let before = reader.call(before).await.unwrap();
        assert_eq!(
            (texts(&before.entries), before.has_more),
            (vec!["0", "1", "2", "3"], false)
        );
        let after = p::PullThread {
            after: Some(stamps[1]),
            ..thread(&chat, root, 3)
        };
        let after = reader.call(after).await.unwrap();
        assert_eq!(
            (texts(&after.entries), after.has_more),
            (vec!["2", "3", "4"], true)
        );
        let entries = reader.pull_all(&chat, 4).await;
        for entry in &entries {
            let replies = entry.replies.as_ref().map(|replies| replies.count);
            assert_eq!(replies, (entry.stamp == root).then_some(7));
        }
        let none = reader.call(thread(&chat, other, 5)).await.unwrap();
        assert_eq!((none.entries.len(), none.root.replies), (0, None));
    }
    assert_eq!(bob.unread(&chat).await, 2 + 7 + 3, "a reply is a message");
    let retract = p::RetractMessage {
        chat: chat.clone(),
        stamp: stamps[3],
        client_id: fresh_client_id(),
    };
    ann.call(retract).await.unwrap();
    let page = bob.call(thread(&chat, root, 7)).await.unwrap();
    assert_eq!(page.root.replies.map(|replies| replies.count), Some(6));
    assert_eq!(texts(&page.entries), ["0", "1", "2", "4", "5", "6"]);
    assert!(page.entries[3].retracted, "its place stays");
}

#[tokio::test]
async fn thread_stands_under_a_message_that_its_author_sees_and_threads_do_not_nest() {
    let server = Server::start().await;
    for format in Format::ALL {
        let name = |name: &str| format!("{name}-{format:?}").to_lowercase();
        let ann = Person::speaking(&server, &name("ann"), format).await;
        let bob = Person::speaking(&server, &name("bob"), format).await;
        let chat = ann.group("g", &[]).await;
        let root = ann.say(&chat, "root").await.stamp;
        let answer = reply(&ann, &chat, root, "answer").await.unwrap();
        let refused = |answer: Result<Stamp, WireError>| {
            let error = answer.expect_err("refused");
            (error.code, error.field)
        };
        let thread_field = (ErrorCode::BadRequest, Some("thread".to_owned()));
        let system = ann.pull_all(&chat, 50).await[0].stamp;
        for nowhere in [answer, root.next(), system] {
            let nested = reply(&ann, &chat, nowhere, "nested").await;
            assert_eq!(refused(nested), thread_field);
        }
        let outside = reply(&bob, &chat, root, "outside").await;
        assert_eq!(refused(outside).0, ErrorCode::NotFound);
        let unseen = bob.call(thread(&chat, root, 1)).await.unwrap_err();
        assert_eq!(unseen.code, ErrorCode::NotFound);
        ann.call(p::AddMembers {
            chat: chat.clone(),
            users: vec![bob.id()],
            client_id: fresh_client_id(),
        })
        .await
        .unwrap();
        let early = reply(&bob, &chat, root, "before my time").await;
        assert_eq!(refused(early), thread_field);
        let early = bob.call(thread(&chat, root, 1)).await.unwrap_err();
        assert_eq!(early.code, ErrorCode::NotFound);
        let two = p::PullThread {
            after: Some(root),
            before: Some(answer),
            ..thread(&chat, root, 1)
        };
        let two = ann.call(two).await.unwrap_err();
        assert_eq!(two.field.as_deref(), Some("after"));
        let nothing = ann.call(thread(&chat, root, 0)).await.unwrap_err();
        assert_eq!(nothing.field.as_deref(), Some("limit"));
    }
}
