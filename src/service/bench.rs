//! A service over an embedded store in a temporary directory, with a clock that the test turns.

#![allow(
    clippy::unwrap_used,
    reason = "in a test, whatever cannot be had is a failure"
)]

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use async_trait::async_trait;
use tempfile::TempDir;
use tokio::sync::mpsc;

use crate::{
    clock::{Clock, Random, SystemClock, SystemRandomness},
    cluster::{Cluster, Delivery, Origin},
    config::{AuthConfig, LimitsConfig, Rate, RetentionConfig},
    model::{Device, Incarnation, Level},
    service::{Caller, Credentials, LoggedIn, Parts, Registration, Service, ServiceError},
    store::{
        Engine, StoreError,
        embedded::{EmbeddedEngine, EmbeddedOptions},
        engine::{Answer, Commit, Read, Swap, Swapped, Write},
        record::{AppendOutcome, AppendStep},
    },
};

/// A good password.
pub(super) const PASSWORD: &str = "kestrel-mill-9";

/// Where requests come from.
pub(super) const HOME: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7));

/// A clock that stands still until it is turned.
pub(super) struct TurnedClock {
    start: Instant,
    since_us: AtomicU64,
}

impl TurnedClock {
    pub(super) fn turn(&self, by: Duration) {
        let by = u64::try_from(by.as_micros()).unwrap();
        self.since_us.fetch_add(by, Ordering::SeqCst);
    }

    fn since(&self) -> u64 {
        self.since_us.load(Ordering::SeqCst)
    }
}

impl Clock for TurnedClock {
    fn now_us(&self) -> u64 {
        1_800_000_000_000_000 + self.since()
    }

    fn monotonic(&self) -> Instant {
        self.start + Duration::from_micros(self.since())
    }
}

/// An engine that keeps a copy of what is written, and fails from a chosen write on.
pub(super) struct Watched {
    inner: EmbeddedEngine,
    /// Everything that was written, spelled for a search.
    pub(super) written: Mutex<Vec<String>>,
    /// How many more writes and swaps reach the store.
    pub(super) writes_left: AtomicU64,
}

impl Watched {
    fn pass(&self, written: &impl std::fmt::Debug) -> Result<(), StoreError> {
        let left = |left: u64| left.checked_sub(1);
        let (set, fetch) = (Ordering::SeqCst, Ordering::SeqCst);
        if self.writes_left.fetch_update(set, fetch, left).is_err() {
            return Err(StoreError::unavailable("test", "the power is off"));
        }
        self.written.lock().unwrap().push(format!("{written:?}"));
        Ok(())
    }
}

#[async_trait]
impl Engine for Watched {
    async fn read(&self, reads: Vec<Read>) -> Result<Vec<Answer>, StoreError> {
        self.inner.read(reads).await
    }

    async fn write(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        self.pass(&writes)?;
        self.inner.write(writes).await
    }

    async fn swap(&self, swap: Swap) -> Result<Swapped, StoreError> {
        self.pass(&swap)?;
        self.inner.swap(swap).await
    }

    async fn commit(&self, commit: Commit) -> Result<Swapped, StoreError> {
        self.pass(&commit)?;
        self.inner.commit(commit).await
    }

    async fn append(&self, step: AppendStep) -> Result<AppendOutcome, StoreError> {
        self.pass(&step)?;
        self.inner.append(step).await
    }

    async fn time_us(&self) -> Result<u64, StoreError> {
        self.inner.time_us().await
    }

    fn level(&self) -> Level {
        self.inner.level()
    }

    fn commands(&self) -> u64 {
        self.inner.commands()
    }
}

/// A service and what it stands on.
pub(super) struct Bench {
    pub(super) service: Arc<Service>,
    pub(super) clock: Arc<TurnedClock>,
    pub(super) engine: Arc<Watched>,
    pub(super) incarnation: Incarnation,
    pub(super) deliveries: mpsc::Receiver<Delivery>,
    parts: Parts,
    _dir: TempDir,
}

impl Bench {
    pub(super) async fn new() -> Self {
        Self::with(AuthConfig::default(), LimitsConfig::default()).await
    }

    /// A bench with these rules, but with hashes that cost next to nothing.
    pub(super) async fn with(auth: AuthConfig, limits: LimitsConfig) -> Self {
        Self::keeping(auth, limits, RetentionConfig::default()).await
    }

    /// The same, with rules for how long things are kept.
    pub(super) async fn keeping(
        auth: AuthConfig,
        limits: LimitsConfig,
        retention: RetentionConfig,
    ) -> Self {
        let dir = TempDir::new().unwrap();
        let clock = Arc::new(TurnedClock {
            start: SystemClock.monotonic(),
            since_us: AtomicU64::new(0),
        });
        let lent: Arc<dyn Clock> = clock.clone();
        let options = EmbeddedOptions::new(dir.path());
        let engine = Arc::new(Watched {
            inner: EmbeddedEngine::open(options, lent).unwrap(),
            written: Mutex::default(),
            writes_left: AtomicU64::new(u64::MAX),
        });
        let incarnation = Incarnation::from_bytes(b"bench");
        let (cluster, deliveries) = Cluster::alone(incarnation.clone());
        let auth = AuthConfig {
            argon2_memory_kib: 64,
            argon2_passes: 1,
            ..auth
        };
        let random: Arc<dyn Random> = Arc::new(SystemRandomness::new());
        let parts = Parts {
            engine: engine.clone(),
            cluster,
            clock: clock.clone(),
            random,
            auth,
            limits,
            retention,
        };
        Self {
            service: Arc::new(Service::start(parts.clone()).await.unwrap()),
            clock,
            engine,
            incarnation,
            deliveries,
            parts,
            _dir: dir,
        }
    }

    /// A service in another process over the same store, with other rules for accounts.
    pub(super) async fn another(&self, change: impl FnOnce(&mut AuthConfig)) -> Service {
        let mut parts = self.parts.clone();
        change(&mut parts.auth);
        Service::start(parts).await.unwrap()
    }

    pub(super) async fn register(&self, name: &str) -> Result<LoggedIn, ServiceError> {
        self.register_with(name, None).await
    }

    pub(super) async fn register_with(
        &self,
        name: &str,
        invite: Option<&str>,
    ) -> Result<LoggedIn, ServiceError> {
        let registration = registration(name, invite);
        self.service
            .register(HOME, registration, Device::default())
            .await
    }

    pub(super) async fn log_in(
        &self,
        name: &str,
        password: &str,
    ) -> Result<LoggedIn, ServiceError> {
        let credentials = Credentials {
            username: name.to_owned(),
            password: password.to_owned(),
        };
        self.service
            .log_in(HOME, credentials, Device::default())
            .await
    }

    pub(super) async fn is_good(&self, token: &str) -> bool {
        match self.service.resume(token, None).await {
            Ok(_) => true,
            Err(ServiceError::Unauthorized) => false,
            Err(other) => panic!("{other}"),
        }
    }

    /// The sessions whose end was told to this gateway until now.
    pub(super) fn ended(&mut self) -> Vec<String> {
        use crate::cluster::Hint;
        let mut ended = Vec::new();
        while let Ok(Delivery::Hint(hint)) = self.deliveries.try_recv() {
            if let Hint::SessionEnded { session, .. } = &*hint {
                ended.push(session.to_string());
            }
        }
        ended
    }

    /// Registers this gateway for hints about a user.
    pub(super) async fn watch(&self, who: &LoggedIn) {
        use crate::store::interests::Interests;
        let user = who.account.user.id.clone();
        Interests::new(self.parts.engine.clone())
            .add(&self.incarnation, &[user], &[])
            .await
            .unwrap();
    }
}

/// Limits that no test meets by accident.
pub(super) fn generous() -> LimitsConfig {
    LimitsConfig {
        logins_burst: 1_000,
        logins_per_minute: Rate(1_000.0),
        registrations_per_hour: 1_000,
        ..LimitsConfig::default()
    }
}

pub(super) fn registration(name: &str, invite: Option<&str>) -> Registration {
    Registration {
        credentials: Credentials {
            username: name.to_owned(),
            password: PASSWORD.to_owned(),
        },
        display_name: None,
        invite: invite.map(str::to_owned),
    }
}

/// Whoever is logged in, asking through some connection.
pub(super) fn caller(who: &LoggedIn) -> Caller {
    Caller {
        user: who.account.user.id.clone(),
        session: who.session.id.clone(),
        origin: Origin {
            incarnation: Incarnation::from_bytes(b"bench"),
            connection: 1,
        },
    }
}

pub(super) fn token(who: &LoggedIn) -> String {
    who.token.clone().expect("a new session has a token")
}
