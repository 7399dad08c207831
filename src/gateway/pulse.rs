//! The times of one connection, kept in atomics and judged by one sweeper for all: no connection has a
//! timer of its own.
//!
//! Times are milliseconds of the gateway's own coarse clock, which the sweeper moves.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

use crate::{config::GatewayConfig, protocol::CloseCode};

/// No such moment.
const NEVER: u64 = u64::MAX;

/// What is due for a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Beat {
    /// Nothing.
    Fine,
    /// A ping.
    Ping,
    /// Close it.
    Close(CloseCode),
    /// It does not even take what is written to it: drop it.
    Kill,
}

/// How long a connection may do what.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rhythm {
    authentication: u64,
    ping: u64,
    pong: u64,
    write: u64,
}

impl Rhythm {
    /// The times an operator has set.
    pub(super) fn of(config: &GatewayConfig) -> Self {
        let ms = |time: std::time::Duration| u64::try_from(time.as_millis()).unwrap_or(NEVER - 1);
        Self {
            authentication: ms(config.authentication_timeout),
            ping: ms(config.ping),
            pong: ms(config.pong),
            write: ms(config.write_timeout),
        }
    }
}

/// When things happened on a connection.
#[derive(Debug)]
pub(super) struct Pulse {
    opened: u64,
    heard: AtomicU64,
    pinged: AtomicU64,
    writing: AtomicU64,
    authenticated: AtomicBool,
}

impl Pulse {
    /// A connection opened at `now`.
    pub(super) fn new(now: u64) -> Self {
        Self {
            opened: now,
            heard: AtomicU64::new(now),
            pinged: AtomicU64::new(NEVER),
            writing: AtomicU64::new(NEVER),
            authenticated: AtomicBool::new(false),
        }
    }

    /// Something came from the client, a pong for example.
    pub(super) fn heard(&self, now: u64) {
        self.heard.store(now, Relaxed);
        self.pinged.store(NEVER, Relaxed);
    }

    /// The client has proved who it is.
    pub(super) fn authenticated(&self) {
        self.authenticated.store(true, Relaxed);
    }

    /// A write begins.
    pub(super) fn write_begins(&self, now: u64) {
        self.writing.store(now, Relaxed);
    }

    /// Everything written is out.
    pub(super) fn write_ends(&self) {
        self.writing.store(NEVER, Relaxed);
    }

    /// What is due at `now`.
    pub(super) fn beat(&self, now: u64, rhythm: &Rhythm) -> Beat {
        let since = |moment: &AtomicU64| match moment.load(Relaxed) {
            NEVER => 0,
            moment => now.saturating_sub(moment),
        };
        if since(&self.writing) >= rhythm.write {
            return Beat::Kill;
        }
        let authenticated = self.authenticated.load(Relaxed);
        if !authenticated && now.saturating_sub(self.opened) >= rhythm.authentication {
            return Beat::Close(CloseCode::HandshakeTimeout);
        }
        if since(&self.pinged) >= rhythm.pong {
            return Beat::Close(CloseCode::Dead);
        }
        let waits = self.pinged.load(Relaxed) != NEVER;
        if !waits && since(&self.heard) >= rhythm.ping {
            self.pinged.store(now, Relaxed);
            return Beat::Ping;
        }
        Beat::Fine
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RHYTHM: Rhythm = Rhythm {
        authentication: 5_000,
        ping: 25_000,
        pong: 10_000,
        write: 10_000,
    };

    fn authenticated() -> Pulse {
        let pulse = Pulse::new(0);
        pulse.authenticated();
        pulse
    }

    #[test]
    fn a_connection_that_never_authenticates_is_closed_at_the_deadline() {
        let pulse = Pulse::new(100);
        assert_eq!(pulse.beat(5_099, &RHYTHM), Beat::Fine);
        let late = Beat::Close(CloseCode::HandshakeTimeout);
        assert_eq!(pulse.beat(5_100, &RHYTHM), late);
        pulse.heard(5_000);
        assert_eq!(
            pulse.beat(5_100, &RHYTHM),
            late,
            "bytes are no authentication"
        );
    }

    #[test]
    fn a_silent_connection_is_pinged_once_and_closed_when_no_answer_comes() {
        let pulse = authenticated();
        assert_eq!(pulse.beat(24_999, &RHYTHM), Beat::Fine);
        assert_eq!(pulse.beat(25_000, &RHYTHM), Beat::Ping);
        assert_eq!(pulse.beat(34_999, &RHYTHM), Beat::Fine);
        assert_eq!(pulse.beat(35_000, &RHYTHM), Beat::Close(CloseCode::Dead));
    }

    #[test]
    fn an_answer_to_a_ping_begins_a_new_silence() {
        let pulse = authenticated();
        assert_eq!(pulse.beat(25_000, &RHYTHM), Beat::Ping);
        pulse.heard(26_000);
        assert_eq!(pulse.beat(50_999, &RHYTHM), Beat::Fine);
        assert_eq!(pulse.beat(51_000, &RHYTHM), Beat::Ping);
    }

    #[test]
    fn a_client_that_takes_nothing_is_dropped() {
        let pulse = authenticated();
        pulse.write_begins(1_000);
        assert_eq!(pulse.beat(10_999, &RHYTHM), Beat::Fine);
        assert_eq!(pulse.beat(11_000, &RHYTHM), Beat::Kill);
        pulse.write_ends();
        assert_eq!(pulse.beat(11_000, &RHYTHM), Beat::Fine);
    }
}
