//! What Curlew does: every operation a person can ask for, and who may ask for it.
//!
//! Layer: service. Decides; remembers through `store`, tells through `cluster`; knows neither sockets nor
//! envelopes. Each file holds the operations on one noun.

mod accounts;
mod chats;
mod error;
mod interest;
mod logs;
mod messages;
mod people;
mod reads;
mod sync;

use std::sync::Arc;

pub use accounts::{Credentials, LoggedIn, Registration};
pub use chats::NewChat;
pub use error::ServiceError;
pub use interest::ChatPosition;
pub use messages::{NewMessage, SentMessage, TimelineQuery};

use crate::{
    clock::{Clock, Random},
    cluster::{Cluster, Origin},
    config::{AuthConfig, LimitsConfig},
    model::{SessionId, UserId},
    store::Engine,
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
