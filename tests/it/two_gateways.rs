//! Several gateways over one store: everybody hears everybody, and nobody is asked in vain.

use std::time::Duration;

use curlew::{
    model::ChatId,
    protocol::{self as p, Push, ResyncReason},
};

use crate::support::{
    Format, Person, Server,
    people::text_of,
    redis::{Kind, RedisServer},
    redis_cluster::RedisCluster,
};

async fn gateways<const N: usize>(redis: &RedisServer) -> [Server; N] {
    gateways_with(&[format!("store.url={}", redis.url())]).await
}

async fn gateways_with<const N: usize>(settings: &[String]) -> [Server; N] {
    let mut own = vec!["gateway.position_check=2s".to_owned()];
    own.extend_from_slice(settings);
    let mut started = Vec::new();
    for _ in 0..N {
        started.push(Server::with(&own).await);
    }
    started
        .try_into()
        .unwrap_or_else(|_| unreachable!("as many as were started"))
}

#[tokio::test]
async fn people_on_two_gateways_hear_each_other() {
    let redis = RedisServer::start(Kind::Redis);
    hear_each_other(gateways(&redis).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_on_two_gateways_over_a_cluster_hear_each_other() {
    let cluster = RedisCluster::start();
    let settings = format!("store.url={}", cluster.url());
    hear_each_other(gateways_with(&[settings]).await).await;
}

async fn hear_each_other([east, west]: [Server; 2]) {
    let ann = Person::new(&east, "ann").await;
    let bob = Person::speaking(&west, "bob", Format::MessagePack).await;
    let laptop = ann.device(&west, Format::Json).await;
    let chat = ann.direct(&bob).await;
    for round in 0..20 {
        let said = format!("from the east {round}");
        let sent = ann.say(&chat, &said).await;
        let heard = bob.next_message(&chat).await;
        assert_eq!(
            (text_of(&heard), heard.stamp),
            (Some(said.as_str()), sent.stamp)
        );
        assert_eq!(laptop.next_message(&chat).await.stamp, sent.stamp);
        let answer = bob.say(&chat, "from the west").await;
        assert_eq!(ann.next_message(&chat).await.stamp, answer.stamp);
        assert_eq!(laptop.next_message(&chat).await.stamp, answer.stamp);
        assert_eq!(answer.prev, sent.stamp);
    }
    let newest = bob.pull_all(&chat, 200).await.pop().unwrap().stamp;
    bob.read(&chat, newest).await.unwrap();
    let read = ann.push_where(|push| match push {
        Push::Read { user, stamp, .. } => Some((user, stamp)),
        _ => None,
    });
    assert_eq!(read.await, (bob.id(), newest));
}

#[tokio::test]
async fn log_out_on_one_gateway_closes_the_sockets_on_the_other_within_a_second() {
    let redis = RedisServer::start(Kind::Redis);
    let [east, west] = gateways(&redis).await;
    let phone = Person::new(&east, "ann").await;
    let laptop = phone.device(&west, Format::MessagePack).await;
    let tab = laptop.again(&east).await;
    phone
        .call(p::EndSession {
            id: laptop.session.clone(),
        })
        .await
        .unwrap();
    for connection in [&laptop, &tab] {
        let closed = connection.closed_within(Duration::from_secs(1)).await;
        assert_eq!(closed.expect("closed within a second").code, Some(4002));
    }
    phone
        .call(p::ListSessions {})
        .await
        .expect("the other session goes on");
}

#[tokio::test]
async fn people_of_a_killed_gateway_go_to_the_other_and_miss_nothing() {
    let redis = RedisServer::start(Kind::Redis);
    let [east, mut west] = gateways(&redis).await;
    let ann = Person::new(&east, "ann").await;
    let bob = Person::speaking(&west, "bob", Format::MessagePack).await;
    let chat = ann.direct(&bob).await;
    let known = ann.say(&chat, "before").await;
    bob.next_message(&chat).await;
    west.kill().await;
    assert_eq!(
        bob.closed().await.code,
        None,
        "a killed process says nothing"
    );
    ann.say(&chat, "meanwhile").await;

    let bob = bob.again(&east).await;
    let sent = ann.say(&chat, "after").await;
    assert_ne!(
        bob.next_message(&chat).await.prev,
        known.stamp,
        "the gap shows"
    );
    assert_eq!(bob.texts(&chat).await, ["before", "meanwhile", "after"]);
    let answer = bob.say(&chat, "here again").await;
    assert_eq!(ann.next_message(&chat).await.stamp, answer.stamp);
    assert_eq!(answer.prev, sent.stamp);
}

#[tokio::test]
async fn frozen_gateway_heals_its_people_when_it_goes_on() {
    let redis = RedisServer::start(Kind::Redis);
    let [east, west] = gateways(&redis).await;
    let ann = Person::new(&east, "ann").await;
    let bob = Person::speaking(&west, "bob", Format::MessagePack).await;
    let chat = ann.direct(&bob).await;
    ann.say(&chat, "before").await;
    bob.next_message(&chat).await;
    west.freeze().await;
    for n in 0..10 {
        ann.say(&chat, &n.to_string()).await;
    }
    let last = ann.say(&chat, "last").await;
    west.thaw().await;
    // By the hints that waited, or by the position check: bob hears that there is more.
    bob.push_where(|push| match push {
        Push::Entry { entry, .. } if entry.stamp == last.stamp => Some(()),
        Push::Resync { .. } => Some(()),
        _ => None,
    })
    .await;
    assert_eq!(bob.texts(&chat).await.len(), 12);
}

#[tokio::test]
async fn gateway_without_members_of_a_chat_receives_no_hint_for_it() {
    let redis = RedisServer::start(Kind::Redis);
    let [east, west, north] = gateways(&redis).await;
    let ann = Person::new(&east, "ann").await;
    let bob = Person::speaking(&west, "bob", Format::MessagePack).await;
    let eve = Person::new(&north, "eve").await;
    let chat = ann.direct(&bob).await;
    for n in 0..50 {
        ann.say(&chat, &n.to_string()).await;
        bob.next_message(&chat).await;
    }
    assert!(
        entry_hints(&west).await >= 50,
        "hints are counted where they go"
    );
    assert_eq!(entry_hints(&north).await, 0);

    let both = eve.direct(&bob).await;
    bob.say(&both, "now there is one for the north").await;
    eve.next_message(&both).await;
    assert!(entry_hints(&north).await >= 1);
}

async fn entry_hints(server: &Server) -> u64 {
    server
        .metric("curlew_hints_received_total", r#"kind="entry""#)
        .await
}

#[tokio::test]
async fn same_client_id_on_two_gateways_at_once_gets_one_stamp() {
    let redis = RedisServer::start(Kind::Redis);
    let [east, west] = gateways(&redis).await;
    let ann = Person::new(&east, "ann").await;
    let other = ann.device(&west, Format::MessagePack).await;
    let bob = Person::new(&west, "bob").await;
    let chat = ann.direct(&bob).await;
    for n in 0..50 {
        let message = crate::support::people::text_message(&chat, &n.to_string());
        let (one, two) = tokio::join!(ann.call(message.clone()), other.call(message));
        let (one, two) = (one.unwrap(), two.unwrap());
        assert_eq!((one.stamp, one.ordinal), (two.stamp, two.ordinal));
        assert_ne!(one.duplicate, two.duplicate);
    }
    assert_eq!(bob.texts(&chat).await.len(), 50);
}

#[tokio::test]
async fn chat_made_from_both_sides_on_two_gateways_at_once_is_one() {
    let redis = RedisServer::start(Kind::Redis);
    let [east, west] = gateways(&redis).await;
    let ann = Person::new(&east, "ann").await;
    for round in 0..10 {
        let bob = Person::speaking(&west, &format!("bob-{round}"), Format::MessagePack).await;
        let (one, other) = tokio::join!(ann.direct(&bob), bob.direct(&ann));
        assert_eq!(one, other);
        let sent = ann.say(&one, "hi").await;
        assert_eq!(bob.next_message(&one).await.stamp, sent.stamp);
    }
}

#[tokio::test]
async fn what_no_hint_has_told_is_noticed_by_comparing_positions() {
    let redis = RedisServer::start(Kind::Redis);
    let elsewhere = RedisServer::start(Kind::Redis);
    let [east] = gateways(&redis).await;
    // It works on the same data, but what it tells the others goes where nobody listens.
    let mute = Server::with(&[
        format!("store.url={}", redis.url()),
        format!("cluster.url={}", elsewhere.url()),
    ])
    .await;
    let ann = Person::new(&east, "ann").await;
    let bob = Person::new(&mute, "bob").await;
    let laptop = ann.device(&mute, Format::Json).await;
    let chat = ann.direct(&bob).await;
    let told_to_pull = |wanted: Option<ChatId>| {
        ann.push_where(move |push| match push {
            Push::Resync { chat, .. } if chat == wanted => Some(()),
            _ => None,
        })
    };
    let sent = bob.say(&chat, "do you hear me?").await;
    told_to_pull(Some(chat.clone())).await;
    laptop.read(&chat, sent.stamp).await.unwrap();
    told_to_pull(None).await;
}

async fn resync(who: &Person, wanted: ResyncReason) {
    who.push_where(move |push| match push {
        Push::Resync { reason, .. } if reason == wanted => Some(()),
        _ => None,
    })
    .await;
}

#[tokio::test]
async fn hints_and_leases_in_a_store_of_their_own_may_be_lost() {
    let data = RedisServer::start(Kind::Redis);
    // Keeps nothing and forgets what it likes: good enough for hints.
    let forgetful = [("appendonly", "no"), ("maxmemory-policy", "allkeys-lru")];
    let mut hints = RedisServer::start_with(Kind::Redis, &forgetful);
    let settings = [("store", &data), ("cluster", &hints)];
    let settings = settings.map(|(section, server)| format!("{section}.url={}", server.url()));
    let [east, west] = gateways_with(&settings).await;
    let leases = ["KEYS", "gwlease:*"];
    assert_eq!(
        (data.lines(&leases).len(), hints.lines(&leases).len()),
        (0, 2)
    );

    let ann = Person::new(&east, "ann").await;
    let bob = Person::speaking(&west, "bob", Format::MessagePack).await;
    let chat = ann.direct(&bob).await;
    let joined = |push| matches!(push, Push::Change { .. }).then_some(());
    bob.push_where(joined).await;
    let sent = ann.say(&chat, "by a hint").await;
    assert_eq!(bob.next_message(&chat).await.stamp, sent.stamp);

    hints.kill();
    ann.say(&chat, "without").await;
    resync(&bob, ResyncReason::Position).await;
    assert_eq!(bob.texts(&chat).await, ["by a hint", "without"]);

    hints.restart();
    tokio::join!(
        resync(&ann, ResyncReason::LeaseLost),
        resync(&bob, ResyncReason::LeaseLost),
    );
    let sent = ann.say(&chat, "by a hint again").await;
    assert_eq!(bob.next_message(&chat).await.stamp, sent.stamp);
    assert_eq!(hints.lines(&leases).len(), 2);
}
