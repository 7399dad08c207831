//! Passwords: which are accepted, and how they are hashed.
//!
//! Argon2id is slow and large on purpose, so hashes run in a pool of their own: few at once, few waiting, the
//! rest refused. No flood of log-ins can take the processor or the memory from people who are chatting.

mod frequent;

use std::sync::Arc;

use argon2::{
    Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version,
    password_hash::{self, SaltString},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::ServiceError;
use crate::{clock::Random, config::AuthConfig, store::record::PasswordHash};

/// Shortest password, in bytes.
const MIN_BYTES: usize = 8;

/// Longest password, in bytes.
const MAX_BYTES: usize = 256;

/// Hashes that may wait for a place.
const MOST_WAITING: usize = 64;

/// Takes `password` as the new one of `username`, or says in `field` what is wrong with it.
pub(super) fn accept(
    field: &'static str,
    username: &str,
    password: &str,
) -> Result<(), ServiceError> {
    if password.len() > MAX_BYTES {
        return Err(ServiceError::too_large(field, "has more than 256 bytes"));
    }
    if password.len() < MIN_BYTES {
        return Err(ServiceError::invalid(field, "has less than 8 bytes"));
    }
    if password.to_lowercase() == username.to_lowercase() {
        return Err(ServiceError::invalid(field, "is the same as the user name"));
    }
    if frequent::is_common(password) {
        let reason = "is one of the most common passwords or easily made from one";
        return Err(ServiceError::invalid(field, reason));
    }
    Ok(())
}

/// The pool that hashes passwords.
pub(super) struct Passwords {
    argon2: Argon2<'static>,
    random: Arc<dyn Random>,
    places: Arc<Semaphore>,
    queue: Arc<Semaphore>,
}

impl Passwords {
    /// A pool as configured.
    pub(super) fn new(auth: &AuthConfig, random: Arc<dyn Random>) -> Self {
        let memory = auth
            .argon2_memory_kib
            .clamp(Params::MIN_M_COST, Params::MAX_M_COST);
        let passes = auth.argon2_passes.max(Params::MIN_T_COST);
        let params = Params::new(memory, passes, 1, None)
            .expect("parameters that were held within Argon2's bounds");
        let at_once = usize::try_from(auth.argon2_parallel.clamp(1, 1_024)).unwrap_or(1);
        Self {
            argon2: Argon2::new(Algorithm::Argon2id, Version::V0x13, params),
            random,
            places: Arc::new(Semaphore::new(at_once)),
            queue: Arc::new(Semaphore::new(at_once + MOST_WAITING)),
        }
    }

    /// Hashes a new password.
    ///
    /// # Errors
    ///
    /// `Overloaded` when too many are waiting.
    pub(super) async fn hash(&self, password: String) -> Result<PasswordHash, ServiceError> {
        let (argon2, salt) = (self.argon2.clone(), self.salt());
        let hashed = self.run(move || {
            let hashed = argon2.hash_password(password.as_bytes(), &salt);
            let hashed = hashed.expect("parameters and salt that Argon2 accepts");
            PasswordHash::new(hashed.to_string())
        });
        hashed.await
    }

    /// Whether `password` is the one behind `hash`. Without a hash it is not, after the same work.
    ///
    /// # Errors
    ///
    /// `Overloaded` when too many are waiting.
    pub(super) async fn verify(
        &self,
        password: String,
        hash: Option<PasswordHash>,
    ) -> Result<bool, ServiceError> {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.nobodys());
        let argon2 = self.argon2.clone();
        let same = self.run(move || {
            password_hash::PasswordHash::new(hash.as_str())
                .is_ok_and(|hash| argon2.verify_password(password.as_bytes(), &hash).is_ok())
        });
        Ok(same.await? && known)
    }

    /// Whether a hash was made with other parameters than those configured now.
    pub(super) fn is_dated(&self, hash: &PasswordHash) -> bool {
        password_hash::PasswordHash::new(hash.as_str())
            .ok()
            .and_then(|hash| Params::try_from(&hash).ok())
            .is_none_or(|params| {
                let now = self.argon2.params();
                (params.m_cost(), params.t_cost()) != (now.m_cost(), now.t_cost())
            })
    }

    fn salt(&self) -> SaltString {
        let mut salt = [0; 16];
        self.random.fill(&mut salt);
        SaltString::encode_b64(&salt).expect("sixteen bytes, which is Argon2's recommended length")
    }

    // A hash of no password: random where the result of Argon2 would stand. To find that out costs as much
    // as to find out that a password is wrong.
    fn nobodys(&self) -> PasswordHash {
        let mut output = [0; 32];
        self.random.fill(&mut output);
        let params = self.argon2.params();
        PasswordHash::new(format!(
            "$argon2id$v=19$m={},t={},p={}${}${}",
            params.m_cost(),
            params.t_cost(),
            params.p_cost(),
            self.salt(),
            data_encoding::BASE64_NOPAD.encode(&output),
        ))
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, ServiceError> {
        let (queued, place) = self.place().await?;
        // The places travel with the work: whoever stops waiting does not stop the processor.
        let done = tokio::task::spawn_blocking(move || {
            let _held = (queued, place);
            work()
        });
        done.await.map_err(|_| ServiceError::Overloaded)
    }

    async fn place(&self) -> Result<(OwnedSemaphorePermit, OwnedSemaphorePermit), ServiceError> {
        let queued = Arc::clone(&self.queue).try_acquire_owned();
        let queued = queued.map_err(|_| ServiceError::Overloaded)?;
        let place = Arc::clone(&self.places).acquire_owned().await;
        Ok((queued, place.map_err(|_| ServiceError::Overloaded)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemRandomness;

    fn pool(memory: u32, parallel: u32) -> Passwords {
        let auth = AuthConfig {
            argon2_memory_kib: memory,
            argon2_passes: 1,
            argon2_parallel: parallel,
            ..AuthConfig::default()
        };
        Passwords::new(&auth, Arc::new(SystemRandomness::new()))
    }

    #[test]
    fn bounds_are_counted_in_bytes_and_nothing_is_trimmed() {
        let refused = |password: &str| accept("password", "ada", password).unwrap_err();
        assert!(matches!(refused("7 bytes"), ServiceError::Invalid { .. }));
        assert!(matches!(
            refused(&"ü".repeat(129)),
            ServiceError::TooLarge { .. }
        ));
        let long: String = ('!'..='~').cycle().step_by(7).take(256).collect();
        for good in ["  8 b  \t", "äöü爱!", &long] {
            assert!(accept("password", "ada", good).is_ok(), "{good:?}");
        }
    }

    #[test]
    fn the_user_name_is_no_password_in_any_case() {
        assert!(accept("password", "ada.lovelace", "Ada.Lovelace").is_err());
        assert!(accept("password", "ada.lovelace", "Ada.Lovelace!rocks").is_ok());
    }

    #[tokio::test]
    async fn a_hash_proves_its_password_and_no_other() {
        let pool = pool(64, 2);
        let hash = pool.hash("correct horse".to_owned()).await.unwrap();
        let verify = |password: &str| pool.verify(password.to_owned(), Some(hash.clone()));
        assert!(hash.as_str().starts_with("$argon2id$v=19$m=64,t=1,p=1$"));
        assert!(verify("correct horse").await.unwrap());
        for wrong in ["", "correct hors", "correct horse ", "Correct horse"] {
            assert!(!verify(wrong).await.unwrap(), "{wrong:?}");
        }
        let again = pool.hash("correct horse".to_owned()).await.unwrap();
        assert_ne!(hash, again, "salts differ");
    }

    #[tokio::test]
    async fn nobody_has_a_password_and_the_work_to_find_out_is_the_same() {
        let pool = pool(64, 2);
        assert!(!pool.verify("x".to_owned(), None).await.unwrap());
        let nobodys = pool.nobodys();
        let somebodys = pool.hash("x".to_owned()).await.unwrap();
        let parsed = password_hash::PasswordHash::new(nobodys.as_str()).unwrap();
        let other = password_hash::PasswordHash::new(somebodys.as_str()).unwrap();
        assert_eq!(parsed.params, other.params);
        assert_eq!(parsed.algorithm, other.algorithm);
        assert_eq!(parsed.hash.unwrap().len(), other.hash.unwrap().len());
        assert_eq!(nobodys.as_str().len(), somebodys.as_str().len());
    }

    #[tokio::test]
    async fn a_hash_of_other_parameters_is_dated_and_still_proves_its_password() {
        let old = pool(64, 1).hash("correct horse".to_owned()).await.unwrap();
        let now = pool(128, 1);
        assert!(now.is_dated(&old));
        assert!(!pool(64, 1).is_dated(&old));
        let verified = now.verify("correct horse".to_owned(), Some(old)).await;
        assert!(verified.unwrap());
    }

    #[tokio::test]
    async fn who_finds_the_queue_full_is_refused_at_once() {
        let pool = Arc::new(pool(64, 1));
        let mut held = Vec::new();
        held.push(pool.place().await.unwrap());
        let waiting: Vec<_> = (0..MOST_WAITING)
            .map(|_| {
                let pool = Arc::clone(&pool);
                tokio::spawn(async move { pool.hash("correct horse".to_owned()).await })
            })
            .collect();
        while pool.queue.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        let refused = pool.hash("correct horse".to_owned()).await;
        assert!(matches!(refused, Err(ServiceError::Overloaded)));
        held.clear();
        for one in waiting {
            assert!(one.await.unwrap().is_ok());
        }
    }
}
