//! One way to the store, whatever it is made of: a server, or the masters of a cluster.

use std::{sync::Arc, time::Duration};

use fred::types::Value;

use super::{
    address::Address,
    command::Command,
    connection::{Connection, Failure, Repeat, lacking},
    masters::Masters,
};
use crate::store::StoreError;

/// Events a connection keeps: nobody listens to them here.
const EVENTS: usize = 32;

/// A way to the store.
#[derive(Debug)]
pub(crate) enum Lane {
    /// To one server, or to the primary that the sentinels name.
    Server(Arc<Connection>),
    /// To the masters of a cluster.
    Masters(Box<Masters>),
}

impl Lane {
    /// Connects to `address`, trying again until `patience` is over.
    pub(crate) async fn open(address: &Address, patience: Duration) -> Result<Self, StoreError> {
        Ok(if address.is_cluster() {
            let masters = Masters::open(address.clone(), patience, EVENTS);
            Self::Masters(Box::new(Box::pin(masters).await?))
        } else {
            let connection = Connection::open(address, patience, EVENTS).await?;
            Self::Server(Arc::new(connection))
        })
    }

    /// Sends `commands` in one go and returns the reply of each. Those of one slot are done in order.
    pub(crate) async fn send(
        &self,
        commands: &[Command],
        repeat: Repeat,
    ) -> Result<Vec<Value>, Failure> {
        match self {
            Self::Server(connection) => connection.send(commands, repeat).await,
            Self::Masters(masters) => masters.send(commands, repeat).await,
        }
    }

    /// Sends one command and returns its reply.
    pub(crate) async fn send_one(
        &self,
        command: Command,
        repeat: Repeat,
    ) -> Result<Value, Failure> {
        let replies = self.send(&[command], repeat).await?;
        replies.into_iter().next().ok_or_else(lacking)
    }

    /// Names of the servers that keys are spread over, in order; one without a name when there is only one.
    pub(super) fn parts(&self) -> Vec<String> {
        match self {
            Self::Server(_) => vec![String::new()],
            Self::Masters(masters) => masters.names(),
        }
    }

    /// Sends one command that changes nothing to one of [`Lane::parts`].
    pub(super) async fn send_to(&self, part: &str, command: Command) -> Result<Value, Failure> {
        match self {
            Self::Server(connection) => connection.send_one(command, Repeat::Safe).await,
            Self::Masters(masters) => masters.send_to(part, command).await,
        }
    }

    /// Whether keys are spread over several servers, so that only those of one slot have an order.
    pub(super) fn is_spread(&self) -> bool {
        matches!(self, Self::Masters(_))
    }

    /// Every server that it leads to.
    pub(super) fn servers(&self) -> Vec<Arc<Connection>> {
        match self {
            Self::Server(connection) => vec![Arc::clone(connection)],
            Self::Masters(masters) => masters.connections(),
        }
    }

    /// Commands sent so far.
    pub(super) fn sent(&self) -> u64 {
        match self {
            Self::Server(connection) => connection.sent(),
            Self::Masters(masters) => masters.sent(),
        }
    }
}
