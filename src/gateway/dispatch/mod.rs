//! From methods to the service: one small function each, and the table that finds it.

mod account;
mod amendments;
mod catch_up;
mod chats;
mod greeting;
mod messages;
mod own;
mod people;
mod receipts;

use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::{Gateway, connection::Connection, errors::wire_error, requests::Answer};
use crate::{
    protocol::{
        ErrorCode, GetServerInfo, Hello, Login, Method, MethodName, RawParams, Register, WireError,
        encode_reply,
    },
    service::{Caller, Service, ServiceError},
};

/// One request on its way to the service.
pub(super) struct Call {
    /// The gateway it came to.
    pub(super) gateway: Arc<Gateway>,
    /// The connection it came through.
    pub(super) connection: Arc<Connection>,
    /// Its id.
    pub(super) id: u64,
    /// What it is called with.
    pub(super) params: RawParams,
}

/// Somebody who is authenticated asks.
struct Member {
    gateway: Arc<Gateway>,
    caller: Caller,
}

/// Answers one request. Boxed one by one, so that each takes the memory it needs and no more.
pub(super) async fn answer(call: Call, method: MethodName) -> Answer {
    match method {
        MethodName::ServerInfo => info(&call),
        MethodName::AccountRegister => {
            Box::pin(greeting::greet::<Register, _, _>(call, greeting::register)).await
        }
        MethodName::SessionLogin => {
            Box::pin(greeting::greet::<Login, _, _>(call, greeting::log_in)).await
        }
        MethodName::SessionHello => {
            Box::pin(greeting::greet::<Hello, _, _>(call, greeting::hello)).await
        }
        MethodName::SessionList => Box::pin(ask(call, account::sessions)).await,
        MethodName::SessionEnd => Box::pin(ask(call, account::end_session)).await,
        MethodName::AccountPassword => Box::pin(ask(call, account::change_password)).await,
        MethodName::UserGet => Box::pin(ask(call, people::get)).await,
        MethodName::UserFind => Box::pin(ask(call, people::find)).await,
        MethodName::UserUpdate => Box::pin(ask(call, people::update)).await,
        MethodName::ChatCreate => Box::pin(ask(call, chats::create)).await,
        MethodName::ChatList => Box::pin(ask(call, chats::list)).await,
        MethodName::ChatGet => Box::pin(ask(call, chats::get)).await,
        MethodName::ChatMembers => Box::pin(ask(call, chats::members)).await,
        MethodName::ChatUpdate => Box::pin(ask(call, chats::update)).await,
        MethodName::ChatAdd => Box::pin(ask(call, chats::add)).await,
        MethodName::ChatRemove => Box::pin(ask(call, chats::remove)).await,
        MethodName::ChatLeave => Box::pin(ask(call, chats::leave)).await,
        MethodName::MessageSend => Box::pin(ask(call, messages::send)).await,
        MethodName::TimelinePull => Box::pin(ask(call, messages::pull)).await,
        MethodName::ChangesPull => Box::pin(ask(call, messages::pull_changes)).await,
        MethodName::LogPull => Box::pin(ask(call, catch_up::pull_log)).await,
        MethodName::Sync => Box::pin(ask(call, catch_up::sync)).await,
        MethodName::DeliveredMark => Box::pin(ask(call, receipts::mark_delivered)).await,
        MethodName::MessageReaders => Box::pin(ask(call, receipts::readers)).await,
        MethodName::MessageForward => Box::pin(ask(call, messages::forward)).await,
        MethodName::MessageHide => Box::pin(ask(call, own::hide)).await,
        MethodName::ThreadPull => Box::pin(ask(call, messages::pull_thread)).await,
        MethodName::DraftSet => Box::pin(ask(call, own::set_draft)).await,
        MethodName::MentionList => Box::pin(ask(call, messages::mentions)).await,
        MethodName::ReadMark => Box::pin(ask(call, receipts::mark_read)).await,
        MethodName::ChatRole => Box::pin(ask(call, chats::set_role)).await,
        MethodName::MessageEdit => Box::pin(ask(call, amendments::edit)).await,
        MethodName::MessageRetract => Box::pin(ask(call, amendments::retract)).await,
        MethodName::MessageReact => Box::pin(ask(call, amendments::react)).await,
        MethodName::MessagePin => Box::pin(ask(call, amendments::pin)).await,
        MethodName::MessageGet => Box::pin(ask(call, messages::get)).await,
        MethodName::MessageHistory => Box::pin(ask(call, amendments::history)).await,
        MethodName::MessageReactions => Box::pin(ask(call, amendments::reactors)).await,
    }
}

fn info(call: &Call) -> Answer {
    match call.params.decode::<GetServerInfo>() {
        Ok(GetServerInfo {}) => call.reply::<GetServerInfo>(&call.gateway.info()),
        Err(error) => Answer::Refusal(error),
    }
}

/// Decodes the params, calls `serve`, encodes what it answers.
async fn ask<P, F, R>(call: Call, serve: F) -> Answer
where
    P: Method<Params = P> + DeserializeOwned,
    F: FnOnce(Member, P) -> R,
    R: Future<Output = Result<P::Ok, ServiceError>>,
{
    let Some(member) = call.member() else {
        return Answer::Refusal(WireError::new(
            ErrorCode::Unauthorized,
            "authenticate first",
        ));
    };
    match call.params.decode::<P>() {
        Ok(params) => match serve(member, params).await {
            Ok(ok) => call.reply::<P>(&ok),
            Err(error) => Answer::Refusal(wire_error(&error, P::NAME.changes())),
        },
        Err(error) => Answer::Refusal(error),
    }
}

impl Call {
    fn reply<P: Method>(&self, ok: &P::Ok) -> Answer {
        Answer::Reply(encode_reply(self.params.format(), self.id, Ok(ok)))
    }

    fn member(&self) -> Option<Member> {
        Some(Member {
            caller: self.gateway.caller(&self.connection)?,
            gateway: Arc::clone(&self.gateway),
        })
    }
}

impl Member {
    fn service(&self) -> &Service {
        &self.gateway.parts.service
    }
}
