//! The `curlew` program.

use std::{path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand};
use curlew::{
    admin::AdminCommand,
    bench::BenchCommand,
    config::{Config, Sources},
    server::{Running, Server},
    telemetry,
    upkeep::{StoreCommand, Verdict},
};
use tokio::{
    runtime::Runtime,
    signal::unix::{Signal, SignalKind, signal},
};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Exit code of a command that found something.
const FOUND: u8 = 3;

/// A self-hosted instant-messaging server.
#[derive(Parser)]
#[command(version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    settings: Settings,
}

#[derive(Subcommand)]
enum Command {
    /// Runs the server; this is what happens without a command.
    Serve,
    /// Works on the store as its operator; an embedded store needs the server stopped.
    #[command(subcommand)]
    Admin(AdminCommand),
    /// Moves and verifies whole stores, while no server runs on them.
    #[command(subcommand)]
    Store(StoreCommand),
    /// Measures a running server.
    Bench(BenchCommand),
}

/// Where settings come from, beside the environment.
#[derive(Args)]
struct Settings {
    /// File with settings, as in curlew.example.toml.
    #[arg(long, value_name = "FILE", global = true)]
    config: Option<PathBuf>,
    /// One setting; may be given several times.
    #[arg(long = "set", value_name = "SECTION.KEY=VALUE", global = true)]
    sets: Vec<String>,
}

fn main() -> ExitCode {
    let Arguments { command, settings } = Arguments::parse();
    let load = || {
        Config::load(&Sources::of_process(settings.config, settings.sets))
            .map_err(|error| error.to_string())
    };
    let ended = match command.unwrap_or(Command::Serve) {
        Command::Serve => load().and_then(serve).map(|()| Verdict::Good),
        Command::Admin(command) => load()
            .and_then(|config| administer(&command, &config))
            .map(|()| Verdict::Good),
        Command::Store(command) => load().and_then(|config| look_after(&command, &config)),
        Command::Bench(bench) => bench.run().map(|()| Verdict::Good),
    };
    match ended {
        Ok(Verdict::Good) => ExitCode::SUCCESS,
        Ok(Verdict::Found) => ExitCode::from(FOUND),
        Err(reason) => {
            eprintln!("curlew: {reason}");
            ExitCode::FAILURE
        }
    }
}

fn serve(config: Config) -> Result<(), String> {
    telemetry::start_log(&config.log)?;
    for warning in config.warnings() {
        tracing::warn!("{warning}");
    }
    runtime()?.block_on(async {
        let (mut interrupt, mut terminate) = signals().map_err(|error| error.to_string())?;
        let running = tokio::select! {
            started = Server::start(config) => started.map_err(|error| error.to_string())?,
            () = either(&mut interrupt, &mut terminate) => return Ok(()),
        };
        announce(&running);
        either(&mut interrupt, &mut terminate).await;
        tracing::info!("stopping");
        tokio::select! {
            () = running.stop() => Ok(()),
            () = either(&mut interrupt, &mut terminate) => Err("stopped at once".to_owned()),
        }
    })
}

fn administer(command: &AdminCommand, config: &Config) -> Result<(), String> {
    telemetry::start_log(&config.log)?;
    let done = runtime()?.block_on(command.run(config));
    done.map_err(|error| error.to_string())
}

fn look_after(command: &StoreCommand, config: &Config) -> Result<Verdict, String> {
    telemetry::start_log(&config.log)?;
    runtime()?.block_on(command.run(config))
}

fn runtime() -> Result<Runtime, String> {
    let threads = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    threads.map_err(|error| format!("no threads to run on: {error}"))
}

/// The only lines on standard output: programs that start this one read them.
#[allow(clippy::print_stdout, reason = "they are the result of the command")]
fn announce(running: &Running) {
    println!("listening on {}", running.url());
    if let Some(link) = running.setup_link() {
        println!("set up: {link}");
    }
}

fn signals() -> std::io::Result<(Signal, Signal)> {
    Ok((
        signal(SignalKind::interrupt())?,
        signal(SignalKind::terminate())?,
    ))
}

async fn either(interrupt: &mut Signal, terminate: &mut Signal) {
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}
