//! People and the names they have claimed.
//!
//! A user record is written before its name is claimed, so that a claimed name always leads to a user. What
//! a crash in between leaves behind is a record that no name, session or chat leads to.
//!
//! Layer: store. Does not know who may do what. Key shapes: `keys.rs`.

use std::sync::Arc;

use bytes::Bytes;

use super::{
    Engine, StoreError,
    engine::{Answer, Read, Swap, Swapped, Write},
    keys,
    record::{Head, UserRecord},
};
use crate::model::{Epoch, UserId};

/// A record together with the bytes it was read from, which a later compare-and-set expects.
#[derive(Debug, Clone)]
pub struct Kept<T> {
    /// What the bytes say.
    pub record: T,
    /// The bytes.
    pub raw: Bytes,
}

/// People and the names they have claimed.
pub struct Accounts {
    engine: Arc<dyn Engine>,
}

impl Accounts {
    /// The accounts in `engine`.
    #[must_use]
    pub fn new(engine: Arc<dyn Engine>) -> Self {
        Self { engine }
    }

    /// One person; `None` when there is no such user.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`], [`StoreError::Overloaded`]; safe to retry. [`StoreError::Corrupt`].
    pub async fn user(&self, id: &UserId) -> Result<Option<Kept<UserRecord>>, StoreError> {
        let key = keys::user(id);
        let value = self.engine.get(key.clone()).await?;
        kept(&key, value, UserRecord::decode)
    }

    /// Several people in one round trip, in the order asked for. Who is unknown or unreadable is `None`.
    ///
    /// # Errors
    ///
    /// As [`Accounts::user`], except that an unreadable record is only logged: one must not hide the others.
    pub async fn users(&self, ids: &[UserId]) -> Result<Vec<Option<UserRecord>>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let reads = ids.iter().map(|id| get(keys::user(id))).collect();
        let answers = self.engine.read(reads).await?;
        Ok(ids
            .iter()
            .zip(answers)
            .map(|(id, answer)| readable(id, answer))
            .collect())
    }

    /// Who has claimed `name`.
    ///
    /// # Errors
    ///
    /// As [`Accounts::user`].
    pub async fn owner(&self, name: &str) -> Result<Option<UserId>, StoreError> {
        let key = keys::name(name);
        let value = self.engine.get(key.clone()).await?;
        Ok(kept(&key, value, decode_claim)?.map(|claim| claim.record))
    }

    /// The person who has claimed `name`. Two round trips, whether the name is claimed or not.
    ///
    /// # Errors
    ///
    /// As [`Accounts::user`].
    pub async fn user_named(&self, name: &str) -> Result<Option<Kept<UserRecord>>, StoreError> {
        let owner = self.owner(name).await?.unwrap_or_else(UserId::absent);
        self.user(&owner).await
    }

    /// Writes a new user and the head of their change log. The id must be new.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`], [`StoreError::Overloaded`]; do it again or leave it: nothing leads here yet.
    pub async fn write(&self, user: &UserRecord, log: Epoch) -> Result<(), StoreError> {
        let id = &user.account.user.id;
        let absent = |key, value| Write::SetAbsent { key, value };
        self.engine
            .write(vec![
                absent(keys::log_head(id), Head::new(log).encode()),
                absent(keys::user(id), user.encode()),
            ])
            .await
    }

    /// Removes a user who never got a name.
    ///
    /// # Errors
    ///
    /// As [`Accounts::write`].
    pub async fn discard(&self, id: &UserId) -> Result<(), StoreError> {
        let delete = |key| Write::Delete { key };
        self.engine
            .write(vec![delete(keys::user(id)), delete(keys::log_head(id))])
            .await
    }

    /// Claims `name` for a user that is written already; false when it is somebody else's.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`]: may have happened; the same call again tells.
    /// [`StoreError::Overloaded`]: did not happen.
    pub async fn claim(&self, name: &str, id: &UserId) -> Result<bool, StoreError> {
        let claimed = self
            .engine
            .swap(Swap {
                key: keys::name(name),
                expected: None,
                new: Some(encode_claim(id)),
                life: None,
            })
            .await?;
        if claimed == Swapped::Yes {
            return Ok(true);
        }
        // A claim that reached the store twice finds itself there the second time.
        Ok(self.owner(name).await?.as_ref() == Some(id))
    }

    /// Changes a user, unless they were changed since they were read.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`]: may have happened. [`StoreError::Overloaded`]: did not happen.
    pub async fn change(
        &self,
        read: &Kept<UserRecord>,
        new: &UserRecord,
    ) -> Result<Swapped, StoreError> {
        self.engine
            .swap(Swap {
                key: keys::user(&read.record.account.user.id),
                expected: Some(read.raw.clone()),
                new: Some(new.encode()),
                life: None,
            })
            .await
    }
}

pub(super) fn get(key: String) -> Read {
    Read::Get { key }
}

/// The value answered to a single `Get`.
pub(super) fn value(answers: Vec<Answer>) -> Option<Bytes> {
    answers.into_iter().next().and_then(Answer::value)
}

/// Reads a stored value; `None` when there is none.
pub(super) fn kept<T>(
    key: &str,
    value: Option<Bytes>,
    decode: impl FnOnce(&[u8]) -> Option<T>,
) -> Result<Option<Kept<T>>, StoreError> {
    let Some(raw) = value else { return Ok(None) };
    match decode(&raw) {
        Some(record) => Ok(Some(Kept { record, raw })),
        None => Err(StoreError::Corrupt {
            key: key.to_owned(),
        }),
    }
}

fn readable(id: &UserId, answer: Answer) -> Option<UserRecord> {
    let key = keys::user(id);
    match kept(&key, answer.value(), UserRecord::decode) {
        Ok(user) => user.map(|user| user.record),
        Err(error) => {
            tracing::error!(user.id = %id, %error, "user left out of a list");
            None
        }
    }
}

fn encode_claim(id: &UserId) -> Bytes {
    format!("1 {id}").into()
}

fn decode_claim(value: &[u8]) -> Option<UserId> {
    UserId::parse(std::str::from_utf8(value).ok()?.strip_prefix("1 ")?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_reads_back_and_another_version_does_not() {
        let id = UserId::from_bytes(b"0123456789abcdef");
        assert_eq!(decode_claim(&encode_claim(&id)), Some(id));
        for bad in ["", "1", "1 ", "2 abc", "1 a b"] {
            assert_eq!(decode_claim(bad.as_bytes()), None, "{bad:?}");
        }
    }
}
