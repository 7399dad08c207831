//! Receipts: what has arrived, who has read, and who does not tell.

use curlew::{
    model::{ChatId, ReadMark, Stamp, UserId},
    protocol::{self as p, ErrorCode, Push},
};

use crate::support::{
    Format, Person, Server,
    redis::{Kind, RedisServer},
};

fn delivered(chat: &ChatId, stamp: Stamp) -> p::MarkDelivered {
    p::MarkDelivered {
        chat: chat.clone(),
        stamp,
    }
}

async fn mark(who: &Person, chat: &ChatId) -> ReadMark {
    let row = who.call(p::GetChat { chat: chat.clone() }).await.unwrap();
    row.reads.into_iter().next().expect("the other's mark")
}

/// Who has read a message, ordered.
async fn readers(who: &Person, chat: &ChatId, stamp: Stamp) -> Vec<UserId> {
    let list = p::ListReaders {
        chat: chat.clone(),
        stamp,
    };
    let readers = who.call(list).await.unwrap().readers.into_iter();
    let mut users: Vec<UserId> = readers.map(|mark| mark.user).collect();
    users.sort();
    users
}

fn read(push: Push) -> Option<(UserId, Stamp)> {
    match push {
        Push::Read { user, stamp, .. } => Some((user, stamp)),
        _ => None,
    }
}

async fn hide_reads(who: &Person, hide: bool) {
    let update = p::UpdateUser {
        display_name: None,
        hide_reads: Some(hide),
    };
    who.call(update).await.expect("changes the setting");
}

#[tokio::test]
async fn what_has_arrived_is_told_to_the_other_person_of_a_direct_chat_and_never_falls() {
    let redis = RedisServer::start(Kind::Redis);
    let own = [format!("store.url={}", redis.url())];
    let (east, west) = (Server::with(&own).await, Server::with(&own).await);
    let ann = Person::new(&east, "ann").await;
    let bob = Person::speaking(&west, "bob", Format::MessagePack).await;
    let chat = ann.direct(&bob).await;
    let first = ann.say(&chat, "first").await.stamp;
    let second = ann.say(&chat, "second").await.stamp;
    assert_eq!(mark(&ann, &chat).await.delivered, None);
    let marked = bob.call(delivered(&chat, second)).await.unwrap();
    assert_eq!(marked.stamp, second);
    let told = ann.push_where(|push| match push {
        Push::Delivered { chat, user, stamp } => Some((chat, user, stamp)),
        _ => None,
    });
    assert_eq!(told.await, (chat.clone(), bob.id(), second));
    let lower = bob.call(delivered(&chat, first)).await.unwrap();
    assert_eq!(lower.stamp, second);
    let shown = mark(&ann, &chat).await;
    assert_eq!((shown.delivered, shown.stamp), (Some(second), Stamp::ZERO));
    let future = bob.call(delivered(&chat, second.next())).await;
    assert_eq!(future.unwrap_err().field.as_deref(), Some("stamp"));
    let group = ann.group("g", &[&bob]).await;
    let said = ann.say(&group, "x").await.stamp;
    let marked = bob.call(delivered(&group, said)).await.unwrap();
    assert_eq!(marked.stamp, said, "without effect");
    let cleo = Person::new(&east, "cleo").await;
    let foreign = cleo.call(delivered(&chat, first)).await.unwrap_err();
    assert_eq!(foreign.code, ErrorCode::NotFound);
}

#[tokio::test]
async fn members_of_a_small_group_are_told_and_may_ask_who_has_read() {
    let server = Server::with(&["limits.reader_list_members=3".to_owned()]).await;
    for format in Format::ALL {
        let name = |name: &str| format!("{name}-{format:?}").to_lowercase();
        let ann = Person::speaking(&server, &name("ann"), format).await;
        let bob = Person::speaking(&server, &name("bob"), format).await;
        let cleo = Person::speaking(&server, &name("cleo"), format).await;
        let dan = Person::speaking(&server, &name("dan"), format).await;
        let chat = ann.group("g", &[&bob, &cleo]).await;
        let said = ann.say(&chat, "read me").await.stamp;
        bob.read(&chat, said).await.unwrap();
        for other in [&ann, &cleo] {
            assert_eq!(other.push_where(read).await, (bob.id(), said));
        }
        assert_eq!(readers(&ann, &chat, said).await, [bob.id()]);
        ann.read(&chat, said).await.unwrap();
        assert_eq!(readers(&cleo, &chat, said).await, [bob.id()]);
        let list = p::ListReaders {
            chat: chat.clone(),
            stamp: said.next(),
        };
        let nothing = ann.call(list.clone()).await.unwrap_err();
        assert_eq!(nothing.code, ErrorCode::NotFound);
        let outside = dan.call(list.clone()).await.unwrap_err();
        assert_eq!(outside.code, ErrorCode::NotFound);
        let large = ann.group("h", &[&bob, &cleo, &dan]).await;
        let stamp = ann.say(&large, "x").await.stamp;
        let too_large = ann.call(p::ListReaders { chat: large, stamp }).await;
        assert_eq!(too_large.unwrap_err().code, ErrorCode::Forbidden);
    }
}

#[tokio::test]
async fn who_hides_what_they_read_is_not_shown_and_shown_nothing() {
    let server = Server::start().await;
    let ann = Person::new(&server, "ann").await;
    let bob = Person::speaking(&server, "bob", Format::MessagePack).await;
    let cleo = Person::new(&server, "cleo").await;
    let chat = ann.group("g", &[&bob, &cleo]).await;
    let direct = ann.direct(&bob).await;
    hide_reads(&bob, true).await;
    let said = ann.say(&chat, "x").await.stamp;
    let whispered = ann.say(&direct, "x").await.stamp;
    for person in [&bob, &cleo] {
        person.read(&chat, said).await.unwrap();
    }
    bob.read(&direct, whispered).await.unwrap();
    assert_eq!(ann.push_where(read).await, (cleo.id(), said));
    assert_eq!(readers(&ann, &chat, said).await, [cleo.id()]);
    assert_eq!(readers(&bob, &chat, said).await, []);
    assert_eq!(mark(&ann, &direct).await.stamp, Stamp::ZERO);
    let answer = bob.say(&direct, "y").await.stamp;
    ann.read(&direct, answer).await.unwrap();
    assert_eq!(mark(&bob, &direct).await.stamp, Stamp::ZERO);
    hide_reads(&bob, false).await;
    assert_eq!(mark(&bob, &direct).await.stamp, answer);
    assert_eq!(mark(&ann, &direct).await.stamp, whispered);
    let mut both = [bob.id(), cleo.id()];
    both.sort();
    assert_eq!(readers(&bob, &chat, said).await, both);
}
