//! The store spread over several servers: a cluster of masters and replicas, and what sentinels watch.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use curlew::{
    clock::SystemClock,
    model::{ChatId, Level},
    store::{
        Engine, StoreError, conformance,
        engine::{Order, Read, Swap, Swapped},
        keys,
        kv::{KvEngine, KvOptions},
        record::{AppendOutcome, Head},
    },
};
use tokio::time::timeout;

use crate::{
    stores::{chat, get, placed, set, step, value},
    support::redis_cluster::{RedisCluster, Watched},
};

/// Longest time a call may take when the store does not answer.
const CALL: Duration = Duration::from_secs(5);
const PREFIX: &str = "test:";

async fn connect(url: String) -> Result<KvEngine, StoreError> {
    let options = KvOptions {
        url,
        prefix: PREFIX.into(),
        level: Level::Stored,
        allow_unsafe: false,
        only_hints: false,
        connect_timeout: Duration::from_secs(10),
    };
    KvEngine::connect(options, Arc::new(SystemClock)).await
}

fn absent_to_one(key: &str) -> Swap {
    Swap {
        key: key.into(),
        expected: None,
        new: Some("1".into()),
        life: None,
    }
}

/// The slot of everything of a chat.
fn slot(cluster: &RedisCluster, chat: &ChatId) -> u16 {
    cluster.slot(&format!("{PREFIX}{}", keys::chat_head(chat)))
}

/// A key that begins in `shard`.
fn key_in(cluster: &RedisCluster, shard: usize) -> String {
    let keys = (0..).map(|number| format!("key{number}"));
    let is_there = |key: &String| {
        let slot = cluster.slot(&format!("{PREFIX}{key}"));
        RedisCluster::first_shard(slot) == shard
    };
    keys.into_iter()
        .find(is_there)
        .expect("there are many keys")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cluster_keeps_the_contract_and_every_master_is_probed() {
    let cluster = RedisCluster::start();
    conformance::engine(&connect(cluster.url()).await.unwrap()).await;
    let master = cluster.master(2);
    master.command(&["CONFIG", "SET", "appendonly", "no"]);
    let refused = connect(cluster.url()).await.unwrap_err().to_string();
    assert!(refused.contains("set appendonly yes"), "{refused}");
    let alone = format!("redis://127.0.0.1:{}", master.port());
    let refused = connect(alone).await.unwrap_err().to_string();
    assert!(refused.contains("redis-cluster://"), "{refused}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_sentinels_watch_keeps_the_contract_and_goes_on_after_a_failover() {
    let mut watched = Watched::start();
    let engine = connect(watched.url()).await.unwrap();
    conformance::engine(&engine).await;
    let chat = chat(&engine, "chat").await;
    let first = step(&chat, 1);
    let before = placed(&engine, first.clone()).await;
    watched.fail_over();
    let again = placed(&engine, first).await;
    assert_eq!((again.stamp, again.duplicate), (before.stamp, true));
    placed(&engine, step(&chat, 2)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_a_slot_is_moved_nothing_is_doubled_and_later_reads_see_no_older_state() {
    let cluster = RedisCluster::start();
    let engine = Arc::new(connect(cluster.url()).await.unwrap());
    let chat = chat(&engine, "chat").await;
    let slot = slot(&cluster, &chat);
    let done = Arc::new(AtomicBool::new(false));
    let appends = tokio::spawn(append_until(
        Arc::clone(&engine),
        chat.clone(),
        Arc::clone(&done),
    ));
    let reads = tokio::spawn(read_until(
        Arc::clone(&engine),
        chat.clone(),
        Arc::clone(&done),
    ));
    let moves = tokio::task::spawn_blocking(move || {
        let first = RedisCluster::first_shard(slot);
        for turn in 0..6 {
            let [from, to] = [turn, turn + 1].map(|turn| (first + turn) % 3);
            let pause = || std::thread::sleep(Duration::from_millis(20));
            cluster.move_slot(slot, from, to, pause);
        }
        cluster
    });
    let _cluster = moves.await.unwrap();
    done.store(true, Ordering::Relaxed);
    let appended = appends.await.unwrap();
    assert!(reads.await.unwrap() > 0, "reads of a slot in motion");
    let head = value(&engine, &keys::chat_head(&chat)).await.unwrap();
    assert_eq!(Head::decode(&head).unwrap().ordinal, appended);
}

/// Appends one after the other; how many. Each must follow the one before.
async fn append_until(engine: Arc<KvEngine>, chat: ChatId, done: Arc<AtomicBool>) -> u64 {
    let mut number = 0;
    while !done.load(Ordering::Relaxed) {
        let step = step(&chat, usize::try_from(number).unwrap());
        let placed = loop {
            match engine.append(step.clone()).await {
                Ok(AppendOutcome::Placed(placed)) => break placed,
                // The slot took its time.
                Err(StoreError::Unavailable { .. }) => {}
                other => panic!("{other:?}"),
            }
        };
        number += 1;
        assert_eq!(placed.ordinal, number);
    }
    number
}

/// Reads the head and then the newest row of its segment, again and again; how often.
async fn read_until(engine: Arc<KvEngine>, chat: ChatId, done: Arc<AtomicBool>) -> usize {
    let mut segment = 0;
    let mut times = 0;
    while !done.load(Ordering::Relaxed) {
        let newest = Read::Rows {
            key: keys::segment(&chat, segment),
            from: 0,
            through: u64::MAX >> 11,
            limit: 1,
            order: Order::Falling,
        };
        let reads = [get(&keys::chat_head(&chat)), vec![newest]].concat();
        let Ok(mut answers) = engine.read(reads).await else {
            continue;
        };
        let rows = answers.pop().unwrap().rows();
        let head = Head::decode(&answers.remove(0).value().unwrap()).unwrap();
        if head.segment == segment && head.ordinal > 0 {
            assert!(
                rows[0].score >= head.last.get(),
                "an older state was read later"
            );
            times += 1;
        }
        segment = head.segment;
    }
    times
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_a_slot_that_is_half_moved_what_needs_several_keys_waits_and_the_rest_goes_on() {
    let cluster = RedisCluster::start();
    let engine = connect(cluster.url()).await.unwrap();
    let chat = chat(&engine, "chat").await;
    let first = placed(&engine, step(&chat, 1)).await;
    let slot = slot(&cluster, &chat);
    let from = RedisCluster::first_shard(slot);
    let to = (from + 1) % 3;
    cluster.begin_move(slot, from, to);
    let second = step(&chat, 2);
    let answer = timeout(CALL, engine.append(second.clone())).await.unwrap();
    assert!(
        matches!(answer, Err(StoreError::Unavailable { .. })),
        "{answer:?}"
    );
    let [old, new] = [keys::chat_head(&chat), keys::chat_info(&chat)];
    assert!(value(&engine, &old).await.is_some());
    assert_eq!(
        engine.swap(absent_to_one(&new)).await.unwrap(),
        Swapped::Yes
    );
    let reads = [get(&new), get(&old), get(&new)].concat();
    let answers = engine.read(reads).await.unwrap().into_iter();
    let found: Vec<_> = answers.map(|answer| answer.value().is_some()).collect();
    assert_eq!(found, [true, true, true], "wherever each key is");
    cluster.move_slot(slot, from, to, || {});
    assert_eq!(placed(&engine, second).await.prev, first.stamp);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dead_master_holds_up_only_its_own_slots_until_its_replica_takes_over() {
    let mut cluster = RedisCluster::start();
    let engine = connect(cluster.url()).await.unwrap();
    let [lost, kept] = [1, 2].map(|shard| key_in(&cluster, shard));
    engine
        .write([set(&lost, "1"), set(&kept, "1")].concat())
        .await
        .unwrap();
    cluster.kill_master(1);
    let (dead, alive) = tokio::join!(
        timeout(CALL, engine.swap(absent_to_one(&lost))),
        timeout(CALL, async {
            for _ in 0..100 {
                assert!(value(&engine, &kept).await.is_some());
            }
        }),
    );
    alive.expect("others are not held up");
    // The replica may be quick.
    let dead = dead.expect("an answer in time");
    assert!(
        matches!(dead, Err(StoreError::Unavailable { .. }) | Ok(Swapped::No)),
        "{dead:?}"
    );
    tokio::task::block_in_place(|| cluster.until_taken_over(1));
    assert_eq!(
        engine.swap(absent_to_one(&lost)).await.unwrap(),
        Swapped::No
    );
    let both = engine
        .read([get(&lost), get(&kept)].concat())
        .await
        .unwrap();
    assert!(both.into_iter().all(|answer| answer.value().is_some()));
}
