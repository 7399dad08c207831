//! Mentions: counted exactly, found by who was away, for members only.

use curlew::{
    model::{Change, ChatId, Content, Stamp, UserId},
    protocol::{self as p, ErrorCode, Push, WireError},
};

use crate::support::{
    Format, Person, Server,
    people::fresh_client_id,
    redis::{Kind, RedisServer},
};

/// Says something to some, or to all.
async fn speak(who: &Person, chat: &ChatId, to: &[UserId], all: bool) -> Result<Stamp, WireError> {
    let message = p::SendMessage {
        mentions: to.to_vec(),
        mention_all: all,
        ..p::SendMessage::new(chat.clone(), fresh_client_id(), Content::text("look"))
    };
    Ok(who.call(message).await?.stamp)
}

/// Unread mentions: the count of the chat's row, and the list.
async fn unread(who: &Person, chat: &ChatId) -> (u64, Vec<Stamp>) {
    let row = who.call(p::GetChat { chat: chat.clone() }).await.unwrap();
    let list = p::ListMentions {
        chat: chat.clone(),
        limit: 50,
    };
    (row.mentions, who.call(list).await.unwrap().stamps)
}

fn mention(push: Push) -> Option<(ChatId, Stamp, UserId)> {
    match push {
        Push::Change { entry, .. } => match entry.change {
            Change::Mention {
                chat,
                stamp,
                sender,
            } => Some((chat, stamp, sender)),
            _ => None,
        },
        _ => None,
    }
}

#[tokio::test]
async fn who_is_mentioned_is_told_and_counts_it_until_it_is_read() {
    let server = Server::start().await;
    for format in Format::ALL {
        let name = |name: &str| format!("{name}-{format:?}").to_lowercase();
        let ann = Person::speaking(&server, &name("ann"), format).await;
        let bob = Person::speaking(&server, &name("bob"), format).await;
        let cleo = Person::speaking(&server, &name("cleo"), format).await;
        let chat = ann.group("g", &[&bob, &cleo]).await;
        let one = speak(&bob, &chat, &[cleo.id(), bob.id()], false)
            .await
            .unwrap();
        assert_eq!(
            cleo.push_where(mention).await,
            (chat.clone(), one, bob.id())
        );
        let all = speak(&ann, &chat, &[], true).await.unwrap();
        assert_eq!(
            cleo.push_where(mention).await,
            (chat.clone(), all, ann.id())
        );
        assert_eq!(unread(&cleo, &chat).await, (2, vec![one, all]));
        assert_eq!(unread(&bob, &chat).await, (1, vec![all]));
        assert_eq!(unread(&ann, &chat).await, (0, vec![]));
        cleo.read(&chat, one).await.unwrap();
        assert_eq!(unread(&cleo, &chat).await, (1, vec![all]));
        let entries = cleo.pull_all(&chat, 50).await;
        let shown = entries.iter().rev().take(2);
        let shown: Vec<_> = shown.map(|e| (e.mention_all, e.mentions.len())).collect();
        assert_eq!(shown, [(true, 0), (false, 2)]);
    }
}

#[tokio::test]
async fn who_was_away_finds_the_mention_without_reading_the_chat() {
    let redis = RedisServer::start(Kind::Redis);
    let own = [format!("store.url={}", redis.url())];
    let (east, mut west) = (Server::with(&own).await, Server::with(&own).await);
    let ann = Person::new(&east, "ann").await;
    let bob = Person::speaking(&west, "bob", Format::MessagePack).await;
    let chat = ann.group("g", &[&bob]).await;
    let log = p::PullLog {
        after: None,
        epoch: None,
        limit: 50,
    };
    let seen = bob.call(log.clone()).await.unwrap();
    west.kill().await;
    for number in 0..60 {
        ann.say(&chat, &number.to_string()).await;
    }
    let stamp = speak(&ann, &chat, &[bob.id()], false).await.unwrap();
    for number in 0..60 {
        ann.say(&chat, &number.to_string()).await;
    }
    let back = bob.again(&east).await;
    let page = back
        .call(p::PullLog {
            after: Some(seen.next),
            epoch: Some(seen.epoch),
            ..log
        })
        .await
        .unwrap();
    let found = page.entries.iter().any(|entry| {
        matches!(&entry.change, Change::Mention { stamp: at, sender, .. }
            if *at == stamp && *sender == ann.id())
    });
    assert!(found, "{:?}", page.entries);
    let around = p::PullTimeline {
        around: Some(stamp),
        ..crate::support::people::pull_newest(&chat, 1)
    };
    let entry = back.call(around).await.unwrap().entries.remove(0);
    assert_eq!((entry.stamp, entry.mentions), (stamp, vec![back.id()]));
}

#[tokio::test]
async fn only_members_are_mentioned_and_only_owners_and_admins_mention_all() {
    let server = Server::start().await;
    let ann = Person::new(&server, "ann").await;
    let bob = Person::speaking(&server, "bob", Format::MessagePack).await;
    let out = Person::new(&server, "out").await;
    let chat = ann.group("g", &[&bob]).await;
    let refused = |answer: Result<Stamp, WireError>| {
        let error = answer.expect_err("refused");
        (error.code, error.field)
    };
    let mentions = (ErrorCode::BadRequest, Some("mentions".to_owned()));
    let stranger = speak(&bob, &chat, &[out.id()], false).await;
    assert_eq!(refused(stranger), mentions);
    let both = speak(&ann, &chat, &[bob.id()], true).await;
    assert_eq!(refused(both), mentions);
    let many = speak(&ann, &chat, &vec![bob.id(); 51], false).await;
    assert_eq!(
        refused(many),
        (ErrorCode::TooLarge, Some("mentions".to_owned()))
    );
    let member = speak(&bob, &chat, &[], true).await;
    assert_eq!(refused(member).0, ErrorCode::Forbidden);
    let direct = ann.direct(&bob).await;
    assert_eq!(
        refused(speak(&ann, &direct, &[], true).await).0,
        ErrorCode::Forbidden
    );
    let outsider = out.call(p::ListMentions {
        chat: chat.clone(),
        limit: 1,
    });
    assert_eq!(outsider.await.unwrap_err().code, ErrorCode::NotFound);
    let nothing = bob.call(p::ListMentions { chat, limit: 0 });
    assert_eq!(nothing.await.unwrap_err().field.as_deref(), Some("limit"));
}
