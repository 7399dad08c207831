//! How gateways find and tell each other.
//!
//! A hint says that something was stored; it carries it along, so that whoever is online costs no read.
//! Hints may be lost: whoever needs certainty pulls.
//!
//! Layer: cluster. Knows the store (leases) and the model.

mod hint;

use std::sync::Arc;

use tokio::sync::mpsc;

pub use hint::{Delivery, Hint, Origin};

use crate::model::Incarnation;

/// This gateway's place among the others.
pub struct Cluster {
    incarnation: Incarnation,
    hints: mpsc::Sender<Delivery>,
}

impl Cluster {
    /// A cluster of one: no other gateways.
    #[must_use]
    pub fn alone(incarnation: Incarnation) -> (Arc<Self>, mpsc::Receiver<Delivery>) {
        let (hints, deliveries) = mpsc::channel(65_536);
        (Arc::new(Self { incarnation, hints }), deliveries)
    }

    /// Which start of which gateway this is. Changes when the lease was lost.
    #[must_use]
    pub fn incarnation(&self) -> Incarnation {
        self.incarnation.clone()
    }

    /// Tells `gateways`, the members of the set at `key`, what was stored. Never waits, never fails.
    pub fn tell(&self, hint: Hint, _key: &str, gateways: &[Incarnation]) {
        if gateways.contains(&self.incarnation) {
            let _full = self.hints.try_send(Delivery::Hint(Arc::new(hint)));
        }
    }
}
