//! Catching up in one round trip, and the seam between it and the pushes.

use std::collections::BTreeSet;

use curlew::{
    model::{Change, ChatCursor, ChatId, Epoch, LogCursor, MembershipEvent, Reset, Stamp, Window},
    protocol::{self as p, ErrorCode, Push},
};

use crate::support::{
    Format, Person, Server, fresh_client_id,
    people::{connect, hello, text_of},
};

fn cursor(chat: &ChatId, after: Stamp, epoch: &Epoch) -> ChatCursor {
    ChatCursor {
        chat: chat.clone(),
        after,
        epoch: epoch.clone(),
        changes_after: None,
        changes_epoch: None,
    }
}

#[tokio::test]
async fn first_sync_shows_the_chat_list_newest_first() {
    let server = Server::start().await;
    let ann = Person::speaking(&server, "ann", Format::MessagePack).await;
    let bob = Person::new(&server, "bob").await;
    let old = bob.group("old", &[&ann]).await;
    let new = bob.direct(&ann).await;
    bob.say(&old, "first").await;
    let last = bob.say(&new, "second").await;
    let synced = ann.call(p::Sync::default()).await.unwrap();
    let ids: Vec<_> = synced
        .chats
        .iter()
        .map(|chat| chat.row.chat.id.clone())
        .collect();
    assert_eq!(ids, [new.clone(), old]);
    assert_eq!(
        synced.chats[0].row.last.as_ref().map(|entry| entry.stamp),
        Some(last.stamp)
    );
    assert_eq!(synced.chats[0].row.unread, 1);
    assert!(!synced.has_more);
    assert_eq!(synced.log.entries, []);

    let window = Window {
        offset: 0,
        limit: 1,
    };
    let first = ann
        .call(p::Sync {
            window,
            ..p::Sync::default()
        })
        .await
        .unwrap();
    assert_eq!((first.chats.len(), first.has_more), (1, true));
    let window = Window {
        offset: 1,
        limit: 1,
    };
    let second = ann
        .call(p::Sync {
            window,
            ..p::Sync::default()
        })
        .await
        .unwrap();
    assert_eq!((second.chats.len(), second.has_more), (1, false));
    assert_ne!(first.chats[0].row.chat.id, second.chats[0].row.chat.id);
}

#[tokio::test]
async fn sync_with_cursors_brings_just_what_is_missing() {
    let server = Server::start().await;
    let ann = Person::new(&server, "ann").await;
    let bob = Person::new(&server, "bob").await;
    let chat = ann.direct(&bob).await;
    let known = ann.say(&chat, "known").await;
    let log = bob.call(p::Sync::default()).await.unwrap().log;
    ann.say(&chat, "missing").await;
    let group = ann.group("g", &[&bob]).await;

    let request = p::Sync {
        log: Some(LogCursor {
            after: log.next,
            epoch: log.epoch.clone(),
        }),
        chats: vec![cursor(&chat, known.stamp, &known.epoch)],
        window: Window::default(),
    };
    let synced = bob.call(request.clone()).await.unwrap();
    let row = synced
        .chats
        .iter()
        .find(|row| row.row.chat.id == chat)
        .unwrap();
    let page = row.timeline.as_ref().expect("a named chat has its page");
    let texts: Vec<_> = page.entries.iter().filter_map(text_of).collect();
    assert_eq!((texts, page.has_more), (vec!["missing"], false));
    let joined = synced.log.entries.iter().any(|entry| {
        matches!(&entry.change, Change::Membership(change)
            if change.chat == group && change.event == MembershipEvent::Created)
    });
    assert!(joined, "{:?}", synced.log);

    let other_life = Epoch::parse("another-life").unwrap();
    let broken = p::Sync {
        chats: vec![cursor(&chat, known.stamp, &other_life)],
        ..request
    };
    let synced = bob.call(broken).await.unwrap();
    let row = synced
        .chats
        .iter()
        .find(|row| row.row.chat.id == chat)
        .unwrap();
    assert_eq!(
        row.timeline.as_ref().and_then(|page| page.reset),
        Some(Reset::Epoch)
    );
}

#[tokio::test]
async fn chat_one_was_removed_from_is_left_out_and_the_log_says_why() {
    let server = Server::start().await;
    let ann = Person::new(&server, "ann").await;
    let bob = Person::new(&server, "bob").await;
    let chat = ann.group("g", &[&bob]).await;
    let known = ann.say(&chat, "known").await;
    let log = bob.call(p::Sync::default()).await.unwrap().log;
    let remove = p::RemoveMember {
        chat: chat.clone(),
        user: bob.id(),
        client_id: fresh_client_id(),
    };
    ann.call(remove).await.unwrap();
    ann.say(&chat, "secret").await;
    let synced = bob.call(p::Sync {
        log: Some(LogCursor {
            after: log.next,
            epoch: log.epoch,
        }),
        chats: vec![cursor(&chat, known.stamp, &known.epoch)],
        window: Window::default(),
    });
    let synced = synced.await.unwrap();
    assert_eq!(synced.chats, []);
    let removed = synced.log.entries.iter().any(|entry| {
        matches!(&entry.change, Change::Membership(change)
            if change.chat == chat && change.event == MembershipEvent::Removed)
    });
    assert!(removed, "{:?}", synced.log);
}

#[tokio::test]
async fn between_the_snapshot_and_the_pushes_there_is_no_seam() {
    let server = Server::start().await;
    let ann = Person::new(&server, "ann").await;
    let bob = Person::speaking(&server, "bob", Format::MessagePack).await;
    let chat = ann.direct(&bob).await;
    let known = ann.say(&chat, "start").await;
    let write = async {
        for n in 0..300 {
            ann.say(&chat, &n.to_string()).await;
        }
    };
    let read = async {
        for _ in 0..20 {
            let client = connect(&server, Format::MessagePack).await;
            client.call(hello(&bob.token)).await.unwrap();
            let request = p::Sync {
                chats: vec![cursor(&chat, known.stamp, &known.epoch)],
                ..p::Sync::default()
            };
            let synced = client.call(request).await.unwrap();
            let page = synced
                .chats
                .into_iter()
                .find_map(|row| row.timeline)
                .unwrap();
            if page.has_more {
                continue;
            }
            let mut have: BTreeSet<_> = page.entries.iter().map(|entry| entry.stamp).collect();
            let end = page.entries.last().map_or(known.stamp, |entry| entry.stamp);
            let ann_says = ann.say(&chat, "end of round").await;
            // Everything from the snapshot to here must come by push, each naming the one before.
            let mut last = end;
            while last < ann_says.stamp {
                let (entry, of) = client
                    .push_where(|push| match push {
                        Push::Entry { entry, chat, .. } => Some((entry, chat)),
                        _ => None,
                    })
                    .await;
                if of == chat && entry.stamp > end {
                    have.insert(entry.stamp);
                    last = last.max(entry.stamp);
                }
            }
            let all = bob.pull_all(&chat, 200).await;
            let owed = all.iter().map(|entry| entry.stamp);
            let owed: BTreeSet<_> = owed
                .filter(|stamp| *stamp > known.stamp && *stamp <= ann_says.stamp)
                .collect();
            have.retain(|stamp| *stamp <= ann_says.stamp);
            assert_eq!(have, owed);
        }
    };
    tokio::join!(write, read);
}

#[tokio::test]
async fn log_is_pulled_in_pages_and_starts_at_the_newest_position() {
    let server = Server::start().await;
    let ann = Person::new(&server, "ann").await;
    let bob = Person::new(&server, "bob").await;
    let start = bob
        .call(p::PullLog {
            after: None,
            epoch: None,
            limit: 10,
        })
        .await
        .unwrap();
    assert_eq!((start.entries.len(), start.has_more), (0, false));
    let mut chats = Vec::new();
    for n in 0..7 {
        chats.push(ann.group(&format!("g{n}"), &[&bob]).await);
    }
    let (mut after, mut seen) = (start.next, Vec::new());
    loop {
        let epoch = Some(start.epoch.clone());
        let page = bob
            .call(p::PullLog {
                after: Some(after),
                epoch,
                limit: 3,
            })
            .await
            .unwrap();
        assert!(page.entries.len() <= 3);
        let mut prev = after;
        for entry in &page.entries {
            assert_eq!(entry.prev, prev, "the log has a hole");
            prev = entry.stamp;
        }
        seen.extend(page.entries.iter().filter_map(|entry| match &entry.change {
            Change::Membership(change) => Some(change.chat.clone()),
            _ => None,
        }));
        after = page.next;
        if !page.has_more {
            break;
        }
    }
    assert_eq!(seen, chats);
    let zero = bob
        .call(p::PullLog {
            after: None,
            epoch: None,
            limit: 0,
        })
        .await
        .unwrap_err();
    assert_eq!(
        (zero.code, zero.field.as_deref()),
        (ErrorCode::BadRequest, Some("limit"))
    );
}
