//! A person, as they are stored.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::versioned::versioned;
use crate::model::{Account, SessionId};

/// A salted Argon2id hash with its parameters, as a PHC string. Never shown in logs.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// Takes a PHC string.
    #[must_use]
    pub const fn new(phc: String) -> Self {
        Self(phc)
    }

    /// The PHC string.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// A person: profile and password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserRecord {
    /// What the person sees of their own account.
    pub account: Account,
    /// Proves a password.
    pub password: PasswordHash,
    /// Rises with each change of the password. Sessions of another generation are over.
    pub generation: u64,
    /// The session that made the last change, which is not over.
    pub changed_by: Option<SessionId>,
}

versioned!(1: UserRecord);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{User, UserId};

    fn record() -> UserRecord {
        let user = User {
            id: UserId::from_bytes(b"0123456789abcdef"),
            username: "ada".to_owned(),
            display_name: "Ada 爱达".to_owned(),
            created_ms: 1_700_000_000_000,
        };
        UserRecord {
            account: Account {
                user,
                admin: true,
                hide_reads: false,
            },
            password: PasswordHash::new("$argon2id$secret".to_owned()),
            generation: 3,
            changed_by: Some(SessionId::from_bytes(b"s")),
        }
    }

    #[test]
    fn a_user_reads_back_as_it_was_written() {
        assert_eq!(UserRecord::decode(&record().encode()), Some(record()));
    }

    #[test]
    fn a_user_of_an_unknown_version_or_cut_short_is_not_read() {
        let value = record().encode();
        let mut newer = value.to_vec();
        newer[0] = 2;
        for bad in [&[][..], &newer, &value[..value.len() - 1], &value[..1]] {
            assert_eq!(UserRecord::decode(bad), None);
        }
    }

    #[test]
    fn fields_added_later_do_not_hinder_reading() {
        #[derive(Serialize)]
        struct Later {
            #[serde(flatten)]
            now: UserRecord,
            avatar: &'static str,
        }
        let later = Later {
            now: record(),
            avatar: "cat",
        };
        let value = crate::store::record::versioned::encode(1, &later);
        assert_eq!(UserRecord::decode(&value), Some(record()));
    }

    #[test]
    fn a_password_hash_is_not_shown() {
        assert!(!format!("{:?}", record()).contains("argon2id"));
    }
}
