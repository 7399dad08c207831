//! Faults: processes are killed again and again while twenty people talk, and the checker reads the record.
//!
//! Each story runs small by default. `CURLEW_FAULTS=full` is the run that counts: 50,000 acknowledged
//! messages and 20 kills in each.

mod clusters;
mod run;
mod talker;

use std::time::Duration;

use run::{Run, Size};

use crate::{
    restart::everything_survives,
    support::{
        Server,
        redis::{Kind, RedisServer},
    },
};

/// Settings for a run: limits and timers that would only slow it down are out of the way.
const SETTINGS: &[&str] = &["gateway.position_check=2s", "log.level=warn"];

fn on(redis: &RedisServer) -> Vec<String> {
    at(&redis.url())
}

fn at(url: &str) -> Vec<String> {
    let own = [format!("store.url={url}")];
    SETTINGS
        .iter()
        .map(|setting| (*setting).to_owned())
        .chain(own)
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn embedded_server_killed_again_and_again_keeps_every_promise() {
    let server = Server::with(SETTINGS).await;
    let mut run = Run::begin("embedded, server killed", Size::asked_for(), vec![server]).await;
    run.kill_in_turn(|run| Box::pin(run.kill_server(0))).await;
    run.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn server_over_redis_killed_again_and_again_keeps_every_promise() {
    over(Kind::Redis, "redis, server killed").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn server_over_valkey_killed_again_and_again_keeps_every_promise() {
    over(Kind::Valkey, "valkey, server killed").await;
}

async fn over(kind: Kind, name: &'static str) {
    let redis = RedisServer::start(kind);
    let server = Server::with(&on(&redis)).await;
    let mut run = Run::begin(name, Size::asked_for(), vec![server]).await;
    run.kill_in_turn(|run| Box::pin(run.kill_server(0))).await;
    run.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redis_killed_again_and_again_under_a_server_keeps_every_promise() {
    // Not `everysec`: while a sync is under way Redis then answers before it writes, for up to two seconds, and
    // a kill loses what it answered. This run has shown it.
    let redis = RedisServer::start_with(
        Kind::Redis,
        &[("appendonly", "yes"), ("appendfsync", "always")],
    );
    let server = Server::with(&on(&redis)).await;
    let mut run = Run::begin("redis killed", Size::asked_for(), vec![server]).await;
    run.redis = Some(redis);
    run.kill_in_turn(|run| Box::pin(async { run.kill_redis() }))
        .await;
    run.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_two_gateways_killed_again_and_again_keeps_every_promise() {
    let redis = RedisServer::start(Kind::Redis);
    let servers = vec![
        Server::with(&on(&redis)).await,
        Server::with(&on(&redis)).await,
    ];
    let mut run = Run::begin("two gateways, one killed", Size::asked_for(), servers).await;
    run.kill_in_turn(|run| Box::pin(run.kill_server(1))).await;
    run.end().await;
}

#[tokio::test]
async fn everything_survives_a_kill_on_redis_and_on_valkey() {
    for kind in [Kind::Redis, Kind::Valkey] {
        let redis = RedisServer::start(kind);
        everything_survives(&mut Server::with(&on(&redis)).await).await;
    }
}

/// How long a run may stand still.
const STANDSTILL: Duration = Duration::from_mins(1);
