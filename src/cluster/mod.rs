//! How gateways find and tell each other.
//!
//! A hint says that something was stored; it carries it along, so that whoever is online costs no read.
//! Hints may be lost: whoever needs certainty pulls.
//!
//! Each start of a gateway is an incarnation. It holds a lease in the store and listens on one channel. Who
//! publishes to a channel and reaches nobody looks for the lease, and without one takes the row out of the
//! set it came from, so rows of dead gateways go when they are met. A gateway that lost its lease cannot know
//! which of its rows are left: it becomes a new incarnation and registers everything anew.
//!
//! Layer: cluster. Knows the store (leases, rows of gateways) and the model.

mod counts;
mod departed;
mod hint;
mod inbox;
mod lease;
#[cfg(feature = "redis")]
mod membership;
#[cfg(feature = "redis")]
mod outbox;
#[cfg(feature = "redis")]
mod wire;

use std::{
    fmt,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use tokio::{sync::mpsc, task::AbortHandle};

pub use counts::{Counts, HintKind};
pub use hint::{Delivery, Hint, Origin};

use self::{
    departed::{Departed, Others},
    inbox::Inbox,
};
use crate::{
    clock::Random,
    model::Incarnation,
    store::{Engine, StoreError},
};

/// Where the other gateways are met.
#[derive(Clone)]
pub struct ClusterOptions {
    /// Store for hints, `redis://…`; absent when there cannot be other gateways, as on the embedded store.
    pub url: Option<String>,
    /// Store for leases, when it is another than the data's. Rows of gateways always stand with the data.
    pub leases: Option<Arc<dyn Engine>>,
    /// What stands before every channel; the same as before the keys.
    pub prefix: String,
    /// How long a gateway counts as alive after its last renewal, in whole seconds. Renewed three times in it.
    pub lease: Duration,
    /// How long to wait for a store that does not answer yet.
    pub connect_timeout: Duration,
}

impl Default for ClusterOptions {
    fn default() -> Self {
        let [lease, connect_timeout] = [15, 30].map(Duration::from_secs);
        Self {
            url: None,
            leases: None,
            prefix: String::new(),
            lease,
            connect_timeout,
        }
    }
}

impl fmt::Debug for ClusterOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClusterOptions")
            .field("url", &self.url.as_ref().map(|_| "[redacted]"))
            .field("leases", &self.leases.as_ref().map(|_| "elsewhere"))
            .field("prefix", &self.prefix)
            .field("lease", &self.lease)
            .field("connect_timeout", &self.connect_timeout)
            .finish()
    }
}

/// This gateway's place among the others. Dropping it is like killing the gateway: the lease runs out.
pub struct Cluster {
    incarnation: Arc<RwLock<Incarnation>>,
    inbox: Inbox,
    counts: Arc<Counts>,
    leases: Option<Arc<dyn Engine>>,
    departed: Option<Departed>,
    #[cfg(feature = "redis")]
    outbox: Option<outbox::Outbox>,
    tasks: Vec<AbortHandle>,
}

impl Cluster {
    /// A cluster of one that knows no store, for tests. Must be called within a runtime.
    #[must_use]
    pub fn alone(incarnation: Incarnation) -> (Arc<Self>, mpsc::Receiver<Delivery>) {
        let (cluster, deliveries) = Self::new(incarnation);
        (Arc::new(cluster), deliveries)
    }

    /// Joins the gateways that share `engine`'s store: takes a lease and listens.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] when a store did not answer in time; [`StoreError::Unsafe`] when the URL
    /// cannot be used.
    pub async fn start(
        options: ClusterOptions,
        engine: Arc<dyn Engine>,
        random: Arc<dyn Random>,
    ) -> Result<(Arc<Self>, mpsc::Receiver<Delivery>), StoreError> {
        let (mut cluster, deliveries) = Self::new(new_incarnation(random.as_ref()));
        let leases = options.leases.clone();
        let leases = leases.unwrap_or_else(|| Arc::clone(&engine));
        cluster.leases = Some(Arc::clone(&leases));
        let others = if options.url.is_some() {
            Others::Leased(leases)
        } else {
            Others::None
        };
        let (departed, task) = Departed::watch(engine, others);
        cluster.departed = Some(departed.clone());
        cluster.tasks.push(task);
        if let Some(url) = options.url.clone() {
            cluster.join(&url, options, departed, random).await?;
        }
        Ok((Arc::new(cluster), deliveries))
    }

    /// Which start of which gateway this is. Changes when the lease was lost.
    #[must_use]
    pub fn incarnation(&self) -> Incarnation {
        self.incarnation
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Tells `gateways`, the members of the set at `key`, what was stored. Never waits, never fails.
    ///
    /// Members that turn out to be dead are taken out of the set.
    pub fn tell(&self, hint: Hint, key: &str, gateways: &[Incarnation]) {
        let own = self.incarnation();
        let others: Vec<_> = gateways.iter().filter(|gateway| **gateway != own).collect();
        self.tell_others(&hint, key, &others);
        if others.len() < gateways.len() {
            self.inbox.deliver(Arc::new(hint));
        }
    }

    /// Those of `gateways` that live.
    ///
    /// # Errors
    ///
    /// As [`Engine::read`].
    pub async fn alive(&self, gateways: &[Incarnation]) -> Result<Vec<Incarnation>, StoreError> {
        match &self.leases {
            Some(leases) if self.has_others() => lease::alive(leases.as_ref(), gateways).await,
            _ => {
                let own = self.incarnation();
                Ok(gateways
                    .iter()
                    .filter(|gateway| **gateway == own)
                    .cloned()
                    .collect())
            }
        }
    }

    /// Leaves the others: gives the lease up, so that they need not wait for its end. Nothing is delivered
    /// any more.
    ///
    /// # Errors
    ///
    /// As [`Engine::write`]; the lease ends by itself then.
    pub async fn leave(&self) -> Result<(), StoreError> {
        self.tasks.iter().for_each(AbortHandle::abort);
        match &self.leases {
            Some(leases) if self.has_others() => {
                lease::give_up(leases.as_ref(), &self.incarnation()).await
            }
            _ => Ok(()),
        }
    }

    /// How many hints went where.
    #[must_use]
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    fn new(incarnation: Incarnation) -> (Self, mpsc::Receiver<Delivery>) {
        let (inbox, deliveries, reporter) = Inbox::open();
        let cluster = Self {
            incarnation: Arc::new(RwLock::new(incarnation)),
            inbox,
            counts: Arc::default(),
            leases: None,
            departed: None,
            #[cfg(feature = "redis")]
            outbox: None,
            tasks: vec![reporter],
        };
        (cluster, deliveries)
    }

    /// Without other gateways, whoever is not this one is dead.
    fn suspect(&self, key: &str, gateways: &[&Incarnation]) {
        if let Some(departed) = &self.departed {
            for gateway in gateways {
                departed.suspect(key, gateway);
            }
        }
    }
}

#[cfg(feature = "redis")]
impl Cluster {
    fn has_others(&self) -> bool {
        self.outbox.is_some()
    }

    fn tell_others(&self, hint: &Hint, key: &str, others: &[&Incarnation]) {
        match &self.outbox {
            _ if others.is_empty() => {}
            Some(outbox) => outbox.send(hint, key, others),
            None => self.suspect(key, others),
        }
    }

    async fn join(
        &mut self,
        url: &str,
        options: ClusterOptions,
        departed: Departed,
        random: Arc<dyn Random>,
    ) -> Result<(), StoreError> {
        use crate::store::kv::{address::Address, connection::Connection, lane::Lane};

        let leases = self
            .leases
            .clone()
            .expect("a cluster is joined over a store for leases");
        let ClusterOptions {
            prefix,
            lease: life,
            connect_timeout,
            ..
        } = options;
        let address = Address::parse(url)?;
        let publisher = Lane::open(&address, connect_timeout).await?;
        let subscriber = Connection::open(&address, connect_timeout, BURST).await?;
        let (messages, reconnections) = membership::events(&subscriber);
        let listener = membership::listen(messages, self.inbox.clone(), Arc::clone(&self.counts));
        self.tasks.push(tokio::spawn(listener).abort_handle());
        let membership = membership::Membership {
            leases,
            random,
            subscriber,
            prefix: prefix.clone(),
            life,
            incarnation: Arc::clone(&self.incarnation),
            inbox: self.inbox.clone(),
        };
        membership.join().await?;
        self.tasks
            .push(tokio::spawn(membership.keep(reconnections)).abort_handle());
        let counts = Arc::clone(&self.counts);
        let (outbox, task) = outbox::Outbox::open(publisher, prefix, counts, departed);
        self.outbox = Some(outbox);
        self.tasks.push(task);
        Ok(())
    }
}

#[cfg(not(feature = "redis"))]
#[allow(
    clippy::unused_self,
    clippy::unused_async,
    reason = "the other build has others to speak to"
)]
impl Cluster {
    fn has_others(&self) -> bool {
        false
    }

    fn tell_others(&self, _: &Hint, key: &str, others: &[&Incarnation]) {
        self.suspect(key, others);
    }

    async fn join(
        &mut self,
        _: &str,
        _: ClusterOptions,
        _: Departed,
        _: Arc<dyn Random>,
    ) -> Result<(), StoreError> {
        Err(StoreError::Unsafe(
            "this build knows no Redis: build it with the feature `redis`".into(),
        ))
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.tasks.iter().for_each(AbortHandle::abort);
    }
}

/// Hints kept for the task that moves them on. Each place costs about two kilobytes from the start,
/// because the library keeps nine such queues.
#[cfg(feature = "redis")]
const BURST: usize = 1_024;

/// The channel on which a gateway is told.
#[cfg(feature = "redis")]
fn channel(prefix: &str, gateway: &Incarnation) -> String {
    format!("{prefix}gw:{gateway}")
}

fn new_incarnation(random: &dyn Random) -> Incarnation {
    let mut bytes = [0; 16];
    random.fill(&mut bytes);
    Incarnation::from_bytes(&bytes)
}
