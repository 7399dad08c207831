//! From what the service says to what stands on the wire: the one table.

use crate::{
    protocol::{ErrorCode, Outcome, WireError},
    service::{ServiceError, StoreError},
};

/// The wire error for a failed request; `changes` says whether it may have changed something.
pub(super) fn wire_error(error: &ServiceError, changes: bool) -> WireError {
    let plain = |code| WireError::new(code, error.to_string());
    match error {
        ServiceError::Invalid { field, .. } => plain(ErrorCode::BadRequest).at(*field),
        ServiceError::TooLarge { field, .. } => plain(ErrorCode::TooLarge).at(*field),
        ServiceError::Unauthorized => plain(ErrorCode::Unauthorized),
        ServiceError::Forbidden(_) => plain(ErrorCode::Forbidden),
        ServiceError::NotFound => plain(ErrorCode::NotFound),
        ServiceError::Conflict { field, .. } => plain(ErrorCode::Conflict).at(*field),
        ServiceError::RateLimited { after } => WireError {
            retry_after_ms: Some(u64::try_from(after.as_millis()).unwrap_or(u64::MAX)),
            ..plain(ErrorCode::RateLimited)
        },
        ServiceError::Overloaded => plain(ErrorCode::Overloaded),
        ServiceError::Store(error) => store_error(error, changes),
        ServiceError::Unknown => unavailable(changes),
    }
}

/// What the store reports is for the log; clients learn only what they can do.
fn store_error(error: &StoreError, changes: bool) -> WireError {
    match error {
        StoreError::Unavailable { operation, source } => {
            tracing::warn!(operation, %source, "store unavailable");
            unavailable(changes)
        }
        StoreError::Overloaded => WireError::new(ErrorCode::Overloaded, "too much to do"),
        StoreError::Corrupt { key } => {
            tracing::error!(key, "unreadable record");
            WireError::new(ErrorCode::Internal, "a fault of the server")
        }
        StoreError::Unsafe(reason) => {
            tracing::error!(reason, "unsafe store");
            WireError::new(ErrorCode::Internal, "a fault of the server")
        }
    }
}

fn unavailable(changes: bool) -> WireError {
    WireError {
        outcome: if changes {
            Outcome::Unknown
        } else {
            Outcome::None
        },
        ..WireError::new(ErrorCode::Unavailable, "the store did not answer in time")
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::protocol::Retry;

    #[test]
    fn a_store_that_does_not_answer_leaves_only_changes_unknown() {
        let down = || ServiceError::Store(StoreError::unavailable("append", "timed out"));
        let send = wire_error(&down(), true);
        assert_eq!(
            (send.code, send.outcome),
            (ErrorCode::Unavailable, Outcome::Unknown)
        );
        assert_eq!(send.retry, Retry::Later);
        assert!(
            !send.message.contains("timed out"),
            "the cause is for the log"
        );
        assert_eq!(wire_error(&down(), false).outcome, Outcome::None);
    }

    #[test]
    fn a_mistake_names_its_field_and_a_limit_its_wait() {
        let mistake = wire_error(&ServiceError::invalid("limit", "is 0"), false);
        assert_eq!(
            (mistake.code, mistake.field.as_deref()),
            (ErrorCode::BadRequest, Some("limit"))
        );
        let limited = wire_error(
            &ServiceError::RateLimited {
                after: Duration::from_secs(2),
            },
            true,
        );
        assert_eq!(
            (limited.retry_after_ms, limited.outcome),
            (Some(2_000), Outcome::None)
        );
    }
}
