//! The masters of a cluster: one connection to each, and which of them has which slot.
//!
//! Commands go straight to the master of their slot; replicas are never read. A cluster in motion answers with
//! refusals (`refusal.rs`), after which nothing was done, so they are followed or waited for within the
//! time of the call, also for what may not be sent twice. A master that does not answer holds up only its own
//! slots: who asks for them asks the others meanwhile who has them now.
//!
//! While a slot is moved, keys of one chat may be half here and half there. What goes to one slot keeps its order:
//! whatever follows a refused command is sent again after it, and the answers of the last round count.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use fred::{
    error::{Error, ErrorKind},
    types::{Value, config::Server},
};
use futures_util::future::join_all;
use tokio::{
    sync::{Mutex, OnceCell},
    time::{Instant, sleep},
};

use super::{
    address::Address,
    command::Command,
    connection::{self, CALL, Connection, Failure, PAUSE, Repeat},
    errands::{Errand, Round, errands},
    refusal::Refusal,
    slots::Slots,
};
use crate::store::StoreError;

/// Longest time one server is given to say who has which slot, or to be connected to.
const ASK: Duration = Duration::from_secs(1);

/// The connection to one master, made when it is first needed.
type Node = Arc<OnceCell<Arc<Connection>>>;

/// Connections to all masters of a cluster.
#[derive(Debug)]
pub(crate) struct Masters {
    address: Address,
    events: usize,
    slots: RwLock<Arc<Slots>>,
    connections: RwLock<HashMap<Server, Node>>,
    /// How often the cluster was asked about itself; held while it is asked.
    asking: Mutex<u64>,
    asked: AtomicU64,
    turn: AtomicUsize,
    sent: AtomicU64,
}

impl Masters {
    /// Connects to every master, trying again until `patience` is over.
    pub(super) async fn open(
        address: Address,
        patience: Duration,
        events: usize,
    ) -> Result<Self, StoreError> {
        let masters = Self {
            address,
            events,
            slots: RwLock::default(),
            connections: RwLock::default(),
            asking: Mutex::new(0),
            asked: AtomicU64::new(0),
            turn: AtomicUsize::new(0),
            sent: AtomicU64::new(0),
        };
        let deadline = Instant::now() + patience;
        loop {
            let Err(error) = masters.try_open(deadline).await else {
                return Ok(masters);
            };
            let address = &masters.address;
            if *error.kind() == ErrorKind::Auth {
                return Err(StoreError::Unsafe(format!(
                    "{address} does not accept the user or password of the URL"
                )));
            }
            if error.details().contains("cluster support disabled") {
                return Err(StoreError::Unsafe(format!(
                    "{address} is no cluster: give its URL as redis://…"
                )));
            }
            if Instant::now() + PAUSE >= deadline {
                let text = format!("no connection to {address} within {patience:?}: {error}");
                return Err(StoreError::unavailable("connect", text));
            }
            tracing::debug!(%address, %error, "cluster does not answer yet");
            sleep(PAUSE * 4).await;
        }
    }

    async fn try_open(&self, deadline: Instant) -> Result<(), Error> {
        self.refresh(deadline).await?;
        for server in self.slots().masters() {
            self.connection(&server, deadline).await?;
        }
        Ok(())
    }

    /// The connections to all masters that are there.
    pub(super) fn connections(&self) -> Vec<Arc<Connection>> {
        let nodes = read(&self.connections);
        nodes
            .values()
            .filter_map(|node| node.get().cloned())
            .collect()
    }

    /// Names of all masters, in order.
    pub(super) fn names(&self) -> Vec<String> {
        let masters = self.slots().masters();
        let mut names: Vec<_> = masters.iter().map(ToString::to_string).collect();
        names.sort();
        names
    }

    /// Sends one command that changes nothing to the master of that name.
    pub(super) async fn send_to(&self, name: &str, command: Command) -> Result<Value, Failure> {
        let deadline = Instant::now() + CALL;
        let masters = self.slots().masters();
        let master = masters
            .into_iter()
            .find(|master| master.to_string() == name);
        let master = master.ok_or_else(|| Failure::Unsent(ownerless()))?;
        let connection = self.connection(&master, deadline).await;
        let connection = connection.map_err(Failure::Unsent)?;
        self.sent.fetch_add(1, Ordering::Relaxed);
        connection.send_one(command, Repeat::Safe).await
    }

    /// Commands sent so far.
    pub(super) fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// Sends `commands`, those of one slot in order, and returns the reply of each.
    pub(super) async fn send(
        &self,
        commands: &[Command],
        repeat: Repeat,
    ) -> Result<Vec<Value>, Failure> {
        let deadline = Instant::now() + CALL;
        let mut answers: Vec<Option<Value>> = vec![None; commands.len()];
        let mut errands = errands(commands);
        let mut moves = 0_u32;
        loop {
            let round = self.round(commands, errands, &mut answers, deadline).await;
            if round.left.is_empty() {
                return answers
                    .into_iter()
                    .collect::<Option<_>>()
                    .ok_or_else(connection::lacking);
            }
            if let Some(failure) = round.failure {
                if !failure.allows(repeat) || Instant::now() + 2 * PAUSE >= deadline {
                    return Err(failure);
                }
                tracing::debug!(?failure, "the cluster is in motion; trying again");
            }
            moves += u32::from(round.outdated);
            if round.wait || moves > 1 {
                connection::pause().await;
            }
            if round.outdated {
                // Whoever answers is good; when nobody does, the next round says so.
                let _unanswered = self.refresh(deadline).await;
            }
            errands = round.left;
        }
    }

    /// Sends every errand to its server, once.
    async fn round(
        &self,
        commands: &[Command],
        errands: Vec<Errand>,
        answers: &mut [Option<Value>],
        deadline: Instant,
    ) -> Round {
        let mut round = Round::default();
        let mut loads: BTreeMap<Server, Vec<Errand>> = BTreeMap::new();
        let slots = self.slots();
        for errand in errands {
            let owner = match (&errand.ask, errand.slot) {
                (Some(server), _) => Some(server.clone()),
                (None, Some(slot)) => slots.owner(slot).cloned(),
                (None, None) => self.next(&slots.masters()),
            };
            match owner {
                Some(server) => loads.entry(server).or_default().push(errand),
                None => round.lose(vec![errand], Failure::Unsent(ownerless())),
            }
        }
        let loads: Vec<_> = loads.into_iter().collect();
        let exchanges = loads
            .iter()
            .map(|(server, errands)| self.deliver(server, commands, errands, deadline));
        let replies = join_all(exchanges).await;
        for ((server, errands), replies) in loads.into_iter().zip(replies) {
            match replies {
                Ok(replies) => {
                    for (errand, replies) in errands.into_iter().zip(replies) {
                        round.take(&server, errand, replies, answers);
                    }
                }
                Err(failure) => round.lose(errands, failure),
            }
        }
        for (slot, server) in round.moved.drain(..) {
            self.learn(slot, server);
        }
        round
    }

    /// Sends what one server shall do, in one go. Answers for each errand the replies of its commands.
    async fn deliver(
        &self,
        server: &Server,
        commands: &[Command],
        errands: &[Errand],
        deadline: Instant,
    ) -> Result<Vec<Vec<Result<Value, Error>>>, Failure> {
        let connection = self.connection(server, deadline).await;
        let connection = connection.map_err(Failure::Unsent)?;
        if !connection.is_connected() {
            return Err(Failure::Unsent(unconnected(server)));
        }
        let mut load = Vec::new();
        for errand in errands {
            load.extend(
                errand
                    .ask
                    .is_some()
                    .then(|| Command::anywhere("ASKING", [])),
            );
            load.extend(errand.now().iter().map(|place| commands[*place].clone()));
        }
        self.sent.fetch_add(load.len() as u64, Ordering::Relaxed);
        let replies = connection.exchange(&load, deadline).await?;
        if replies.iter().any(is_unknown_script) {
            // The errands that were refused come again in the next round.
            connection.load(&load, deadline).await?;
        }
        let mut replies = replies.into_iter();
        let mut answers = Vec::with_capacity(errands.len());
        for errand in errands {
            let permission = usize::from(errand.ask.is_some());
            let replies = replies.by_ref().take(permission + errand.now().len());
            answers.push(replies.skip(permission).collect());
        }
        Ok(answers)
    }

    async fn connection(
        &self,
        server: &Server,
        deadline: Instant,
    ) -> Result<Arc<Connection>, Error> {
        let known = read(&self.connections).get(server).cloned();
        let node = known.unwrap_or_else(|| {
            let mut nodes = write(&self.connections);
            Arc::clone(nodes.entry(server.clone()).or_default())
        });
        let deadline = deadline.min(Instant::now() + ASK);
        let address = self.address.of(server);
        let connect = || Connection::try_open(&address, deadline, self.events);
        let connection = node.get_or_try_init(|| async { connect().await.map(Arc::new) });
        connection.await.cloned()
    }

    /// One server after the other.
    fn next(&self, servers: &[Server]) -> Option<Server> {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        servers.get(turn % servers.len().max(1)).cloned()
    }

    fn slots(&self) -> Arc<Slots> {
        Arc::clone(&read(&self.slots))
    }

    fn learn(&self, slot: u16, server: Server) {
        let mut slots = write(&self.slots);
        if slots.owner(slot) != Some(&server) {
            *slots = Arc::new(slots.moved(slot, server));
        }
    }

    /// Asks the cluster who has which slot, unless somebody else has just done so.
    async fn refresh(&self, deadline: Instant) -> Result<(), Error> {
        let before = self.asked.load(Ordering::Acquire);
        let mut times = self.asking.lock().await;
        if *times != before {
            return Ok(());
        }
        let slots = self.ask_anybody(deadline).await?;
        let masters = slots.masters();
        *write(&self.slots) = Arc::new(slots);
        write(&self.connections).retain(|server, _| masters.contains(server));
        *times += 1;
        self.asked.store(*times, Ordering::Release);
        Ok(())
    }

    /// The first answer, beginning with another server each time: one that is cut off may answer as well.
    async fn ask_anybody(&self, deadline: Instant) -> Result<Slots, Error> {
        let mut servers = self.slots().servers().to_vec();
        servers.extend(self.address.servers());
        let first = self.turn.fetch_add(1, Ordering::Relaxed) % servers.len().max(1);
        servers.rotate_left(first);
        let mut last = ownerless();
        for server in servers {
            let deadline = deadline.min(Instant::now() + ASK);
            match self.ask(&server, deadline).await {
                Ok(slots) => return Ok(slots),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    async fn ask(&self, server: &Server, deadline: Instant) -> Result<Slots, Error> {
        let known = read(&self.connections).get(server).cloned();
        let known = known.and_then(|node| node.get().cloned());
        let connection = if let Some(connection) = known.filter(|known| known.is_connected()) {
            connection
        } else {
            let address = self.address.of(server);
            Arc::new(Connection::try_open(&address, deadline, self.events).await?)
        };
        let command = Command::anywhere("CLUSTER", [Bytes::from_static(b"SLOTS")]);
        self.sent.fetch_add(1, Ordering::Relaxed);
        let replies = connection.exchange(&[command], deadline).await;
        let reply = match replies.map(|mut replies| replies.pop()) {
            Ok(Some(reply)) => reply?,
            Ok(None) => return Err(ownerless()),
            Err(Failure::Unsent(error) | Failure::Lost(error) | Failure::Refused(_, error)) => {
                return Err(error);
            }
            Err(Failure::Overloaded) => {
                return Err(Error::new(ErrorKind::Backpressure, "too much waits"));
            }
        };
        let slots = Slots::parse(reply, server).filter(|slots| !slots.masters().is_empty());
        slots.ok_or_else(ownerless)
    }
}

fn is_unknown_script(reply: &Result<Value, Error>) -> bool {
    reply
        .as_ref()
        .is_err_and(|error| Refusal::of(error) == Some(Refusal::Script))
}

fn ownerless() -> Error {
    Error::new(ErrorKind::Cluster, "nobody has the slot")
}

fn unconnected(server: &Server) -> Error {
    Error::new(ErrorKind::IO, format!("not connected to {server}"))
}

fn read<T>(lock: &RwLock<T>) -> std::sync::RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> std::sync::RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}
