//! Which web pages may open a WebSocket, and where a request really comes from.

use std::net::{IpAddr, SocketAddr};

use axum::http::HeaderMap;
use ipnet::IpNet;

use crate::config::ServerConfig;

/// The pages that may open a WebSocket: compared byte by byte, since browsers spell an origin in one way.
#[derive(Debug, Clone)]
pub(super) struct Origins {
    allowed: Vec<String>,
    /// When listening on every address: scheme and port with which one's own address may be typed.
    anywhere: Option<(&'static str, u16)>,
}

impl Origins {
    /// The server's own addresses and those an operator has added.
    pub(super) fn of(config: &ServerConfig, listen: SocketAddr) -> Self {
        let scheme = if config.tls_cert.is_some() {
            "https"
        } else {
            "http"
        };
        let port = listen.port();
        let mut allowed = config.origins.clone();
        if !config.public_url.is_empty() {
            allowed.push(config.public_url.trim_end_matches('/').to_owned());
        }
        let mut hosts = vec![host(listen.ip())];
        if listen.ip().is_loopback() || listen.ip().is_unspecified() {
            hosts.extend(["localhost", "127.0.0.1", "[::1]"].map(str::to_owned));
        }
        allowed.extend(hosts.iter().map(|host| spell(scheme, host, port)));
        Self {
            allowed,
            anywhere: listen.ip().is_unspecified().then_some((scheme, port)),
        }
    }

    /// Whether a request with these headers, come to `local`, may open a WebSocket.
    ///
    /// Without the header it is no browser: nothing here is authenticated by cookies, so there is nothing a
    /// foreign page could borrow.
    pub(super) fn allow(&self, headers: &HeaderMap, local: IpAddr) -> bool {
        let mut origins = headers.get_all("origin").iter();
        let Some(origin) = origins.next() else {
            return true;
        };
        let known = |origin: &str| {
            self.allowed.iter().any(|allowed| allowed == origin)
                || self.anywhere.is_some_and(|(scheme, port)| {
                    origin == spell(scheme, &host(local.to_canonical()), port)
                })
        };
        origins.next().is_none() && origin.to_str().is_ok_and(known)
    }
}

fn spell(scheme: &str, host: &str, port: u16) -> String {
    match (scheme, port) {
        ("http", 80) | ("https", 443) => format!("{scheme}://{host}"),
        _ => format!("{scheme}://{host}:{port}"),
    }
}

fn host(address: IpAddr) -> String {
    match address {
        IpAddr::V4(four) => four.to_string(),
        IpAddr::V6(six) => format!("[{six}]"),
    }
}

/// Whether `address` is that of a reverse proxy whose word counts.
pub(super) fn is_trusted(proxies: &[IpNet], address: IpAddr) -> bool {
    proxies
        .iter()
        .any(|network| network.contains(&address.to_canonical()))
}

/// Where a request comes from: what the nearest trusted proxy says, or the peer itself.
///
/// Read from the right: each proxy adds the address it saw, and what stands left of the first stranger is
/// whatever that stranger wrote.
pub(super) fn client_address(headers: &HeaderMap, peer: IpAddr, proxies: &[IpNet]) -> IpAddr {
    let peer = peer.to_canonical();
    let mut nearest = peer;
    let hops: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    for hop in hops.iter().rev() {
        if !is_trusted(proxies, nearest) {
            return nearest;
        }
        match hop.trim().parse::<IpAddr>() {
            Ok(address) => nearest = address.to_canonical(),
            Err(_) => return nearest,
        }
    }
    nearest
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn headers(name: &'static str, values: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(name, HeaderValue::from_str(value).unwrap());
        }
        headers
    }

    fn allows(origins: &Origins, origin: &str) -> bool {
        let local = "192.0.2.7".parse().unwrap();
        origins.allow(&headers("origin", &[origin]), local)
    }

    #[test]
    fn only_exact_origins_are_allowed() {
        let config = ServerConfig {
            public_url: "https://chat.example.org".to_owned(),
            origins: vec!["https://other.example".to_owned()],
            ..ServerConfig::default()
        };
        let origins = Origins::of(&config, "127.0.0.1:8080".parse().unwrap());
        for good in [
            "https://chat.example.org",
            "https://other.example",
            "http://127.0.0.1:8080",
            "http://localhost:8080",
        ] {
            assert!(allows(&origins, good), "{good}");
        }
        for bad in [
            "null",
            "",
            "http://chat.example.org",
            "https://chat.example.org:444",
            "https://chat.example.org.evil.example",
            "https://evilchat.example.org",
            "https://chat.example.org/",
            "https://CHAT.example.org",
            "http://localhost",
            "http://localhost:80801",
            "https://localhost:8080",
            "http://192.0.2.7:8080",
        ] {
            assert!(!allows(&origins, bad), "{bad}");
        }
        let local = "127.0.0.1".parse().unwrap();
        assert!(origins.allow(&HeaderMap::new(), local), "no browser");
        let two = headers("origin", &["http://localhost:8080", "https://evil.example"]);
        assert!(!origins.allow(&two, local));
    }

    #[test]
    fn listening_everywhere_the_address_that_was_reached_is_the_servers_own() {
        let listen = "0.0.0.0:8080".parse().unwrap();
        let origins = Origins::of(&ServerConfig::default(), listen);
        assert!(allows(&origins, "http://192.0.2.7:8080"));
        assert!(!allows(&origins, "http://192.0.2.8:8080"));
        assert!(!allows(&origins, "http://rebound.example:8080"));
    }

    #[test]
    fn forwarded_addresses_count_only_as_far_as_proxies_are_trusted() {
        let proxies = ["10.0.0.0/8".parse().unwrap()];
        let from = |peer: &str, forwarded: &[&str]| {
            let headers = headers("x-forwarded-for", forwarded);
            client_address(&headers, peer.parse().unwrap(), &proxies).to_string()
        };
        assert_eq!(from("192.0.2.1", &["198.51.100.9"]), "192.0.2.1");
        assert_eq!(from("10.0.0.1", &["198.51.100.9"]), "198.51.100.9");
        assert_eq!(
            from("10.0.0.1", &["203.0.113.5, 198.51.100.9, 10.0.0.2"]),
            "198.51.100.9"
        );
        assert_eq!(
            from("10.0.0.1", &["203.0.113.5", "198.51.100.9"]),
            "198.51.100.9"
        );
        assert_eq!(from("::ffff:10.0.0.1", &["198.51.100.9"]), "198.51.100.9");
        assert_eq!(from("10.0.0.1", &["nonsense"]), "10.0.0.1");
        assert_eq!(from("10.0.0.1", &[]), "10.0.0.1");
    }
}
