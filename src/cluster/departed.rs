//! Rows of gateways that are no more, taken out of the sets of interested gateways by whoever meets them.

use std::{collections::HashSet, sync::Arc};

use bytes::Bytes;
use tokio::{sync::mpsc, task::AbortHandle};

use super::lease;
use crate::{
    model::Incarnation,
    store::{Engine, StoreError, engine::Write},
};

/// Most suspicions that wait. One that finds no room is raised again by the next hint.
const WAITING: usize = 1_024;
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Others {
    /// Nobody but this process uses the store.
    None,
    /// Others live as long as they hold a lease.
    #[cfg_attr(not(feature = "redis"), allow(dead_code))]
    Leased,
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
    while suspicions.recv_many(&mut batch, BATCH).await > 0 {
        if let Err(error) = remove(engine.as_ref(), &batch, others).await {
            tracing::debug!(%error, "rows of departed gateways stay until they are met again");
        }
        batch.clear();
    }
}

/// Removes the rows of those without a lease. A gateway takes its lease before it writes its first row, and
/// an incarnation that lost its lease never comes back, so a row found dead stays dead.
async fn remove(
    engine: &dyn Engine,
    suspicions: &[Suspicion],
    others: Others,
) -> Result<(), StoreError> {
    let suspected: HashSet<_> = suspicions
        .iter()
        .map(|suspicion| &suspicion.gateway)
        .collect();
    let suspected: Vec<_> = suspected.into_iter().cloned().collect();
    let alive = match others {
        Others::None => Vec::new(),
        Others::Leased => lease::alive(engine, &suspected).await?,
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
    engine.write(writes.collect()).await
}
