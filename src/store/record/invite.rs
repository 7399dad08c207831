//! Codes that let somebody register, as they are stored.

use serde::{Deserialize, Serialize};

use super::versioned::versioned;
use crate::model::UserId;

/// Who has used a code. The use counts once that user has a name; until then it may be a crash's remains.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeUse {
    /// The new user.
    pub by: UserId,
    /// When, in milliseconds since the Unix epoch.
    pub at_ms: u64,
}

/// An invitation. Its code is stored nowhere; the SHA-256 of the code is the key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InviteRecord {
    /// When it was made, in milliseconds since the Unix epoch.
    pub created_ms: u64,
    /// When it is void, in milliseconds since the Unix epoch.
    pub expires_ms: u64,
    /// Who has used it.
    pub used: Option<CodeUse>,
}

/// How far the server is set up.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetupRecord {
    /// The code of the set-up link. It stands here in full, because every gateway prints it until it is used.
    pub code: String,
    /// Who has used it: the first administrator.
    pub used: Option<CodeUse>,
}

versioned!(1: InviteRecord, SetupRecord);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invitations_and_the_state_of_set_up_read_back_as_they_were_written() {
        let used = CodeUse {
            by: UserId::from_bytes(b"u"),
            at_ms: 3,
        };
        for used in [None, Some(used)] {
            let invite = InviteRecord {
                created_ms: 1,
                expires_ms: 2,
                used: used.clone(),
            };
            assert_eq!(InviteRecord::decode(&invite.encode()), Some(invite));
            let code = "code".to_owned();
            let setup = SetupRecord { code, used };
            assert!(SetupRecord::decode(&setup.encode()) == Some(setup));
        }
    }
}
