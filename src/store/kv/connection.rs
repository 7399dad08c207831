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
    hash::{BuildHasher, RandomState},
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    time::Duration,
};

use fred::{
    clients::Client,
    error::{Error, ErrorKind},
    interfaces::ClientLike,
    socket2::TcpKeepalive,
    types::{
        Builder, Value,
        config::{
            ConnectionConfig, Options, PerformanceConfig, ReconnectPolicy, TcpConfig,
            UnresponsiveConfig,
        },
    },
};
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::{Instant, sleep, timeout, timeout_at},
};

pub(crate) use super::failure::{Failure, Repeat};
use super::{address::Address, command::Command, refusal::Refusal};
use crate::store::StoreError;

/// Longest time a call may take, with all its repetitions.
pub(super) const CALL: Duration = Duration::from_secs(4);
/// Longest time the store may take for one try.
const TRY: Duration = Duration::from_millis(3_500);
/// Shortest time the store is given: the library takes zero for no limit.
const SHORTEST_TRY: Duration = Duration::from_millis(1);
/// Pause before a call looks again whether it can be done.
pub(super) const PAUSE: Duration = Duration::from_millis(50);
/// Most commands that wait for answers on one connection.
const WAITING: u32 = 16_384;

/// One connection, which mends itself.
#[derive(Debug)]
pub(crate) struct Connection {
    client: Client,
    waiting: Semaphore,
    sent: AtomicU64,
    /// Whether the primary is being looked for.
    seeking: AtomicBool,
}

impl Connection {
    /// Connects, trying again until `patience` is over.
    ///
    /// `events` is how many events (received hints among them) the client keeps for those who listen.
    pub(crate) async fn open(
        address: &Address,
        patience: Duration,
        events: usize,
    ) -> Result<Self, StoreError> {
        let deadline = Instant::now() + patience;
        loop {
            let error = match Self::try_open(address, deadline, events).await {
                Ok(connection) => return Ok(connection),
                Err(error) => error,
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

    /// Connects, or not.
    pub(super) async fn try_open(
        address: &Address,
        deadline: Instant,
        events: usize,
    ) -> Result<Self, Error> {
        let connection = Self {
            client: builder(address, events).build()?,
            waiting: Semaphore::new(WAITING as usize),
            sent: AtomicU64::new(0),
            seeking: AtomicBool::new(false),
        };
        match timeout_at(deadline, connection.client.init()).await {
            Ok(result) => result.map(|_| connection),
            Err(_) => Err(Error::new(ErrorKind::Timeout, "no answer")),
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
        let deadline = Instant::now() + CALL;
        loop {
            self.connected(deadline).await?;
            let failure = match self.exchange(commands, deadline).await {
                Ok(replies) => match all(replies) {
                    Ok(replies) => return Ok(replies),
                    Err(failure) => failure,
                },
                Err(failure) => failure,
            };
            if !failure.allows(repeat) || Instant::now() + PAUSE >= deadline {
                return Err(failure);
            }
            tracing::debug!(?failure, "store did not answer; trying again");
            self.mend(&failure, commands, deadline).await?;
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

    /// Whether it can be used now.
    pub(super) fn is_connected(&self) -> bool {
        self.client.is_connected()
    }

    /// Sends `commands` in order, in one go, once, and returns what each was answered.
    pub(super) async fn exchange(
        &self,
        commands: &[Command],
        deadline: Instant,
    ) -> Result<Vec<Result<Value, Error>>, Failure> {
        let _place = self.admit(commands.len())?;
        let replies = self.send_once(commands, deadline).await?;
        if replies.len() != commands.len() {
            return Err(lacking());
        }
        // What the library says of one command it would say of all that were under way.
        if let Some(Err(error)) = replies.iter().find(|reply| is_library(reply)) {
            return Err(lost(error.clone()));
        }
        Ok(replies)
    }

    /// Does what lets the next try succeed, or waits a little.
    async fn mend(
        &self,
        failure: &Failure,
        commands: &[Command],
        deadline: Instant,
    ) -> Result<(), Failure> {
        let refusal = match failure {
            Failure::Refused(_, error) => Refusal::of(error),
            _ => None,
        };
        match refusal {
            Some(Refusal::Script) => self.load(commands, deadline).await,
            Some(Refusal::ReadOnly) => {
                self.seek_primary(deadline).await;
                pause().await;
                Ok(())
            }
            _ => {
                pause().await;
                Ok(())
            }
        }
    }

    /// Makes the scripts of `commands` known to the server, which forgets them when it is restarted.
    pub(super) async fn load(
        &self,
        commands: &[Command],
        deadline: Instant,
    ) -> Result<(), Failure> {
        let loads: Vec<_> = commands.iter().filter_map(Command::load).collect();
        all(self.exchange(&loads, deadline).await?).map(drop)
    }

    /// Connects anew: behind the same name, or with the sentinels, there may be another primary now.
    async fn seek_primary(&self, deadline: Instant) {
        if !self.seeking.swap(true, Ordering::Relaxed) {
            let sought = timeout_at(deadline, self.client.force_reconnection()).await;
            tracing::warn!(
                ?sought,
                "the store is a replica now; looked for the primary"
            );
            self.seeking.store(false, Ordering::Relaxed);
        }
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
                return Err(Failure::Unsent(Error::new(
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
    ) -> Result<Vec<Result<Value, Error>>, Failure> {
        self.sent
            .fetch_add(commands.len() as u64, Ordering::Relaxed);
        let left = deadline.saturating_duration_since(Instant::now());
        let options = Options {
            max_attempts: Some(1),
            fail_fast: true,
            timeout: Some(TRY.min(left).max(SHORTEST_TRY)),
            ..Options::default()
        };
        let client = self.client.with_options(&options);
        if let [command] = commands {
            let (name, operands) = command.parts();
            return Ok(vec![client.custom::<Value, _>(name, operands).await]);
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
        Ok(pipeline.try_all::<Value>().await)
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

pub(super) fn lacking() -> Failure {
    Failure::Lost(Error::new(
        ErrorKind::Protocol,
        "fewer replies than commands",
    ))
}

/// All replies, or the first refusal.
fn all(replies: Vec<Result<Value, Error>>) -> Result<Vec<Value>, Failure> {
    let replies = replies.into_iter().enumerate();
    replies
        .map(|(index, reply)| reply.map_err(|error| Failure::Refused(index, error)))
        .collect()
}

fn lost(error: Error) -> Failure {
    if *error.kind() == ErrorKind::Backpressure {
        Failure::Overloaded
    } else {
        Failure::Lost(error)
    }
}

/// Errors that the store answers begin with a code in capitals; those of the library do not.
///
/// `CLUSTERDOWN` counts as the library's: it drops the connection then, and answers so whatever was under way
/// on it, done or not.
fn is_library(reply: &Result<Value, Error>) -> bool {
    reply.as_ref().is_err_and(|error| {
        let code = error.details().split(' ').next().unwrap_or_default();
        let is_code = !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_uppercase());
        !is_code || code == "CLUSTERDOWN"
    })
}

/// Waits a little, not for equally long each time: who was refused together shall not come back together.
pub(super) async fn pause() {
    let spread = u32::try_from(RandomState::new().hash_one(()) % 1_024).unwrap_or_default();
    sleep(PAUSE / 2 + PAUSE * spread / 1_024).await;
}

fn builder(address: &Address, events: usize) -> Builder {
    let mut builder = Builder::from_config(address.config());
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
