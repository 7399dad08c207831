//! Sessions and the tokens that prove them.
//!
//! A session is good while its token and its record are both there and name each other. Its row in the index
//! is written before it and removed after it, so that every good session can be listed and ended.
//!
//! Layer: store. Key shapes: `keys.rs`.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;

use super::{
    Engine, StoreError,
    accounts::{Kept, get, kept, value},
    engine::{Answer, Order, Read, Row, Swap, Swapped, Write},
    keys,
    record::{SessionRecord, TokenRecord, UserRecord},
};
use crate::model::{SessionId, Stamp, UserId};

/// Most rows of one index that are looked at.
const MOST_SESSIONS: usize = 1_024;

/// Rows younger than this are left alone, in microseconds: their session may be on its way.
const YOUNG_US: u64 = 60_000_000;

/// Sessions and the tokens that prove them.
pub struct Sessions {
    engine: Arc<dyn Engine>,
}

/// A session with its name.
pub type Named = (SessionId, Kept<SessionRecord>);

impl Sessions {
    /// The sessions in `engine`.
    #[must_use]
    pub fn new(engine: Arc<dyn Engine>) -> Self {
        Self { engine }
    }

    /// Writes a new session and its token, to be kept for `life`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`], [`StoreError::Overloaded`]; a session that was partly written is not good.
    pub async fn open(
        &self,
        user: &UserId,
        id: &SessionId,
        session: &SessionRecord,
        life: Duration,
    ) -> Result<(), StoreError> {
        let token = TokenRecord {
            user: user.clone(),
            session: id.clone(),
        };
        let set = |key, value| Write::Set {
            key,
            value,
            life: Some(life),
        };
        let row = Row {
            score: session.created_ms * 1_000,
            member: member(id),
        };
        self.engine
            .write(vec![
                Write::AddRow {
                    key: keys::sessions(user),
                    row,
                },
                set(keys::session(user, id), session.encode()),
                set(keys::token(&session.token), token.encode()),
            ])
            .await
    }

    /// Whose the token with this hash is.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`], [`StoreError::Overloaded`]; safe to retry. [`StoreError::Corrupt`].
    pub async fn token(&self, hash: &str) -> Result<Option<TokenRecord>, StoreError> {
        let key = keys::token(hash);
        let value = self.engine.get(key.clone()).await?;
        Ok(kept(&key, value, TokenRecord::decode)?.map(|token| token.record))
    }

    /// A session and its owner, in one round trip; `None` when one of them is gone.
    ///
    /// # Errors
    ///
    /// As [`Sessions::token`].
    pub async fn with_user(
        &self,
        user: &UserId,
        id: &SessionId,
    ) -> Result<Option<(Kept<SessionRecord>, Kept<UserRecord>)>, StoreError> {
        let (session_key, user_key) = (keys::session(user, id), keys::user(user));
        let reads = vec![get(session_key.clone()), get(user_key.clone())];
        let mut answers = self.engine.read(reads).await?.into_iter();
        let mut next = || answers.next().and_then(Answer::value);
        let session = kept(&session_key, next(), SessionRecord::decode)?;
        let user = kept(&user_key, next(), UserRecord::decode)?;
        Ok(session.zip(user))
    }

    /// A user's sessions, newest first. Rows whose session has expired are taken out of the index.
    ///
    /// # Errors
    ///
    /// As [`Sessions::token`]; an unreadable session is only logged.
    pub async fn all(&self, user: &UserId, now_us: u64) -> Result<Vec<Named>, StoreError> {
        let rows = self.rows(user).await?;
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let reads = rows.iter().map(|(id, _)| get(keys::session(user, id)));
        let answers = self.engine.read(reads.collect()).await?;
        let (mut sessions, mut gone) = (Vec::new(), Vec::new());
        for ((id, made_us), answer) in rows.into_iter().zip(answers) {
            match session_of(user, &id, answer.value()) {
                Some(session) => sessions.push((id, session)),
                None if made_us + YOUNG_US < now_us => gone.push(id),
                None => {}
            }
        }
        self.forget(user, &gone).await?;
        Ok(sessions)
    }

    /// One session; `None` when it is gone or unreadable.
    ///
    /// # Errors
    ///
    /// As [`Sessions::token`].
    pub async fn one(
        &self,
        user: &UserId,
        id: &SessionId,
    ) -> Result<Option<Kept<SessionRecord>>, StoreError> {
        let value = value(self.engine.read(vec![get(keys::session(user, id))]).await?);
        Ok(session_of(user, id, value))
    }

    /// Changes a session and gives it and its token another `life`; `No` when it has changed or ended.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`]: may have happened. [`StoreError::Overloaded`]: did not happen.
    pub async fn renew(
        &self,
        user: &UserId,
        id: &SessionId,
        read: &Kept<SessionRecord>,
        new: &SessionRecord,
        life: Duration,
    ) -> Result<Swapped, StoreError> {
        let renewed = self
            .engine
            .swap(Swap {
                key: keys::session(user, id),
                expected: Some(read.raw.clone()),
                new: Some(new.encode()),
                life: Some(life),
            })
            .await?;
        if renewed == Swapped::Yes {
            self.renew_token(user, id, &new.token, life).await?;
        }
        Ok(renewed)
    }

    /// Ends sessions: their tokens first. Ending one that is gone changes nothing.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`], [`StoreError::Overloaded`]; do it again.
    pub async fn end(&self, user: &UserId, sessions: &[Named]) -> Result<(), StoreError> {
        if sessions.is_empty() {
            return Ok(());
        }
        let tokens = sessions.iter().map(|(_, session)| Write::Delete {
            key: keys::token(&session.record.token),
        });
        let records = sessions.iter().map(|(id, _)| Write::Delete {
            key: keys::session(user, id),
        });
        let rows = sessions.iter().map(|(id, _)| remove_row(user, id));
        let writes = tokens.chain(records).chain(rows).collect();
        self.engine.write(writes).await
    }

    // A swap, not a set: a token that was deleted meanwhile must not come back.
    async fn renew_token(
        &self,
        user: &UserId,
        id: &SessionId,
        hash: &str,
        life: Duration,
    ) -> Result<(), StoreError> {
        let token = TokenRecord {
            user: user.clone(),
            session: id.clone(),
        };
        let swap = Swap {
            key: keys::token(hash),
            expected: Some(token.encode()),
            new: Some(token.encode()),
            life: Some(life),
        };
        self.engine.swap(swap).await.map(drop)
    }

    async fn rows(&self, user: &UserId) -> Result<Vec<(SessionId, u64)>, StoreError> {
        let read = Read::Rows {
            key: keys::sessions(user),
            from: 0,
            through: Stamp::MAX.get(),
            limit: MOST_SESSIONS,
            order: Order::Falling,
        };
        let answers = self.engine.read(vec![read]).await?;
        let rows = answers.into_iter().next().map_or(Vec::new(), Answer::rows);
        Ok(rows
            .into_iter()
            .filter_map(|row| Some((SessionId::parse(text(&row.member)?)?, row.score)))
            .collect())
    }

    async fn forget(&self, user: &UserId, gone: &[SessionId]) -> Result<(), StoreError> {
        if gone.is_empty() {
            return Ok(());
        }
        let writes = gone.iter().map(|id| remove_row(user, id)).collect();
        self.engine.write(writes).await
    }
}

fn session_of(user: &UserId, id: &SessionId, value: Option<Bytes>) -> Option<Kept<SessionRecord>> {
    kept(&keys::session(user, id), value, SessionRecord::decode).unwrap_or_else(|error| {
        tracing::error!(user.id = %user, session.id = %id, %error, "session left out of a list");
        None
    })
}

fn remove_row(user: &UserId, id: &SessionId) -> Write {
    Write::RemoveRow {
        key: keys::sessions(user),
        member: member(id),
    }
}

fn member(id: &SessionId) -> Bytes {
    id.as_str().to_owned().into()
}

fn text(member: &Bytes) -> Option<&str> {
    std::str::from_utf8(member).ok()
}
