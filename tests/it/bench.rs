//! The load generator: what it says it measured has happened.

use serde_json::Value;
use tokio::process::Command;

use crate::support::{Server, within};

/// Runs `curlew bench` and reads what it prints.
async fn measure(server: &Server, arguments: &str) -> Value {
    let url = server.url().replace("/v1/ws", "");
    let mut command = Command::new(env!("CARGO_BIN_EXE_curlew"));
    command.args(["bench", "--json", "--url", &url]);
    command.args(arguments.split(' ')).kill_on_drop(true);
    let ended = within(arguments, command.output()).await.unwrap();
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{arguments}: {said}");
    serde_json::from_slice(&ended.stdout).unwrap()
}

#[tokio::test]
async fn every_message_of_the_load_is_stored_acknowledged_and_pushed() {
    let server = Server::start().await;
    let direct = measure(&server, "direct --pairs 2 --rate 50 --seconds 1").await;
    assert_eq!(direct["latencies_ms"]["acknowledged"]["count"], 50);
    assert_eq!(direct["latencies_ms"]["pushed"]["count"], 50);
    assert_eq!(direct["errors"], serde_json::json!({}));
    let group = measure(
        &server,
        "group --members 6 --online 4 --groups 2 --rate 20 --seconds 1",
    )
    .await;
    assert_eq!(group["latencies_ms"]["pushed"]["count"], 3 * 20);
    assert_eq!(group["figures"]["pushes_missing"], 0);
}

#[tokio::test]
async fn pages_of_the_history_are_full() {
    let server = Server::start().await;
    let report = measure(
        &server,
        "history --messages 200 --pages 20 --rate 20 --page 50",
    )
    .await;
    assert_eq!(report["latencies_ms"]["page"]["count"], 20);
    assert!(report["figures"]["answer_bytes_mean"].as_f64().unwrap() > 50.0 * 100.0 / 2.0);
}

#[tokio::test]
async fn who_comes_back_from_a_cut_has_fetched_what_was_said_meanwhile() {
    let server = Server::start().await;
    let report = measure(&server, "reconnect --clients 8 --chats 2").await;
    assert_eq!(report["latencies_ms"]["healed"]["count"], 8);
    assert_eq!(report["figures"]["entries_fetched"], 8 * 2);
}

#[tokio::test]
async fn errors_are_counted_by_their_code() {
    let server = Server::with(&["limits.sends_per_second=1", "limits.sends_burst=10"]).await;
    let report = measure(&server, "direct --pairs 1 --rate 50 --seconds 1").await;
    assert!(report["errors"]["rate_limited"].as_u64().unwrap() > 50);
}

#[tokio::test]
async fn idle_connections_are_held_to_the_end() {
    let server = Server::start().await;
    let report = measure(&server, "idle --connections 20 --users 5 --hold 1").await;
    assert_eq!(report["figures"]["alive_at_the_end"], 20);
}
