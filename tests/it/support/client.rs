//! A client of the protocol, in both formats.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use curlew::protocol::{Method, Push, WireError};
use futures_util::{SinkExt, StreamExt, stream::SplitStream};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use tokio::{
    net::TcpStream,
    sync::{Mutex as AsyncMutex, mpsc, oneshot, watch},
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream,
    tungstenite::{Bytes, Error, Message, client::IntoClientRequest, http::HeaderValue},
};

use super::within;

/// Pushes kept for a test that does not look at them yet. One more ends the connection.
const PUSHES_KEPT: usize = 65_536;

/// How a client spells frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// Text frames.
    Json,
    /// Binary frames.
    MessagePack,
}

impl Format {
    /// Both.
    pub(crate) const ALL: [Self; 2] = [Self::Json, Self::MessagePack];

    /// Spells `value` as a frame.
    pub(crate) fn frame(self, value: &impl Serialize) -> Message {
        match self {
            Self::Json => Message::text(serde_json::to_string(value).expect("spells as JSON")),
            Self::MessagePack => {
                Message::binary(rmp_serde::to_vec_named(value).expect("spells as MessagePack"))
            }
        }
    }
}

/// Reads a frame of either format.
pub(crate) fn read<T: DeserializeOwned>(frame: &Message) -> Option<T> {
    match frame {
        Message::Text(text) => serde_json::from_str(text).ok(),
        Message::Binary(bytes) => {
            let value: Value = rmp_serde::from_slice(bytes).ok()?;
            serde_json::from_value(value).ok()
        }
        _ => None,
    }
}

/// How a connection ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Closed {
    /// The close code; absent when the connection just broke.
    pub(crate) code: Option<u16>,
    /// The text beside it.
    pub(crate) reason: String,
}

/// Why a call has no result.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum CallError {
    /// The server answered with an error.
    Refused(WireError),
    /// The connection ended before the answer.
    Closed(Closed),
}

#[derive(Serialize)]
struct Request<'a, P> {
    id: u64,
    method: &'a str,
    params: &'a P,
}

/// What every frame of the server is looked through for first.
#[derive(Deserialize)]
struct Envelope {
    #[serde(default)]
    id: Option<u64>,
    #[serde(default)]
    push: Option<String>,
}

#[derive(Deserialize)]
struct Reply<T> {
    #[serde(default = "Option::default")]
    ok: Option<T>,
    #[serde(default)]
    error: Option<WireError>,
}

type Waiting = Arc<Mutex<Option<HashMap<u64, oneshot::Sender<Message>>>>>;
type Incoming = SplitStream<WebSocketStream<MaybeTlsStream<TcpStream>>>;

/// One connection. Calls may run at the same time; pushes gather in a bounded queue.
pub(crate) struct Client {
    format: Format,
    next_id: AtomicU64,
    outgoing: mpsc::Sender<Message>,
    waiting: Waiting,
    pushes: AsyncMutex<mpsc::Receiver<Push>>,
    closed: watch::Receiver<Option<Closed>>,
}

impl Client {
    /// Connects, without authenticating.
    pub(crate) async fn connect(url: &str, format: Format) -> Result<Self, Error> {
        Self::connect_from(url, format, None).await
    }

    /// Connects as a page of `origin` would.
    pub(crate) async fn connect_from(
        url: &str,
        format: Format,
        origin: Option<&str>,
    ) -> Result<Self, Error> {
        let mut request = url.into_client_request()?;
        if let Some(origin) = origin {
            let value = HeaderValue::from_str(origin).expect("an origin is a header value");
            request.headers_mut().insert("origin", value);
        }
        let (socket, _) = tokio_tungstenite::connect_async_with_config(request, None, true).await?;
        let (mut sink, stream) = socket.split();
        let (outgoing, mut queue) = mpsc::channel::<Message>(1_024);
        tokio::spawn(async move {
            while let Some(message) = queue.recv().await {
                if sink.send(message).await.is_err() {
                    break;
                }
            }
            let _gone = sink.close().await;
        });
        let waiting: Waiting = Arc::new(Mutex::new(Some(HashMap::new())));
        let (push, pushes) = mpsc::channel(PUSHES_KEPT);
        let (close, closed) = watch::channel(None);
        let reader = Reader {
            waiting: Arc::clone(&waiting),
            push,
        };
        tokio::spawn(async move {
            let end = reader.run(stream).await;
            close.send_replace(Some(end));
            // Dropping the answers' senders tells every caller that waits.
            reader.waiting.lock().unwrap().take();
        });
        Ok(Self {
            format,
            next_id: AtomicU64::new(1),
            outgoing,
            waiting,
            pushes: AsyncMutex::new(pushes),
            closed,
        })
    }

    /// How this client spells frames.
    pub(crate) fn format(&self) -> Format {
        self.format
    }

    /// Calls a method. Fails the test when the connection ends or no answer comes in time.
    pub(crate) async fn call<M: Method + Serialize>(&self, params: M) -> Result<M::Ok, WireError> {
        match within(M::NAME.wire(), self.try_call(&params)).await {
            Ok(ok) => Ok(ok),
            Err(CallError::Refused(error)) => Err(error),
            Err(CallError::Closed(closed)) => {
                panic!("{}: the connection ended: {closed:?}", M::NAME.wire())
            }
        }
    }

    /// Calls a method; the connection may end meanwhile.
    pub(crate) async fn try_call<M: Method + Serialize>(
        &self,
        params: &M,
    ) -> Result<M::Ok, CallError> {
        let frame = self.exchange(self.fresh_id(), M::NAME.wire(), params).await;
        let frame = frame.map_err(CallError::Closed)?;
        let reply: Reply<M::Ok> =
            read(&frame).unwrap_or_else(|| panic!("no reply of {}: {frame:?}", M::NAME.wire()));
        match (reply.ok, reply.error) {
            (Some(ok), None) => Ok(ok),
            (None, Some(error)) => Err(CallError::Refused(error)),
            _ => panic!("neither one of ok and error: {frame:?}"),
        }
    }

    /// Calls a method with params that no type here would allow.
    pub(crate) async fn call_with(&self, method: &str, params: &Value) -> Result<Value, WireError> {
        let frame = self.reply_to(self.fresh_id(), method, params).await;
        let reply: Reply<Value> = read(&frame).unwrap_or_else(|| panic!("no reply: {frame:?}"));
        reply
            .error
            .map_or_else(|| Ok(reply.ok.unwrap_or_default()), Err)
    }

    /// The reply's frame as it came, to a request with a chosen id.
    pub(crate) async fn reply_to(&self, id: u64, method: &str, params: &Value) -> Message {
        let frame = within(method, self.exchange(id, method, params)).await;
        frame.unwrap_or_else(|closed| panic!("{method}: the connection ended: {closed:?}"))
    }

    async fn exchange(
        &self,
        id: u64,
        method: &str,
        params: &impl Serialize,
    ) -> Result<Message, Closed> {
        let (answer, reply) = oneshot::channel();
        match self.waiting.lock().unwrap().as_mut() {
            Some(waiting) => drop(waiting.insert(id, answer)),
            None => return Err(self.end()),
        }
        let frame = self.format.frame(&Request { id, method, params });
        if self.outgoing.send(frame).await.is_err() {
            return Err(self.closed().await);
        }
        match reply.await {
            Ok(frame) => Ok(frame),
            Err(_) => Err(self.closed().await),
        }
    }

    fn fresh_id(&self) -> u64 {
        self.next_id.fetch_add(1, Ordering::Relaxed)
    }

    /// Sends a frame as it is.
    pub(crate) async fn send(&self, frame: Message) {
        let _closed_meanwhile = self.outgoing.send(frame).await;
    }

    /// Sends bytes as one text frame, whatever they are.
    pub(crate) async fn send_text_bytes(&self, bytes: &[u8]) {
        use tokio_tungstenite::tungstenite::protocol::frame::{
            Frame,
            coding::{Data, OpCode},
        };
        let frame = Frame::message(
            Bytes::copy_from_slice(bytes),
            OpCode::Data(Data::Text),
            true,
        );
        self.send(Message::Frame(frame)).await;
    }

    /// The next push; fails the test when none comes.
    pub(crate) async fn next_push(&self) -> Push {
        within("a push", self.push())
            .await
            .expect("a push, but the connection ended")
    }

    /// The next push, or nothing when the connection ended.
    pub(crate) async fn push(&self) -> Option<Push> {
        self.pushes.lock().await.recv().await
    }

    /// The first push for which `wanted` has an answer; those before it are dropped.
    pub(crate) async fn push_where<T>(&self, wanted: impl Fn(Push) -> Option<T>) -> T {
        within("the awaited push", async {
            loop {
                let push = self
                    .push()
                    .await
                    .expect("the awaited push, but the connection ended");
                if let Some(found) = wanted(push) {
                    return found;
                }
            }
        })
        .await
    }

    /// Pushes that have come already.
    pub(crate) async fn pushes_so_far(&self) -> Vec<Push> {
        let mut pushes = self.pushes.lock().await;
        std::iter::from_fn(|| pushes.try_recv().ok()).collect()
    }

    /// Waits for the end of the connection.
    pub(crate) async fn closed(&self) -> Closed {
        let mut closed = self.closed.clone();
        let end = within("the connection ends", closed.wait_for(Option::is_some)).await;
        end.ok().and_then(|end| end.clone()).unwrap_or_default()
    }

    /// Waits up to `deadline` for the end of the connection.
    pub(crate) async fn closed_within(&self, deadline: Duration) -> Option<Closed> {
        tokio::time::timeout(deadline, self.closed()).await.ok()
    }

    fn end(&self) -> Closed {
        self.closed.borrow().clone().unwrap_or_default()
    }
}

/// The receiving half of a connection.
struct Reader {
    waiting: Waiting,
    push: mpsc::Sender<Push>,
}

impl Reader {
    async fn run(&self, mut stream: Incoming) -> Closed {
        while let Some(message) = stream.next().await {
            match message {
                Ok(Message::Close(Some(close))) => {
                    let reason = close.reason.to_string();
                    return Closed {
                        code: Some(close.code.into()),
                        reason,
                    };
                }
                Ok(frame @ (Message::Text(_) | Message::Binary(_))) => {
                    if let Err(reason) = self.take(frame) {
                        return Closed { code: None, reason };
                    }
                }
                Ok(_) => {}
                Err(error) => {
                    return Closed {
                        code: None,
                        reason: error.to_string(),
                    };
                }
            }
        }
        Closed::default()
    }

    fn take(&self, frame: Message) -> Result<(), String> {
        let envelope: Envelope = read(&frame).ok_or_else(|| format!("no envelope: {frame:?}"))?;
        if envelope.push.is_some() {
            let push = read(&frame).ok_or_else(|| format!("no push: {frame:?}"))?;
            return self
                .push
                .try_send(push)
                .map_err(|_| "more pushes than a test keeps".to_owned());
        }
        let id = envelope
            .id
            .ok_or_else(|| format!("neither reply nor push: {frame:?}"))?;
        let waiter = self
            .waiting
            .lock()
            .unwrap()
            .as_mut()
            .and_then(|waiting| waiting.remove(&id));
        // A reply nobody waits for belongs to a call that was given up.
        waiter.map_or(Ok(()), |waiter| waiter.send(frame).or(Ok(())))
    }
}
