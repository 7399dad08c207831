//! Rows of gateways that are no more, taken out of the sets of interested gateways by whoever meets them.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use tokio::{sync::mpsc, task::AbortHandle, time::Instant};

use super::lease;
use crate::{
    model::Incarnation,
    store::{Engine, StoreError, engine::Write},
};

/// Most suspicions that wait. One that finds no room is raised again by the next hint.
const WAITING: usize = 1_024;
/// How long a gateway that was seen alive is not looked for again. In a cluster, hints reach many by way of
/// another server, which does not tell how many heard them.
const SEEN: Duration = Duration::from_secs(5);
/// Most suspicions looked into at once.
const BATCH: usize = 64;

/// A row that may belong to nobody.
#[derive(Debug)]
struct Suspicion {
    key: String,
    gateway: Incarnation,
}

/// Where suspicions go.
#[derive(Debug, Clone)]
pub(super) struct Departed(mpsc::Sender<Suspicion>);

/// Whether other gateways can exist at all.
#[derive(Clone)]
pub(super) enum Others {
    /// Nobody but this process uses the store.
    None,
    /// Others live as long as they hold a lease in this store.
    Leased(Arc<dyn Engine>),
}

impl Departed {
    /// Starts the task that looks into suspicions.
    pub(super) fn watch(engine: Arc<dyn Engine>, others: Others) -> (Self, AbortHandle) {
        let (suspicions, receiver) = mpsc::channel(WAITING);
        let task = tokio::spawn(look_into(receiver, engine, others)).abort_handle();
        (Self(suspicions), task)
    }

    /// Nobody listens as `gateway`, which stands in the set at `key`.
    pub(super) fn suspect(&self, key: &str, gateway: &Incarnation) {
        let suspicion = Suspicion {
            key: key.to_owned(),
            gateway: gateway.clone(),
        };
        let _full = self.0.try_send(suspicion);
    }
}

async fn look_into(
    mut suspicions: mpsc::Receiver<Suspicion>,
    engine: Arc<dyn Engine>,
    others: Others,
) {
    let mut batch = Vec::with_capacity(BATCH);
    let mut seen: HashMap<Incarnation, Instant> = HashMap::new();
    while suspicions.recv_many(&mut batch, BATCH).await > 0 {
        seen.retain(|_, at| at.elapsed() < SEEN);
        batch.retain(|suspicion| !seen.contains_key(&suspicion.gateway));
        match remove(engine.as_ref(), &batch, &others).await {
            Ok(alive) => seen.extend(alive.into_iter().map(|gateway| (gateway, Instant::now()))),
            Err(error) => {
                tracing::debug!(%error, "rows of departed gateways stay until they are met again");
            }
        }
        batch.clear();
    }
}

/// Removes the rows of those without a lease; answers who has one. A gateway takes its lease before it writes its first row, and
/// an incarnation that lost its lease never comes back, so a row found dead stays dead.
async fn remove(
    engine: &dyn Engine,
    suspicions: &[Suspicion],
    others: &Others,
) -> Result<Vec<Incarnation>, StoreError> {
    let suspected: HashSet<_> = suspicions
        .iter()
        .map(|suspicion| &suspicion.gateway)
        .collect();
    let suspected: Vec<_> = suspected.into_iter().cloned().collect();
    let alive = match others {
        Others::None => Vec::new(),
        Others::Leased(leases) => lease::alive(leases.as_ref(), &suspected).await?,
    };
    let dead = suspicions
        .iter()
        .filter(|suspicion| !alive.contains(&suspicion.gateway));
    let writes = dead.map(|Suspicion { key, gateway }| {
        let member = Bytes::from(gateway.to_string());
        Write::RemoveMember {
            key: key.clone(),
            member,
        }
    });
    engine.write(writes.collect()).await?;
    Ok(alive)
}
