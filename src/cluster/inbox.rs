//! Deliveries on their way to the gateway: a bounded queue that says when it lost something.

use std::sync::Arc;

use tokio::{
    sync::{Notify, mpsc},
    task::AbortHandle,
};

use super::{Delivery, Hint};

/// Most deliveries that wait for the gateway.
const WAITING: usize = 16_384;

/// The sending end.
#[derive(Debug, Clone)]
pub(super) struct Inbox {
    deliveries: mpsc::Sender<Delivery>,
    loss: Arc<Notify>,
}

impl Inbox {
    /// An inbox, the end the gateway reads, and the task that reports losses.
    pub(super) fn open() -> (Self, mpsc::Receiver<Delivery>, AbortHandle) {
        let (deliveries, receiver) = mpsc::channel(WAITING);
        let loss = Arc::new(Notify::new());
        let reporter = tokio::spawn(report(deliveries.clone(), Arc::clone(&loss))).abort_handle();
        (Self { deliveries, loss }, receiver, reporter)
    }

    /// Delivers a hint, or reports it lost when the gateway is behind.
    pub(super) fn deliver(&self, hint: Arc<Hint>) {
        if self.deliveries.try_send(Delivery::Hint(hint)).is_err() {
            self.report_loss();
        }
    }

    /// Says that hints may have been lost. Several losses in a row are one report.
    pub(super) fn report_loss(&self) {
        self.loss.notify_one();
    }

    /// Says that the incarnation has changed; waits for room, because this must arrive.
    #[cfg(feature = "redis")]
    pub(super) async fn announce_incarnation(&self) {
        let _gone = self.deliveries.send(Delivery::NewIncarnation).await;
    }
}

/// A report waits for room, so it arrives after what was queued before the loss. A loss during the wait is
/// remembered by the notification and gives one more report.
async fn report(deliveries: mpsc::Sender<Delivery>, loss: Arc<Notify>) {
    loop {
        loss.notified().await;
        if deliveries.send(Delivery::Lost).await.is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{SessionId, UserId};

    fn hint() -> Arc<Hint> {
        let user = UserId::parse("user").unwrap();
        Arc::new(Hint::SessionEnded {
            user,
            session: SessionId::parse("session").unwrap(),
        })
    }

    #[tokio::test]
    async fn hints_beyond_the_bound_are_reported_lost_once() {
        let (inbox, mut deliveries, _reporter) = Inbox::open();
        for _ in 0..WAITING + 500 {
            inbox.deliver(hint());
        }
        for _ in 0..WAITING {
            assert!(matches!(deliveries.recv().await, Some(Delivery::Hint(_))));
        }
        assert!(matches!(deliveries.recv().await, Some(Delivery::Lost)));
        inbox.deliver(hint());
        assert!(
            matches!(deliveries.recv().await, Some(Delivery::Hint(_))),
            "no second report"
        );
    }
}
