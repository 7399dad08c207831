//! Why an operation was not done.

use std::{borrow::Cow, time::Duration};

use crate::store::StoreError;

/// Why an operation was not done. Variants are what the caller can do next; wire codes are chosen at the edge.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServiceError {
    /// A value is missing or out of bounds. Mend it.
    #[error("{field} {reason}")]
    Invalid {
        /// Path of the value.
        field: &'static str,
        /// What is wrong with it, as the rest of a sentence.
        reason: Cow<'static, str>,
    },
    /// A value is longer than allowed. Shorten it.
    #[error("{field} {reason}")]
    TooLarge {
        /// Path of the value.
        field: &'static str,
        /// The bound, as the rest of a sentence.
        reason: Cow<'static, str>,
    },
    /// User name, password, token or invitation not accepted.
    #[error("not accepted")]
    Unauthorized,
    /// Visible, but not allowed.
    #[error("not allowed: {0}")]
    Forbidden(&'static str),
    /// Absent, or not visible to the one who asks.
    #[error("not found")]
    NotFound,
    /// The client id was used for another request, or the name is taken.
    #[error("{field} {reason}")]
    Conflict {
        /// Path of the value.
        field: &'static str,
        /// What it collides with.
        reason: &'static str,
    },
    /// Too many requests. Wait.
    #[error("too many requests")]
    RateLimited {
        /// How long.
        after: Duration,
    },
    /// Too much to do at the moment. Nothing was done.
    #[error("too much to do")]
    Overloaded,
    /// The store did not do its part. For a change, the outcome may be unknown.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The operation took too long and may have happened: the same request again tells.
    #[error("outcome unknown")]
    Unknown,
}

impl ServiceError {
    /// A value is missing or out of bounds.
    pub fn invalid(field: &'static str, reason: impl Into<Cow<'static, str>>) -> Self {
        Self::Invalid {
            field,
            reason: reason.into(),
        }
    }

    /// A value is longer than allowed.
    pub fn too_large(field: &'static str, reason: impl Into<Cow<'static, str>>) -> Self {
        Self::TooLarge {
            field,
            reason: reason.into(),
        }
    }
}
