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

#[cfg(test)]
#[cfg(feature = "embedded")]
mod tests {
    use super::*;
    use crate::{
        clock::{SystemClock, SystemRandomness},
        store::embedded::{EmbeddedEngine, EmbeddedOptions},
    };

    #[tokio::test]
    async fn everybody_gets_the_same_secret_and_each_name_has_its_own() {
        let dir = tempfile::TempDir::new().unwrap();
        let options = EmbeddedOptions::new(dir.path());
        let engine = EmbeddedEngine::open(options, Arc::new(SystemClock)).unwrap();
        let (secrets, random) = (Secrets::new(Arc::new(engine)), SystemRandomness::new());
        let asked = (0..8).map(|_| secrets.shared("instance", &random));
        let answers = futures_util::future::join_all(asked).await;
        let first = *answers[0].as_ref().unwrap();
        assert!(
            answers
                .iter()
                .all(|answer| *answer.as_ref().unwrap() == first)
        );
        assert_eq!(secrets.shared("instance", &random).await.unwrap(), first);
        assert_ne!(secrets.shared("other", &random).await.unwrap(), first);
        assert_ne!(first, [0; 32]);
    }

    #[test]
    fn a_secret_of_another_version_or_length_is_not_read() {
        for bad in [&[][..], &[1; 32], &[2; 33], &[1; 34]] {
            assert_eq!(decode(bad), None);
        }
        assert_eq!(decode(&[1; 33]), Some([1; 32]));
    }
}
