//! One connection to the server under test.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde::{Deserialize, Serialize};
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{Message, protocol::WebSocketConfig},
};

use super::Bench;
use crate::protocol::{Hello, Method, Welcome, WireError};

/// Longest wait for a connection or for an answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// A socket that speaks the protocol.
pub(super) type Socket = WebSocketStream<TcpStream>;

/// How much a connection is to carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Traffic {
    /// Next to nothing.
    Little,
    /// As much as fits.
    Much,
}

impl Traffic {
    const fn buffer_bytes(self) -> usize {
        match self {
            Self::Little => 2 * 1_024,
            Self::Much => 16 * 1_024,
        }
    }
}

/// Why a call has no result.
#[derive(Debug, thiserror::Error)]
pub(super) enum CallError {
    /// The server answered with an error.
    #[error("{method} was refused: {} ({})", error.code.wire().0, error.message)]
    Refused {
        /// The method called.
        method: &'static str,
        /// What the server said.
        error: Box<WireError>,
    },
    /// There is no connection, or none any more.
    #[error("{what}: {reason}")]
    Broken {
        /// What was tried.
        what: &'static str,
        /// What came of it.
        reason: String,
    },
}

#[derive(Serialize)]
struct Request<'a, P> {
    id: u64,
    method: &'static str,
    params: &'a P,
}

/// A frame of the server, if it is a reply; a push has none of these fields.
#[derive(Deserialize)]
pub(super) struct Reply<T> {
    /// The request it answers.
    #[serde(default)]
    pub(super) id: Option<u64>,
    /// The result.
    #[serde(default = "Option::default")]
    pub(super) ok: Option<T>,
    /// Why there is none.
    #[serde(default)]
    pub(super) error: Option<WireError>,
}

/// Spells a request as the text of a frame.
pub(super) fn request<M: Method<Params = M> + Serialize>(id: u64, params: &M) -> String {
    let method = M::NAME.wire();
    serde_json::to_string(&Request { id, method, params })
        .expect("wire types have text keys and no failing parts")
}

/// A connection that calls one method after the other and ignores pushes.
pub(super) struct Client {
    socket: Socket,
    next_id: u64,
}

impl Client {
    /// Connects, without authenticating. `index` tells the connections of a run apart.
    pub(super) async fn connect(
        bench: &Bench,
        index: usize,
        traffic: Traffic,
    ) -> Result<Self, CallError> {
        let opened = within("connecting", open(bench, index, traffic)).await?;
        Ok(Self {
            socket: opened.map_err(|error| broken("connecting", error))?,
            next_id: 1,
        })
    }

    /// Connects and authenticates with the token of a session.
    pub(super) async fn greet(
        bench: &Bench,
        index: usize,
        traffic: Traffic,
        token: &str,
    ) -> Result<(Self, Welcome), CallError> {
        let mut client = Self::connect(bench, index, traffic).await?;
        let hello = Hello {
            token: token.to_owned(),
            device: None,
            client: Some("curlew-bench".to_owned()),
            features: Vec::new(),
        };
        let welcome = client.call(&hello).await?;
        Ok((client, welcome))
    }

    /// Calls a method and waits for its answer.
    pub(super) async fn call<M>(&mut self, params: &M) -> Result<M::Ok, CallError>
    where
        M: Method<Params = M> + Serialize,
    {
        let id = self.next_id;
        self.next_id += 1;
        within(M::NAME.wire(), self.exchange(id, params)).await?
    }

    async fn exchange<M>(&mut self, id: u64, params: &M) -> Result<M::Ok, CallError>
    where
        M: Method<Params = M> + Serialize,
    {
        let method = M::NAME.wire();
        let sent = self.socket.send(Message::text(request(id, params))).await;
        sent.map_err(|error| broken(method, error))?;
        loop {
            let heard = match self.socket.next().await {
                Some(heard) => heard.map_err(|error| broken(method, error))?,
                None => return Err(broken(method, "the connection ended")),
            };
            let Message::Text(text) = heard else { continue };
            let reply: Reply<M::Ok> =
                serde_json::from_str(&text).map_err(|error| broken(method, error))?;
            match reply {
                Reply { id: Some(of), .. } if of != id => {}
                Reply { ok: Some(ok), .. } => return Ok(ok),
                Reply {
                    error: Some(error), ..
                } => {
                    let error = Box::new(error);
                    return Err(CallError::Refused { method, error });
                }
                Reply { .. } => {}
            }
        }
    }

    /// The socket, for those who do more than call.
    pub(super) fn into_socket(self) -> Socket {
        self.socket
    }
}

async fn open(
    bench: &Bench,
    index: usize,
    traffic: Traffic,
) -> Result<Socket, Box<dyn std::error::Error + Send + Sync>> {
    let target = &bench.target;
    let socket = if target.address.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    if let Some(source) = target.source(index) {
        socket.bind((source, 0).into())?;
    }
    let stream = socket.connect(target.address).await?;
    stream.set_nodelay(true)?;
    let config = WebSocketConfig::default()
        .read_buffer_size(traffic.buffer_bytes())
        .write_buffer_size(traffic.buffer_bytes());
    let (socket, _) = client_async_with_config(&target.url, stream, Some(config)).await?;
    Ok(socket)
}

async fn within<T>(what: &'static str, future: impl Future<Output = T>) -> Result<T, CallError> {
    let waited = tokio::time::timeout(PATIENCE, future).await;
    waited.map_err(|_| broken(what, "no answer in time"))
}

fn broken(what: &'static str, reason: impl std::fmt::Display) -> CallError {
    CallError::Broken {
        what,
        reason: reason.to_string(),
    }
}
