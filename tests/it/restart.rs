//! What was there before a kill is there after it.

use curlew::{
    model::{LogCursor, Role, Window},
    protocol::{self as p, ByeReason, ErrorCode, Push},
};

use crate::support::{
    Format, Person, Server, fresh_client_id,
    people::{PASSWORD, connect, hello, login, pull_after, text_message},
};

#[tokio::test]
async fn everything_survives_a_kill() {
    let mut server = Server::start().await;
    everything_survives(&mut server).await;
}

/// The story for a server on any store.
pub(crate) async fn everything_survives(server: &mut Server) {
    let ann = Person::new(server, "ann").await;
    let bob = Person::speaking(server, "bob", Format::MessagePack).await;
    let cleo = Person::new(server, "cleo").await;
    let laptop = bob.device(server, Format::Json).await;
    let direct = ann.direct(&bob).await;
    let group = ann.group("g", &[&bob, &cleo]).await;
    let message = text_message(&direct, "first");
    let first = ann.call(message.clone()).await.unwrap();
    for n in 0..150 {
        ann.say(&group, &format!("group {n}")).await;
    }
    ann.say(&direct, "second").await;
    bob.read(&direct, first.stamp).await.unwrap();
    let remove = p::RemoveMember {
        chat: group.clone(),
        user: cleo.id(),
        client_id: fresh_client_id(),
    };
    ann.call(remove).await.unwrap();
    bob.call(p::EndSession {
        id: laptop.session.clone(),
    })
    .await
    .unwrap();
    let entries = bob.pull_all(&group, 200).await;
    let log = bob.call(p::Sync::default()).await.unwrap().log;

    for _ in 0..2 {
        server.restart().await;
        let ann = ann.again(server).await;
        let bob = bob.again(server).await;
        assert_eq!(bob.pull_all(&group, 200).await, entries);
        assert_eq!(bob.texts(&direct).await, ["first", "second"]);
        assert_eq!(bob.unread(&direct).await, 1);
        let row = bob
            .call(p::GetChat {
                chat: direct.clone(),
            })
            .await
            .unwrap();
        assert_eq!(
            (row.read, row.chat.epoch),
            (first.stamp, first.epoch.clone())
        );
        assert_eq!(
            ann.call(p::GetChat {
                chat: group.clone()
            })
            .await
            .unwrap()
            .chat
            .role,
            Role::Owner
        );
        assert_eq!(
            bob.call(p::ListSessions {}).await.unwrap().sessions.len(),
            1
        );
        let cursor = LogCursor {
            after: log.next,
            epoch: log.epoch.clone(),
        };
        let synced = p::Sync {
            log: Some(cursor),
            chats: Vec::new(),
            window: Window::default(),
        };
        assert_eq!(bob.call(synced).await.unwrap().log.reset, None);

        let again = ann.call(message.clone()).await.unwrap();
        assert!(again.duplicate && again.stamp == first.stamp, "{again:?}");
        let stranger = connect(server, Format::Json).await;
        let ended = stranger.call(hello(&laptop.token)).await.unwrap_err();
        assert_eq!(ended.code, ErrorCode::Unauthorized);
        stranger.call(login("cleo", PASSWORD)).await.unwrap();
        let refused = stranger
            .call(pull_after(&group, first.stamp, 1))
            .await
            .unwrap_err();
        assert_eq!(refused.code, ErrorCode::NotFound);
    }
}

#[tokio::test]
async fn pushes_flow_again_after_a_restart() {
    let mut server = Server::start().await;
    let ann = Person::new(&server, "ann").await;
    let bob = Person::speaking(&server, "bob", Format::MessagePack).await;
    let chat = ann.direct(&bob).await;
    let before = ann.say(&chat, "before").await;
    server.restart().await;
    let (ann, bob) = (ann.again(&server).await, bob.again(&server).await);
    let after = ann.say(&chat, "after").await;
    assert_eq!(after.prev, before.stamp, "the chain goes on");
    assert_eq!(bob.next_message(&chat).await.stamp, after.stamp);
}

#[tokio::test]
async fn server_that_is_told_to_stop_says_bye_and_ends_well() {
    let mut server = Server::start().await;
    let ann = Person::new(&server, "ann").await;
    let bob = Person::speaking(&server, "bob", Format::MessagePack).await;
    let chat = ann.direct(&bob).await;
    ann.say(&chat, "last words").await;
    assert!(server.stop().await.success());
    for person in [&ann, &bob] {
        assert_eq!(person.closed().await.code, Some(1001));
        let pushes = person.pushes_so_far().await;
        let bye = |push: &Push| {
            matches!(
                push,
                Push::Bye {
                    reason: ByeReason::Shutdown,
                    reconnect: true,
                    ..
                }
            )
        };
        assert!(pushes.iter().any(bye), "{pushes:?}");
    }
    server.restart().await;
    assert_eq!(ann.again(&server).await.texts(&chat).await, ["last words"]);
}

#[tokio::test]
async fn server_that_was_frozen_goes_on_where_it_was() {
    let server = Server::start().await;
    let ann = Person::new(&server, "ann").await;
    let chat = ann.direct(&ann).await;
    server.freeze().await;
    let send = ann.call(text_message(&chat, "patience"));
    let thaw = server.thaw();
    let (sent, ()) = tokio::join!(send, thaw);
    assert!(!sent.unwrap().duplicate);
    assert_eq!(ann.texts(&chat).await, ["patience"]);
}
