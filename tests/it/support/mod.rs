//! What the stories stand on: a real server process, clients that speak the protocol, people who use them.
//!
//! Nothing here sleeps to wait for something: every wait is for an event, with a deadline.

pub(crate) mod amending;
pub(crate) mod client;
pub(crate) mod people;
pub(crate) mod pika;
pub(crate) mod redis;
pub(crate) mod redis_cluster;
pub(crate) mod server;

use std::time::Duration;

pub(crate) use client::{Client, Format};
pub(crate) use people::{Person, fresh_client_id};
pub(crate) use server::Server;

/// How long anything may take that takes milliseconds on a quiet machine.
pub(crate) const DEADLINE: Duration = Duration::from_mins(1);

/// Waits for `future`, and fails the test when `what` did not happen in time.
pub(crate) async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    tokio::time::timeout(DEADLINE, future)
        .await
        .unwrap_or_else(|_| panic!("{what}: did not happen within {DEADLINE:?}"))
}
