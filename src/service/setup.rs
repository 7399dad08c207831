//! What the operator does: the first administrator, invitations, forgotten passwords.

use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;

use super::{
    Service, ServiceError,
    accounts::{ATTEMPTS, with_password},
    passwords,
    sessions::{millis, sha256},
};
use crate::{
    config::RegistrationMode,
    model::UserId,
    store::{
        engine::Swapped,
        record::{CodeUse, InviteRecord, SetupRecord},
    },
};

/// A use of a code that led to no account is void after this time, in milliseconds. Far longer than any
/// registration takes.
const ABANDONED_MS: u64 = 600_000;

/// What somebody registers with.
pub(super) enum Admission {
    /// Nothing: registration is open.
    Open,
    /// An invitation.
    Invite {
        /// SHA-256 of its code.
        hash: String,
        /// As it was read.
        read: InviteRecord,
    },
    /// The code of the set-up link.
    Setup(SetupRecord),
}

impl Admission {
    /// Whether the new account administers the server.
    pub(super) const fn makes_admin(&self) -> bool {
        matches!(self, Self::Setup(_))
    }
}

/// A code that was used up, with what is needed to give it back.
pub(super) enum UsedCode {
    /// None was needed.
    Open,
    /// An invitation, before and after.
    Invite {
        /// SHA-256 of its code.
        hash: String,
        /// As it was.
        before: InviteRecord,
        /// As it is now.
        after: InviteRecord,
    },
    /// The code of the set-up link, before and after.
    Setup {
        /// As it was.
        before: SetupRecord,
        /// As it is now.
        after: SetupRecord,
    },
}

impl Service {
    /// The code of the set-up link, which makes the first administrator; `None` once it was used.
    ///
    /// The first gateway that asks makes it; all others get the same.
    ///
    /// # Errors
    ///
    /// Those of the store; `Overloaded` when too many ask at the same moment.
    pub async fn setup_code(&self) -> Result<Option<String>, ServiceError> {
        for _ in 0..ATTEMPTS {
            if let Some(setup) = self.codes.setup().await? {
                let finished = match &setup.used {
                    Some(used) => self.has_name(&used.by).await?,
                    None => false,
                };
                return Ok((!finished).then_some(setup.code));
            }
            let new = SetupRecord {
                code: self.new_code(),
                used: None,
            };
            if self.codes.change_setup(None, &new).await? {
                return Ok(Some(new.code));
            }
        }
        Err(ServiceError::Overloaded)
    }

    /// Makes an invitation: the code somebody may register with, once.
    ///
    /// # Errors
    ///
    /// Those of the store.
    pub async fn create_invite(&self) -> Result<String, ServiceError> {
        let life = self.parts.auth.invite_life.max(Duration::from_secs(1));
        let now_ms = self.parts.clock.now_ms();
        let code = self.new_code();
        let invite = InviteRecord {
            created_ms: now_ms,
            expires_ms: now_ms + millis(life),
            used: None,
        };
        let hash = sha256(&code);
        self.codes.write_invite(&hash, &invite, life).await?;
        Ok(code)
    }

    /// Gives somebody another password and ends all their sessions; makes one up when none is given.
    /// Answers the password.
    ///
    /// # Errors
    ///
    /// `NotFound`, `Invalid`, `TooLarge`, `Overloaded`.
    pub async fn reset_password(
        &self,
        username: &str,
        password: Option<String>,
    ) -> Result<String, ServiceError> {
        let name = super::names::username(username).ok_or(ServiceError::NotFound)?;
        let password = password.unwrap_or_else(|| self.new_code());
        passwords::accept("password", &name, &password)?;
        let hash = self.passwords.hash(password.clone()).await?;
        for _ in 0..ATTEMPTS {
            let user = self.accounts.user_named(&name).await?;
            let user = user.ok_or(ServiceError::NotFound)?;
            let changed = with_password(&user.record, hash.clone());
            if self.accounts.change(&user, &changed).await? == Swapped::Yes {
                self.end_all_sessions(&changed.account.user.id).await?;
                return Ok(password);
            }
        }
        Err(ServiceError::Overloaded)
    }

    /// Whether somebody with this code, or without one, may register.
    pub(super) async fn admission(&self, code: Option<&str>) -> Result<Admission, ServiceError> {
        let Some(code) = code.filter(|code| !code.is_empty()) else {
            return match self.parts.auth.registration {
                RegistrationMode::Open => Ok(Admission::Open),
                RegistrationMode::Invite => Err(ServiceError::Unauthorized),
                RegistrationMode::Closed => Err(closed()),
            };
        };
        let hash = sha256(code);
        if let Some(setup) = self.codes.setup().await? {
            // Hashes are compared, so that the time it takes says nothing about the code.
            if sha256(&setup.code) == hash && self.is_free(setup.used.as_ref()).await? {
                return Ok(Admission::Setup(setup));
            }
        }
        if self.parts.auth.registration == RegistrationMode::Closed {
            return Err(closed());
        }
        self.invitation(hash).await
    }

    /// Uses up what `by` registers with; `None` when somebody else was faster.
    pub(super) async fn use_code(
        &self,
        admission: Admission,
        by: &UserId,
    ) -> Result<Option<UsedCode>, ServiceError> {
        let used = Some(CodeUse {
            by: by.clone(),
            at_ms: self.parts.clock.now_ms(),
        });
        let (done, code) = match admission {
            Admission::Open => (true, UsedCode::Open),
            Admission::Invite { hash, read: before } => {
                let after = InviteRecord {
                    used,
                    ..before.clone()
                };
                let life = self.life_left(&before);
                let change = self.codes.change_invite(&hash, &before, &after, life);
                let done = change.await?;
                (
                    done,
                    UsedCode::Invite {
                        hash,
                        before,
                        after,
                    },
                )
            }
            Admission::Setup(before) => {
                let code = before.code.clone();
                let after = SetupRecord { code, used };
                let done = self.codes.change_setup(Some(&before), &after).await?;
                (done, UsedCode::Setup { before, after })
            }
        };
        Ok(done.then_some(code))
    }

    /// Makes a code good again. If that fails it becomes good by itself, later.
    pub(super) async fn give_back(&self, code: UsedCode) {
        let given = match code {
            UsedCode::Open => Ok(true),
            UsedCode::Invite {
                hash,
                before,
                after,
            } => {
                let life = self.life_left(&before);
                let change = self.codes.change_invite(&hash, &after, &before, life);
                change.await
            }
            UsedCode::Setup { before, after } => {
                self.codes.change_setup(Some(&after), &before).await
            }
        };
        if let Err(error) = given {
            tracing::warn!(%error, "code not given back yet");
        }
    }

    async fn invitation(&self, hash: String) -> Result<Admission, ServiceError> {
        let invite = self.codes.invite(&hash).await?;
        let read = invite.ok_or(ServiceError::Unauthorized)?;
        let expired = read.expires_ms <= self.parts.clock.now_ms();
        if expired || !self.is_free(read.used.as_ref()).await? {
            return Err(ServiceError::Unauthorized);
        }
        Ok(Admission::Invite { hash, read })
    }

    async fn is_free(&self, used: Option<&CodeUse>) -> Result<bool, ServiceError> {
        let Some(used) = used else { return Ok(true) };
        let old = used.at_ms.saturating_add(ABANDONED_MS) < self.parts.clock.now_ms();
        Ok(old && !self.has_name(&used.by).await?)
    }

    async fn has_name(&self, id: &UserId) -> Result<bool, ServiceError> {
        let Some(user) = self.accounts.user(id).await? else {
            return Ok(false);
        };
        let owner = self.accounts.owner(&user.record.account.user.username);
        Ok(owner.await?.as_ref() == Some(id))
    }

    fn life_left(&self, invite: &InviteRecord) -> Duration {
        let left = invite.expires_ms.saturating_sub(self.parts.clock.now_ms());
        Duration::from_millis(left).max(Duration::from_secs(1))
    }

    fn new_code(&self) -> String {
        BASE64URL_NOPAD.encode(&self.random::<18>())
    }
}

const fn closed() -> ServiceError {
    ServiceError::Forbidden("registration is closed")
}
