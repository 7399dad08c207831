//! Runs requests: one task each, or one for a row of changes, which keeps their order.

use std::{panic::AssertUnwindSafe, sync::Arc};

use bytes::Bytes;
use futures_util::FutureExt;

use super::{
    Gateway, LocalUser,
    connection::{Connection, Identity},
    dispatch::{self, Call},
    session::{Done, Next, Run},
};
use crate::protocol::{ErrorCode, Format, MethodName, WireError, encode_reply};

/// How a request was answered.
pub(super) enum Answer {
    /// With an encoded reply.
    Reply(Bytes),
    /// With an error.
    Refusal(WireError),
    /// With an encoded reply that makes the connection somebody's.
    Welcome(Bytes, Identity, Arc<LocalUser>),
}

/// Runs a request, and the changes that wait for it.
pub(super) fn start(gateway: &Arc<Gateway>, connection: &Arc<Connection>, run: Run) {
    tokio::spawn(work(Arc::clone(gateway), Arc::clone(connection), run));
}

async fn work(gateway: Arc<Gateway>, connection: Arc<Connection>, first: Run) {
    let mut run = Some(first);
    while let Some(Run { id, method, params }) = run {
        let format = params.format();
        let call = Call {
            gateway: Arc::clone(&gateway),
            connection: Arc::clone(&connection),
            id,
            params,
        };
        let answered = AssertUnwindSafe(dispatch::answer(call, method)).catch_unwind();
        let answer = answered.await.unwrap_or_else(|_| panicked(method));
        run = gateway.finish(&connection, (format, id, method), answer);
    }
}

fn panicked(method: MethodName) -> Answer {
    tracing::error!(
        method = method.wire(),
        "request failed by a fault of the server"
    );
    Answer::Refusal(WireError::new(ErrorCode::Internal, "a fault of the server"))
}

impl Gateway {
    /// Replies, and says what runs next.
    fn finish(
        &self,
        connection: &Arc<Connection>,
        (format, id, method): (Format, u64, MethodName),
        answer: Answer,
    ) -> Option<Run> {
        let (done, code) = match &answer {
            Answer::Reply(_) => (Done::Answered, "ok"),
            Answer::Welcome(..) => (Done::Authenticated, "ok"),
            Answer::Refusal(error) if error.code == ErrorCode::RateLimited => {
                (Done::RateLimited, error.code.wire().0)
            }
            Answer::Refusal(error) => (Done::Answered, error.code.wire().0),
        };
        metrics::counter!("curlew_requests_total", "method" => method.wire(), "code" => code)
            .increment(1);
        // The id is free and the next request allowed before the client can know of the reply.
        let next = connection.on_done(id, method, done);
        let reply = |bytes| connection.reply(format, bytes, &self.house);
        match answer {
            Answer::Reply(bytes) => reply(bytes),
            Answer::Refusal(error) => reply(encode_reply::<()>(format, id, Err(&error))),
            Answer::Welcome(bytes, identity, local) => {
                connection.authenticate(identity);
                self.welcome(&local, connection, || reply(bytes));
            }
        }
        match next {
            Next::Rest => None,
            Next::Run(run) => Some(run),
            Next::Close(code) => {
                connection.part(code, &self.house);
                None
            }
        }
    }
}
