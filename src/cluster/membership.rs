//! This gateway's own place: its lease, its channel, and a new incarnation when the lease was lost.

use std::{
    sync::{Arc, RwLock},
    time::Duration,
};

use fred::{
    error::Error,
    interfaces::{EventInterface, PubsubInterface},
    types::{Message, config::Server},
};
use tokio::{
    sync::broadcast::{self, error::RecvError},
    time::{Instant, sleep, sleep_until},
};

use super::{
    channel,
    counts::{Counts, HintKind},
    inbox::Inbox,
    lease, new_incarnation, wire,
};
use crate::{
    clock::Random,
    model::Incarnation,
    store::{
        Engine, StoreError,
        kv::{
            command::Command,
            connection::{Connection, Repeat},
        },
    },
};

/// Pause before something is tried again that the store did not do.
const PAUSE: Duration = Duration::from_millis(500);

/// Keeps the gateway among the living and on its channel.
pub(super) struct Membership {
    pub(super) leases: Arc<dyn Engine>,
    pub(super) random: Arc<dyn Random>,
    pub(super) subscriber: Connection,
    pub(super) prefix: String,
    pub(super) life: Duration,
    pub(super) incarnation: Arc<RwLock<Incarnation>>,
    pub(super) inbox: Inbox,
}

impl Membership {
    /// Takes the first lease and subscribes.
    pub(super) async fn join(&self) -> Result<(), StoreError> {
        let incarnation = self.current();
        let subscribed = self.subscribe(&incarnation).await;
        subscribed.map_err(|error| StoreError::unavailable("subscribe", error))?;
        lease::take(self.leases.as_ref(), &incarnation, self.life).await
    }

    /// Renews the lease, and subscribes again whenever the connection was made anew.
    ///
    /// One task does both, so a change of incarnation and a reconnection cannot cross.
    pub(super) async fn keep(self, mut reconnections: broadcast::Receiver<Server>) {
        let mut confirmed = Instant::now();
        let mut subscribed = true;
        let mut next = confirmed + self.life / 3;
        loop {
            tokio::select! {
                event = reconnections.recv() => {
                    if event == Err(RecvError::Closed) {
                        return;
                    }
                    subscribed = false;
                }
                () = sleep_until(next) => {
                    let began = Instant::now();
                    confirmed = self.confirm(confirmed).await;
                    next = Instant::now() + if confirmed < began { PAUSE } else { self.life / 3 };
                }
            }
            if !subscribed {
                subscribed = self.resubscribe().await;
                next = if subscribed {
                    next
                } else {
                    Instant::now() + PAUSE
                };
            }
        }
    }

    /// Renews the lease, or takes one as a new incarnation when it was lost. Returns since when a lease is
    /// known to be held.
    async fn confirm(&self, confirmed: Instant) -> Instant {
        let began = Instant::now();
        match self.renew().await {
            Ok(true) => began,
            Ok(false) => self.become_new().await,
            Err(error) if confirmed.elapsed() >= self.life => {
                tracing::warn!(%error, "the lease could not be renewed in time");
                self.become_new().await
            }
            Err(error) => {
                tracing::debug!(%error, "the lease was not renewed");
                confirmed
            }
        }
    }

    /// Renews the lease. Pings the other connection too, which else would not notice a dead peer.
    async fn renew(&self) -> Result<bool, StoreError> {
        let incarnation = self.current();
        let ping = self
            .subscriber
            .send_one(Command::anywhere("PING", []), Repeat::Safe);
        let (renewed, _) = tokio::join!(
            lease::renew(self.leases.as_ref(), &incarnation, self.life),
            ping
        );
        renewed
    }

    /// Becomes another gateway, as it were: others may have removed every row of the old one.
    ///
    /// Returns when the new lease was taken.
    async fn become_new(&self) -> Instant {
        let old = self.current();
        let new = new_incarnation(self.random.as_ref());
        loop {
            let began = Instant::now();
            let joined = self.subscribe(&new).await.is_ok()
                && lease::take(self.leases.as_ref(), &new, self.life)
                    .await
                    .is_ok();
            if joined {
                *self
                    .incarnation
                    .write()
                    .unwrap_or_else(std::sync::PoisonError::into_inner) = new.clone();
                tracing::warn!(%old, %new, "the lease was lost; this gateway has a new incarnation");
                let _ = self
                    .subscriber
                    .client()
                    .unsubscribe(channel(&self.prefix, &old))
                    .await;
                self.inbox.announce_incarnation().await;
                return began;
            }
            sleep(PAUSE).await;
        }
    }

    /// What was published before the subscription stood again is lost, so the loss is reported after it.
    async fn resubscribe(&self) -> bool {
        match self.subscribe(&self.current()).await {
            Ok(()) => self.inbox.report_loss(),
            Err(error) => {
                tracing::debug!(%error, "not subscribed yet");
                return false;
            }
        }
        true
    }

    async fn subscribe(&self, incarnation: &Incarnation) -> Result<(), Error> {
        self.subscriber
            .client()
            .subscribe(channel(&self.prefix, incarnation))
            .await
    }

    fn current(&self) -> Incarnation {
        self.incarnation
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .clone()
    }
}

/// Events of a subscriber, to be asked for before it subscribes.
pub(super) fn events(
    subscriber: &Connection,
) -> (broadcast::Receiver<Message>, broadcast::Receiver<Server>) {
    (
        subscriber.client().message_rx(),
        subscriber.client().reconnect_rx(),
    )
}

/// Moves what arrives into the inbox, and does nothing else, so that the client's own small queue stays empty.
pub(super) async fn listen(
    mut messages: broadcast::Receiver<Message>,
    inbox: Inbox,
    counts: Arc<Counts>,
) {
    loop {
        match messages.recv().await {
            Ok(message) => match message.value.as_bytes().and_then(wire::decode) {
                Some(hint) => {
                    counts.count_received(HintKind::of(&hint));
                    inbox.deliver(Arc::new(hint));
                }
                None => counts.count_unreadable(),
            },
            Err(RecvError::Lagged(_)) => inbox.report_loss(),
            Err(RecvError::Closed) => return,
        }
    }
}
