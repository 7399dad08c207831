//! Direct chats: one for each pair.

use curlew::{
    model::{ChatKind, UserId},
    protocol::{self as p, ErrorCode},
};

use crate::support::{Format, Person, Server, fresh_client_id, people::new_chat};

#[tokio::test]
async fn two_people_who_create_their_chat_at_once_get_the_same_one() {
    let server = Server::start().await;
    let ann = Person::new(&server, "ann").await;
    for round in 0..10 {
        let bob = Person::speaking(&server, &format!("bob-{round}"), Format::MessagePack).await;
        let (one, other) = tokio::join!(ann.direct(&bob), bob.direct(&ann));
        assert_eq!(one, other);
        let entries = ann.pull_all(&one, 50).await;
        assert_eq!(entries, bob.pull_all(&one, 50).await);
        assert!(entries.len() <= 1, "the chat was made twice: {entries:?}");
        let members = p::ListMembers {
            chat: one,
            after: None,
            limit: 10,
        };
        assert_eq!(bob.call(members).await.unwrap().members.len(), 2);
    }
    let list = ann.call(p::ListChats::default()).await.unwrap();
    assert_eq!(list.chats.len(), 10);
}

#[tokio::test]
async fn direct_chat_made_again_is_the_same_and_shows_the_other_person() {
    let server = Server::start().await;
    let ann = Person::new(&server, "ann").await;
    let bob = Person::speaking(&server, "bob", Format::MessagePack).await;
    let first = ann
        .call(new_chat(ChatKind::Direct, &[&bob], None))
        .await
        .unwrap()
        .chat;
    let second = ann
        .call(new_chat(ChatKind::Direct, &[&bob], None))
        .await
        .unwrap()
        .chat;
    assert_eq!(first.id, second.id);
    assert_eq!(first.epoch, second.epoch);
    assert_eq!(first.peer.unwrap(), bob.user);
    let other_side = bob.call(p::GetChat { chat: first.id }).await.unwrap().chat;
    assert_eq!(other_side.peer.unwrap(), ann.user);
    assert_eq!(
        (other_side.kind, other_side.title, other_side.member_count),
        (ChatKind::Direct, None, 2)
    );
}

#[tokio::test]
async fn notes_to_oneself_are_a_direct_chat_of_one() {
    let server = Server::start().await;
    let ann = Person::new(&server, "ann").await;
    let notes = ann.direct(&ann).await;
    ann.say(&notes, "buy milk").await;
    assert_eq!(ann.texts(&notes).await, ["buy milk"]);
    assert_eq!(ann.unread(&notes).await, 0);
}

#[tokio::test]
async fn direct_chat_needs_exactly_one_person_who_exists() {
    let server = Server::start().await;
    let ann = Person::new(&server, "ann").await;
    let bob = Person::new(&server, "bob").await;
    let cleo = Person::new(&server, "cleo").await;
    let with = |members: Vec<UserId>, title: Option<&str>| p::CreateChat {
        kind: ChatKind::Direct,
        members,
        title: title.map(str::to_owned),
        client_id: fresh_client_id(),
    };
    let cases = [
        (with(vec![], None), ErrorCode::BadRequest, Some("members")),
        (
            with(vec![bob.id(), cleo.id()], None),
            ErrorCode::BadRequest,
            Some("members"),
        ),
        (
            with(vec![bob.id()], Some("us")),
            ErrorCode::BadRequest,
            Some("title"),
        ),
        (
            with(vec![UserId::parse("nobody").unwrap()], None),
            ErrorCode::NotFound,
            None,
        ),
        (
            with(vec![UserId::absent()], None),
            ErrorCode::NotFound,
            None,
        ),
    ];
    for (new, code, field) in cases {
        let refused = ann.call(new.clone()).await.unwrap_err();
        assert_eq!(refused.code, code, "{new:?}");
        if field.is_some() {
            assert_eq!(refused.field.as_deref(), field, "{new:?}");
        }
    }
    let channel = p::CreateChat {
        kind: ChatKind::Channel,
        ..with(vec![bob.id()], None)
    };
    assert_eq!(
        ann.call(channel).await.unwrap_err().code,
        ErrorCode::BadRequest
    );
}

#[tokio::test]
async fn nobody_leaves_is_added_to_or_removed_from_a_direct_chat() {
    let server = Server::start().await;
    let ann = Person::new(&server, "ann").await;
    let bob = Person::new(&server, "bob").await;
    let cleo = Person::new(&server, "cleo").await;
    let chat = ann.direct(&bob).await;
    let client_id = fresh_client_id;
    let leave = p::LeaveChat {
        chat: chat.clone(),
        client_id: client_id(),
    };
    assert_eq!(
        ann.call(leave).await.unwrap_err().code,
        ErrorCode::Forbidden
    );
    let add = p::AddMembers {
        chat: chat.clone(),
        users: vec![cleo.id()],
        client_id: client_id(),
    };
    assert_eq!(ann.call(add).await.unwrap_err().code, ErrorCode::Forbidden);
    let remove = p::RemoveMember {
        chat: chat.clone(),
        user: bob.id(),
        client_id: client_id(),
    };
    assert_eq!(
        ann.call(remove).await.unwrap_err().code,
        ErrorCode::Forbidden
    );
    let rename = p::UpdateChat {
        chat,
        title: Some("us".to_owned()),
        expire_after_s: None,
        client_id: client_id(),
    };
    assert_eq!(
        ann.call(rename).await.unwrap_err().code,
        ErrorCode::Forbidden
    );
}
