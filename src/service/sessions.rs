//! Sessions: coming back with a token, listing and ending them.

use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use ring::digest::{SHA256, digest};

use super::{Caller, LoggedIn, Service, ServiceError, names};
use crate::{
    cluster::Hint,
    model::{Change, Device, Session, SessionId, UserId},
    store::{
        accounts::Kept,
        keys,
        record::{SessionRecord, UserRecord},
        sessions::Named,
    },
};

/// Length of a token, in bytes before it is spelled.
const TOKEN_BYTES: usize = 32;

/// Most characters of a token.
const TOKEN_CHARS: usize = TOKEN_BYTES.div_ceil(3) * 4;

/// A session that was seen less than this ago is not written again, in milliseconds.
const FRESH_MS: u64 = 3_600_000;

impl Service {
    /// Comes back with a token.
    ///
    /// A session that is ended while its connection is being made sends its hint before the gateway has
    /// registered for it: ask [`Service::session_alive`] once after registering.
    ///
    /// # Errors
    ///
    /// `Unauthorized` for every token that is not good, whatever the reason. `Invalid`, `TooLarge` (device).
    pub async fn resume(
        &self,
        token: &str,
        device: Option<Device>,
    ) -> Result<LoggedIn, ServiceError> {
        let hash = hash_of_token(token).ok_or(ServiceError::Unauthorized)?;
        let found = self.devices.token(&hash).await?;
        let found = found.ok_or(ServiceError::Unauthorized)?;
        let good = self.good_session(&found.user, &found.session).await?;
        let (session, owner) = good
            .filter(|(session, _)| session.record.token == hash)
            .ok_or(ServiceError::Unauthorized)?;
        let device = device.as_ref().map(names::device).transpose()?;
        let seen = self.see(&found.user, &found.session, session, device).await;
        Ok(LoggedIn {
            account: owner.account,
            session: shown(&found.session, seen, &found.session),
            token: None,
        })
    }

    /// Whether the caller's session is still good. Also prolongs it: it is in use.
    ///
    /// To be asked for every live connection about every half hour: hints that end a session may be lost.
    ///
    /// # Errors
    ///
    /// Those of the store: nothing is known, ask again.
    pub async fn session_alive(&self, caller: &Caller) -> Result<bool, ServiceError> {
        let good = self.good_session(&caller.user, &caller.session).await?;
        let Some((session, _)) = good else {
            return Ok(false);
        };
        self.see(&caller.user, &caller.session, session, None).await;
        Ok(true)
    }

    /// The caller's sessions, newest first.
    ///
    /// # Errors
    ///
    /// Those of the store.
    pub async fn sessions(&self, caller: &Caller) -> Result<Vec<Session>, ServiceError> {
        let owner = self.own_record(&caller.user).await?.record;
        let good = self.good_sessions(&owner).await?;
        Ok(good
            .into_iter()
            .map(|(id, session)| shown(&id, session.record, &caller.session))
            .collect())
    }

    /// Ends one of the caller's sessions and closes its connections everywhere.
    ///
    /// A session that is not the caller's, or is no session, is left as it is.
    ///
    /// # Errors
    ///
    /// Those of the store.
    pub async fn end_session(&self, caller: &Caller, id: &SessionId) -> Result<(), ServiceError> {
        let user = &caller.user;
        let session = self.devices.one(user, id).await?;
        let ended: Vec<Named> = session
            .map(|session| (id.clone(), session))
            .into_iter()
            .collect();
        self.end_everywhere(user, &ended).await
    }

    /// Logs `user` in on a device; the session longest unused makes room when there are too many.
    pub(super) async fn open_session(
        &self,
        user: &UserRecord,
        device: Device,
    ) -> Result<LoggedIn, ServiceError> {
        let owner = &user.account.user.id;
        let (now_ms, life) = (self.parts.clock.now_ms(), self.session_life());
        let token = BASE64URL_NOPAD.encode(&self.random::<TOKEN_BYTES>());
        let id = SessionId::from_bytes(&self.random::<16>());
        let session = SessionRecord {
            device,
            token: sha256(&token),
            generation: user.generation,
            created_ms: now_ms,
            seen_ms: now_ms,
            expires_ms: now_ms + millis(life),
        };
        self.devices.open(owner, &id, &session, life).await?;
        self.end_surplus(user, &id).await?;
        self.log_session(owner, &id, true).await?;
        tracing::info!(user.id = %owner, session.id = %id, "logged in");
        Ok(LoggedIn {
            account: user.account.clone(),
            session: shown(&id, session, &id),
            token: Some(token),
        })
    }

    /// Ends all sessions of the caller but the one they ask with; says how many were good until now.
    pub(super) async fn end_other_sessions(
        &self,
        caller: &Caller,
        before: &UserRecord,
    ) -> Result<u32, ServiceError> {
        let now_ms = self.parts.clock.now_ms();
        let mut others = self.all_sessions(&caller.user).await?;
        others.retain(|(id, _)| *id != caller.session);
        self.end_everywhere(&caller.user, &others).await?;
        let was_good = |(id, session): &&Named| session.record.is_good(id, before, now_ms);
        let good = others.iter().filter(was_good).count();
        Ok(u32::try_from(good).unwrap_or(u32::MAX))
    }

    /// Ends all sessions of a user.
    pub(super) async fn end_all_sessions(&self, user: &UserId) -> Result<(), ServiceError> {
        let all = self.all_sessions(user).await?;
        self.end_everywhere(user, &all).await
    }

    async fn end_surplus(&self, user: &UserRecord, new: &SessionId) -> Result<(), ServiceError> {
        let mut others = self.good_sessions(user).await?;
        others.retain(|(id, _)| id != new);
        let room = usize::try_from(self.parts.limits.sessions_per_user.max(1) - 1).unwrap_or(0);
        if others.len() <= room {
            return Ok(());
        }
        others.sort_by_key(|(_, session)| std::cmp::Reverse(session.record.seen_ms));
        let surplus = others.split_off(room);
        self.end_everywhere(&user.account.user.id, &surplus).await
    }

    async fn end_everywhere(&self, user: &UserId, ended: &[Named]) -> Result<(), ServiceError> {
        if ended.is_empty() {
            return Ok(());
        }
        self.devices.end(user, ended).await?;
        let gateways = self.interests.of_user(user).await?;
        let key = keys::user_gateways(user);
        for (id, _) in ended {
            let hint = Hint::SessionEnded {
                user: user.clone(),
                session: id.clone(),
            };
            self.parts.cluster.tell(hint, &key, &gateways);
            self.log_session(user, id, false).await?;
            tracing::info!(user.id = %user, session.id = %id, "session ended");
        }
        Ok(())
    }

    /// Tells a user's devices that a session began or ended.
    async fn log_session(
        &self,
        user: &UserId,
        session: &SessionId,
        alive: bool,
    ) -> Result<(), ServiceError> {
        let what = ["session", session.as_str(), if alive { "1" } else { "0" }];
        let change = Change::Session {
            session: session.clone(),
            alive,
        };
        self.log(user, &what, change, None).await
    }

    async fn good_session(
        &self,
        user: &UserId,
        id: &SessionId,
    ) -> Result<Option<(Kept<SessionRecord>, UserRecord)>, ServiceError> {
        let now_ms = self.parts.clock.now_ms();
        let found = self.devices.with_user(user, id).await?;
        Ok(found
            .map(|(session, owner)| (session, owner.record))
            .filter(|(session, owner)| session.record.is_good(id, owner, now_ms)))
    }

    async fn good_sessions(&self, owner: &UserRecord) -> Result<Vec<Named>, ServiceError> {
        let now_ms = self.parts.clock.now_ms();
        let mut sessions = self.all_sessions(&owner.account.user.id).await?;
        sessions.retain(|(id, session)| session.record.is_good(id, owner, now_ms));
        Ok(sessions)
    }

    async fn all_sessions(&self, user: &UserId) -> Result<Vec<Named>, ServiceError> {
        Ok(self.devices.all(user, self.parts.clock.now_us()).await?)
    }

    /// Notes that a session was seen, if that is news. Not worth failing for.
    async fn see(
        &self,
        user: &UserId,
        id: &SessionId,
        read: Kept<SessionRecord>,
        device: Option<Device>,
    ) -> SessionRecord {
        let (now_ms, life) = (self.parts.clock.now_ms(), self.session_life());
        let device = device.unwrap_or_else(|| read.record.device.clone());
        let fresh = now_ms < read.record.seen_ms.saturating_add(FRESH_MS);
        if fresh && device == read.record.device {
            return read.record;
        }
        let seen = SessionRecord {
            device,
            seen_ms: now_ms,
            expires_ms: now_ms + millis(life),
            ..read.record.clone()
        };
        if let Err(error) = self.devices.renew(user, id, &read, &seen, life).await {
            tracing::warn!(user.id = %user, session.id = %id, %error, "session not prolonged");
            return read.record;
        }
        seen
    }

    fn session_life(&self) -> Duration {
        self.parts.auth.session_life.max(Duration::from_secs(1))
    }
}

/// SHA-256 of a secret text, as it stands in keys.
pub(super) fn sha256(text: &str) -> String {
    BASE64URL_NOPAD.encode(digest(&SHA256, text.as_bytes()).as_ref())
}

fn hash_of_token(token: &str) -> Option<String> {
    let short = token.len() <= TOKEN_CHARS;
    let bytes = BASE64URL_NOPAD.decode(token.as_bytes()).ok();
    let whole = short && bytes.is_some_and(|bytes| bytes.len() == TOKEN_BYTES);
    whole.then(|| sha256(token))
}

fn shown(id: &SessionId, session: SessionRecord, current: &SessionId) -> Session {
    Session {
        id: id.clone(),
        device: session.device,
        created_ms: session.created_ms,
        seen_ms: session.seen_ms,
        expires_ms: session.expires_ms,
        current: id == current,
    }
}

pub(super) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX / 2)
}
