//! What Curlew does: every operation a person can ask for, and who may ask for it.
//!
//! Layer: service. Decides; remembers through `store`, tells through `cluster`; knows neither sockets nor
//! envelopes. Each file holds the operations on one noun.

mod accounts;
mod chats;
mod error;
mod interest;
mod limits;
mod logs;
mod messages;
mod names;
mod passwords;
mod people;
mod reads;
mod sessions;
mod setup;
mod sync;

use std::sync::Arc;

use passwords::Passwords;

pub use accounts::{Credentials, LoggedIn, Registration};
pub use chats::NewChat;
pub use error::ServiceError;
pub use interest::ChatPosition;
pub use limits::Limiter;
pub use messages::{NewMessage, SentMessage, TimelineQuery};

use crate::{
    clock::{Clock, Random},
    cluster::{Cluster, Origin},
    config::{AuthConfig, LimitsConfig},
    model::{SessionId, UserId},
    store::{Accounts, Codes, Engine, Sessions},
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
}

/// Every operation. Cheap to share; one per process.
pub struct Service {
    parts: Parts,
    accounts: Accounts,
    devices: Sessions,
    codes: Codes,
    passwords: Passwords,
    limiter: Limiter,
}

impl Service {
    /// Every operation, on these parts.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let engine = || Arc::clone(&parts.engine);
        Self {
            accounts: Accounts::new(engine()),
            devices: Sessions::new(engine()),
            codes: Codes::new(engine()),
            passwords: Passwords::new(&parts.auth, Arc::clone(&parts.random)),
            limiter: Limiter::new(&parts.limits, Arc::clone(&parts.clock)),
            parts,
        }
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
