//! Why a call was not answered, and whether it may be sent again.

use fred::error::{Error, ErrorKind};

use super::refusal::Refusal;
use crate::store::StoreError;

/// Whether a call may be sent again when its first answer was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// Doing it twice is doing it once.
    Safe,
    /// The second answer could be another one.
    Never,
}

/// Why a call was not answered.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Too much waits already; nothing was sent.
    Overloaded,
    /// There is no connection: nothing was sent.
    Unsent(Error),
    /// No answer: it may have been done or not.
    Lost(Error),
    /// The store answered the command at this index with an error.
    Refused(usize, Error),
}

impl Failure {
    /// As the caller of the store sees it; `keys` are those of the commands sent.
    pub(crate) fn during(
        self,
        operation: &'static str,
        key: impl FnOnce(usize) -> String,
    ) -> StoreError {
        match self {
            Self::Overloaded => StoreError::Overloaded,
            Self::Refused(index, error) if error.details().contains("WRONGTYPE ") => {
                StoreError::Corrupt { key: key(index) }
            }
            Self::Unsent(error) | Self::Lost(error) | Self::Refused(_, error) => {
                StoreError::unavailable(operation, error)
            }
        }
    }

    /// Whether the call may be sent again.
    pub(super) fn allows(&self, repeat: Repeat) -> bool {
        match self {
            Self::Overloaded => false,
            Self::Unsent(_) => true,
            Self::Lost(error) => repeat == Repeat::Safe && *error.kind() != ErrorKind::Timeout,
            Self::Refused(_, error) => Refusal::of(error).is_some(),
        }
    }
}
