//! Groups: who is in, who may do what, and what those outside learn.

use curlew::{
    model::{ChatId, ChatKind, Content, Entry, Member, Role, Stamp, SystemEvent},
    protocol::{self as p, ErrorCode, Push},
};
use serde_json::{Value, json};

use crate::support::{
    Format, Person, Server, fresh_client_id,
    people::{new_chat, pull_after, text_message},
};

async fn members(person: &Person, chat: &ChatId) -> Vec<Member> {
    let list = p::ListMembers {
        chat: chat.clone(),
        after: None,
        limit: 200,
    };
    person.call(list).await.unwrap().members
}

fn add(chat: &ChatId, users: &[&Person]) -> p::AddMembers {
    let users = users.iter().map(|person| person.id()).collect();
    p::AddMembers {
        chat: chat.clone(),
        users,
        client_id: fresh_client_id(),
    }
}

fn remove(chat: &ChatId, person: &Person) -> p::RemoveMember {
    p::RemoveMember {
        chat: chat.clone(),
        user: person.id(),
        client_id: fresh_client_id(),
    }
}

fn events(entries: &[Entry]) -> Vec<SystemEvent> {
    let system = entries.iter().filter_map(|entry| match &entry.content {
        Some(Content::System(event)) => Some(event.clone()),
        _ => None,
    });
    system.collect()
}

#[tokio::test]
async fn group_has_an_owner_members_a_title_and_an_entry_that_says_who_made_it() {
    let server = Server::start().await;
    let ann = Person::new(&server, "ann").await;
    let bob = Person::speaking(&server, "bob", Format::MessagePack).await;
    let cleo = Person::new(&server, "cleo").await;
    let new = new_chat(ChatKind::Group, &[&bob, &cleo], Some("Reisegruppe 🏔️ 旅行"));
    let made = ann.call(new.clone()).await.unwrap().chat;
    assert_eq!(
        ann.call(new).await.unwrap().chat.id,
        made.id,
        "the same request makes one group"
    );
    assert_eq!((made.role, made.member_count), (Role::Owner, 3));

    let seen = bob
        .call(p::GetChat {
            chat: made.id.clone(),
        })
        .await
        .unwrap()
        .chat;
    assert_eq!(
        (seen.role, seen.title.as_deref()),
        (Role::Member, Some("Reisegruppe 🏔️ 旅行"))
    );
    let roles: Vec<_> = members(&cleo, &made.id)
        .await
        .into_iter()
        .map(|m| (m.user.id, m.role))
        .collect();
    let mut expected = [
        (ann.id(), Role::Owner),
        (bob.id(), Role::Member),
        (cleo.id(), Role::Member),
    ];
    expected.sort_by(|one, other| one.0.cmp(&other.0));
    assert_eq!(roles, expected);
    let entries = cleo.pull_all(&made.id, 50).await;
    assert_eq!(events(&entries), [SystemEvent::Created { actor: ann.id() }]);
    assert_eq!(entries[0].ordinal, 0, "system entries do not count");
}

#[tokio::test]
async fn added_member_is_told_and_reads_only_what_is_said_from_then_on() {
    let server = Server::start().await;
    let ann = Person::new(&server, "ann").await;
    let bob = Person::new(&server, "bob").await;
    let cleo = Person::speaking(&server, "cleo", Format::MessagePack).await;
    let chat = ann.group("g", &[&bob]).await;
    let early = ann.say(&chat, "before cleo").await;
    let version = ann
        .call(add(&chat, &[&cleo]))
        .await
        .unwrap()
        .members_version;
    let told = cleo
        .push_where(|push| matches!(push, Push::Change { .. }).then_some(push))
        .await;
    assert!(format!("{told:?}").contains(chat.as_str()), "{told:?}");

    let late = bob.say(&chat, "after cleo").await;
    assert_eq!(cleo.next_message(&chat).await.stamp, late.stamp);
    assert_eq!(cleo.texts(&chat).await, ["after cleo"]);
    assert_eq!(cleo.unread(&chat).await, 1);
    let around = p::PullTimeline {
        around: Some(early.stamp),
        after: None,
        ..pull_after(&chat, Stamp::ZERO, 200)
    };
    let page = cleo.call(around).await;
    let hidden = page.is_ok_and(|page| page.entries.iter().any(|entry| entry.stamp <= early.stamp));
    assert!(
        !hidden,
        "what was said before one's time stays hidden, whichever way one asks"
    );

    let again = ann.call(add(&chat, &[&cleo])).await.unwrap();
    assert_eq!(
        again.members_version, version,
        "who is in already is left as they are"
    );
    assert_eq!(cleo.texts(&chat).await, ["after cleo"]);
}

#[tokio::test]
async fn removed_member_stops_receiving_and_cannot_tell_the_chat_from_an_absent_one() {
    let server = Server::start().await;
    let ann = Person::new(&server, "ann").await;
    let bob = Person::new(&server, "bob").await;
    let cleo = Person::new(&server, "cleo").await;
    let chat = ann.group("g", &[&bob, &cleo]).await;
    let said = ann.say(&chat, "all hear this").await;
    cleo.next_message(&chat).await;
    ann.call(remove(&chat, &cleo)).await.unwrap();
    cleo.push_where(|push| matches!(push, Push::Change { .. }).then_some(()))
        .await;
    bob.say(&chat, "cleo does not hear this").await;
    ann.next_message(&chat).await;

    for request in requests_about(said.stamp) {
        assert_same_as_absent(&cleo, &chat, &request).await;
    }
    let row = |page: curlew::model::ChatPage| page.chats.iter().any(|row| row.chat.id == chat);
    assert!(!row(cleo.call(p::ListChats::default()).await.unwrap()));
    let pushes = cleo.pushes_so_far().await;
    let heard = pushes
        .iter()
        .filter(|push| format!("{push:?}").contains("does not hear"));
    assert_eq!(heard.count(), 0, "{pushes:?}");
    let last = events(&bob.pull_all(&chat, 50).await).pop().unwrap();
    assert_eq!(
        last,
        SystemEvent::Removed {
            actor: ann.id(),
            users: vec![cleo.id()]
        }
    );
}

#[tokio::test]
async fn outsider_cannot_tell_a_chat_from_an_absent_one() {
    let server = Server::start().await;
    let ann = Person::new(&server, "ann").await;
    let bob = Person::new(&server, "bob").await;
    let chat = ann.direct(&bob).await;
    let said = ann.say(&chat, "between us").await;
    for format in Format::ALL {
        let eve =
            Person::speaking(&server, &format!("eve-{format:?}").to_lowercase(), format).await;
        for request in requests_about(said.stamp) {
            assert_same_as_absent(&eve, &chat, &request).await;
        }
    }
}

/// Every request that names a chat: its method, and its params without the chat.
fn requests_about(stamp: Stamp) -> Vec<(&'static str, Value)> {
    let id = || fresh_client_id().to_string();
    vec![
        ("chat.get", json!({})),
        ("chat.members", json!({ "limit": 10 })),
        ("chat.update", json!({ "title": "mine", "client_id": id() })),
        ("chat.add", json!({ "users": ["x"], "client_id": id() })),
        ("chat.remove", json!({ "user": "x", "client_id": id() })),
        ("chat.leave", json!({ "client_id": id() })),
        (
            "message.send",
            json!({ "client_id": id(), "content": { "type": "text", "text": "hi" } }),
        ),
        ("timeline.pull", json!({ "limit": 10 })),
        ("timeline.pull", json!({ "after": stamp, "limit": 10 })),
        ("timeline.pull", json!({ "around": stamp, "limit": 10 })),
        (
            "timeline.pull",
            json!({ "after": 0, "epoch": "another", "limit": 10 }),
        ),
        ("changes.pull", json!({ "after": 0, "limit": 10 })),
        ("read.mark", json!({ "stamp": stamp })),
    ]
}

async fn assert_same_as_absent(person: &Person, chat: &ChatId, request: &(&str, Value)) {
    let (method, params) = request;
    let about = |chat: &str| {
        let mut params = params.clone();
        params["chat"] = chat.into();
        params
    };
    let foreign = person.reply_to(5, method, &about(chat.as_str())).await;
    for absent in ["no-such-chat", "not a chat id!", "", "{c:x}:head"] {
        let answer = person.reply_to(5, method, &about(absent)).await;
        assert_eq!(foreign, answer, "{method} {absent:?}");
    }
    let error = person
        .call_with(method, &about(chat.as_str()))
        .await
        .unwrap_err();
    assert_eq!(error.code, ErrorCode::NotFound, "{method}");
}

#[tokio::test]
async fn members_add_but_only_owners_remove_and_rename() {
    let server = Server::start().await;
    let ann = Person::new(&server, "ann").await;
    let bob = Person::speaking(&server, "bob", Format::MessagePack).await;
    let cleo = Person::new(&server, "cleo").await;
    let chat = ann.group("g", &[&bob]).await;
    bob.call(add(&chat, &[&cleo])).await.unwrap();
    let refused = bob.call(remove(&chat, &cleo)).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Forbidden);
    let rename = |title: &str| p::UpdateChat {
        chat: chat.clone(),
        title: Some(title.to_owned()),
        expire_after_s: None,
        client_id: fresh_client_id(),
    };
    assert_eq!(
        bob.call(rename("mine")).await.unwrap_err().code,
        ErrorCode::Forbidden
    );

    let renamed = ann.call(rename("ours")).await.unwrap().chat;
    assert_eq!(renamed.title.as_deref(), Some("ours"));
    let seen = cleo
        .call(p::GetChat { chat: chat.clone() })
        .await
        .unwrap()
        .chat;
    assert_eq!(seen.title.as_deref(), Some("ours"));
    let last = events(&cleo.pull_all(&chat, 50).await).pop().unwrap();
    assert_eq!(
        last,
        SystemEvent::Renamed {
            actor: ann.id(),
            title: "ours".to_owned()
        }
    );
    for bad in ["", " ", "a\0b", "line\nbreak", &"x".repeat(129)] {
        let refused = ann.call(rename(bad)).await.unwrap_err();
        let bad_title = matches!(refused.code, ErrorCode::BadRequest | ErrorCode::TooLarge);
        assert!(
            bad_title && refused.field.as_deref() == Some("title"),
            "{bad:?}: {refused:?}"
        );
    }
}

#[tokio::test]
async fn oldest_member_becomes_owner_when_the_last_owner_leaves() {
    let server = Server::start().await;
    let ann = Person::new(&server, "ann").await;
    let bob = Person::new(&server, "bob").await;
    let cleo = Person::new(&server, "cleo").await;
    let chat = ann.group("g", &[&bob]).await;
    ann.call(add(&chat, &[&cleo])).await.unwrap();
    let leave = p::LeaveChat {
        chat: chat.clone(),
        client_id: fresh_client_id(),
    };
    ann.call(leave.clone()).await.unwrap();
    let again = ann.call(leave).await;
    assert!(
        again.is_ok(),
        "the same request again is answered as at first: {again:?}"
    );

    let left = members(&bob, &chat).await;
    let roles: Vec<_> = left
        .iter()
        .map(|member| (member.user.id.clone(), member.role))
        .collect();
    assert!(roles.contains(&(bob.id(), Role::Owner)), "{roles:?}");
    assert!(roles.contains(&(cleo.id(), Role::Member)), "{roles:?}");
    assert_same_as_absent(&ann, &chat, &("timeline.pull", json!({ "limit": 1 }))).await;
    let last = events(&cleo.pull_all(&chat, 50).await).pop().unwrap();
    assert_eq!(last, SystemEvent::Left { actor: ann.id() });
}

#[tokio::test]
async fn member_who_comes_back_does_not_read_what_was_said_meanwhile() {
    let server = Server::start().await;
    let ann = Person::new(&server, "ann").await;
    let bob = Person::new(&server, "bob").await;
    let chat = ann.group("g", &[&bob]).await;
    ann.say(&chat, "first").await;
    ann.call(remove(&chat, &bob)).await.unwrap();
    ann.say(&chat, "without bob").await;
    ann.call(add(&chat, &[&bob])).await.unwrap();
    let welcome = ann.say(&chat, "welcome back").await;
    assert!(!bob.texts(&chat).await.contains(&"without bob".to_owned()));
    assert_eq!(bob.unread(&chat).await, 1);
    bob.read(&chat, welcome.stamp).await.unwrap();
    assert_eq!(bob.unread(&chat).await, 0);
}

#[tokio::test]
async fn sends_of_a_removed_member_end_where_the_removal_stands() {
    let server = Server::start().await;
    let ann = Person::new(&server, "ann").await;
    let bob = Person::speaking(&server, "bob", Format::MessagePack).await;
    let chat = ann.group("g", &[&bob]).await;
    let storm = async {
        let mut sent = Vec::new();
        loop {
            match bob.call(text_message(&chat, "still here")).await {
                Ok(message) => sent.push(message.stamp),
                Err(error) => return (sent, error),
            }
        }
    };
    let removal = async {
        ann.next_message(&chat).await;
        ann.call(remove(&chat, &bob)).await.unwrap();
    };
    let ((sent, refused), ()) = tokio::join!(storm, removal);
    assert_eq!(refused.code, ErrorCode::NotFound);
    let entries = ann.pull_all(&chat, 200).await;
    let removed = entries.iter().find(|entry| {
        matches!(
            &entry.content,
            Some(Content::System(SystemEvent::Removed { .. }))
        )
    });
    let removed = removed.expect("an entry says so").stamp;
    assert!(
        sent.iter().all(|stamp| *stamp < removed),
        "sent after the removal"
    );
    let there = entries
        .iter()
        .filter(|entry| entry.sender == Some(bob.id()))
        .count();
    assert_eq!(there, sent.len());
}
