//! Origins: where a page in a browser came from.

use super::validate::{Checked, invalid};

/// Holds `text` to the form in which browsers send an origin, so that comparing bytes is enough.
pub(super) fn check(key: &'static str, text: &str) -> Checked {
    let Some((scheme @ ("http" | "https"), rest)) = text.split_once("://") else {
        return invalid(key, "must begin with http:// or https://");
    };
    if rest.contains(['/', '?', '#', '@']) {
        return invalid(
            key,
            "must be scheme://host or scheme://host:port, without a path",
        );
    }
    let (host, port) = split_port(rest);
    let known =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-._[]:".contains(&byte);
    if host.is_empty() || !host.bytes().all(known) {
        return invalid(
            key,
            "must have a host in small letters (international names as xn--…)",
        );
    }
    match (scheme, port.map(str::parse::<u16>)) {
        (_, Some(Err(_))) => invalid(key, "must have a port from 1 to 65535, or none"),
        ("http", Some(Ok(80))) | ("https", Some(Ok(443))) => {
            invalid(key, "must leave out the port, it is the usual one")
        }
        _ => Ok(()),
    }
}

/// Cuts `host:port`; the colons of a bracketed IPv6 address are the host's.
fn split_port(text: &str) -> (&str, Option<&str>) {
    match text.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (text, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_taken_only_as_browsers_send_it() {
        for good in [
            "https://chat.example.org",
            "http://localhost:8080",
            "http://[::1]:8080",
            "https://[2001:db8::1]",
        ] {
            assert!(check("server.origins", good).is_ok(), "{good}");
        }
        for bad in [
            "chat.example.org",
            "ws://chat.example.org",
            "https://",
            "https://chat.example.org/",
            "https://chat.example.org/app",
            "https://me@chat.example.org",
            "https://Chat.example.org",
            "https://chat.example.org:443",
            "http://chat.example.org:80",
            "https://chat.example.org:x",
            "https://chat.example.org:70000",
            "https://*.example.org",
        ] {
            assert!(check("server.origins", bad).is_err(), "{bad}");
        }
    }
}
