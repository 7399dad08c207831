//! `curlew bench`: an open-loop load generator that speaks the public protocol to a running server.
//!
//! It decides beforehand when each request is due and measures from then on, not from when it got around
//! to sending: so a server that stalls cannot hide it by slowing the generator.
//!
//! Layer: top, beside the gateway. Knows the protocol only; it could be a program of its own.
//! Measured numbers and how to repeat them: `docs/performance.md`.

mod client;
mod histogram;
mod history;
mod idle;
mod load;
mod messages;
mod people;
mod process;
mod reconnect;
mod report;
mod target;

use std::{io, sync::Arc};

use clap::{Args, Subcommand};

use self::{client::CallError, load::LoadError, process::Usage, report::Report, target::Target};
use crate::clock::{Clock, SystemClock, SystemRandomness};

/// What the server under test must be told.
const SETTINGS: &str = "\
Each run registers people of its own, so the server should run on a store of its own and with its limits lifted:

  curlew serve --set auth.argon2_memory_kib=64 --set auth.argon2_passes=1 \\
    --set limits.registrations_per_hour=10000000 --set limits.logins_burst=10000000 \\
    --set limits.sends_per_second=10000000 --set limits.sends_burst=10000000 \\
    --set limits.changes_per_minute=10000000 --set limits.connections_per_address=1000000";

/// Measures a running server.
#[derive(Debug, Args)]
#[command(after_help = SETTINGS)]
pub struct BenchCommand {
    #[command(flatten)]
    target: TargetArguments,
    #[command(subcommand)]
    scenario: Scenario,
}

#[derive(Debug, Args)]
struct TargetArguments {
    /// The server.
    #[arg(
        long,
        global = true,
        default_value = "ws://127.0.0.1:8080",
        value_name = "URL"
    )]
    url: String,
    /// Allows a server that is not on this machine. It must be yours: this is load, not a visit.
    #[arg(long, global = true)]
    allow_remote: bool,
    /// Process of the server, on this machine: its memory and processor time are measured too.
    #[arg(long, global = true, value_name = "PROCESS")]
    pid: Option<u32>,
    /// Prints the results as JSON.
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Scenario {
    /// Holds connections that do nothing.
    Idle(idle::Idle),
    /// Sends messages in direct chats.
    Direct(messages::Direct),
    /// Sends messages to groups whose members are connected.
    Group(messages::Group),
    /// Fills a chat, then pulls pages at random depths.
    History(history::History),
    /// Cuts many connections at once and waits until all have caught up.
    Reconnect(reconnect::Reconnect),
}

/// Why a run has no result.
#[derive(Debug, thiserror::Error)]
enum BenchError {
    /// The target is not one that may be measured.
    #[error("{0}")]
    Target(String),
    /// A request of the preparation failed.
    #[error("{0}\n\n{SETTINGS}")]
    Call(#[from] CallError),
    /// The load could not be driven.
    #[error("{0}")]
    Load(#[from] LoadError),
    /// The server's process cannot be looked at.
    #[error("process {0}: {1}")]
    Process(u32, #[source] io::Error),
    /// The scenario did not end in time.
    #[error("{0}")]
    TooLate(String),
    /// No threads, or no output.
    #[error("{0}")]
    System(#[from] io::Error),
}

/// What every scenario is given.
#[derive(Clone)]
struct Bench {
    target: Arc<Target>,
    clock: SystemClock,
    random: SystemRandomness,
    /// Told apart from other runs on the same store by this: 8 characters of `0-9 a-f`.
    run: Arc<str>,
    pid: Option<u32>,
}

impl Bench {
    /// What the server's process uses now, when it is known which that is.
    fn usage(&self) -> Result<Option<Usage>, BenchError> {
        self.pid
            .map(|pid| Usage::of(pid).map_err(|error| BenchError::Process(pid, error)))
            .transpose()
    }
}

impl BenchCommand {
    /// Runs the scenario and prints what it measured.
    ///
    /// # Errors
    ///
    /// A text for the one who called when nothing could be measured.
    pub fn run(self) -> Result<(), String> {
        self.measure().map_err(|error| error.to_string())
    }

    fn measure(self) -> Result<(), BenchError> {
        let json = self.target.json;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()?;
        let report = runtime.block_on(self.report())?;
        report.print(json)?;
        Ok(())
    }

    async fn report(self) -> Result<Report, BenchError> {
        let target = Target::resolve(&self.target.url, self.target.allow_remote).await?;
        target::raise_file_limit();
        let clock = SystemClock;
        let bench = Bench {
            target: Arc::new(target),
            clock,
            random: SystemRandomness::new(),
            run: format!("{:08x}", clock.now_us() & 0xffff_ffff).into(),
            pid: self.target.pid,
        };
        match self.scenario {
            Scenario::Idle(idle) => idle.run(&bench).await,
            Scenario::Direct(direct) => direct.run(&bench).await,
            Scenario::Group(group) => group.run(&bench).await,
            Scenario::History(history) => history.run(&bench).await,
            Scenario::Reconnect(reconnect) => reconnect.run(&bench).await,
        }
    }
}
