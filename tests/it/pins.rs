//! Pins, roles and settings: what a chat is, for all its members.

use curlew::{
    model::{Change, Content, Role, SystemEvent},
    protocol::{self as p, ErrorCode, Push},
};
use serde_json::json;

use crate::support::{Format, Person, Server, fresh_client_id};

#[tokio::test]
async fn a_pin_is_told_to_all_members_and_stands_in_the_chat() {
    let server = Server::start().await;
    let ann = Person::new(&server, "ann").await;
    let bob = Person::speaking(&server, "bob", Format::MessagePack).await;
    let chat = ann.direct(&bob).await;
    let stamp = ann.say(&chat, "the address").await.stamp;
    assert_eq!(bob.pin(&chat, stamp, true).await.unwrap(), [stamp]);
    for person in [&ann, &bob] {
        let changed = person.push_where(|push| match push {
            Push::Change { entry, .. } => match entry.change {
                Change::Chat { chat } => Some(chat),
                _ => None,
            },
            _ => None,
        });
        assert_eq!(changed.await, chat);
        let row = person.call(p::GetChat { chat: chat.clone() }).await;
        assert_eq!(row.unwrap().chat.pins, [stamp]);
    }
    let told = ann.pull_all(&chat, 50).await.pop().unwrap();
    let event = SystemEvent::Pinned {
        actor: bob.id(),
        stamp,
    };
    assert_eq!(told.content, Some(Content::System(event)));
    assert_eq!(ann.pin(&chat, stamp, false).await.unwrap(), []);
}

#[tokio::test]
async fn who_comes_later_sees_no_pins_from_before_their_time() {
    let server = Server::start().await;
    let ann = Person::new(&server, "ann").await;
    let bob = Person::speaking(&server, "bob", Format::MessagePack).await;
    let chat = ann.group("Harbour", &[]).await;
    let old = ann.say(&chat, "before bob").await.stamp;
    ann.pin(&chat, old, true).await.unwrap();
    let add = p::AddMembers {
        chat: chat.clone(),
        users: vec![bob.id()],
        client_id: fresh_client_id(),
    };
    ann.call(add).await.unwrap();
    let new = ann.say(&chat, "with bob").await.stamp;
    ann.pin(&chat, new, true).await.unwrap();
    let row = bob.call(p::GetChat { chat: chat.clone() }).await.unwrap();
    assert_eq!(row.chat.pins, [new]);
    let row = ann.call(p::GetChat { chat: chat.clone() }).await.unwrap();
    assert_eq!(row.chat.pins, [new, old]);
    assert_eq!(bob.message(&chat, old).await, None);
    ann.edit(&chat, old, "still before bob").await.unwrap();
    let (_, change) = bob.next_copy(&chat).await;
    assert_eq!((change.stamp, change.entry), (old, None));
}

#[tokio::test]
async fn admins_may_do_what_owners_may_except_for_roles() {
    let server = Server::start().await;
    let ann = Person::new(&server, "ann").await;
    let bob = Person::speaking(&server, "bob", Format::MessagePack).await;
    let cleo = Person::new(&server, "cleo").await;
    let chat = ann.group("Harbour", &[&bob, &cleo]).await;
    let role = |of: &Person, role| p::SetRole {
        chat: chat.clone(),
        user: of.id(),
        role,
        client_id: fresh_client_id(),
    };
    let title = || p::UpdateChat {
        chat: chat.clone(),
        title: Some("Pier".to_owned()),
        expire_after_s: None,
        client_id: fresh_client_id(),
    };
    let stamp = ann.say(&chat, "words").await.stamp;
    let member = bob.call(title()).await.unwrap_err();
    assert_eq!(member.code, ErrorCode::Forbidden);
    let member = bob.pin(&chat, stamp, true).await.unwrap_err();
    assert_eq!(member.code, ErrorCode::Forbidden);
    ann.call(role(&bob, Role::Admin)).await.unwrap();
    assert_eq!(bob.call(title()).await.unwrap().chat.title.unwrap(), "Pier");
    assert_eq!(bob.pin(&chat, stamp, true).await.unwrap(), [stamp]);
    for wish in [role(&cleo, Role::Admin), role(&bob, Role::Owner)] {
        let refused = bob.call(wish).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::Forbidden);
    }
    let alone = ann.call(role(&ann, Role::Member)).await.unwrap_err();
    assert_eq!(alone.code, ErrorCode::Forbidden);
    let nobody = p::SetRole {
        user: curlew::model::UserId::parse("nobody").unwrap(),
        ..role(&bob, Role::Owner)
    };
    assert_eq!(
        ann.call(nobody).await.unwrap_err().code,
        ErrorCode::NotFound
    );
}

#[tokio::test]
async fn pins_roles_and_settings_that_make_no_sense_are_refused() {
    let server = Server::start().await;
    let ann = Person::new(&server, "ann").await;
    let bob = Person::speaking(&server, "bob", Format::MessagePack).await;
    let chat = ann.group("Harbour", &[&bob]).await;
    let stamp = ann.say(&chat, "words").await.stamp;
    let id = "x".repeat(16);
    for (method, params) in [
        (
            "message.pin",
            json!({ "chat": chat, "stamp": stamp, "client_id": id }),
        ),
        (
            "message.pin",
            json!({ "chat": chat, "stamp": stamp, "client_id": id, "pinned": 1 }),
        ),
        (
            "chat.role",
            json!({ "chat": chat, "user": bob.id(), "client_id": id, "role": "king" }),
        ),
        ("chat.update", json!({ "chat": chat, "client_id": id })),
        ("message.get", json!({ "chat": chat, "stamps": [] })),
        ("message.get", json!({ "chat": chat, "stamps": "all" })),
        ("message.history", json!({ "chat": chat })),
    ] {
        let refused = ann.call_with(method, &params).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::BadRequest, "{method} {params}");
    }
    let many: Vec<u32> = (1..=101).collect();
    let many = json!({ "chat": chat, "stamps": many });
    let refused = ann.call_with("message.get", &many).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::TooLarge);
}
