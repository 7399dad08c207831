//! Holds the connections of clients: moves frames, asks the service, pushes what is new.
//!
//! A connection is one task ([`pump`]), a few atomics ([`pulse`]), a queue ([`outbox`]) and a state machine
//! ([`session`]). People ([`users`]) and chats ([`rooms`]) with somebody connected here are kept in memory;
//! hints of the cluster are turned into pushes ([`fanout`]), and what hints missed is noticed ([`healing`]).
//!
//! Layer: gateway. Knows the protocol and the service; never touches a key.

mod broadcast;
mod connection;
mod dispatch;
mod doors;
mod errors;
mod fanout;
mod healing;
mod http;
mod listener;
mod order;
mod origin;
mod outbox;
mod pages;
mod pulse;
mod pump;
mod registry;
mod requests;
mod rooms;
mod session;
mod sweeper;
mod users;

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
    time::Instant,
};

use dashmap::{DashMap, DashSet};
use tokio::sync::{RwLock, mpsc};

pub use http::{Metrics, Site};
pub use listener::Listener;

use crate::{
    clock::{Clock, Random},
    cluster::{Cluster, Delivery},
    config::{Config, RegistrationMode},
    model::{ChatId, MAX_TEXT_BYTES, UserId},
    protocol::{ByeReason, CloseCode, FrameLimits, Limits, Push, ServerInfo},
    service::Service,
};
use broadcast::Broadcast;
use connection::{Connection, House};
use outbox::Bounds;
use pulse::Rhythm;
use rooms::Room;
use session::SessionLimits;
use users::LocalUser;

/// What a gateway stands on.
pub struct Parts {
    /// What can be asked for.
    pub service: Arc<Service>,
    /// The other gateways.
    pub cluster: Arc<Cluster>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Random>,
}

/// Every connection of this process.
pub struct Gateway {
    parts: Parts,
    config: Config,
    house: House,
    started: Instant,
    now: AtomicU64,
    numbers: AtomicU64,
    connections: DashMap<u64, Arc<Connection>>,
    users: DashMap<UserId, Arc<LocalUser>>,
    rooms: DashMap<ChatId, Arc<Room>>,
    stalled: DashSet<ChatId>,
    idle: Mutex<VecDeque<(u64, UserId)>>,
    /// Held for writing while interests are given up, so that nobody takes them up at the same moment.
    interest: RwLock<()>,
    healing: tokio::sync::Mutex<()>,
}

impl Gateway {
    /// A gateway without connections. It sweeps and delivers until the process ends.
    #[must_use]
    pub fn start(parts: Parts, config: Config, deliveries: mpsc::Receiver<Delivery>) -> Arc<Self> {
        let house = house(&config);
        let gateway = Arc::new(Self {
            started: parts.clock.monotonic(),
            parts,
            config,
            house,
            now: AtomicU64::new(0),
            numbers: AtomicU64::new(0),
            connections: DashMap::new(),
            users: DashMap::new(),
            rooms: DashMap::new(),
            stalled: DashSet::new(),
            idle: Mutex::default(),
            interest: RwLock::new(()),
            healing: tokio::sync::Mutex::new(()),
        });
        tokio::spawn(sweeper::run(Arc::clone(&gateway)));
        tokio::spawn(fanout::run(Arc::clone(&gateway), deliveries));
        gateway
    }

    /// How many clients are connected.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.connections.len()
    }

    /// Tells every client to come back later, each at another moment within a few seconds.
    pub fn say_goodbye(&self) {
        let spread = 1_000 + (self.connections.len() as u64 / 2).min(30_000);
        for connection in &self.connections {
            let bye = Broadcast::new(Push::Bye {
                reason: ByeReason::Shutdown,
                reconnect: true,
                after_ms: 100 + self.parts.random.below(spread),
            });
            connection.notice(&bye, &self.house);
        }
    }

    /// Closes every connection.
    pub fn close_all(&self) {
        for connection in &self.connections {
            connection.close(CloseCode::GoingAway, None);
        }
    }

    /// What this server is and allows.
    pub(crate) fn info(&self) -> ServerInfo {
        let Config {
            gateway, limits, ..
        } = &self.config;
        ServerInfo {
            name: "curlew".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            features: Vec::new(),
            registration: self.registration(),
            time_us: self.parts.clock.now_us(),
            limits: Limits {
                frame_bytes: gateway.frame_bytes,
                text_bytes: u32::try_from(MAX_TEXT_BYTES).unwrap_or(u32::MAX),
                page: limits.page,
                group_members: limits.group_members,
                members_per_request: 100,
                requests_in_flight: gateway.requests_in_flight,
                sends_per_second: limits.sends_per_second,
                sends_burst: limits.sends_burst,
                edit_window_s: seconds(limits.edit_window),
                retract_window_s: seconds(limits.retract_window),
                reader_list_members: limits.reader_list_members,
                ping_ms: u32::try_from(gateway.ping.as_millis()).unwrap_or(u32::MAX),
            },
        }
    }

    fn registration(&self) -> RegistrationMode {
        self.config.auth.registration
    }

    /// Milliseconds since the start, as of the last tick: coarse, and free to ask for.
    fn now(&self) -> u64 {
        self.now.load(Relaxed)
    }

    /// Moves the coarse clock.
    fn tick(&self) -> u64 {
        let elapsed = self.parts.clock.monotonic() - self.started;
        let now = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
        self.now.store(now, Relaxed);
        now
    }
}

fn house(config: &Config) -> House {
    let gateway = &config.gateway;
    let count = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
    let session = SessionLimits {
        frame: FrameLimits {
            bytes: count(gateway.frame_bytes),
            depth: count(gateway.frame_depth),
        },
        first_frame_bytes: count(gateway.first_frame_bytes),
        in_flight: count(gateway.requests_in_flight),
    };
    let outbox = Bounds {
        soft: count(gateway.outbox_soft_bytes),
        hard: count(gateway.outbox_hard_bytes),
    };
    House::new(session, outbox, Rhythm::of(gateway))
}

/// Locks what is never left half changed: a panic in another holder does not matter.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn seconds(time: Duration) -> u32 {
    u32::try_from(time.as_secs()).unwrap_or(u32::MAX)
}
