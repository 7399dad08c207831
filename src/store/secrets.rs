//! Secrets that are generated once and then shared by all gateways over one store.
//!
//! Layer: store. Key shapes: `keys.rs`.

use std::sync::Arc;

use super::{
    Engine, StoreError,
    accounts::{Kept, get, kept, value},
    engine::Write,
    keys,
};
use crate::clock::Random;

/// Version of a stored secret.
const VERSION: u8 = 1;

/// Secrets that are generated once and then shared by all gateways over one store.
pub struct Secrets {
    engine: Arc<dyn Engine>,
}

impl Secrets {
    /// The secrets in `engine`.
    #[must_use]
    pub fn new(engine: Arc<dyn Engine>) -> Self {
        Self { engine }
    }

    /// The secret called `name`, made now if there was none. Everybody gets the same, for ever.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`], [`StoreError::Overloaded`]; safe to retry. [`StoreError::Corrupt`].
    pub async fn shared(&self, name: &str, random: &dyn Random) -> Result<[u8; 32], StoreError> {
        let key = keys::secret(name);
        if let Some(secret) = self.get(&key).await? {
            return Ok(secret);
        }
        let mut fresh = [0; 33];
        random.fill(&mut fresh);
        fresh[0] = VERSION;
        self.engine
            .write(vec![Write::SetAbsent {
                key: key.clone(),
                value: fresh.to_vec().into(),
            }])
            .await?;
        // Two gateways may have made one at the same moment: what is stored counts, not what was made.
        self.get(&key).await?.ok_or(StoreError::Corrupt { key })
    }

    async fn get(&self, key: &str) -> Result<Option<[u8; 32]>, StoreError> {
        let stored = value(self.engine.read(vec![get(key.to_owned())]).await?);
        Ok(kept(key, stored, decode)?.map(|Kept { record, .. }| record))
    }
}

fn decode(value: &[u8]) -> Option<[u8; 32]> {
    match value.split_first()? {
        (&VERSION, secret) => secret.try_into().ok(),
        _ => None,
    }
}
