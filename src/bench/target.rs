//! Which server is measured, and what this process needs for it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use super::BenchError;

/// Connections made from one address of loopback: fewer than there are ports.
const CONNECTIONS_PER_SOURCE: usize = 20_000;
/// Addresses of loopback to connect from.
const SOURCES: usize = 200;

/// A server that may be measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    /// Where it listens.
    pub(super) address: SocketAddr,
    /// Where its WebSocket is.
    pub(super) url: String,
}

impl Target {
    /// Looks up where `url` leads.
    pub(super) async fn resolve(url: &str, allow_remote: bool) -> Result<Self, BenchError> {
        let refuse = |why: &str| BenchError::Target(format!("{url}: {why}"));
        let rest = url
            .strip_prefix("ws://")
            .ok_or_else(|| refuse("must begin with ws://"))?;
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        let path = if path.is_empty() { "v1/ws" } else { path };
        let host = if host.contains("]:") || (host.contains(':') && !host.ends_with(']')) {
            host.to_owned()
        } else {
            format!("{host}:80")
        };
        let found: Vec<SocketAddr> = tokio::net::lookup_host(&host)
            .await
            .map_err(|error| refuse(&error.to_string()))?
            .collect();
        let address = *found.first().ok_or_else(|| refuse("has no address"))?;
        if !allow_remote && !address.ip().is_loopback() {
            return Err(refuse(
                "is not on this machine; with --allow-remote it is measured all the same",
            ));
        }
        let url = format!("ws://{host}/{path}");
        Ok(Self { address, url })
    }

    /// The address from which connection number `index` is made, when it matters.
    pub(super) fn source(&self, index: usize) -> Option<IpAddr> {
        let further = u8::try_from((index / CONNECTIONS_PER_SOURCE) % SOURCES).ok()?;
        (further > 0 && self.address.ip() == Ipv4Addr::LOCALHOST)
            .then(|| Ipv4Addr::new(127, 0, 1, further).into())
    }
}

/// Each connection is an open file.
pub(super) fn raise_file_limit() {
    if let Err(error) = rlimit::increase_nofile_limit(u64::MAX) {
        tracing::warn!(%error, "the limit of open files was not raised");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn resolve(url: &str, allow_remote: bool) -> Result<Target, String> {
        Target::resolve(url, allow_remote)
            .await
            .map_err(|error| error.to_string())
    }

    #[tokio::test]
    async fn this_machine_is_measured_and_others_only_when_allowed() {
        let near = resolve("ws://127.0.0.1:8080", false).await.unwrap();
        assert_eq!(near.url, "ws://127.0.0.1:8080/v1/ws");
        assert!(resolve("ws://[::1]:8080/", false).await.is_ok());
        let far = resolve("ws://192.0.2.1:8080", false).await;
        assert!(far.unwrap_err().contains("--allow-remote"));
        assert!(resolve("ws://192.0.2.1:8080", true).await.is_ok());
    }

    #[tokio::test]
    async fn what_is_no_plain_websocket_is_refused() {
        for url in ["http://127.0.0.1:8080", "wss://127.0.0.1:8080", "ws://"] {
            assert!(resolve(url, true).await.is_err(), "{url}");
        }
    }

    #[tokio::test]
    async fn more_connections_than_ports_come_from_further_addresses() {
        let target = resolve("ws://127.0.0.1:8080", false).await.unwrap();
        assert_eq!(target.source(19_999), None);
        assert_eq!(target.source(20_000), Some([127, 0, 1, 1].into()));
        assert_eq!(target.source(45_000), Some([127, 0, 1, 2].into()));
    }
}
