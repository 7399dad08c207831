//! Whose a token is, as it is stored.

use serde::{Deserialize, Serialize};

use super::versioned::versioned;
use crate::model::{SessionId, UserId};

/// Whose a token is. The token itself is stored nowhere; its SHA-256 is the key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenRecord {
    /// The person.
    pub user: UserId,
    /// Their session.
    pub session: SessionId,
}

versioned!(1: TokenRecord);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_reads_back_as_it_was_written() {
        let token = TokenRecord {
            user: UserId::from_bytes(b"u"),
            session: SessionId::from_bytes(b"s"),
        };
        assert_eq!(TokenRecord::decode(&token.encode()), Some(token));
    }
}
