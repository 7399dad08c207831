//! What a server says when it will not do a command now, but it, or another server, will do it soon.

use fred::{error::Error, types::config::Server};

/// Nothing of the command was begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Another server has the slot for good.
    Moved(u16, Server),
    /// The slot is being moved, and this key is with the other server already.
    Ask(Server),
    /// It was demoted to a replica.
    ReadOnly,
    /// It does not know the script.
    Script,
    /// It reads its data, no replica follows it, or the keys of the command are half here and half there.
    Wait,
}

impl Refusal {
    /// What the refusal is; `None` when no other try would do better.
    pub(super) fn of(error: &Error) -> Option<Self> {
        // Older servers wrap what went wrong in a script; the first write did, so nothing was written.
        if error.details().contains("READONLY You can't write") {
            return Some(Self::ReadOnly);
        }
        let mut words = error.details().split(' ');
        match words.next()? {
            "MOVED" => Some(Self::Moved(
                words.next()?.parse().ok()?,
                server(words.next()?)?,
            )),
            "ASK" => Some(Self::Ask(server(words.nth(1)?)?)),
            "NOSCRIPT" => Some(Self::Script),
            "LOADING" | "TRYAGAIN" | "MASTERDOWN" | "NOREPLICAS" => Some(Self::Wait),
            _ => None,
        }
    }
}

fn server(text: &str) -> Option<Server> {
    let (host, port) = text.rsplit_once(':')?;
    Some(Server::new(host, port.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use fred::error::ErrorKind;

    use super::*;

    #[test]
    fn a_refusal_says_who_to_ask_instead() {
        let of = |text: &'static str| Refusal::of(&Error::new(ErrorKind::Unknown, text));
        let server = Server::new("10.0.0.1", 7000);
        assert_eq!(
            of("MOVED 3999 10.0.0.1:7000"),
            Some(Refusal::Moved(3_999, server.clone()))
        );
        assert_eq!(of("ASK 3999 10.0.0.1:7000"), Some(Refusal::Ask(server)));
        assert_eq!(
            of("TRYAGAIN Multiple keys request during rehashing of slot"),
            Some(Refusal::Wait)
        );
        for text in [
            "READONLY You can't write against a read only replica.",
            "ERR Error running script: @user_script:9: -READONLY You can't write against a replica",
        ] {
            assert_eq!(of(text), Some(Refusal::ReadOnly), "{text}");
        }
        for lasting in ["WRONGTYPE Operation", "ERR syntax error", "MOVED x", ""] {
            assert_eq!(of(lasting), None, "{lasting}");
        }
    }
}
