//! Where a store is: what its URL says.
//!
//! - `redis://[user[:password]@]host[:port][/database]`: one server.
//! - `redis-cluster://[user[:password]@]host[:port][,host[:port]…]`: any nodes of a cluster, which name the rest.
//! - `redis-sentinel://[user[:password]@]host[:port][,…]/service[/database]`: sentinels, which name the primary.
//!   User and password are the servers'; those of the sentinels follow as `?user=…&password=…`.
//! - `pika://[:password@]host[:port]`: one Pika.
//!
//! With `rediss` instead of `redis` all connections are encrypted.

use std::fmt;

use fred::types::{
    RespVersion,
    config::{ClusterDiscoveryPolicy, Config, Server, ServerConfig},
};

use crate::store::StoreError;

/// How a Pika is addressed.
const PIKA: &str = "pika://";
/// Ports where a URL names none.
const PORT: u16 = 6379;
const SENTINEL_PORT: u16 = 26_379;

/// Where a store is. Shows neither user nor password.
#[derive(Clone)]
pub(crate) struct Address(Config);

impl Address {
    /// Reads a URL.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unsafe`], without any part of the URL, which may hold a password.
    pub(crate) fn parse(url: &str) -> Result<Self, StoreError> {
        let config = parse(url).ok_or_else(|| {
            StoreError::Unsafe(
                "its URL must look like redis://[user:password@]host[:port][/database], \
                 redis-cluster://[user:password@]host[:port][,host[:port]…] or \
                 redis-sentinel://[user:password@]host[:port][,host[:port]…]/service \
                 (rediss… for TLS)"
                    .into(),
            )
        })?;
        // Pika speaks the older protocol only, and says yes when it is asked for the newer one.
        let version = if url.starts_with(PIKA) {
            RespVersion::RESP2
        } else {
            RespVersion::RESP3
        };
        Ok(Self(Config { version, ..config }))
    }

    /// One server of the same store: with the same user, password and encryption.
    pub(super) fn of(&self, server: &Server) -> Self {
        let server = ServerConfig::Centralized {
            server: server.clone(),
        };
        Self(Config {
            server,
            ..self.0.clone()
        })
    }

    /// The servers that the URL names.
    pub(super) fn servers(&self) -> Vec<Server> {
        self.0.server.hosts()
    }

    /// Whether keys are spread over several servers.
    pub(super) fn is_cluster(&self) -> bool {
        matches!(self.0.server, ServerConfig::Clustered { .. })
    }

    /// As the client library takes it.
    pub(super) fn config(&self) -> Config {
        self.0.clone()
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let servers = self.servers();
        let servers: Vec<_> = servers.iter().map(ToString::to_string).collect();
        f.write_str(&servers.join(", "))
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

fn parse(url: &str) -> Option<Config> {
    if let Some(rest) = url.strip_prefix(PIKA) {
        return Config::from_url_centralized(&format!("redis://{rest}")).ok();
    }
    let (scheme, rest) = url.split_once("://")?;
    let (kind, plain) = match scheme.split_once('-') {
        None => {
            return Config::from_url_centralized(url)
                .ok()
                .filter(|_| is_plain(scheme));
        }
        Some((plain, kind)) => (kind, plain),
    };
    if !is_plain(plain) {
        return None;
    }
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let (login, hosts) = match authority.rsplit_once('@') {
        Some((login, hosts)) => (format!("{login}@"), hosts),
        None => (String::new(), authority),
    };
    let one = |host: &str, port, database: &str| {
        let host = with_port(host, port);
        Config::from_url_centralized(&format!("{plain}://{login}{host}/{database}")).ok()
    };
    let all = |port, database: &str| -> Option<(Config, Vec<Server>)> {
        let configs = hosts.split(',').map(|host| one(host, port, database));
        let configs: Vec<_> = configs.collect::<Option<_>>()?;
        let servers = configs.iter().flat_map(|config| config.server.hosts());
        Some((configs.first()?.clone(), servers.collect()))
    };
    let (config, server) = match kind {
        "cluster" if path.is_empty() && query.is_empty() => {
            let (config, hosts) = all(PORT, "")?;
            let policy = ClusterDiscoveryPolicy::default();
            (config, ServerConfig::Clustered { hosts, policy })
        }
        "sentinel" => {
            let (service, database) = path.split_once('/').unwrap_or((path, ""));
            let (config, hosts) = all(SENTINEL_PORT, database)?;
            (config, sentinels(hosts, service, query)?)
        }
        _ => return None,
    };
    Some(Config { server, ..config })
}

fn is_plain(scheme: &str) -> bool {
    matches!(scheme, "redis" | "rediss")
}

fn sentinels(hosts: Vec<Server>, service: &str, query: &str) -> Option<ServerConfig> {
    let (mut username, mut password) = (None, None);
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        match pair.split_once('=')? {
            ("user", user) => username = Some(user.to_owned()),
            ("password", secret) => password = Some(secret.to_owned()),
            _ => return None,
        }
    }
    (!service.is_empty()).then(|| ServerConfig::Sentinel {
        hosts,
        service_name: service.to_owned(),
        username,
        password,
    })
}

/// The host with its port, also when it is an address with colons in brackets.
fn with_port(host: &str, port: u16) -> String {
    let after_brackets = host.rsplit(']').next().unwrap_or(host);
    if after_brackets.contains(':') {
        host.to_owned()
    } else {
        format!("{host}:{port}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_names_its_servers() {
        for (url, servers, cluster) in [
            ("redis://store.example", "store.example:6379", false),
            ("rediss://me:pw@store.example:1/2", "store.example:1", false),
            ("redis-cluster://a,b:7001", "a:6379, b:7001", true),
            ("rediss-cluster://:pw@a:7000/", "a:7000", true),
            ("redis-sentinel://a,b:5/main", "a:26379, b:5", false),
            ("redis-sentinel://u:p@a/main/1?password=x", "a:26379", false),
        ] {
            let address = Address::parse(url).unwrap();
            assert_eq!(address.to_string(), servers, "{url}");
            assert_eq!(address.is_cluster(), cluster, "{url}");
            assert_eq!(address.config().tls.is_some(), url.starts_with("rediss"));
        }
    }

    #[test]
    fn a_server_of_a_cluster_is_met_with_the_same_password() {
        let address = Address::parse("redis-cluster://me:pw@a:7000").unwrap();
        let node = address.of(&Server::new("b", 7001));
        assert_eq!(node.to_string(), "b:7001");
        assert!(!node.is_cluster());
        assert_eq!(node.config().password.as_deref(), Some("pw"));
    }

    #[test]
    fn a_refused_url_is_not_repeated_in_the_message() {
        for url in [
            "redis://user:sesame@host:port",
            "sesame",
            "redis-cluster://:sesame@host:1/2",
            "redis-cluster://:sesame@host:1,",
            "redis-sentinel://:sesame@host",
            "redis-sentinel://host/main?sesame=1",
            "pika-cluster://sesame",
        ] {
            let error = Address::parse(url).unwrap_err();
            assert!(matches!(error, StoreError::Unsafe(_)));
            assert!(!error.to_string().contains("sesame"), "{error}");
        }
    }
}
