//! Gateways that find and tell each other over a real server.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use curlew::{
    clock::{SystemClock, SystemRandomness},
    cluster::{Cluster, ClusterOptions, Delivery, Hint, HintKind},
    model::{ChatId, Incarnation, Level, Stamp, UserId},
    store::{
        Engine,
        engine::{Read, Write},
        keys,
        kv::{KvEngine, KvOptions},
    },
};
use tokio::{sync::mpsc::Receiver, time::timeout};

use crate::support::redis::{Kind, RedisServer};

const PATIENCE: Duration = Duration::from_secs(20);
const PREFIX: &str = "test:";

/// One gateway, as far as it concerns the others.
struct Gateway {
    cluster: Arc<Cluster>,
    deliveries: Receiver<Delivery>,
}

impl Gateway {
    async fn start(server: &RedisServer, engine: &Arc<dyn Engine>) -> Self {
        let options = ClusterOptions {
            url: Some(server.url()),
            leases: None,
            prefix: PREFIX.into(),
            lease: Duration::from_secs(2),
            connect_timeout: Duration::from_secs(5),
        };
        Self::with(options, engine).await
    }

    async fn with(options: ClusterOptions, engine: &Arc<dyn Engine>) -> Self {
        let random = Arc::new(SystemRandomness::new());
        let (cluster, deliveries) = Cluster::start(options, Arc::clone(engine), random)
            .await
            .unwrap();
        Self {
            cluster,
            deliveries,
        }
    }

    fn name(&self) -> Incarnation {
        self.cluster.incarnation()
    }

    async fn next(&mut self) -> Delivery {
        timeout(PATIENCE, self.deliveries.recv())
            .await
            .unwrap()
            .unwrap()
    }

    /// The stamp of the next hint.
    async fn hint(&mut self) -> u64 {
        match self.next().await {
            Delivery::Hint(hint) => stamp(&hint),
            other => panic!("expected a hint, got {other:?}"),
        }
    }
}

async fn engine(server: &RedisServer) -> Arc<dyn Engine> {
    let options = KvOptions {
        url: server.url(),
        prefix: PREFIX.into(),
        level: Level::Stored,
        allow_unsafe: false,
        only_hints: false,
        connect_timeout: Duration::from_secs(5),
    };
    Arc::new(
        KvEngine::connect(options, Arc::new(SystemClock))
            .await
            .unwrap(),
    )
}

fn chat() -> ChatId {
    ChatId::parse("chat").unwrap()
}

fn hint(number: u64) -> Hint {
    let user = UserId::parse("user").unwrap();
    Hint::Read {
        chat: chat(),
        to: vec![user.clone()],
        user,
        stamp: Stamp::from_micros(number),
    }
}

fn stamp(hint: &Hint) -> u64 {
    match hint {
        Hint::Read { stamp, .. } => stamp.get(),
        other => panic!("nobody sent {other:?}"),
    }
}

/// Enters gateways into the set of those interested in the chat.
async fn register(engine: &Arc<dyn Engine>, gateways: &[&Incarnation]) -> String {
    let key = keys::chat_gateways(&chat());
    let writes = gateways.iter().map(|gateway| Write::AddMember {
        key: key.clone(),
        member: Bytes::from(gateway.to_string()),
    });
    engine.write(writes.collect()).await.unwrap();
    key
}

async fn registered(engine: &Arc<dyn Engine>) -> Vec<Incarnation> {
    let reads = vec![Read::Members {
        key: keys::chat_gateways(&chat()),
    }];
    let members = engine.read(reads).await.unwrap().remove(0).members();
    let name = |member: &Bytes| Incarnation::parse(std::str::from_utf8(member).unwrap()).unwrap();
    members.iter().map(name).collect()
}

/// Tells everybody in the set again and again, until only `expected` is left in it.
async fn tell_until_left(from: &Gateway, engine: &Arc<dyn Engine>, expected: &[Incarnation]) {
    let left = async {
        loop {
            let found = registered(engine).await;
            if found == expected {
                return;
            }
            from.cluster
                .tell(hint(1), &keys::chat_gateways(&chat()), &found);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(PATIENCE, left).await.unwrap();
}

#[tokio::test]
async fn gateways_tell_each_other_and_nobody_else() {
    let server = RedisServer::start(Kind::Redis);
    let engine = engine(&server).await;
    let mut one = Gateway::start(&server, &engine).await;
    let mut two = Gateway::start(&server, &engine).await;
    let mut three = Gateway::start(&server, &engine).await;
    for number in 1..=100 {
        one.cluster
            .tell(hint(number), "key", &[one.name(), two.name()]);
        assert_eq!(one.hint().await, number);
        assert_eq!(two.hint().await, number);
    }
    two.cluster.tell(hint(200), "key", &[three.name()]);
    assert_eq!(three.hint().await, 200);
    let counts = |gateway: &Gateway| {
        let counts = gateway.cluster.counts();
        (counts.sent(HintKind::Read), counts.received(HintKind::Read))
    };
    assert_eq!(
        [counts(&one), counts(&two), counts(&three)],
        [(100, 0), (1, 100), (0, 1)]
    );
    let unknown = Incarnation::parse("unknown").unwrap();
    let asked = [one.name(), unknown, three.name()];
    assert_eq!(
        one.cluster.alive(&asked).await.unwrap(),
        [one.name(), three.name()]
    );
}

#[tokio::test]
async fn rows_of_a_killed_gateway_vanish_and_those_of_the_living_stay() {
    let server = RedisServer::start(Kind::Redis);
    let engine = engine(&server).await;
    let one = Gateway::start(&server, &engine).await;
    let two = Gateway::start(&server, &engine).await;
    // Lives, but does not listen at the moment.
    let deaf = Incarnation::parse("deaf").unwrap();
    let lease = keys::lease(&deaf);
    engine
        .write(vec![Write::Set {
            key: lease.clone(),
            value: Bytes::new(),
            life: None,
        }])
        .await
        .unwrap();
    register(&engine, &[&one.name(), &two.name(), &deaf]).await;
    let key = keys::chat_gateways(&chat());
    one.cluster.tell(hint(1), &key, &registered(&engine).await);
    let killed = two.name();
    drop(two);
    let gone = async {
        while registered(&engine).await.contains(&killed) {
            one.cluster.tell(hint(1), &key, &registered(&engine).await);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(PATIENCE, gone).await.unwrap();
    let left = registered(&engine).await;
    assert!(
        left.len() == 2 && left.contains(&deaf) && left.contains(&one.name()),
        "{left:?}"
    );
    engine
        .write(vec![Write::Delete { key: lease }])
        .await
        .unwrap();
    tell_until_left(&one, &engine, &[one.name()]).await;
}

#[tokio::test]
async fn a_gateway_that_leaves_is_gone_at_once() {
    let server = RedisServer::start(Kind::Redis);
    let engine = engine(&server).await;
    let one = Gateway::start(&server, &engine).await;
    let two = Gateway::start(&server, &engine).await;
    two.cluster.leave().await.unwrap();
    assert_eq!(
        one.cluster.alive(&[one.name(), two.name()]).await.unwrap(),
        [one.name()]
    );
}

#[tokio::test]
async fn where_nobody_else_can_be_rows_of_earlier_starts_vanish() {
    let server = RedisServer::start(Kind::Redis);
    let engine = engine(&server).await;
    let mut only = Gateway::with(ClusterOptions::default(), &engine).await;
    let earlier = Incarnation::parse("earlier").unwrap();
    let key = register(&engine, &[&only.name(), &earlier]).await;
    only.cluster
        .tell(hint(5), &key, &[only.name(), earlier.clone()]);
    assert_eq!(only.hint().await, 5);
    tell_until_left(&only, &engine, &[only.name()]).await;
    assert_eq!(
        only.cluster.alive(&[earlier, only.name()]).await.unwrap(),
        [only.name()]
    );
}

#[tokio::test]
async fn a_cut_subscription_is_reported_and_mended() {
    let server = RedisServer::start(Kind::Redis);
    let engine = engine(&server).await;
    let one = Gateway::start(&server, &engine).await;
    let mut two = Gateway::start(&server, &engine).await;
    for turn in 1..=3 {
        let killed = server.command(&["CLIENT", "KILL", "TYPE", "pubsub"]);
        assert_eq!(killed, ":2", "both gateways listen");
        assert!(matches!(two.next().await, Delivery::Lost));
        one.cluster.tell(hint(turn), "key", &[two.name()]);
        assert_eq!(two.hint().await, turn, "after the report it listens again");
        let listening = async {
            while server.command(&["PUBSUB", "CHANNELS"]) != "*2" {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        timeout(PATIENCE, listening).await.unwrap();
    }
}

#[tokio::test]
async fn a_lost_lease_makes_a_new_incarnation() {
    let server = RedisServer::start(Kind::Redis);
    let engine = engine(&server).await;
    let one = Gateway::start(&server, &engine).await;
    let mut two = Gateway::start(&server, &engine).await;
    let old = two.name();
    engine
        .write(vec![Write::Delete {
            key: keys::lease(&old),
        }])
        .await
        .unwrap();
    assert!(matches!(two.next().await, Delivery::NewIncarnation));
    let new = two.name();
    assert_ne!(old, new);
    assert_eq!(
        one.cluster
            .alive(&[old.clone(), new.clone()])
            .await
            .unwrap(),
        std::slice::from_ref(&new)
    );
    one.cluster.tell(hint(1), "key", std::slice::from_ref(&old));
    one.cluster.tell(hint(2), "key", std::slice::from_ref(&new));
    assert_eq!(two.hint().await, 2, "nobody listens as the old one");
    register(&engine, &[&old, &new]).await;
    tell_until_left(&one, &engine, &[new]).await;
}

#[tokio::test]
async fn a_store_that_was_away_for_longer_than_the_lease_makes_a_new_incarnation() {
    let mut server = RedisServer::start(Kind::Redis);
    let engine = engine(&server).await;
    let mut one = Gateway::start(&server, &engine).await;
    let old = one.name();
    server.kill();
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    server.restart();
    while !matches!(one.next().await, Delivery::NewIncarnation) {}
    assert_ne!(one.name(), old);
    assert_eq!(
        one.cluster.alive(&[old, one.name()]).await.unwrap(),
        [one.name()]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_burst_is_delivered_in_order_or_reported_lost() {
    const BURST: u64 = 20_000;
    for kind in [Kind::Redis, Kind::Valkey] {
        let server = RedisServer::start(kind);
        let engine = engine(&server).await;
        let one = Gateway::start(&server, &engine).await;
        let mut two = Gateway::start(&server, &engine).await;
        for number in 1..=BURST {
            one.cluster.tell(hint(number), "key", &[two.name()]);
        }
        assert_eq!(one.cluster.counts().dropped(), 0);
        let (mut delivered, mut newest, mut lost) = (0, 0, false);
        while newest < BURST && !(lost && delivered > 0) {
            match two.next().await {
                Delivery::Hint(hint) => {
                    let number = stamp(&hint);
                    assert!(number > newest, "{number} after {newest}");
                    (delivered, newest) = (delivered + 1, number);
                }
                Delivery::Lost => lost = true,
                Delivery::NewIncarnation => panic!("the lease was not lost"),
            }
        }
        println!("{kind:?}: {delivered} of {BURST} delivered, lost reported: {lost}");
        assert!(
            lost || delivered == BURST,
            "{delivered} delivered and nothing reported"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gateway_that_does_not_keep_up_is_told_that_it_lost_hints() {
    let server = RedisServer::start(Kind::Redis);
    let engine = engine(&server).await;
    let one = Gateway::start(&server, &engine).await;
    let mut two = Gateway::start(&server, &engine).await;
    for number in 1..=40_000 {
        one.cluster.tell(hint(number), "key", &[two.name()]);
    }
    let more_than_fit = async {
        while two.cluster.counts().received(HintKind::Read) < 17_000 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(PATIENCE, more_than_fit).await.unwrap();
    while !matches!(two.next().await, Delivery::Lost) {}
}
