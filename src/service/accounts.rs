//! Accounts and sessions.

use std::net::IpAddr;

use super::{Caller, Service, ServiceError};
use crate::model::{Account, Device, Session, SessionId};

/// What proves who logs in.
#[derive(Clone)]
pub struct Credentials {
    /// Name of the account.
    pub username: String,
    /// Its password.
    pub password: String,
}

/// Who wants an account.
#[derive(Clone)]
pub struct Registration {
    /// Name and password.
    pub credentials: Credentials,
    /// Name to show; the user name when absent.
    pub display_name: Option<String>,
    /// An invitation, or the code of the set-up link.
    pub invite: Option<String>,
}

/// Somebody is logged in.
#[derive(Debug, Clone)]
pub struct LoggedIn {
    /// Who.
    pub account: Account,
    /// With which session.
    pub session: Session,
    /// The session's token, when it is new.
    pub token: Option<String>,
}

impl Service {
    /// Makes an account and logs in.
    ///
    /// # Errors
    ///
    /// `Invalid`, `Conflict` (name taken), `Unauthorized` (invitation), `Forbidden` (closed), `RateLimited`.
    pub async fn register(
        &self,
        _address: IpAddr,
        _registration: Registration,
        _device: Device,
    ) -> Result<LoggedIn, ServiceError> {
        todo!()
    }

    /// Logs in with a password.
    ///
    /// # Errors
    ///
    /// `Unauthorized` for an unknown name and a wrong password alike; `RateLimited`; `Overloaded`.
    pub async fn log_in(
        &self,
        _address: IpAddr,
        _credentials: Credentials,
        _device: Device,
    ) -> Result<LoggedIn, ServiceError> {
        todo!()
    }

    /// Comes back with a token.
    ///
    /// # Errors
    ///
    /// `Unauthorized` for every token that is not good, whatever the reason.
    pub async fn resume(
        &self,
        _token: &str,
        _device: Option<Device>,
    ) -> Result<LoggedIn, ServiceError> {
        todo!()
    }

    /// The caller's sessions, newest first.
    ///
    /// # Errors
    ///
    /// Those of the store.
    pub async fn sessions(&self, _caller: &Caller) -> Result<Vec<Session>, ServiceError> {
        todo!()
    }

    /// Ends one of the caller's sessions and closes its connections everywhere.
    ///
    /// # Errors
    ///
    /// Those of the store.
    pub async fn end_session(&self, _caller: &Caller, _id: &SessionId) -> Result<(), ServiceError> {
        todo!()
    }

    /// Changes the caller's password and ends all their other sessions; says how many.
    ///
    /// # Errors
    ///
    /// `Unauthorized` (old password), `Invalid` (new one), `RateLimited`.
    pub async fn change_password(
        &self,
        _caller: &Caller,
        _old: String,
        _new: String,
    ) -> Result<u32, ServiceError> {
        todo!()
    }
}
