//! Why a store operation did not happen.

/// Why a store operation did not happen.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The store could not be reached in time. Nothing may be assumed about a write: do it again, all
    /// writes are repeatable.
    #[error("key-value store unavailable during {operation}: {source}")]
    Unavailable {
        /// What was tried, for example `append`.
        operation: &'static str,
        /// Error as reported by the client library.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Too much is waiting for the store. Nothing was done: try again a little later.
    #[error("key-value store has too much to do")]
    Overloaded,
    /// A stored value cannot be read. Trying again will not help.
    #[error("unreadable record under {key}")]
    Corrupt {
        /// Where it stands.
        key: String,
    },
    /// The store's settings would lose data, or it lacks what is needed. Says how to mend it.
    #[error("unsafe store: {0}")]
    Unsafe(String),
}

impl StoreError {
    /// The store did not answer `operation`.
    pub fn unavailable(
        operation: &'static str,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::Unavailable {
            operation,
            source: source.into(),
        }
    }
}
