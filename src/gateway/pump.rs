//! Moves frames between a socket and its connection: one task per client, nothing allocated while it idles.

use std::{future::poll_fn, sync::Arc, task::Poll, time::Duration};

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use bytes::Bytes;
use futures_util::{Sink, SinkExt, StreamExt};
use tokio_tungstenite::tungstenite;

use super::{Gateway, connection::Connection, outbox::Due, requests, session::Effect};
use crate::protocol::{CloseCode, Format};

/// How long a client may take to answer a close frame.
const FAREWELL: Duration = Duration::from_secs(2);

/// The socket is of no use any more.
struct Gone;

enum Turn {
    Heard(Option<Result<Message, axum::Error>>),
    Write,
    Killed,
}

/// Serves one client until it is gone.
pub(super) async fn serve(
    mut socket: Box<WebSocket>,
    connection: Arc<Connection>,
    gateway: Arc<Gateway>,
) {
    let closing = drive(&mut socket, &connection, &gateway).await;
    gateway.forget(&connection);
    if let Some(code) = closing {
        Box::pin(part(socket, code)).await;
    }
}

/// Reads and writes in turn. Answers the code to close with when the socket can still carry one.
async fn drive(
    socket: &mut WebSocket,
    connection: &Arc<Connection>,
    gateway: &Arc<Gateway>,
) -> Option<CloseCode> {
    let mut write_first = true;
    loop {
        match turn(socket, connection, write_first).await {
            Turn::Killed | Turn::Heard(None) => return None,
            Turn::Heard(Some(Ok(message))) => {
                write_first = true;
                heard(message, connection, gateway);
            }
            Turn::Heard(Some(Err(error))) => {
                let code = fault(error);
                connection.close(code?, None);
                return code;
            }
            Turn::Write => {
                write_first = false;
                connection.pulse.write_begins(gateway.now());
                match write(socket, connection).await {
                    Err(Gone) => return None,
                    Ok(Some(code)) => return Some(code),
                    Ok(None) => connection.pulse.write_ends(),
                }
            }
        }
    }
}

/// Waits for something to do. Reading and writing take turns, so neither can starve the other.
async fn turn(socket: &mut WebSocket, connection: &Connection, write_first: bool) -> Turn {
    let outbox = &connection.outbox;
    poll_fn(|context| {
        outbox.register(context.waker());
        if outbox.is_killed() {
            return Poll::Ready(Turn::Killed);
        }
        if write_first && outbox.is_due() {
            return Poll::Ready(Turn::Write);
        }
        if let Poll::Ready(heard) = socket.poll_next_unpin(context) {
            return Poll::Ready(Turn::Heard(heard));
        }
        if outbox.is_due() {
            return Poll::Ready(Turn::Write);
        }
        Poll::Pending
    })
    .await
}

fn heard(message: Message, connection: &Arc<Connection>, gateway: &Arc<Gateway>) {
    connection.pulse.heard(gateway.now());
    let (format, frame) = match message {
        Message::Text(text) => (Format::Json, Bytes::from(text)),
        Message::Binary(bytes) => (Format::MessagePack, bytes),
        Message::Ping(_) | Message::Pong(_) | Message::Close(_) => return,
    };
    match connection.on_frame(format, &frame, &gateway.house) {
        Effect::Wait => {}
        Effect::Run(run) => requests::start(gateway, connection, run),
        Effect::Refuse(format, id, error) => {
            connection.refuse(format, id, &error, &gateway.house);
        }
        Effect::Close(code) => connection.close(code, None),
    }
}

/// Writes everything that waits, then flushes once.
async fn write(socket: &mut WebSocket, connection: &Connection) -> Result<Option<CloseCode>, Gone> {
    let outbox = &connection.outbox;
    let mut waiting = None;
    poll_fn(|context| {
        outbox.register(context.waker());
        loop {
            if outbox.is_killed() {
                return Poll::Ready(Err(Gone));
            }
            if waiting.is_none() {
                waiting = match outbox.next() {
                    Due::Frame(frame) => Some(frame),
                    Due::Close(code) => return Poll::Ready(Ok(Some(code))),
                    Due::Nothing => {
                        let flushed = std::task::ready!(socket.poll_flush_unpin(context));
                        outbox.flushed();
                        return Poll::Ready(flushed.map(|()| None).map_err(|_| Gone));
                    }
                };
            }
            let mut sink = std::pin::Pin::new(&mut *socket);
            std::task::ready!(sink.as_mut().poll_ready(context)).map_err(|_| Gone)?;
            if let Some(frame) = waiting.take() {
                sink.start_send(frame).map_err(|_| Gone)?;
            }
        }
    })
    .await
}

/// Says why, and waits a moment for the client to take it: closing at once could destroy what is under way.
async fn part(mut socket: Box<WebSocket>, code: CloseCode) {
    let (number, name, _) = code.wire();
    let last = Message::Close(Some(CloseFrame {
        code: number,
        reason: name.into(),
    }));
    let farewell = async {
        if socket.send(last).await.is_ok() {
            while let Some(Ok(_)) = socket.recv().await {}
        }
    };
    // A client that takes longer is let go; there is nothing left to tell it.
    let _late = tokio::time::timeout(FAREWELL, farewell).await;
}

/// The code that answers a fault of the client, if the socket still lives.
fn fault(error: axum::Error) -> Option<CloseCode> {
    match *error.into_inner().downcast::<tungstenite::Error>().ok()? {
        tungstenite::Error::Capacity(_) => Some(CloseCode::TooLarge),
        tungstenite::Error::Utf8(_) => Some(CloseCode::NotUtf8),
        tungstenite::Error::Protocol(
            tungstenite::error::ProtocolError::ResetWithoutClosingHandshake,
        ) => None,
        tungstenite::Error::Protocol(_) => Some(CloseCode::Protocol),
        _ => None,
    }
}
