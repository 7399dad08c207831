//! What Curlew does: every operation a person can ask for, and who may ask for it.
//!
//! Layer: service. Decides; remembers through `store`, tells through `cluster`; knows neither sockets nor
//! envelopes. Each file holds the operations on one noun.

mod accounts;
#[cfg(all(test, feature = "embedded"))]
mod bench;
mod changes;
mod chats;
mod chores;
mod copies;
mod drafts;
mod edits;
mod error;
mod extent;
mod forwards;
mod hides;
mod interest;
mod limits;
mod logs;
mod members;
mod memberships;
mod mentions;
mod messages;
mod names;
mod outbox;
mod passwords;
mod people;
mod pins;
mod reactions;
mod reads;
mod receipts;
mod retention;
mod retractions;
mod roles;
mod sessions;
mod settings;
mod setup;
mod sync;
#[cfg(all(test, feature = "embedded"))]
mod tests;
mod threads;
mod timelines;
mod views;

use std::sync::Arc;

use memberships::Memberships;
use passwords::Passwords;
use retention::Touched;
use ring::hmac;
use tokio::sync::{Semaphore, SemaphorePermit};

pub use crate::store::StoreError;
pub use accounts::{Credentials, LoggedIn, Registration};
pub use changes::{AmendedMessage, Target};
pub use chats::NewChat;
pub use edits::Edit;
pub use error::ServiceError;
pub use forwards::Forward;
pub use interest::ChatPosition;
pub use limits::Limiter;
pub use messages::{NewMessage, SentMessage};
pub use settings::ChatUpdate;
pub use threads::Thread;
pub use timelines::TimelineQuery;

use crate::{
    clock::{Clock, Random},
    cluster::{Cluster, Origin},
    config::{AuthConfig, LimitsConfig, RetentionConfig},
    model::{SessionId, UserId},
    store::{
        Accounts, Codes, Engine, Secrets, Sessions, chats::Chats, drafts::Drafts, due::Due,
        hides::Hides, intents::Intents, interests::Interests, messages::Messages, reads::Reads,
        receipts::Receipts, retention::Retention, rosters::Rosters, rows::ChatRows,
        threads::Threads, timelines::Timelines,
    },
};

/// What the service stands on.
#[derive(Clone)]
pub struct Parts {
    /// The store.
    pub engine: Arc<dyn Engine>,
    /// The other gateways.
    pub cluster: Arc<Cluster>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Random>,
    /// Rules for accounts.
    pub auth: AuthConfig,
    /// Bounds.
    pub limits: LimitsConfig,
    /// How long things are kept.
    pub retention: RetentionConfig,
}

/// Every operation. One per process, shared by all connections.
pub struct Service {
    parts: Parts,
    accounts: Accounts,
    chat_rows: ChatRows,
    chats: Chats,
    codes: Codes,
    devices: Sessions,
    drafts: Drafts,
    due: Due,
    hides: Hides,
    intents: Intents,
    interests: Interests,
    limiter: Limiter,
    memberships: Memberships,
    messages: Messages,
    passwords: Passwords,
    reads: Reads,
    retention: Retention,
    receipts: Receipts,
    rosters: Rosters,
    threads: Threads,
    timelines: Timelines,
    touched: Touched,
    instance_key: hmac::Key,
    heavy: Semaphore,
}

impl Service {
    /// Every operation, on these parts. Reads the secret that all gateways of one store share.
    ///
    /// # Errors
    ///
    /// Those of the store.
    pub async fn start(parts: Parts) -> Result<Self, ServiceError> {
        let engine = || Arc::clone(&parts.engine);
        let secret = Secrets::new(engine())
            .shared("instance", parts.random.as_ref())
            .await?;
        Ok(Self {
            accounts: Accounts::new(engine()),
            chat_rows: ChatRows::new(engine()),
            chats: Chats::new(engine(), Arc::clone(&parts.random)),
            codes: Codes::new(engine()),
            devices: Sessions::new(engine()),
            drafts: Drafts::new(engine()),
            due: Due::new(engine()),
            hides: Hides::new(engine()),
            intents: Intents::new(engine()),
            interests: Interests::new(engine()),
            limiter: Limiter::new(&parts.limits, Arc::clone(&parts.clock)),
            memberships: Memberships::default(),
            messages: Messages::new(engine()),
            passwords: Passwords::new(&parts.auth, Arc::clone(&parts.random)),
            reads: Reads::new(engine()),
            retention: Retention::new(engine()),
            receipts: Receipts::new(engine()),
            rosters: Rosters::new(engine()),
            threads: Threads::new(engine()),
            timelines: Timelines::new(engine()),
            touched: Touched::default(),
            instance_key: hmac::Key::new(hmac::HMAC_SHA256, &secret),
            heavy: Semaphore::new(parts.limits.heavy_reads as usize),
            parts,
        })
    }

    /// Waits for a place among the heavy reads, which have a lane of their own so that they cannot delay sends.
    async fn heavy_lane(&self) -> Result<SemaphorePermit<'_>, ServiceError> {
        self.heavy
            .acquire()
            .await
            .map_err(|_| ServiceError::Overloaded)
    }
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The person.
    pub user: UserId,
    /// The session they are logged in with.
    pub session: SessionId,
    /// The connection they ask through.
    pub origin: Origin,
}
