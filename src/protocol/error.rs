//! Errors as they stand on the wire.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the client may do after an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Retry {
    /// The same request will fail again.
    Never,
    /// The same request may succeed later.
    Later,
    /// Bring the local copy up to date first.
    Resync,
}

/// What is known of the effect of a request that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Nothing was changed.
    None,
    /// It may or may not have taken effect; send it again with the same client id.
    Unknown,
}

/// Every error code there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// A param is missing, of the wrong type or out of bounds; `field` names it.
    BadRequest,
    /// Not authenticated, or user name, password or token not accepted.
    Unauthorized,
    /// Known and visible, but not allowed.
    Forbidden,
    /// Absent, or not visible to the one who asks: the two are not told apart.
    NotFound,
    /// The client id was used for another request, or the name is taken.
    Conflict,
    /// What the request was based on has changed.
    Stale,
    /// A param is longer than allowed; `field` names it.
    TooLarge,
    /// Too many requests; `retry_after_ms` says when to try again.
    RateLimited,
    /// The server has too much to do at the moment.
    Overloaded,
    /// The store did not answer in time.
    Unavailable,
    /// No such method.
    UnknownMethod,
    /// A fault of the server.
    Internal,
}

impl ErrorCode {
    /// Every code, in the order of the table in `docs/protocol.md`.
    pub const ALL: [Self; 12] = [
        Self::BadRequest,
        Self::Unauthorized,
        Self::Forbidden,
        Self::NotFound,
        Self::Conflict,
        Self::Stale,
        Self::TooLarge,
        Self::RateLimited,
        Self::Overloaded,
        Self::Unavailable,
        Self::UnknownMethod,
        Self::Internal,
    ];

    /// Stable name on the wire, and what the client may do next.
    #[must_use]
    pub const fn wire(self) -> (&'static str, Retry) {
        match self {
            Self::BadRequest => ("bad_request", Retry::Never),
            Self::Unauthorized => ("unauthorized", Retry::Never),
            Self::Forbidden => ("forbidden", Retry::Never),
            Self::NotFound => ("not_found", Retry::Never),
            Self::Conflict => ("conflict", Retry::Never),
            Self::Stale => ("stale", Retry::Resync),
            Self::TooLarge => ("too_large", Retry::Never),
            Self::RateLimited => ("rate_limited", Retry::Later),
            Self::Overloaded => ("overloaded", Retry::Later),
            Self::Unavailable => ("unavailable", Retry::Later),
            Self::UnknownMethod => ("unknown_method", Retry::Never),
            Self::Internal => ("internal", Retry::Later),
        }
    }
}

/// The error of a reply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WireError {
    /// Which error it is.
    pub code: ErrorCode,
    /// For people who develop clients; not to be parsed, not to be shown.
    pub message: String,
    /// Path of the param at fault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// What the client may do next.
    pub retry: Retry,
    /// How long to wait before trying again, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// What is known of the effect.
    pub outcome: Outcome,
}

impl WireError {
    /// An error that changed nothing.
    #[must_use]
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        let (_, retry) = code.wire();
        Self {
            code,
            message: message.into(),
            field: None,
            retry,
            retry_after_ms: None,
            outcome: Outcome::None,
        }
    }

    /// Names the param at fault.
    #[must_use]
    pub fn at(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_spelled_on_the_wire_as_its_table_says() {
        for code in ErrorCode::ALL {
            assert_eq!(serde_json::to_value(code).unwrap(), code.wire().0);
        }
    }
}
