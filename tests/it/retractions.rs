//! Retractions: what was taken back is gone for everybody, wherever they read it.

use curlew::{
    model::{MessageEvent, Role, Stamp},
    protocol::{self as p, ErrorCode},
};
use serde_json::json;

use crate::support::{Format, Person, Server, amending::retraction, fresh_client_id};

#[tokio::test]
async fn a_retraction_reaches_everybody_and_leaves_nothing_that_was_said() {
    let server = Server::start().await;
    let ann = Person::new(&server, "ann").await;
    let bob = Person::speaking(&server, "bob", Format::MessagePack).await;
    let chat = ann.group("Harbour", &[&bob]).await;
    let sent = ann.say(&chat, "a secret").await;
    ann.edit(&chat, sent.stamp, "a better secret")
        .await
        .unwrap();
    bob.react(&chat, sent.stamp, "👀", true).await.unwrap();
    ann.pin(&chat, sent.stamp, true).await.unwrap();
    assert_eq!(bob.unread(&chat).await, 1);
    let wish = retraction(&chat, sent.stamp);
    let first = ann.call(wish.clone()).await.unwrap();
    assert_eq!(ann.call(wish).await.unwrap(), first);
    let again = ann.retract(&chat, sent.stamp).await.unwrap_err();
    assert_eq!(again.code, ErrorCode::Conflict);
    for person in [&ann, &bob] {
        let (_, change) = loop {
            let told = person.next_copy(&chat).await;
            if told.1.event == MessageEvent::Retracted {
                break told;
            }
        };
        let entry = *change.entry.unwrap();
        assert_eq!((entry.stamp, entry.content.as_ref()), (sent.stamp, None));
        assert!(entry.retracted && entry.reactions.is_empty() && !entry.edited);
        assert_eq!(person.message(&chat, sent.stamp).await, Some(entry.clone()));
        let pulled = person.pull_all(&chat, 50).await;
        assert!(pulled.contains(&entry));
        let row = person
            .call(p::GetChat { chat: chat.clone() })
            .await
            .unwrap();
        assert_eq!(row.chat.pins, [0; 0].map(Stamp::from_micros));
    }
    assert_eq!(bob.unread(&chat).await, 0);
    let (chat, stamp) = (chat.clone(), sent.stamp);
    let history = p::GetHistory {
        chat: chat.clone(),
        stamp,
    };
    assert_eq!(ann.call(history).await.unwrap().revisions, []);
    let reactors = p::ListReactions {
        chat,
        stamp,
        after: None,
        limit: 10,
    };
    assert_eq!(ann.call(reactors).await.unwrap().reactors, []);
}

#[tokio::test]
async fn own_messages_in_time_and_those_of_others_for_owners_and_admins_only() {
    let server = Server::with(&["limits.retract_window=1s"]).await;
    let [ann, bob, cleo, eve] = [
        Person::new(&server, "ann").await,
        Person::speaking(&server, "bob", Format::MessagePack).await,
        Person::new(&server, "cleo").await,
        Person::new(&server, "eve").await,
    ];
    let chat = ann.group("Harbour", &[&bob, &cleo]).await;
    let of_bob = bob.say(&chat, "from bob").await.stamp;
    let of_ann = ann.say(&chat, "from ann").await.stamp;
    let code = async |person: &Person, stamp| {
        let refused = person.retract(&chat, stamp).await;
        refused.unwrap_err().code
    };
    assert_eq!(code(&cleo, of_bob).await, ErrorCode::Forbidden);
    assert_eq!(code(&eve, of_bob).await, ErrorCode::NotFound);
    assert_eq!(code(&ann, of_ann.next()).await, ErrorCode::NotFound);
    let admin = p::SetRole {
        chat: chat.clone(),
        user: cleo.id(),
        role: Role::Admin,
        client_id: fresh_client_id(),
    };
    let by_member = bob.call(admin.clone()).await.unwrap_err();
    assert_eq!(by_member.code, ErrorCode::Forbidden);
    ann.call(admin).await.unwrap();
    cleo.retract(&chat, of_bob).await.unwrap();
    cleo.retract(&chat, of_ann).await.unwrap();
}

#[tokio::test]
async fn bad_input_is_answered_and_changes_nothing() {
    let server = Server::start().await;
    let ann = Person::speaking(&server, "ann", Format::MessagePack).await;
    let bob = Person::new(&server, "bob").await;
    let chat = ann.direct(&bob).await;
    let sent = ann.say(&chat, "stays").await;
    let good = json!({ "chat": chat, "stamp": sent.stamp, "client_id": "x".repeat(16) });
    for (field, bad) in [
        ("chat", json!([])),
        ("stamp", json!(null)),
        ("stamp", json!(9_007_199_254_740_992_u64)),
        ("client_id", json!("a b c d e f g h i")),
    ] {
        let mut params = good.clone();
        params[field] = bad;
        let refused = ann.call_with("message.retract", &params).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::BadRequest, "{params}");
    }
    assert_eq!(bob.texts(&chat).await, ["stays"]);
}
