//! The store behind the Redis protocol, on real servers.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use curlew::{
    clock::{Clock, SystemClock},
    model::{ChatId, EntryId, Epoch, Level},
    store::{
        Engine, StoreError, conformance,
        engine::{Read, Swap, Swapped, Write},
        keys::{self, TimelineId},
        kv::{KvEngine, KvOptions},
        record::{AppendOutcome, AppendStep, Head, Placed},
    },
};
use tokio::time::{Instant, timeout};

use crate::support::redis::{Kind, RedisServer, SAFE, free_port};

/// Longest time a call may take when the store does not answer.
const CALL: Duration = Duration::from_secs(5);

fn options(server: &RedisServer) -> KvOptions {
    KvOptions {
        url: server.url(),
        prefix: "test:".into(),
        level: Level::Stored,
        allow_unsafe: false,
        only_hints: false,
        connect_timeout: Duration::from_secs(10),
    }
}

async fn connect(options: KvOptions) -> Result<KvEngine, StoreError> {
    KvEngine::connect(options, Arc::new(SystemClock)).await
}

async fn open(server: &RedisServer) -> KvEngine {
    connect(options(server)).await.unwrap()
}

async fn refusal(options: KvOptions) -> String {
    match connect(options).await {
        Err(StoreError::Unsafe(text)) => text,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

pub(crate) fn get(key: &str) -> Vec<Read> {
    vec![Read::Get { key: key.into() }]
}

pub(crate) fn set(key: &str, value: impl Into<Bytes>) -> Vec<Write> {
    vec![Write::Set {
        key: key.into(),
        value: value.into(),
        life: None,
    }]
}

pub(crate) async fn value(engine: &KvEngine, key: &str) -> Option<Bytes> {
    engine.read(get(key)).await.unwrap().remove(0).value()
}

/// A chat with a head, and steps that append to it.
pub(crate) async fn chat(engine: &KvEngine, name: &str) -> ChatId {
    let chat = ChatId::parse(name).unwrap();
    let head = Head::new(Epoch::parse("epoch").unwrap());
    engine
        .write(set(&keys::chat_head(&chat), head.encode()))
        .await
        .unwrap();
    chat
}

pub(crate) fn step(chat: &ChatId, number: usize) -> AppendStep {
    AppendStep {
        timeline: TimelineId::Chat(chat.clone()),
        id: EntryId::parse(&format!("entry{number}")).unwrap(),
        digest: format!("digest{number}"),
        kind: 'm',
        author: None,
        body: Bytes::from_static(b"hello"),
        now_us: SystemClock.now_us(),
        members_version: None,
        marks: Vec::new(),
    }
}

pub(crate) async fn placed(engine: &KvEngine, step: AppendStep) -> Placed {
    match engine.append(step).await.unwrap() {
        AppendOutcome::Placed(placed) => placed,
        other => panic!("not placed: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redis_keeps_the_contract() {
    let server = RedisServer::start(Kind::Redis);
    let store = open(&server).await;
    conformance::engine(&store).await;
    conformance::walk(&store).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn valkey_keeps_the_contract() {
    let server = RedisServer::start(Kind::Valkey);
    let store = open(&server).await;
    conformance::engine(&store).await;
    conformance::walk(&store).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redis_6_2_keeps_the_contract() {
    let server = RedisServer::start(Kind::Redis62);
    conformance::engine(&open(&server).await).await;
}

#[tokio::test]
async fn a_store_that_would_lose_data_is_refused_with_the_remedy() {
    let synced = |server: &RedisServer| KvOptions {
        level: Level::Synced,
        ..options(server)
    };
    let evicting = [SAFE, &[("maxmemory-policy", "allkeys-lru")]].concat();
    let replica = [SAFE, &[("replicaof", "127.0.0.1 1")]].concat();
    let cluster = [SAFE, &[("cluster-enabled", "yes")]].concat();
    let cases: [(&[_], &str); 4] = [
        (&[("appendonly", "no")], "set appendonly yes"),
        (&evicting, "set maxmemory-policy noeviction"),
        (&replica, "address of the primary"),
        (&cluster, "redis-cluster://"),
    ];
    for (settings, remedy) in cases {
        let server = RedisServer::start_with(Kind::Redis, settings);
        let text = refusal(options(&server)).await;
        assert!(text.contains(remedy), "{text}");
    }
    let server = RedisServer::start(Kind::Valkey);
    let text = refusal(synced(&server)).await;
    assert!(text.contains("set appendfsync always"), "{text}");
    server.command(&["CONFIG", "SET", "appendfsync", "always"]);
    assert_eq!(
        connect(synced(&server)).await.unwrap().level(),
        Level::Synced
    );
}

/// The settings of a file in `deploy/redis`, but for its address.
fn shipped(text: &str) -> Vec<(&str, &str)> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let settings = lines.filter_map(|line| line.split_once(' '));
    settings
        .filter(|(name, _)| !["bind", "port", "save"].contains(name))
        .collect()
}

#[tokio::test]
async fn the_shipped_configurations_are_accepted() {
    let alone = shipped(include_str!("../../deploy/redis/redis.conf"));
    for kind in [Kind::Redis62, Kind::Redis, Kind::Valkey] {
        let server = RedisServer::start_with(kind, &alone);
        let durable = KvOptions {
            level: Level::Synced,
            ..options(&server)
        };
        connect(durable).await.unwrap();
    }
    let bus = free_port().to_string();
    let cluster = shipped(include_str!("../../deploy/redis/cluster.conf"));
    let settings = [&alone[..], &cluster, &[("cluster-port", &bus)]].concat();
    RedisServer::start_with(Kind::Redis, &settings);
    let replicated = shipped(include_str!("../../deploy/redis/replicated.conf"));
    RedisServer::start_with(Kind::Redis, &[&alone[..], &replicated].concat());
}

#[tokio::test]
async fn an_unsafe_store_is_accepted_when_asked_for() {
    let server = RedisServer::start_with(Kind::Redis, &[("appendonly", "no")]);
    let engine = connect(KvOptions {
        allow_unsafe: true,
        ..options(&server)
    })
    .await
    .unwrap();
    engine.write(set("a", "1")).await.unwrap();
    assert_eq!(value(&engine, "a").await, Some("1".into()));
    assert_eq!(
        server.command(&["EXISTS", "test:a"]),
        ":1",
        "the prefix stands before every key"
    );
}

#[tokio::test]
async fn a_store_whose_clock_is_off_is_refused() {
    struct Ahead;
    impl Clock for Ahead {
        fn now_us(&self) -> u64 {
            SystemClock.now_us() + 3_000_000
        }
        fn monotonic(&self) -> std::time::Instant {
            SystemClock.monotonic()
        }
    }
    let server = RedisServer::start(Kind::Redis);
    let error = KvEngine::connect(options(&server), Arc::new(Ahead))
        .await
        .unwrap_err();
    assert!(error.to_string().contains("NTP"), "{error}");
}

#[tokio::test]
async fn a_store_that_forbids_config_is_accepted() {
    let settings = [SAFE, &[("rename-command", "CONFIG GONE")]].concat();
    let server = RedisServer::start_with(Kind::Redis, &settings);
    assert!(
        server
            .command(&["CONFIG", "GET", "dir"])
            .starts_with("-ERR unknown")
    );
    connect(KvOptions {
        level: Level::Synced,
        ..options(&server)
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn a_wrong_password_is_told_at_once_and_not_repeated() {
    let settings = [SAFE, &[("requirepass", "right")]].concat();
    let server = RedisServer::start_with(Kind::Redis, &settings);
    let url = |password: &str| format!("redis://:{password}@127.0.0.1:{}", server.port());
    let text = refusal(KvOptions {
        url: url("sesame"),
        ..options(&server)
    })
    .await;
    assert!(
        text.contains("password") && !text.contains("sesame"),
        "{text}"
    );
    connect(KvOptions {
        url: url("right"),
        ..options(&server)
    })
    .await
    .unwrap();
    let shown = format!(
        "{:?}",
        KvOptions {
            url: url("right"),
            ..options(&server)
        }
    );
    assert!(!shown.contains("right"), "{shown}");
}

#[tokio::test]
async fn a_store_that_is_not_there_yet_is_waited_for() {
    let mut server = RedisServer::prepare(Kind::Redis, SAFE);
    let short = KvOptions {
        connect_timeout: Duration::from_millis(300),
        ..options(&server)
    };
    let error = connect(short).await.unwrap_err();
    let StoreError::Unavailable { source, .. } = error else {
        panic!("{error:?}")
    };
    assert!(
        source.to_string().contains(&server.port().to_string()),
        "{source}"
    );
    let waiting = tokio::spawn(connect(options(&server)));
    let starting = tokio::task::spawn_blocking(move || {
        server.restart();
        server
    });
    let _server = starting.await.unwrap();
    waiting.await.unwrap().unwrap();
}

#[tokio::test]
async fn commands_are_counted_as_the_store_sees_them() {
    let server = RedisServer::start(Kind::Redis);
    let engine = open(&server).await;
    let chat = chat(&engine, "chat").await;
    let before = engine.commands();
    placed(&engine, step(&chat, 1)).await;
    assert_eq!(engine.commands() - before, 1, "an append");
    engine
        .read([get("a"), get("b"), get("c")].concat())
        .await
        .unwrap();
    assert_eq!(engine.commands() - before, 4, "three reads");
    engine.read(vec![]).await.unwrap();
    engine.write(vec![]).await.unwrap();
    assert_eq!(engine.commands() - before, 4, "nothing");
}

#[tokio::test]
async fn a_lone_writer_sends_one_command_for_each_append_over_all_segments() {
    let server = RedisServer::start(Kind::Redis);
    let engine = open(&server).await;
    let chat = chat(&engine, "chat").await;
    let before = engine.commands();
    for number in 0..300 {
        placed(&engine, step(&chat, number)).await;
    }
    assert_eq!(engine.commands() - before, 300);
    let other = open(&server).await;
    let before = other.commands();
    placed(&other, step(&chat, 300)).await;
    assert_eq!(other.commands() - before, 2, "one to learn the segment");
}

#[tokio::test]
async fn scripts_the_store_has_forgotten_are_loaded_again() {
    let server = RedisServer::start(Kind::Redis);
    let engine = open(&server).await;
    let chat = chat(&engine, "chat").await;
    server.command(&["SCRIPT", "FLUSH"]);
    placed(&engine, step(&chat, 1)).await;
    server.command(&["SCRIPT", "FLUSH"]);
    let swap = Swap {
        key: "a".into(),
        expected: None,
        new: Some("1".into()),
        life: None,
    };
    assert_eq!(engine.swap(swap).await.unwrap(), Swapped::Yes);
}

#[tokio::test]
async fn a_head_with_an_unfinished_operation_is_left_alone() {
    let server = RedisServer::start(Kind::Redis);
    let engine = open(&server).await;
    let chat = chat(&engine, "chat").await;
    let key = keys::chat_head(&chat);
    let pending = Bytes::from([&value(&engine, &key).await.unwrap()[..], b"pending"].concat());
    engine.write(set(&key, pending.clone())).await.unwrap();
    let answer = engine.append(step(&chat, 1)).await;
    assert!(
        matches!(&answer, Err(StoreError::Corrupt { key: at }) if *at == key),
        "{answer:?}"
    );
    assert_eq!(value(&engine, &key).await, Some(pending));
}

#[tokio::test]
async fn a_step_that_meets_a_key_of_another_type_changes_nothing() {
    let server = RedisServer::start(Kind::Redis);
    let engine = open(&server).await;
    let chat = chat(&engine, "chat").await;
    let head = value(&engine, &keys::chat_head(&chat)).await;
    engine
        .write(set(&keys::segment(&chat, 0), "not rows"))
        .await
        .unwrap();
    let step = step(&chat, 1);
    let answer = engine.append(step.clone()).await;
    assert!(
        matches!(answer, Err(StoreError::Corrupt { .. })),
        "{answer:?}"
    );
    assert_eq!(value(&engine, &keys::chat_head(&chat)).await, head);
    assert_eq!(value(&engine, &keys::entry(&chat, &step.id)).await, None);
    let answer = engine
        .read(vec![Read::Members {
            key: keys::chat_head(&chat),
        }])
        .await;
    assert!(
        matches!(answer, Err(StoreError::Corrupt { .. })),
        "{answer:?}"
    );
}

#[tokio::test]
async fn calls_fail_in_time_while_the_store_is_down_and_work_after_it_is_back() {
    let mut server = RedisServer::start(Kind::Redis);
    let engine = open(&server).await;
    let chat = chat(&engine, "chat").await;
    let first = placed(&engine, step(&chat, 1)).await;
    server.kill();
    let (read, write, append) = tokio::join!(
        timeout(CALL, engine.read(get("a"))),
        timeout(CALL, engine.write(set("a", "1"))),
        timeout(CALL, engine.append(step(&chat, 2))),
    );
    assert!(matches!(
        read.unwrap(),
        Err(StoreError::Unavailable {
            operation: "read",
            ..
        })
    ));
    assert!(matches!(
        write.unwrap(),
        Err(StoreError::Unavailable {
            operation: "write",
            ..
        })
    ));
    assert!(matches!(
        append.unwrap(),
        Err(StoreError::Unavailable {
            operation: "append",
            ..
        })
    ));
    server.restart();
    let again = placed(
        &engine,
        AppendStep {
            now_us: first.stamp.get(),
            ..step(&chat, 1)
        },
    )
    .await;
    assert_eq!(
        (again.stamp, again.duplicate),
        (first.stamp, true),
        "it was kept"
    );
}

#[tokio::test]
async fn calls_fail_in_time_while_the_store_is_halted_and_more_than_may_wait_are_refused() {
    let server = RedisServer::start(Kind::Redis);
    let engine = Arc::new(open(&server).await);
    server.halt();
    let calls: Vec<_> = (0..20_000)
        .map(|_| {
            let engine = Arc::clone(&engine);
            tokio::spawn(async move {
                let began = Instant::now();
                (engine.read(get("a")).await, began.elapsed())
            })
        })
        .collect();
    let (mut lost, mut refused) = (0, 0);
    for call in calls {
        let (answer, took) = call.await.unwrap();
        assert!(took < CALL, "{took:?}");
        match answer {
            Err(StoreError::Unavailable { .. }) => lost += 1,
            Err(StoreError::Overloaded) => refused += 1,
            other => panic!("{other:?}"),
        }
    }
    assert!(
        lost > 10_000 && refused > 1_000,
        "{lost} lost, {refused} refused"
    );
    server.go_on();
    assert_eq!(value(&engine, "a").await, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cut_connections_neither_double_an_append_nor_belie_a_swap() {
    const TURNS: u64 = 2_000;
    let server = RedisServer::start(Kind::Redis);
    let engine = Arc::new(open(&server).await);
    let chat = chat(&engine, "chat").await;
    engine.write(set("count", "0")).await.unwrap();
    let swaps = tokio::spawn({
        let engine = Arc::clone(&engine);
        async move {
            let mut unknown = 0;
            for turn in 0..TURNS {
                unknown += u64::from(!count_up(&engine, turn).await);
            }
            unknown
        }
    });
    let appends = tokio::spawn(async move {
        for number in 0..2_000 {
            assert_eq!(
                placed(&engine, step(&chat, number)).await.ordinal,
                number as u64 + 1
            );
        }
    });
    let mut cuts = 0_u64;
    while !(swaps.is_finished() && appends.is_finished()) {
        server.command(&["CLIENT", "KILL", "TYPE", "normal"]);
        cuts += 1;
        tokio::time::sleep(Duration::from_millis(60)).await;
    }
    appends.await.unwrap();
    let unknown = swaps.await.unwrap();
    assert!(cuts > 5, "{cuts} cuts");
    println!("{cuts} cuts, {unknown} swaps of unknown outcome");
    assert_eq!(
        value(&open(&server).await, "count").await,
        Some(TURNS.to_string().into())
    );
}

/// Counts from `turn` to the next number, alone; true when the store answered the first try.
async fn count_up(engine: &KvEngine, turn: u64) -> bool {
    let [expected, new] = [turn, turn + 1].map(|number| Some(Bytes::from(number.to_string())));
    let swap = Swap {
        key: "count".into(),
        expected: expected.clone(),
        new: new.clone(),
        life: None,
    };
    match engine.swap(swap.clone()).await {
        Ok(Swapped::Yes) => return true,
        Ok(Swapped::No) => panic!("nobody else counts, so a No at {turn} is a lie"),
        Err(_) => {}
    }
    loop {
        let found = engine.read(get("count")).await.unwrap().remove(0).value();
        if found == new {
            return false;
        }
        assert_eq!(found, expected);
        let _ = engine.swap(swap.clone()).await;
    }
}
