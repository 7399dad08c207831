//! Catching up.

use super::World;
use crate::{
    model::{ChatCursor, LogCursor, Reset, Stamp, Window},
    store::engine::Engine,
};

#[tokio::test]
async fn one_sync_brings_the_list_the_log_and_what_was_missed() {
    let world = World::with(3).await;
    let group = world.group(&[0, 1, 2]).await;
    let direct = world.direct(0, 1).await.unwrap().id;
    let seen = world.say(0, &group, "seen").await.unwrap();
    let service = &world.bench.service;
    let reader = &world.people[1];
    let first = service
        .sync(reader, None, Vec::new(), Window::default())
        .await
        .unwrap();
    assert_eq!(first.chats.len(), 2);
    assert!(first.log.entries.is_empty() && first.log.next > Stamp::ZERO);

    for number in 0..3 {
        world.say(0, &group, &number.to_string()).await.unwrap();
    }
    world.say(0, &direct, "psst").await.unwrap();
    let log = Some(LogCursor {
        after: first.log.next,
        epoch: first.log.epoch,
    });
    let cursor = ChatCursor {
        chat: group.clone(),
        after: seen.stamp,
        epoch: seen.epoch,
        changes_after: None,
        changes_epoch: None,
    };
    let narrow = Window {
        offset: 0,
        limit: 1,
    };
    let second = service
        .sync(reader, log, vec![cursor], narrow)
        .await
        .unwrap();
    assert!(second.has_more);
    let chats: Vec<_> = second
        .chats
        .iter()
        .map(|chat| chat.row.chat.id.clone())
        .collect();
    assert_eq!(
        chats,
        [direct, group],
        "the window, and what was named and has news"
    );
    let missed = second.chats[1].timeline.as_ref().unwrap();
    assert_eq!(missed.entries.len(), 3);
    assert_eq!(second.chats[1].row.unread, 4);
    assert_eq!(second.chats[0].row.unread, 1);
}

#[tokio::test]
async fn a_sync_with_a_cursor_of_another_life_says_so_for_that_chat_only() {
    let world = World::with(1).await;
    let chat = world.group(&[0]).await;
    let cursor = ChatCursor {
        chat,
        after: Stamp::from_micros(7),
        epoch: crate::model::Epoch::from_bytes(b"long ago"),
        changes_after: None,
        changes_epoch: None,
    };
    let service = &world.bench.service;
    let sync = service
        .sync(&world.people[0], None, vec![cursor], Window::default())
        .await
        .unwrap();
    assert_eq!(
        sync.chats[0].timeline.as_ref().unwrap().reset,
        Some(Reset::Epoch)
    );
    assert_eq!(sync.log.reset, None);
}

#[tokio::test]
async fn chats_with_nothing_new_cost_no_page() {
    let world = World::with(1).await;
    let mut cursors = Vec::new();
    for _ in 0..20 {
        let chat = world.group(&[0]).await;
        let sent = world.say(0, &chat, "hello").await.unwrap();
        cursors.push(ChatCursor {
            chat,
            after: sent.stamp,
            epoch: sent.epoch,
            changes_after: None,
            changes_epoch: None,
        });
    }
    let service = &world.bench.service;
    let cost = async |cursors| {
        let before = world.bench.engine.commands();
        service
            .sync(&world.people[0], None, cursors, Window::default())
            .await
            .unwrap();
        world.bench.engine.commands() - before
    };
    let with = cost(cursors).await;
    let without = cost(Vec::new()).await;
    assert_eq!(with, without);
}
