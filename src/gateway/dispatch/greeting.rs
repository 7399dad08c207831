//! The methods by which a client says who it is.

use std::{net::IpAddr, sync::Arc};

use serde::de::DeserializeOwned;

use super::Call;
use crate::{
    gateway::{Gateway, connection::Identity, errors::wire_error, requests::Answer},
    protocol::{Hello, Login, Method, Register, SessionGrant, Welcome, encode_reply},
    service::{Credentials, LoggedIn, Registration, ServiceError},
};

/// Decodes the params, lets `prove` find out who it is, and prepares the pushes before it answers.
pub(super) async fn greet<P, F, R>(call: Call, prove: F) -> Answer
where
    P: Method<Params = P, Ok = Welcome> + DeserializeOwned,
    F: FnOnce(Arc<Gateway>, IpAddr, P) -> R,
    R: Future<Output = Result<LoggedIn, ServiceError>>,
{
    let params = match call.params.decode::<P>() {
        Ok(params) => params,
        Err(error) => return Answer::Refusal(error),
    };
    let proved = prove(Arc::clone(&call.gateway), call.connection.address, params).await;
    match welcome(&call, proved).await {
        Ok(answer) => answer,
        Err(error) => Answer::Refusal(wire_error(&error, P::NAME.changes())),
    }
}

async fn welcome(
    call: &Call,
    proved: Result<LoggedIn, ServiceError>,
) -> Result<Answer, ServiceError> {
    let LoggedIn {
        account,
        session,
        token,
    } = proved?;
    let identity = Identity {
        user: account.user.id.clone(),
        session: session.id.clone(),
    };
    let caller = call.gateway.caller_as(&call.connection, &identity);
    let local = call.gateway.admit(&caller).await?;
    let welcome = Welcome {
        user: account,
        session: SessionGrant {
            id: session.id,
            token,
            expires_ms: session.expires_ms,
        },
        server: call.gateway.info(),
    };
    let reply = encode_reply(call.params.format(), call.id, Ok(&welcome));
    Ok(Answer::Welcome(reply, identity, local))
}

pub(super) async fn register(
    gateway: Arc<Gateway>,
    address: IpAddr,
    params: Register,
) -> Result<LoggedIn, ServiceError> {
    let registration = Registration {
        credentials: Credentials {
            username: params.username,
            password: params.password,
        },
        display_name: params.display_name,
        invite: params.invite,
    };
    let service = &gateway.parts.service;
    service.register(address, registration, params.device).await
}

pub(super) async fn log_in(
    gateway: Arc<Gateway>,
    address: IpAddr,
    params: Login,
) -> Result<LoggedIn, ServiceError> {
    let credentials = Credentials {
        username: params.username,
        password: params.password,
    };
    let service = &gateway.parts.service;
    service.log_in(address, credentials, params.device).await
}

pub(super) async fn hello(
    gateway: Arc<Gateway>,
    _address: IpAddr,
    params: Hello,
) -> Result<LoggedIn, ServiceError> {
    let service = &gateway.parts.service;
    service.resume(&params.token, params.device).await
}
