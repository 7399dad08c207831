//! Who and what there is: gateways, people, chats, and what everybody did.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use tokio::sync::mpsc;

use super::{
    acts::{Act, Done},
    dice::{Dice, Rolled, SkewedClock, Time},
    follower::Follower,
    stage::Gate,
};
use crate::{
    cluster::{Cluster, Delivery, Origin},
    config::{AuthConfig, LimitsConfig, RetentionConfig},
    model::{ChatId, ClientId, Incarnation, Stamp},
    service::{Caller, LoggedIn, Parts, Service},
};

/// One gateway. All share an incarnation, so that every hint reaches the inbox of the one that tells it,
/// from where the run carries it on.
pub(super) struct Gateway {
    /// The service, unless it is just starting.
    pub(super) service: Option<Arc<Service>>,
    pub(super) clock: Arc<SkewedClock>,
    pub(super) deliveries: Option<mpsc::Receiver<Delivery>>,
    /// It does nothing until then.
    pub(super) frozen_until_us: u64,
}

impl Gateway {
    pub(super) fn new(time: Time) -> Self {
        Self {
            service: None,
            clock: Arc::new(SkewedClock::new(time)),
            deliveries: None,
            frozen_until_us: 0,
        }
    }

    /// What a new start of it stands on.
    pub(super) fn parts(&mut self, gate: Arc<Gate>, dice: Dice) -> Parts {
        let (cluster, deliveries) = Cluster::alone(incarnation());
        self.deliveries = Some(deliveries);
        Parts {
            engine: gate,
            cluster,
            clock: self.clock.clone(),
            random: Arc::new(Rolled(Mutex::new(dice))),
            auth: AuthConfig {
                argon2_memory_kib: 64,
                argon2_passes: 1,
                ..AuthConfig::default()
            },
            limits: unlimited(),
            retention: RetentionConfig::default(),
        }
    }
}

fn unlimited() -> LimitsConfig {
    LimitsConfig {
        sends_burst: 1_000_000,
        changes_per_minute: 1_000_000,
        ..super::super::generous()
    }
}

fn incarnation() -> Incarnation {
    Incarnation::from_bytes(b"simulation")
}

/// Whoever is logged in, asking through connection `number`.
pub(super) fn caller(who: &LoggedIn, number: usize) -> Caller {
    Caller {
        user: who.account.user.id.clone(),
        session: who.session.id.clone(),
        origin: Origin {
            incarnation: incarnation(),
            connection: number as u64,
        },
    }
}

/// A chat, and the person who made it and never leaves it.
pub(super) struct Room {
    pub(super) id: ChatId,
    pub(super) keeper: usize,
    /// What the keeper knows of it.
    pub(super) follower: Follower,
}

/// How an act ended for the one who asked.
#[derive(Debug, Clone)]
pub(super) enum End {
    /// It is under way.
    Open,
    /// It was done.
    Done(Done),
    /// It was refused, and was not done.
    Refused,
    /// It may have been done.
    Unknown,
}

/// One act of one person, over all its attempts. Times are steps of the run.
#[derive(Debug, Clone)]
pub(super) struct Deed {
    pub(super) who: usize,
    pub(super) act: Act,
    pub(super) id: ClientId,
    pub(super) began: u64,
    pub(super) ended: u64,
    pub(super) end: End,
}

/// Everything that the judge needs to know.
pub(super) struct World {
    pub(super) gateways: Vec<Gateway>,
    pub(super) people: Vec<Caller>,
    pub(super) rooms: Vec<Room>,
    pub(super) deeds: Vec<Deed>,
    /// The newest stamp of each chat that anybody was told of.
    pub(super) newest: BTreeMap<ChatId, Stamp>,
}

impl World {
    /// The room of a chat, once it is known to be made.
    pub(super) fn room_mut(&mut self, chat: &ChatId) -> Option<&mut Room> {
        self.rooms.iter_mut().find(|room| room.id == *chat)
    }

    /// Somebody learned of a stamp.
    pub(super) fn saw(&mut self, chat: &ChatId, stamp: Stamp) {
        let newest = self.newest.entry(chat.clone()).or_insert(Stamp::ZERO);
        *newest = stamp.max(*newest);
    }

    /// A person's deed ended well: what everybody knows now.
    pub(super) fn learn(&mut self, who: usize, act: &Act, done: &Done) {
        match done {
            Done::Sent(sent) => {
                if let Some(chat) = act.chat() {
                    self.saw(chat, sent.stamp);
                }
            }
            Done::Page(page) => {
                let Some(chat) = act.chat() else { return };
                if let Some(last) = page.entries.last() {
                    self.saw(chat, last.stamp);
                }
                let room = self.room_mut(chat).filter(|room| room.keeper == who);
                if let Some(room) = room {
                    for entry in &page.entries {
                        room.follower.take(entry.clone());
                    }
                }
            }
            Done::Made(id) => {
                let follower = Follower::default();
                let (id, keeper) = (id.clone(), who);
                self.rooms.push(Room {
                    id,
                    keeper,
                    follower,
                });
            }
            Done::Read(_) | Done::Changed => {}
        }
    }
}
