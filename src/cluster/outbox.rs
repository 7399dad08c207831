//! Hints on their way out: one PUBLISH for each gateway that wants to be told.

use std::sync::Arc;

use bytes::Bytes;
use fred::types::Value;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, mpsc},
    task::AbortHandle,
};

use super::{
    Hint, channel,
    counts::{Counts, HintKind},
    departed::Departed,
    wire,
};
use crate::{
    model::Incarnation,
    store::kv::{command::Command, connection::Repeat, lane::Lane},
};

/// Most bytes that wait to be sent.
const WAITING_BYTES: usize = 32 * 1024 * 1024;
/// What a hint costs besides its text.
const OVERHEAD_BYTES: usize = 256;
/// Most hints sent at once.
const BATCH: usize = 256;

/// One hint for one gateway. Its place in the queue is free again when it was sent.
#[derive(Debug)]
struct Outgoing {
    key: Arc<str>,
    gateway: Incarnation,
    body: Bytes,
    _place: OwnedSemaphorePermit,
}

/// The queue. Its bound is the bytes in it, sent ones included until the store has answered.
#[derive(Debug)]
pub(super) struct Outbox {
    queue: mpsc::UnboundedSender<Outgoing>,
    room: Arc<Semaphore>,
    counts: Arc<Counts>,
}

impl Outbox {
    /// Starts the task that sends.
    pub(super) fn open(
        store: Lane,
        prefix: String,
        counts: Arc<Counts>,
        departed: Departed,
    ) -> (Self, AbortHandle) {
        let (queue, receiver) = mpsc::unbounded_channel();
        let sender = Sender {
            store,
            prefix,
            counts: Arc::clone(&counts),
            departed,
        };
        let task = tokio::spawn(sender.run(receiver)).abort_handle();
        (
            Self {
                queue,
                room: Arc::new(Semaphore::new(WAITING_BYTES)),
                counts,
            },
            task,
        )
    }

    /// Queues `hint` for `gateways`, as far as there is room.
    pub(super) fn send(&self, hint: &Hint, key: &str, gateways: &[&Incarnation]) {
        let (Some(body), key) = (wire::encode(hint), Arc::from(key)) else {
            return;
        };
        for gateway in gateways {
            self.queue(HintKind::of(hint), &key, gateway, &body);
        }
    }

    fn queue(&self, kind: HintKind, key: &Arc<str>, gateway: &Incarnation, body: &Bytes) {
        let cost = u32::try_from(body.len() + OVERHEAD_BYTES).unwrap_or(u32::MAX);
        let Ok(place) = Arc::clone(&self.room).try_acquire_many_owned(cost) else {
            return self.counts.count_dropped(1);
        };
        let (key, gateway, body) = (Arc::clone(key), gateway.clone(), body.clone());
        if self
            .queue
            .send(Outgoing {
                key,
                gateway,
                body,
                _place: place,
            })
            .is_ok()
        {
            self.counts.count_sent(kind);
        }
    }
}

/// The task that sends.
struct Sender {
    store: Lane,
    prefix: String,
    counts: Arc<Counts>,
    departed: Departed,
}

impl Sender {
    async fn run(self, mut queue: mpsc::UnboundedReceiver<Outgoing>) {
        let mut batch = Vec::with_capacity(BATCH);
        while queue.recv_many(&mut batch, BATCH).await > 0 {
            self.publish(&batch).await;
            batch.clear();
        }
    }

    /// A hint published twice is dropped by its stamp, so sending again is harmless.
    async fn publish(&self, batch: &[Outgoing]) {
        let commands: Vec<_> = batch
            .iter()
            .map(|outgoing| self.command(outgoing))
            .collect();
        match self.store.send(&commands, Repeat::Safe).await {
            Ok(receivers) => {
                for (outgoing, _) in batch
                    .iter()
                    .zip(receivers)
                    .filter(|(_, heard)| is_zero(heard))
                {
                    self.departed.suspect(&outgoing.key, &outgoing.gateway);
                }
            }
            Err(failure) => {
                tracing::warn!(?failure, hints = batch.len(), "hints were not sent");
                self.counts.count_dropped(batch.len() as u64);
            }
        }
    }

    fn command(&self, outgoing: &Outgoing) -> Command {
        // In a cluster the channel decides who takes it, and that one passes it on to all servers.
        let channel = channel(&self.prefix, &outgoing.gateway);
        Command::new("PUBLISH", [channel.into(), outgoing.body.clone()])
    }
}

fn is_zero(heard: &Value) -> bool {
    matches!(heard, Value::Integer(0))
}
