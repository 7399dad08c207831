//! Accounts: registering, logging in, changing the password.

use std::{fmt, net::IpAddr};

use super::{Caller, Service, ServiceError, names, passwords, setup::Admission};
use crate::{
    model::{Account, Device, Epoch, Session, User, UserId},
    store::{
        accounts::Kept,
        engine::Swapped,
        record::{PasswordHash, UserRecord},
    },
};

/// Compare-and-sets of one record that are tried before the caller is asked to come back.
pub(super) const ATTEMPTS: usize = 8;

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
#[derive(Clone)]
pub struct LoggedIn {
    /// Who.
    pub account: Account,
    /// With which session.
    pub session: Session,
    /// The session's token, when it is new.
    pub token: Option<String>,
}

impl fmt::Debug for LoggedIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoggedIn")
            .field("account", &self.account)
            .field("session", &self.session)
            .field("token", &self.token.as_ref().map(|_| "[redacted]"))
            .finish()
    }
}

/// A registration whose values are in order.
struct NewAccount {
    username: String,
    display_name: String,
    password: String,
}

impl NewAccount {
    fn checked(registration: Registration) -> Result<Self, ServiceError> {
        let Credentials { username, password } = registration.credentials;
        let username = names::new_username(&username)?;
        passwords::accept("password", &username, &password)?;
        let display_name = match registration.display_name {
            Some(name) => names::display_name(&name)?,
            None => username.clone(),
        };
        Ok(Self {
            username,
            display_name,
            password,
        })
    }
}

impl Service {
    /// Makes an account and logs in.
    ///
    /// # Errors
    ///
    /// `Invalid`, `Conflict` (name taken), `Unauthorized` (invitation), `Forbidden` (closed), `RateLimited`,
    /// `Overloaded`. After an error of the store the account may be there: log in to find out.
    pub async fn register(
        &self,
        address: IpAddr,
        mut registration: Registration,
        device: Device,
    ) -> Result<LoggedIn, ServiceError> {
        let device = names::device(&device)?;
        let code = registration.invite.take();
        let new = NewAccount::checked(registration)?;
        self.limiter.registration(address)?;
        let admission = self.admission(code.as_deref()).await?;
        if self.accounts.owner(&new.username).await?.is_some() {
            return Err(name_taken());
        }
        let password = self.passwords.hash(new.password.clone()).await?;
        let user = self.new_user(new, password, admission.makes_admin());
        self.accounts.write(&user, self.new_epoch()).await?;
        self.claim_name(&user.account.user, admission).await?;
        tracing::info!(user.id = %user.account.user.id, admin = user.account.admin, "account made");
        self.open_session(&user, device).await
    }

    /// Logs in with a password.
    ///
    /// # Errors
    ///
    /// `Unauthorized` for an unknown name and a wrong password alike; `RateLimited`; `Overloaded`.
    pub async fn log_in(
        &self,
        address: IpAddr,
        credentials: Credentials,
        device: Device,
    ) -> Result<LoggedIn, ServiceError> {
        let device = names::device(&device)?;
        let Credentials { username, password } = credentials;
        // A malformed name goes the way of an unknown one: no name is empty.
        let name = names::username(&username).unwrap_or_default();
        self.limiter.login(&name, address)?;
        let user = self.accounts.user_named(&name).await?;
        let hash = user.as_ref().map(|user| user.record.password.clone());
        let same = self.passwords.verify(password.clone(), hash).await?;
        let Some(user) = user.filter(|_| same) else {
            return Err(ServiceError::Unauthorized);
        };
        self.limiter.login_succeeded(&name, address);
        self.refresh_hash(&user, password).await;
        self.open_session(&user.record, device).await
    }

    /// Changes the caller's password and ends all their other sessions; says how many.
    ///
    /// From the moment the new password is stored no other session is good, whatever happens to this process.
    ///
    /// # Errors
    ///
    /// `Unauthorized` (old password), `Invalid` (new one), `RateLimited`, `Overloaded`.
    pub async fn change_password(
        &self,
        caller: &Caller,
        old: String,
        new: String,
    ) -> Result<u32, ServiceError> {
        let mut user = self.own_record(&caller.user).await?;
        passwords::accept("new", &user.record.account.user.username, &new)?;
        self.limiter.password_change(&caller.user)?;
        let verified = user.record.generation;
        let hash = user.record.password.clone();
        if !self.passwords.verify(old, Some(hash)).await? {
            return Err(ServiceError::Unauthorized);
        }
        self.limiter.password_changed(&caller.user);
        let hash = self.passwords.hash(new).await?;
        for _ in 0..ATTEMPTS {
            if user.record.generation != verified {
                return Err(ServiceError::Unauthorized);
            }
            let mut changed = with_password(&user.record, hash.clone());
            changed.changed_by = Some(caller.session.clone());
            if self.accounts.change(&user, &changed).await? == Swapped::Yes {
                return self.end_other_sessions(caller, &user.record).await;
            }
            user = self.own_record(&caller.user).await?;
        }
        Err(ServiceError::Overloaded)
    }

    /// The record of somebody who is logged in; `Unauthorized` when it is gone.
    pub(super) async fn own_record(&self, id: &UserId) -> Result<Kept<UserRecord>, ServiceError> {
        let user = self.accounts.user(id).await?;
        user.ok_or(ServiceError::Unauthorized)
    }

    /// Unguessable bytes.
    pub(super) fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.parts.random.fill(&mut bytes);
        bytes
    }

    fn new_epoch(&self) -> Epoch {
        Epoch::from_bytes(&self.random::<9>())
    }

    fn new_user(&self, new: NewAccount, password: PasswordHash, admin: bool) -> UserRecord {
        let user = User {
            id: UserId::from_bytes(&self.random::<16>()),
            username: new.username,
            display_name: new.display_name,
            created_ms: self.parts.clock.now_ms(),
        };
        UserRecord {
            account: Account {
                user,
                admin,
                hide_reads: false,
            },
            password,
            generation: 0,
            changed_by: None,
        }
    }

    // The code is used up right before the name is claimed, and given back when the name is gone. After a
    // crash between the two, or when the store does not answer, the use names a user without a name, and the
    // code is good again after a while.
    async fn claim_name(&self, user: &User, admission: Admission) -> Result<(), ServiceError> {
        let Some(code) = self.use_code(admission, &user.id).await? else {
            self.discard(&user.id).await;
            return Err(ServiceError::Unauthorized);
        };
        if self.accounts.claim(&user.username, &user.id).await? {
            return Ok(());
        }
        self.give_back(code).await;
        self.discard(&user.id).await;
        Err(name_taken())
    }

    async fn discard(&self, id: &UserId) {
        if let Err(error) = self.accounts.discard(id).await {
            tracing::warn!(user.id = %id, %error, "unfinished account left behind");
        }
    }

    // Failing to store the stronger hash is no reason to refuse who has proved to know the password.
    async fn refresh_hash(&self, user: &Kept<UserRecord>, password: String) {
        if !self.passwords.is_dated(&user.record.password) {
            return;
        }
        let Ok(hash) = self.passwords.hash(password).await else {
            return;
        };
        let mut stronger = user.record.clone();
        stronger.password = hash;
        let id = &user.record.account.user.id;
        match self.accounts.change(user, &stronger).await {
            Ok(_) => tracing::info!(user.id = %id, "password hashed with new parameters"),
            Err(error) => tracing::warn!(user.id = %id, %error, "password keeps its old hash"),
        }
    }
}

/// The user with another password, under which no session has been made yet.
pub(super) fn with_password(user: &UserRecord, password: PasswordHash) -> UserRecord {
    UserRecord {
        password,
        generation: user.generation + 1,
        changed_by: None,
        ..user.clone()
    }
}

fn name_taken() -> ServiceError {
    ServiceError::Conflict {
        field: "username",
        reason: "is taken",
    }
}

#[cfg(all(test, feature = "embedded"))]
mod session_tests;
#[cfg(test)]
#[cfg(feature = "embedded")]
mod tests;
