//! What only oneself sees: drafts, hidden messages, and what one's other devices are told.

use curlew::{
    model::{Change, ChatId, Draft, LogEntry, Stamp},
    protocol::{self as p, ErrorCode, Push},
};

use crate::support::{Format, Person, Server};

fn draft(chat: &ChatId, text: &str) -> p::SetDraft {
    p::SetDraft {
        chat: chat.clone(),
        text: text.to_owned(),
        reply_to: None,
    }
}

/// The next change in somebody's own log that `wanted` takes.
async fn told<T>(who: &Person, wanted: impl Fn(Change) -> Option<T>) -> T {
    who.push_where(|push| match push {
        Push::Change { entry, .. } => wanted(entry.change),
        _ => None,
    })
    .await
}

async fn shown(who: &Person, chat: &ChatId) -> Option<Draft> {
    let row = who.call(p::GetChat { chat: chat.clone() }).await.unwrap();
    row.draft
}

async fn log(who: &Person) -> Vec<LogEntry> {
    let pull = p::PullLog {
        after: Some(Stamp::ZERO),
        epoch: None,
        limit: 200,
    };
    who.call(pull).await.unwrap().entries
}

#[tokio::test]
async fn draft_is_the_same_on_all_devices_and_its_removal_too() {
    let server = Server::start().await;
    let ann = Person::new(&server, "ann").await;
    let bob = Person::new(&server, "bob").await;
    let laptop = ann.device(&server, Format::MessagePack).await;
    let chat = ann.direct(&bob).await;
    let drafted = |change| match change {
        Change::Draft { chat, draft } => Some((chat, draft)),
        _ => None,
    };
    for text in ["Dear", "Dear B", "Dear Bob 你好"] {
        let kept = ann.call(draft(&chat, text)).await.unwrap().draft.unwrap();
        assert_eq!(kept.text, text);
        let expected = (chat.clone(), Some(kept.clone()));
        assert_eq!(told(&laptop, drafted).await, expected);
        assert_eq!(shown(&laptop, &chat).await, Some(kept.clone()));
        let again = ann.call(draft(&chat, text)).await.unwrap().draft;
        assert_eq!(again, Some(kept), "the same words change nothing");
        told(&laptop, drafted).await;
    }
    let newest = shown(&ann, &chat).await;
    ann.say(&chat, "something else").await;
    assert_eq!(shown(&ann, &chat).await, newest, "a send removes no draft");
    let changes = log(&laptop).await.into_iter();
    let newest_told = changes.filter_map(|entry| drafted(entry.change)).last();
    assert_eq!(newest_told, Some((chat.clone(), newest)));
    assert_eq!(shown(&bob, &chat).await, None);
    assert_eq!(ann.call(draft(&chat, "")).await.unwrap().draft, None);
    assert_eq!(told(&laptop, drafted).await, (chat.clone(), None));
    assert_eq!(shown(&laptop, &chat).await, None);

    let long = ann.call(draft(&chat, &"x".repeat(16_385))).await;
    assert_eq!(long.unwrap_err().code, ErrorCode::TooLarge);
    let foreign = Person::new(&server, "cleo").await;
    let refused = foreign.call(draft(&chat, "x")).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::NotFound);
}

#[tokio::test]
async fn hidden_message_keeps_its_place_for_oneself_and_its_words_for_others() {
    let server = Server::start().await;
    let ann = Person::new(&server, "ann").await;
    let bob = Person::speaking(&server, "bob", Format::MessagePack).await;
    let laptop = bob.device(&server, Format::Json).await;
    let chat = ann.direct(&bob).await;
    let kept = ann.say(&chat, "kept").await.stamp;
    let hidden = ann.say(&chat, "hidden").await.stamp;
    let hide = |stamps: Vec<Stamp>| p::HideMessages {
        chat: chat.clone(),
        stamps,
    };
    for _ in 0..2 {
        bob.call(hide(vec![hidden])).await.unwrap();
    }
    let change = told(&laptop, |change| match change {
        Change::Hidden { chat, stamps } => Some((chat, stamps)),
        _ => None,
    });
    assert_eq!(change.await, (chat.clone(), vec![hidden]));
    assert_eq!(laptop.texts(&chat).await, ["kept"]);
    assert_eq!(ann.texts(&chat).await, ["kept", "hidden"]);
    let entries = laptop.pull_all(&chat, 1).await;
    let marks: Vec<_> = entries.iter().map(|e| (e.stamp, e.hidden)).collect();
    assert_eq!(marks, [(kept, false), (hidden, true)]);
    let row = laptop
        .call(p::GetChat { chat: chat.clone() })
        .await
        .unwrap();
    let last = row.last.unwrap();
    assert_eq!((last.hidden, last.content), (true, None));
    assert_eq!(row.unread, 2);
    for stamps in [vec![], vec![hidden.next()]] {
        let refused = bob.call(hide(stamps)).await.unwrap_err();
        assert_eq!(
            (refused.code, refused.field.as_deref()),
            (ErrorCode::BadRequest, Some("stamps"))
        );
    }
    let many = (1..=101).map(Stamp::from_micros).collect();
    let many = bob.call(hide(many)).await.unwrap_err();
    assert_eq!(many.code, ErrorCode::TooLarge);
}

#[tokio::test]
async fn log_tells_of_sessions_and_of_the_account() {
    let server = Server::start().await;
    let ann = Person::new(&server, "ann").await;
    let laptop = ann.device(&server, Format::MessagePack).await;
    let session = |change| match change {
        Change::Session { session, alive } => Some((session, alive)),
        _ => None,
    };
    let begun = (laptop.session.clone(), true);
    assert_eq!(told(&ann, session).await, begun);
    let update = p::UpdateUser {
        display_name: Some("Ann".to_owned()),
        hide_reads: Some(true),
    };
    let account = ann.call(update).await.unwrap().user;
    assert!(account.hide_reads);
    told(&laptop, |change| (change == Change::Account).then_some(())).await;
    let id = laptop.session.clone();
    ann.call(p::EndSession { id: id.clone() }).await.unwrap();
    assert_eq!(told(&ann, session).await, (id, false));
}
