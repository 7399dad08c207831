//! From hints to pushes.

use std::{sync::Arc, time::Duration};

use tokio::sync::mpsc;

use super::{
    Gateway, LocalUser, Room,
    broadcast::Broadcast,
    connection::House,
    rooms::{Arrival, Pushed, Question},
    users::{LogArrival, Movement},
};
use crate::{
    cluster::{Delivery, Hint, HintKind, Origin},
    model::{Change, ChatId, Epoch, Incarnation, LogEntry, Stamp, UserId},
    protocol::{Push, ResyncReason},
};

/// Deliveries taken at once.
const BATCH: usize = 256;
/// Attempts to learn what must be known before a push, and the pause between them.
const ATTEMPTS: u32 = 5;
const PAUSE: Duration = Duration::from_millis(200);

/// Turns hints into pushes until the process ends.
pub(super) async fn run(gateway: Arc<Gateway>, mut deliveries: mpsc::Receiver<Delivery>) {
    let mut batch = Vec::with_capacity(BATCH);
    while deliveries.recv_many(&mut batch, BATCH).await > 0 {
        let incarnation = gateway.parts.cluster.incarnation();
        for delivery in batch.drain(..) {
            match delivery {
                Delivery::Hint(hint) => gateway.deliver(Arc::unwrap_or_clone(hint), &incarnation),
                Delivery::Lost => gateway.heal_lost_hints(),
                Delivery::NewIncarnation => gateway.heal_lost_lease(),
            }
        }
        // A long row of hints must not keep the connections of this worker from writing them.
        tokio::task::yield_now().await;
    }
}

impl Gateway {
    fn deliver(self: &Arc<Self>, hint: Hint, here: &Incarnation) {
        let local = |origin: Option<Origin>| {
            origin
                .filter(|origin| origin.incarnation == *here)
                .map(|origin| origin.connection)
        };
        match hint {
            Hint::Entry {
                chat,
                epoch,
                members_version,
                entry,
                origin,
            } => {
                let position = (entry.prev, entry.stamp);
                let arrival = Arrival {
                    origin: local(origin),
                    members_version,
                    push: Pushed::All(Box::new(Broadcast::new(Push::Entry {
                        chat: chat.clone(),
                        epoch: epoch.clone(),
                        entry,
                    }))),
                };
                self.enter(&chat, |room, house| {
                    room.on_entry(&epoch, position, arrival, house)
                });
            }
            Hint::Log {
                user,
                epoch,
                entry,
                origin,
            } => self.deliver_log(&user, epoch, entry, local(origin)),
            Hint::Changed {
                chat,
                epoch,
                members_version,
                entry,
                copied,
            } => {
                let position = (entry.prev, entry.stamp);
                let arrival = change_arrival(&chat, &epoch, members_version, entry, copied);
                self.enter(&chat, |room, house| {
                    room.on_change(&epoch, position, arrival, house)
                });
            }
            Hint::Delivered {
                chat,
                to,
                user,
                stamp,
            } => self.push_to(&[to], Push::Delivered { chat, user, stamp }),
            Hint::Read {
                chat,
                to,
                user,
                stamp,
            } => self.push_to(&to, Push::Read { chat, user, stamp }),
            Hint::SessionEnded { user, session } => {
                if let Some(user) = self.users.get(&user) {
                    user.end(&session, &self.house);
                }
            }
        }
    }

    /// Pushes to those of `people` who are connected here.
    fn push_to(&self, people: &[UserId], push: Push) {
        let push = Broadcast::new(push);
        for user in people.iter().filter_map(|user| self.users.get(user)) {
            user.push(&push, None, &self.house);
        }
    }

    /// Hands what has come to the room of its chat, if there is one.
    fn enter(
        self: &Arc<Self>,
        chat: &ChatId,
        arrive: impl FnOnce(&Room, &House) -> Option<Question>,
    ) {
        if let Some(room) = self.rooms.get(chat).map(|room| Arc::clone(&room)) {
            let question = arrive(&room, &self.house);
            self.follow(room, question);
        }
    }

    fn deliver_log(
        self: &Arc<Self>,
        user: &UserId,
        epoch: Epoch,
        entry: LogEntry,
        origin: Option<u64>,
    ) {
        let Some(user) = self.users.get(user).map(|user| Arc::clone(&user)) else {
            return;
        };
        user.hold(LogArrival {
            stamp: entry.stamp,
            movement: Movement::of(&user.id, &entry),
            origin,
            push: Broadcast::new(Push::Change { epoch, entry }),
        });
        self.push_log(&user);
    }

    /// Lets a room go on: answers its question, and notes it when entries wait.
    pub(super) fn follow(self: &Arc<Self>, room: Arc<Room>, question: Option<Question>) {
        if room.is_waiting() {
            self.stalled.insert(room.chat.clone());
        }
        if let Some(question) = question {
            tokio::spawn(Arc::clone(self).answer(room, question));
        }
    }

    /// Learns who the members are, as long as the room asks.
    async fn answer(self: Arc<Self>, room: Arc<Room>, question: Question) {
        let mut open = Some(question);
        while let Some(question) = open {
            let Some((version, members)) = self.members(&room, &question).await else {
                room.on_no_answer();
                return;
            };
            open = room.on_members(&question, version, members, &self.house);
        }
    }

    async fn members(
        &self,
        room: &Room,
        question: &Question,
    ) -> Option<(u64, Vec<(UserId, Stamp)>)> {
        for _ in 0..ATTEMPTS {
            let asked = self
                .parts
                .service
                .members_among(&room.chat, &question.users);
            match asked.await {
                Ok(answer) => return Some(answer),
                Err(error) => tracing::warn!(chat.id = %room.chat, %error, "members not known"),
            }
            tokio::time::sleep(PAUSE).await;
        }
        None
    }

    /// Pushes the entries of a change log that wait, in order. One that brings a new chat waits until
    /// hints about the chat come here, so that whoever reads the chat then misses nothing.
    fn push_log(self: &Arc<Self>, user: &Arc<LocalUser>) {
        while let Some(arrival) = user.next_held() {
            match &arrival.movement {
                Some(Movement::Joins(..)) => {
                    tokio::spawn(Arc::clone(self).join_and_push(Arc::clone(user), arrival));
                    return;
                }
                Some(Movement::Leaves(chat)) => self.part(user, chat),
                None => {}
            }
            user.push(&arrival.push, arrival.origin, &self.house);
        }
    }

    async fn join_and_push(self: Arc<Self>, user: Arc<LocalUser>, arrival: LogArrival) {
        if let Some(Movement::Joins(chat, since)) = &arrival.movement {
            for _ in 0..ATTEMPTS {
                let _nobody_gives_up = self.interest.read().await;
                match self.join(&user, vec![chat.clone()], Some(*since)).await {
                    Ok(()) => break,
                    Err(error) => tracing::warn!(chat.id = %chat, %error, "chat not joined"),
                }
                tokio::time::sleep(PAUSE).await;
            }
        }
        user.push(&arrival.push, arrival.origin, &self.house);
        user.joined();
        self.push_log(&user);
    }

    /// Brings what the cluster has counted into the metrics.
    pub(super) fn count_hints(&self) {
        let counts = self.parts.cluster.counts();
        for kind in HintKind::ALL {
            let name = kind.name();
            metrics::counter!("curlew_hints_sent_total", "kind" => name)
                .absolute(counts.sent(kind));
            metrics::counter!("curlew_hints_received_total", "kind" => name)
                .absolute(counts.received(kind));
        }
        metrics::counter!("curlew_hints_dropped_total").absolute(counts.dropped());
        metrics::counter!("curlew_hints_unreadable_total").absolute(counts.unreadable());
    }

    /// A push that tells somebody to pull.
    pub(super) fn resync(reason: ResyncReason, chat: Option<ChatId>) -> Broadcast {
        Broadcast::new(Push::Resync { reason, chat })
    }
}

/// A change on its way to the members, who are told by their logs if it is `copied`.
fn change_arrival(
    chat: &ChatId,
    epoch: &Epoch,
    members_version: u64,
    entry: LogEntry,
    copied: bool,
) -> Arrival {
    Arrival {
        origin: None,
        members_version,
        push: if copied {
            Pushed::Nothing
        } else {
            changed(chat, epoch, entry)
        },
    }
}

/// The pushes that tell of a change which no log tells of.
fn changed(chat: &ChatId, epoch: &Epoch, entry: LogEntry) -> Pushed {
    let push = |entry| {
        let (chat, epoch) = (chat.clone(), epoch.clone());
        Broadcast::new(Push::Changed { chat, epoch, entry })
    };
    let mut bare = entry.clone();
    match &mut bare.change {
        Change::Message(change) => {
            change.entry = None;
            Pushed::Message(change.stamp, Box::new([push(entry), push(bare)]))
        }
        _ => Pushed::All(Box::new(push(entry))),
    }
}
