//! A cluster in motion under two gateways, while everybody talks.

use super::{
    at,
    run::{Run, Size},
};
use crate::support::{Server, redis_cluster::RedisCluster};

async fn begin(name: &'static str, size: Size, cluster: &RedisCluster) -> Run {
    let settings = at(&cluster.url());
    let servers = vec![Server::with(&settings).await, Server::with(&settings).await];
    Run::begin(name, size, servers).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slots_moved_again_and_again_under_two_gateways_keep_every_promise() {
    let cluster = RedisCluster::start();
    let run = begin("cluster, slots moved", Size::or(2_000, 6), &cluster).await;
    for turn in run.turns() {
        run.reach_turn(turn).await;
        // The slot of one chat after the other, once around and on.
        let chat = u32::try_from(turn % 3).expect("few chats");
        let slot = cluster.slot(&format!("{{c:{}}}", run.chat(chat)));
        let from = RedisCluster::first_shard(slot) + (turn - 1) / 3;
        tokio::task::block_in_place(|| {
            let pause = || std::thread::sleep(std::time::Duration::from_millis(5));
            cluster.move_slot(slot, from % 3, (from + 1) % 3, pause);
        });
        run.note_fault("slot");
    }
    run.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn masters_killed_again_and_again_under_two_gateways_keep_every_promise() {
    let mut cluster = RedisCluster::start();
    let run = begin("cluster, masters killed", Size::or(2_000, 2), &cluster).await;
    for turn in run.turns() {
        run.reach_turn(turn).await;
        let shard = turn % 3;
        // Replicas follow a little behind, and what a master had alone is lost with it. Here nothing may be, so
        // what is under way stops until the replica has it; clients go on and are answered late, or never.
        run.freeze().await;
        tokio::task::block_in_place(|| cluster.kill_master(shard));
        run.note_fault("master");
        run.thaw().await;
        tokio::task::block_in_place(|| {
            cluster.until_taken_over(shard);
            cluster.revive(shard);
        });
    }
    run.end().await;
}
