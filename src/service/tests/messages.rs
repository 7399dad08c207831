//! Sending and pulling.

use proptest::{prelude::*, test_runner::TestRunner};

use super::{World, newest, page_after};
use crate::{
    model::{Content, EntryKind, Epoch, Reset, Stamp},
    service::{ServiceError, TimelineQuery},
    store::engine::Engine,
};

#[tokio::test]
async fn pages_of_any_size_in_any_direction_show_each_entry_once_in_order() {
    let world = World::with(2).await;
    let chat = world.group(&[0, 1]).await;
    for number in 0..300 {
        world
            .say(number % 2, &chat, &number.to_string())
            .await
            .unwrap();
    }
    let all = world.all(1, &chat).await;
    assert_eq!(
        all.len(),
        301,
        "300 messages after the entry that says the group was made"
    );
    for pair in all.windows(2) {
        assert_eq!(pair[1].prev, pair[0].stamp);
    }
    for size in [1, 7, 127, 128, 129, 200] {
        let mut before = None;
        let mut backwards = Vec::new();
        loop {
            let page = world
                .pull(
                    0,
                    &chat,
                    TimelineQuery {
                        before,
                        ..newest(size)
                    },
                )
                .await
                .unwrap();
            before = page.entries.first().map(|entry| entry.stamp);
            backwards.extend(page.entries.into_iter().rev());
            if !page.has_more {
                break;
            }
        }
        backwards.reverse();
        assert_eq!(backwards, all, "pages of {size}");
    }
}

#[tokio::test]
async fn a_page_around_a_message_has_it_in_the_middle() {
    let world = World::with(1).await;
    let chat = world.group(&[0]).await;
    for number in 0..40 {
        world.say(0, &chat, &number.to_string()).await.unwrap();
    }
    let all = world.all(0, &chat).await;
    let around = Some(all[20].stamp);
    let page = world
        .pull(
            0,
            &chat,
            TimelineQuery {
                around,
                ..newest(10)
            },
        )
        .await
        .unwrap();
    assert_eq!(page.entries, all[16..26]);
    assert!(page.has_more);
}

#[tokio::test]
async fn sending_the_same_client_id_twice_appends_once_and_another_text_is_a_conflict() {
    let world = World::with(2).await;
    let chat = world.group(&[0, 1]).await;
    let id = world.client_id();
    let first = world.say_as(0, &chat, "once", id.clone()).await.unwrap();
    let again = world.say_as(0, &chat, "once", id.clone()).await.unwrap();
    assert!(again.duplicate && !first.duplicate);
    assert_eq!(
        (again.stamp, again.prev, again.ordinal),
        (first.stamp, first.prev, first.ordinal)
    );
    let other = world.say_as(0, &chat, "twice", id.clone()).await;
    assert!(matches!(
        other,
        Err(ServiceError::Conflict {
            field: "client_id",
            ..
        })
    ));
    let somebody_else = world.say_as(1, &chat, "mine", id).await.unwrap();
    assert!(!somebody_else.duplicate, "client ids are each sender's own");
}

#[tokio::test]
async fn a_cursor_that_is_of_no_use_is_answered_with_the_reason() {
    let world = World::with(2).await;
    let chat = world.group(&[0]).await;
    world.say(0, &chat, "before").await.unwrap();
    let users = vec![world.people[1].user.clone()];
    let service = &world.bench.service;
    service
        .add_members(&world.people[0], &chat, users, &world.client_id())
        .await
        .unwrap();
    let last = world.say(0, &chat, "after").await.unwrap().stamp;
    let reset = async |who, query| world.pull(who, &chat, query).await.unwrap().reset;
    let other = Some(Epoch::from_bytes(b"another life"));
    assert_eq!(
        reset(
            0,
            TimelineQuery {
                epoch: other,
                ..page_after(last, 5)
            }
        )
        .await,
        Some(Reset::Epoch)
    );
    let first = world.all(0, &chat).await[0].stamp;
    assert_eq!(
        reset(1, page_after(first, 5)).await,
        Some(Reset::Floor),
        "before they joined"
    );
    assert_eq!(
        reset(0, page_after(last.next(), 5)).await,
        Some(Reset::Rewound)
    );
    let between = Stamp::from_micros(last.get() - 1);
    assert_eq!(reset(0, page_after(between, 5)).await, Some(Reset::Rewound));
    assert_eq!(reset(0, page_after(last, 5)).await, None);
}

#[tokio::test]
async fn new_members_see_what_is_said_from_their_joining_on() {
    let world = World::with(2).await;
    let chat = world.group(&[0]).await;
    world.say(0, &chat, "secret").await.unwrap();
    let users = vec![world.people[1].user.clone()];
    let service = &world.bench.service;
    service
        .add_members(&world.people[0], &chat, users, &world.client_id())
        .await
        .unwrap();
    world.say(0, &chat, "welcome").await.unwrap();
    let texts = |entries: Vec<crate::model::Entry>| -> Vec<Option<Content>> {
        let messages = entries
            .into_iter()
            .filter(|entry| entry.kind == EntryKind::Message);
        messages.map(|entry| entry.content).collect()
    };
    let welcome = vec![Some(Content::text("welcome"))];
    assert_eq!(texts(world.all(1, &chat).await), welcome);
    let page = world.pull(1, &chat, newest(50)).await.unwrap();
    assert!(!page.has_more);
    assert_eq!(texts(page.entries), welcome);
    let around = Some(Stamp::from_micros(1));
    let page = world
        .pull(
            1,
            &chat,
            TimelineQuery {
                around,
                ..newest(50)
            },
        )
        .await
        .unwrap();
    assert_eq!(texts(page.entries), welcome);
}

#[tokio::test]
async fn what_may_not_be_sent_is_refused_with_the_field_at_fault() {
    let world = World::with(1).await;
    let chat = world.group(&[0]).await;
    let field = async |text: &str| match world.say(0, &chat, text).await {
        Err(ServiceError::Invalid { field, .. } | ServiceError::TooLarge { field, .. }) => field,
        other => panic!("{other:?}"),
    };
    assert_eq!(field("").await, "content.text");
    assert_eq!(field(&"x".repeat(16_385)).await, "content.text");
    let largest = "ab".repeat(8_192);
    world.say(0, &chat, &largest).await.unwrap();
    let any = "\u{202e}مرحبا 👩‍👩‍👧 <script>alert(1)</script> \u{0}\u{7} e\u{301}";
    world.say(0, &chat, any).await.unwrap();
    let newest = world.pull(0, &chat, newest(2)).await.unwrap().entries;
    assert_eq!(newest[0].content, Some(Content::text(largest)));
    assert_eq!(
        newest[1].content,
        Some(Content::text(any)),
        "any Unicode survives unchanged"
    );
}

#[tokio::test]
async fn large_messages_share_out_over_pages_that_stay_small() {
    let world = World::with(1).await;
    let chat = world.group(&[0]).await;
    for _ in 0..40 {
        world.say(0, &chat, &"x".repeat(16_000)).await.unwrap();
    }
    let page = world.pull(0, &chat, newest(200)).await.unwrap();
    assert!(
        page.has_more && page.entries.len() < 12,
        "{} entries",
        page.entries.len()
    );
    assert_eq!(world.all(0, &chat).await.len(), 41);
}

#[tokio::test]
async fn a_message_costs_the_same_number_of_store_commands_in_groups_of_any_size() {
    let world = World::with(40).await;
    let pair = world.group(&[0, 1]).await;
    let crowd = world.group(&(0..40).collect::<Vec<_>>()).await;
    let mut costs = Vec::new();
    for chat in [&pair, &crowd] {
        world
            .say(0, chat, "the first one looks the membership up")
            .await
            .unwrap();
        let before = world.bench.engine.commands();
        for _ in 0..10 {
            world.say(0, chat, "hello").await.unwrap();
        }
        costs.push(world.bench.engine.commands() - before);
    }
    assert_eq!(costs[0], costs[1]);
    assert_eq!(costs[0], 10, "one append each");
}

#[test]
fn any_text_comes_back_as_it_was_sent() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let world = runtime.block_on(World::with(1));
    let chat = runtime.block_on(world.group(&[0]));
    let text = any::<String>().prop_filter("empty", |text| !text.trim().is_empty());
    let sent = |text: String| {
        runtime.block_on(async {
            world.say(0, &chat, &text).await.unwrap();
            let page = world.pull(0, &chat, newest(1)).await.unwrap();
            assert_eq!(page.entries[0].content, Some(Content::text(text)));
        });
        Ok(())
    };
    TestRunner::default().run(&text, sent).unwrap();
}
