//! Time and randomness, handed to whoever needs them.
//!
//! Nothing else in the crate asks the operating system for either (clippy's disallowed methods see to it),
//! so every state machine and every store can be tested at any hour, with any luck.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use ring::rand::{SecureRandom, SystemRandom};

/// What time it is.
pub trait Clock: Send + Sync + 'static {
    /// Wall clock, in microseconds since the Unix epoch. May jump.
    fn now_us(&self) -> u64;

    /// Monotonic clock, for deadlines and durations. Never steps back.
    fn monotonic(&self) -> Instant;

    /// Wall clock, in milliseconds since the Unix epoch.
    fn now_ms(&self) -> u64 {
        self.now_us() / 1_000
    }
}

/// Where unguessable bytes come from.
pub trait Random: Send + Sync + 'static {
    /// Fills `bytes` with unguessable values.
    fn fill(&self, bytes: &mut [u8]);

    /// A number below `bound` (0 when `bound` is 0), for jitter; not for secrets.
    fn below(&self, bound: u64) -> u64 {
        let mut bytes = [0; 8];
        self.fill(&mut bytes);
        u64::from_le_bytes(bytes).checked_rem(bound).unwrap_or(0)
    }
}

/// The operating system's clocks.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "the one home of the wall clock")]
    fn now_us(&self) -> u64 {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or(Duration::ZERO);
        u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
    }

    #[allow(
        clippy::disallowed_methods,
        reason = "the one home of the monotonic clock"
    )]
    fn monotonic(&self) -> Instant {
        Instant::now()
    }
}

/// The operating system's random numbers.
#[derive(Debug, Clone)]
pub struct SystemRandomness(SystemRandom);

impl SystemRandomness {
    /// A source that is ready to use.
    #[must_use]
    #[allow(
        clippy::new_without_default,
        clippy::disallowed_methods,
        reason = "the one home of randomness"
    )]
    pub fn new() -> Self {
        Self(SystemRandom::new())
    }
}

impl Random for SystemRandomness {
    fn fill(&self, bytes: &mut [u8]) {
        self.0
            .fill(bytes)
            .expect("the operating system has random numbers");
    }
}
