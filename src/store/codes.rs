//! Codes that let somebody register: invitations, and the code of the set-up link.
//!
//! Using one is a compare-and-set that names the new user, so that of two people with one code exactly one
//! gets it, and so that whoever finds a use without a finished account can tell.
//!
//! Layer: store. Key shapes: `keys.rs`.

use std::{sync::Arc, time::Duration};

use super::{
    Engine, StoreError,
    accounts::{get, kept, value},
    engine::{Swap, Swapped, Write},
    keys,
    record::{InviteRecord, SetupRecord},
};

/// Codes that let somebody register.
pub struct Codes {
    engine: Arc<dyn Engine>,
}

impl Codes {
    /// The codes in `engine`.
    #[must_use]
    pub fn new(engine: Arc<dyn Engine>) -> Self {
        Self { engine }
    }

    /// The invitation with this hash of its code.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`], [`StoreError::Overloaded`]; safe to retry. [`StoreError::Corrupt`].
    pub async fn invite(&self, hash: &str) -> Result<Option<InviteRecord>, StoreError> {
        let key = keys::invite(hash);
        let value = self.engine.get(key.clone()).await?;
        Ok(kept(&key, value, InviteRecord::decode)?.map(|kept| kept.record))
    }

    /// Keeps a new invitation for `life`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`], [`StoreError::Overloaded`]; do it again.
    pub async fn write_invite(
        &self,
        hash: &str,
        invite: &InviteRecord,
        life: Duration,
    ) -> Result<(), StoreError> {
        self.engine
            .write(vec![Write::Set {
                key: keys::invite(hash),
                value: invite.encode(),
                life: Some(life),
            }])
            .await
    }

    /// Changes an invitation, unless it was changed since it was read; says whether it now stands as wished.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`]: may have happened. [`StoreError::Overloaded`]: did not happen.
    pub async fn change_invite(
        &self,
        hash: &str,
        read: &InviteRecord,
        new: &InviteRecord,
        life: Duration,
    ) -> Result<bool, StoreError> {
        self.settle(Swap {
            key: keys::invite(hash),
            expected: Some(read.encode()),
            new: Some(new.encode()),
            life: Some(life),
        })
        .await
    }

    /// How far the server is set up; `None` before anybody asked for the set-up link.
    ///
    /// # Errors
    ///
    /// As [`Codes::invite`].
    pub async fn setup(&self) -> Result<Option<SetupRecord>, StoreError> {
        let key = keys::setup();
        let value = self.engine.get(key.clone()).await?;
        Ok(kept(&key, value, SetupRecord::decode)?.map(|kept| kept.record))
    }

    /// Changes how far the server is set up, as [`Codes::change_invite`].
    ///
    /// # Errors
    ///
    /// As [`Codes::change_invite`].
    pub async fn change_setup(
        &self,
        read: Option<&SetupRecord>,
        new: &SetupRecord,
    ) -> Result<bool, StoreError> {
        self.settle(Swap {
            key: keys::setup(),
            expected: read.map(SetupRecord::encode),
            new: Some(new.encode()),
            life: None,
        })
        .await
    }

    // A swap that reached the store twice is refused the second time, so what stands there has the last word.
    async fn settle(&self, swap: Swap) -> Result<bool, StoreError> {
        let (key, wished) = (swap.key.clone(), swap.new.clone());
        if self.engine.swap(swap).await? == Swapped::Yes {
            return Ok(true);
        }
        Ok(value(self.engine.read(vec![get(key)]).await?) == wished)
    }
}
