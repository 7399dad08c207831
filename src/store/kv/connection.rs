//! One connection to the store: never without a deadline, never with an endless queue.
//!
//! The client library is told to send each command once and to refuse while it is not connected, because
//! what it would repeat by itself, or send late from a queue, could not be told from what the store has
//! done. Repeating is decided here instead, command by command and only up to the deadline of the call:
//!
//! - Reads, writes and appends are repeated: doing them twice is doing them once ([`Write`], and the entry
//!   id of an append).
//! - A swap is never repeated. The second run would find the first one's value and report that somebody
//!   else was there. It answers `Unavailable` instead, and the caller reads before it decides again.
//!
//! How much may wait is bounded here too. The library's own bound must stay out of reach: a command refused
//! by it is still counted as waiting, and from then on the library delays the flush of lonely commands.
//!
//! [`Write`]: crate::store::engine::Write

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use fred::{
    clients::Client,
    error::{Error, ErrorKind},
    interfaces::ClientLike,
    socket2::TcpKeepalive,
    types::{
        Builder, RespVersion, Value,
        config::{
            Config, ConnectionConfig, Options, PerformanceConfig, ReconnectPolicy, ServerConfig,
            TcpConfig, UnresponsiveConfig,
        },
    },
};
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::{Instant, sleep, timeout, timeout_at},
};

pub(crate) use super::command::Command;
use crate::store::StoreError;

/// Longest time a call may take, with all its repetitions.
const CALL: Duration = Duration::from_secs(4);
/// Longest time the store may take for one try.
const TRY: Duration = Duration::from_millis(3_500);
/// Shortest time the store is given: the library takes zero for no limit.
const SHORTEST_TRY: Duration = Duration::from_millis(1);
/// Pause before a call looks again whether it can be done.
const PAUSE: Duration = Duration::from_millis(50);
/// Most commands that wait for answers on one connection.
const WAITING: u32 = 16_384;

/// Whether a call may be sent again when its first answer was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// Doing it twice is doing it once.
    Safe,
    /// The second answer could be another one.
    Never,
}

/// Why a call was not answered.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Too much waits already; nothing was sent.
    Overloaded,
    /// No answer: it may have been done or not.
    Lost(Error),
    /// The store answered the command at this index with an error.
    Refused(usize, Error),
}

impl Failure {
    /// As the caller of the store sees it; `keys` are those of the commands sent.
    pub(crate) fn during(
        self,
        operation: &'static str,
        key: impl FnOnce(usize) -> String,
    ) -> StoreError {
        match self {
            Self::Overloaded => StoreError::Overloaded,
            Self::Refused(index, error) if error.details().starts_with("WRONGTYPE") => {
                StoreError::Corrupt { key: key(index) }
            }
            Self::Lost(error) | Self::Refused(_, error) => {
                StoreError::unavailable(operation, error)
            }
        }
    }

    /// Whether the store has not loaded the script.
    pub(super) fn is_unknown_script(&self) -> bool {
        matches!(self, Self::Refused(_, error) if error.details().starts_with("NOSCRIPT"))
    }

    fn allows(&self, repeat: Repeat) -> bool {
        match self {
            Self::Overloaded => false,
            Self::Lost(error) => repeat == Repeat::Safe && *error.kind() != ErrorKind::Timeout,
            // Neither was begun.
            Self::Refused(_, error) => ["LOADING", "TRYAGAIN"]
                .iter()
                .any(|word| error.details().starts_with(word)),
        }
    }
}

/// One connection, which mends itself.
#[derive(Debug)]
pub(crate) struct Connection {
    client: Client,
    waiting: Semaphore,
    sent: AtomicU64,
}

impl Connection {
    /// Connects to `url`, trying again until `patience` is over.
    ///
    /// `events` is how many events (received hints among them) the client keeps for those who listen.
    pub(crate) async fn open(
        url: &str,
        patience: Duration,
        events: usize,
    ) -> Result<Self, StoreError> {
        let config = config(url)?;
        let address = address(&config);
        let builder = builder(config, events);
        let deadline = Instant::now() + patience;
        loop {
            let client = builder
                .build()
                .map_err(|error| StoreError::unavailable("connect", error))?;
            let error = match timeout_at(deadline, client.init()).await {
                Ok(Ok(_)) => return Ok(Self::of(client)),
                Ok(Err(error)) => error,
                Err(_) => Error::new(ErrorKind::Timeout, "no answer"),
            };
            if *error.kind() == ErrorKind::Auth {
                return Err(StoreError::Unsafe(format!(
                    "{address} does not accept the user or password of the URL"
                )));
            }
            if Instant::now() + PAUSE >= deadline {
                let text = format!("no connection to {address} within {patience:?}: {error}");
                return Err(StoreError::unavailable("connect", text));
            }
            tracing::debug!(%address, %error, "store does not answer yet");
            sleep(PAUSE * 4).await;
        }
    }

    fn of(client: Client) -> Self {
        Self {
            client,
            waiting: Semaphore::new(WAITING as usize),
            sent: AtomicU64::new(0),
        }
    }

    /// The client itself, for subscriptions.
    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// Commands sent so far.
    pub(crate) fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// Sends `commands` in order, in one go, and returns the reply of each.
    pub(crate) async fn send(
        &self,
        commands: &[Command],
        repeat: Repeat,
    ) -> Result<Vec<Value>, Failure> {
        let _place = self.admit(commands.len())?;
        let deadline = Instant::now() + CALL;
        loop {
            self.connected(deadline).await?;
            match self.send_once(commands, deadline).await {
                Err(failure) if failure.allows(repeat) && Instant::now() + PAUSE < deadline => {
                    tracing::debug!(?failure, "store did not answer; trying again");
                    sleep(PAUSE).await;
                }
                result => return result,
            }
        }
    }

    /// Sends one command and returns its reply.
    pub(crate) async fn send_one(
        &self,
        command: Command,
        repeat: Repeat,
    ) -> Result<Value, Failure> {
        let replies = self.send(&[command], repeat).await?;
        replies.into_iter().next().ok_or_else(lacking)
    }

    fn admit(&self, commands: usize) -> Result<SemaphorePermit<'_>, Failure> {
        let places = u32::try_from(commands).unwrap_or(u32::MAX).min(WAITING);
        self.waiting
            .try_acquire_many(places)
            .map_err(|_| Failure::Overloaded)
    }

    async fn connected(&self, deadline: Instant) -> Result<(), Failure> {
        while !self.client.is_connected() {
            if Instant::now() >= deadline {
                return Err(Failure::Lost(Error::new(
                    ErrorKind::Timeout,
                    "not connected",
                )));
            }
            // The news of a connection may fall between the look and the wait, hence not only the news.
            let _ = timeout(PAUSE * 4, self.client.wait_for_connect()).await;
            if !self.client.is_connected() {
                sleep(PAUSE).await;
            }
        }
        Ok(())
    }

    async fn send_once(
        &self,
        commands: &[Command],
        deadline: Instant,
    ) -> Result<Vec<Value>, Failure> {
        self.sent
            .fetch_add(commands.len() as u64, Ordering::Relaxed);
        let options = Options {
            max_attempts: Some(1),
            fail_fast: true,
            timeout: Some(TRY.min(deadline - Instant::now()).max(SHORTEST_TRY)),
            ..Options::default()
        };
        let client = self.client.with_options(&options);
        if let [command] = commands {
            let (name, operands) = command.parts();
            let reply = client.custom::<Value, _>(name, operands).await;
            return Ok(vec![reply.map_err(|error| failure(0, error))?]);
        }
        let pipeline = self.client.pipeline().with_options(&options);
        for command in commands {
            let (name, operands) = command.parts();
            // Only joins the queue of the pipeline.
            pipeline
                .custom::<(), _>(name, operands)
                .await
                .map_err(Failure::Lost)?;
        }
        let replies = pipeline.try_all::<Value>().await.into_iter().enumerate();
        let replies: Vec<_> = replies
            .map(|(index, reply)| reply.map_err(|error| failure(index, error)))
            .collect::<Result<_, _>>()?;
        if replies.len() == commands.len() {
            Ok(replies)
        } else {
            Err(lacking())
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        // The library's tasks live until they are told to end.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let client = self.client.clone();
            runtime.spawn(async move { client.quit().await });
        }
    }
}

fn lacking() -> Failure {
    Failure::Lost(Error::new(
        ErrorKind::Protocol,
        "fewer replies than commands",
    ))
}

fn failure(index: usize, error: Error) -> Failure {
    if *error.kind() == ErrorKind::Backpressure {
        Failure::Overloaded
    } else if is_reply(&error) {
        Failure::Refused(index, error)
    } else {
        Failure::Lost(error)
    }
}

/// Errors that the store answers begin with a code in capitals; those of the library do not.
fn is_reply(error: &Error) -> bool {
    let code = error.details().split(' ').next().unwrap_or_default();
    !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_uppercase())
}

fn config(url: &str) -> Result<Config, StoreError> {
    // The library's error would repeat parts of the URL, and with them the password.
    let invalid = |_| {
        let form = "redis://[user:password@]host[:port][/database] (rediss:// for TLS)";
        StoreError::Unsafe(format!("its URL must look like {form}"))
    };
    // Pika speaks the older protocol only, and says yes when it is asked for the newer one.
    let (url, version) = match url.strip_prefix("pika://") {
        Some(rest) => (format!("redis://{rest}"), RespVersion::RESP2),
        None => (url.replacen("+cas://", "://", 1), RespVersion::RESP3),
    };
    let config = Config::from_url(&url).map_err(invalid)?;
    if !matches!(config.server, ServerConfig::Centralized { .. }) {
        return Err(StoreError::Unsafe(
            "clusters and sentinels are not supported; give the URL of one server".into(),
        ));
    }
    Ok(Config { version, ..config })
}

fn address(config: &Config) -> String {
    let servers = config.server.hosts();
    servers
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(", ")
}

fn builder(config: Config, events: usize) -> Builder {
    let mut builder = Builder::from_config(config);
    builder.set_performance_config(PerformanceConfig {
        default_command_timeout: TRY,
        broadcast_channel_capacity: events,
        ..PerformanceConfig::default()
    });
    builder.set_connection_config(ConnectionConfig {
        connection_timeout: Duration::from_secs(3),
        internal_command_timeout: Duration::from_secs(3),
        max_command_attempts: 1,
        max_command_buffer_len: 4 * WAITING as usize,
        unresponsive: UnresponsiveConfig {
            max_timeout: Some(Duration::from_secs(5)),
            interval: Duration::from_secs(1),
        },
        tcp: TcpConfig {
            nodelay: Some(true),
            keepalive: Some(TcpKeepalive::new().with_time(Duration::from_secs(30))),
            ..TcpConfig::default()
        },
        ..ConnectionConfig::default()
    });
    let mut policy = ReconnectPolicy::new_exponential(0, 50, 1_000, 2);
    policy.set_jitter(100);
    builder.set_policy(policy);
    builder
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_url_is_not_repeated_in_the_message() {
        for url in [
            "redis://user:sesame@host:port",
            "sesame",
            "redis-cluster://:sesame@host:1",
        ] {
            let error = config(url).unwrap_err();
            assert!(matches!(error, StoreError::Unsafe(_)));
            assert!(!error.to_string().contains("sesame"), "{error}");
        }
    }

    #[test]
    fn an_address_is_told_without_user_or_password() {
        let config = config("redis://user:sesame@store.example:6400/1").unwrap();
        assert_eq!(address(&config), "store.example:6400");
    }
}
