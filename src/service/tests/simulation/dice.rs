//! Chance and time, both from one seed.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, AtomicU64, Ordering::SeqCst},
    },
    time::{Duration, Instant},
};

use tokio::runtime::Runtime;

use crate::clock::{Clock, Random, SystemClock};

/// Numbers that look random and are the same for the same seed.
#[derive(Debug, Clone)]
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number: `SplitMix64`.
    pub(super) fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `bound`, which is not 0.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.roll() >> 33).unwrap() % bound
    }

    /// True once in `times`.
    pub(super) fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// One of `items`; there is at least one.
    pub(super) fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }
}

/// Randomness of one gateway.
pub(super) struct Rolled(pub(super) Mutex<Dice>);

impl Random for Rolled {
    fn fill(&self, bytes: &mut [u8]) {
        let mut dice = self.0.lock().unwrap();
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&dice.roll().to_le_bytes()[..chunk.len()]);
        }
    }
}

/// Microseconds since the Unix epoch at which every run begins.
const BEGIN_US: u64 = 1_800_000_000_000_000;

/// The time that really is, which only the run moves; timers of tasks go by it too.
#[derive(Debug, Clone)]
pub(super) struct Time {
    start: Instant,
    passed_us: Arc<AtomicU64>,
    timers: Arc<Runtime>,
}

impl Time {
    pub(super) fn new(timers: Arc<Runtime>) -> Self {
        Self {
            start: SystemClock.monotonic(),
            passed_us: Arc::default(),
            timers,
        }
    }

    pub(super) fn pass(&self, by: Duration) {
        self.passed_us
            .fetch_add(u64::try_from(by.as_micros()).unwrap(), SeqCst);
        self.timers.block_on(tokio::time::advance(by));
    }

    pub(super) fn now_us(&self) -> u64 {
        BEGIN_US + self.passed_us.load(SeqCst)
    }
}

/// What one gateway takes for the time.
pub(super) struct SkewedClock {
    time: Time,
    ahead_us: AtomicI64,
}

impl SkewedClock {
    pub(super) fn new(time: Time) -> Self {
        Self {
            time,
            ahead_us: AtomicI64::new(0),
        }
    }

    /// Makes the wall clock jump to so far ahead of the true time.
    pub(super) fn jump(&self, ahead_us: i64) {
        self.ahead_us.store(ahead_us, SeqCst);
    }
}

impl Clock for SkewedClock {
    fn now_us(&self) -> u64 {
        self.time
            .now_us()
            .saturating_add_signed(self.ahead_us.load(SeqCst))
    }

    fn monotonic(&self) -> Instant {
        self.time.start + Duration::from_micros(self.time.passed_us.load(SeqCst))
    }
}
