//! Connections that do nothing: what each costs.

use std::time::Duration;

use clap::Args;
use futures_util::{StreamExt, TryStreamExt, stream};
use tokio::{sync::watch, task::JoinSet};

use super::{
    Bench, BenchError,
    client::{CallError, Client, Traffic},
    load::LoadError,
    people,
    report::{Report, float},
};
use crate::clock::Clock;

/// Connections that are being made at once.
const OPENING: usize = 128;
/// How long the server is left alone before it is looked at.
const SETTLING: Duration = Duration::from_secs(2);

/// Opens connections, greets with each, and holds them.
#[derive(Debug, Args)]
pub(super) struct Idle {
    /// Connections to hold.
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    connections: u32,
    /// People who share the connections among them, each with one session.
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    users: u32,
    /// Seconds to hold them.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=3_600))]
    hold: u32,
}

impl Idle {
    pub(super) async fn run(&self, bench: &Bench) -> Result<Report, BenchError> {
        let users = self.users.min(self.connections) as usize;
        let people = people::register(bench, users).await?;
        tokio::time::sleep(SETTLING).await;
        let before = bench.usage()?;
        let began = bench.clock.monotonic();
        let clients: Vec<Client> = stream::iter(0..self.connections as usize)
            .map(|index| greet(bench, index, &people[index % users].token))
            .buffer_unordered(OPENING)
            .try_collect()
            .await?;
        let opening = bench.clock.monotonic() - began;
        let held = Held::start(clients);
        tokio::time::sleep(SETTLING).await;
        let opened = bench.usage()?;
        tokio::time::sleep(Duration::from_secs(self.hold.into())).await;
        let after = bench.usage()?;
        let alive = held.end().await?;
        let count = f64::from(self.connections);
        let mut report = Report::new("idle");
        report
            .figure("connections", self.connections)
            .figure("users", users)
            .figure("alive_at_the_end", alive)
            .rounded("opened_per_second", count / opening.as_secs_f64());
        if let (Some(before), Some(opened), Some(after)) = (before, opened, after) {
            let grown = after.resident_bytes.saturating_sub(before.resident_bytes);
            report
                .figure("resident_before_kib", before.resident_bytes / 1_024)
                .rounded("bytes_per_connection", float(grown) / count);
            report.usage(
                Some((opened, after)),
                "processor_us_per_connection_second",
                f64::from(self.hold) * count,
            );
        }
        Ok(report)
    }
}

async fn greet(bench: &Bench, index: usize, token: &str) -> Result<Client, CallError> {
    let greeted = Client::greet(bench, index, Traffic::Little, token).await;
    greeted.map(|(client, _)| client)
}

/// Connections that answer pings and do nothing else.
struct Held {
    tasks: JoinSet<bool>,
    stop: watch::Sender<()>,
}

impl Held {
    fn start(clients: Vec<Client>) -> Self {
        let (stop, stopped) = watch::channel(());
        let mut tasks = JoinSet::new();
        for client in clients {
            tasks.spawn(hold(client, stopped.clone()));
        }
        Self { tasks, stop }
    }

    /// Lets all go; answers how many were still alive.
    async fn end(mut self) -> Result<usize, LoadError> {
        self.stop.send_replace(());
        let mut alive = 0;
        while let Some(one) = self.tasks.join_next().await {
            alive += usize::from(one?);
        }
        Ok(alive)
    }
}

/// Holds a connection; answers whether it lived until it was to stop.
async fn hold(client: Client, mut stopped: watch::Receiver<()>) -> bool {
    let mut socket = client.into_socket();
    loop {
        tokio::select! {
            heard = socket.next() => if !matches!(heard, Some(Ok(_))) {
                return false;
            },
            _ = stopped.changed() => return true,
        }
    }
}
