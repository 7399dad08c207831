//! Addresses that may hold a password.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};

/// Address of a store. It may hold a password, so it prints without it; only [`StoreUrl::expose`] gives all of it.
#[derive(Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub struct StoreUrl(String);

impl StoreUrl {
    /// The whole address, password included: for the one who connects, never for a log.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether no address is set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether it is a store that speaks the Redis protocol and runs scripts: one server, a cluster, or what
    /// sentinels name.
    #[must_use]
    pub fn is_redis(&self) -> bool {
        let scheme = self.scheme();
        let (protocol, kind) = scheme.split_once('-').unwrap_or((scheme, ""));
        matches!(protocol, "redis" | "rediss") && matches!(kind, "" | "cluster" | "sentinel")
    }

    /// What stands before the first colon: `embedded`, `redis`, …
    #[must_use]
    pub fn scheme(&self) -> &str {
        self.0.split_once(':').map_or("", |(scheme, _)| scheme)
    }
}

impl From<&str> for StoreUrl {
    fn from(url: &str) -> Self {
        Self(url.to_owned())
    }
}

impl fmt::Display for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (address, query) = match self.0.split_once('?') {
            Some((address, _)) => (address, "?[redacted]"),
            None => (self.0.as_str(), ""),
        };
        match (address.split_once("://"), address.rsplit_once('@')) {
            (Some((scheme, _)), Some((_, host))) => {
                write!(f, "{scheme}://[redacted]@{host}{query}")
            }
            _ => write!(f, "{address}{query}"),
        }
    }
}

impl fmt::Debug for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

impl Serialize for StoreUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_in_an_address_is_never_printed() {
        for (url, printed) in [
            ("embedded:", "embedded:"),
            ("redis://localhost:6379/0", "redis://localhost:6379/0"),
            ("redis://:s3cret@host", "redis://[redacted]@host"),
            (
                "rediss://me:s3c/r@et@host:1/2",
                "rediss://[redacted]@host:1/2",
            ),
            ("redis://host?password=s3cret", "redis://host?[redacted]"),
            (
                "redis-sentinel://me:s3cret@a,b:1/main?password=s3cret",
                "redis-sentinel://[redacted]@a,b:1/main?[redacted]",
            ),
        ] {
            let url = StoreUrl::from(url);
            assert_eq!(url.to_string(), printed);
            assert_eq!(format!("{url:?}"), format!("\"{printed}\""));
            assert_eq!(serde_json::to_value(&url).unwrap(), printed);
        }
    }

    #[test]
    fn stores_that_speak_the_redis_protocol_are_known_by_their_scheme() {
        for url in [
            "redis://a",
            "rediss://a",
            "redis-cluster://a,b",
            "rediss-sentinel://a/main",
        ] {
            assert!(StoreUrl::from(url).is_redis(), "{url}");
        }
        for url in [
            "",
            "embedded:",
            "redis-other://a",
            "cluster://a",
            "-cluster://a",
        ] {
            assert!(!StoreUrl::from(url).is_redis(), "{url}");
        }
    }
}
