//! Why the server closes a connection.

/// WebSocket close codes (RFC 6455 section 7.4) used by the server. Codes from 4000 on are its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CloseCode {
    /// The server is going away; `bye` said when to come back.
    GoingAway,
    /// A frame whose envelope could not be understood.
    Protocol,
    /// A text frame that is not UTF-8.
    NotUtf8,
    /// Too many requests in spite of `rate_limited` answers.
    Policy,
    /// A frame larger than allowed.
    TooLarge,
    /// No authentication within the handshake deadline.
    HandshakeTimeout,
    /// The session was ended. The token is of no use any more.
    SessionEnded,
    /// Nothing was heard from the client for longer than two heartbeats.
    Dead,
    /// The client read too slowly. Connect again and pull.
    TooSlow,
}

impl CloseCode {
    /// Every code, in the order of the table in `docs/protocol.md`.
    pub const ALL: [Self; 9] = [
        Self::GoingAway,
        Self::Protocol,
        Self::NotUtf8,
        Self::Policy,
        Self::TooLarge,
        Self::HandshakeTimeout,
        Self::SessionEnded,
        Self::Dead,
        Self::TooSlow,
    ];

    /// The number on the wire, its name, and what the client should do.
    #[must_use]
    pub const fn wire(self) -> (u16, &'static str, &'static str) {
        match self {
            Self::GoingAway => (1001, "going_away", "connect again after the hint of `bye`"),
            Self::Protocol => (
                1002,
                "protocol",
                "mend the client; the envelope was not understood",
            ),
            Self::NotUtf8 => (1007, "not_utf8", "mend the client; text frames are UTF-8"),
            Self::Policy => (1008, "policy", "send less; connect again with back-off"),
            Self::TooLarge => (
                1009,
                "too_large",
                "mend the client; see `server.info` for limits",
            ),
            Self::HandshakeTimeout => (4001, "handshake_timeout", "authenticate sooner"),
            Self::SessionEnded => (4002, "session_ended", "erase what is kept and log in anew"),
            Self::Dead => (4003, "dead", "connect again"),
            Self::TooSlow => (4004, "too_slow", "connect again and pull"),
        }
    }
}
