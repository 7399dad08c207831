//! A logged-in device, as it is stored.

use serde::{Deserialize, Serialize};

use super::{UserRecord, versioned::versioned};
use crate::model::{Device, SessionId};

/// A logged-in device. Good only together with the [`TokenRecord`](super::TokenRecord) it names, and while the
/// user's password is of the same generation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionRecord {
    /// What the device says of itself.
    pub device: Device,
    /// SHA-256 of its token, as in the token's key.
    pub token: String,
    /// Generation of the password it was made under.
    pub generation: u64,
    /// When it logged in, in milliseconds since the Unix epoch.
    pub created_ms: u64,
    /// When it was last seen, to the hour, in milliseconds since the Unix epoch.
    pub seen_ms: u64,
    /// When it ends unless it is used, in milliseconds since the Unix epoch.
    pub expires_ms: u64,
}

impl SessionRecord {
    /// Whether this session, called `id`, is good for its owner at `now_ms`.
    #[must_use]
    pub fn is_good(&self, id: &SessionId, owner: &UserRecord, now_ms: u64) -> bool {
        let outlived = self.generation == owner.generation || owner.changed_by.as_ref() == Some(id);
        outlived && self.expires_ms > now_ms
    }
}

versioned!(1: SessionRecord);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{Account, User, UserId},
        store::record::PasswordHash,
    };

    fn session() -> SessionRecord {
        SessionRecord {
            device: Device::default(),
            token: "hash".to_owned(),
            generation: 1,
            created_ms: 10,
            seen_ms: 20,
            expires_ms: 30,
        }
    }

    fn owner(generation: u64, changed_by: Option<SessionId>) -> UserRecord {
        let user = User {
            id: UserId::from_bytes(b"u"),
            username: "ada".to_owned(),
            display_name: "Ada".to_owned(),
            created_ms: 1,
        };
        let account = Account {
            user,
            admin: false,
            hide_reads: false,
        };
        UserRecord {
            account,
            password: PasswordHash::new(String::new()),
            generation,
            changed_by,
        }
    }

    #[test]
    fn a_session_reads_back_as_it_was_written() {
        assert_eq!(SessionRecord::decode(&session().encode()), Some(session()));
    }

    #[test]
    fn a_session_is_good_until_it_expires_or_another_one_changes_the_password() {
        let [this, other] = [b"1", b"2"].map(|id| SessionId::from_bytes(id));
        let good = |owner: UserRecord, now_ms| session().is_good(&this, &owner, now_ms);
        assert!(good(owner(1, None), 29));
        assert!(!good(owner(1, None), 30));
        assert!(!good(owner(2, None), 29));
        assert!(!good(owner(2, Some(other)), 29));
        assert!(good(owner(2, Some(this.clone())), 29));
        assert!(!good(owner(2, Some(this.clone())), 30));
    }
}
