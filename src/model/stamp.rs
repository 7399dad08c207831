//! Positions in timelines.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, de::Error};

/// Position of an entry in one timeline: microseconds since the Unix epoch (UTC), made strictly rising by
/// the store when two entries meet in one microsecond or a clock steps back.
///
/// Wire form: an unsigned integer below 2^53, exact in a JavaScript number and in a sorted-set score.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema,
)]
#[serde(transparent)]
#[schemars(inline)]
pub struct Stamp(#[schemars(range(min = 0, max = 9_007_199_254_740_991_u64))] u64);

impl Stamp {
    /// Comes before every stored entry.
    pub const ZERO: Self = Self(0);
    /// Largest value that survives a trip through a JavaScript number (the year 2255).
    pub const MAX: Self = Self((1 << 53) - 1);

    /// The stamp of `micros` microseconds since the Unix epoch, held at [`Stamp::MAX`].
    #[must_use]
    pub fn from_micros(micros: u64) -> Self {
        Self(micros).min(Self::MAX)
    }

    /// Microseconds since the Unix epoch.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The stamp right after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self::from_micros(self.0 + 1)
    }
}

impl<'de> Deserialize<'de> for Stamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = u64::deserialize(deserializer)?;
        let stamp = Self(value);
        (stamp <= Self::MAX)
            .then_some(stamp)
            .ok_or_else(|| D::Error::custom("a stamp is below 2^53"))
    }
}

impl std::fmt::Display for Stamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}
