//! A log-linear histogram: right to 1/32 of the value, at any size, in a few kilobytes.

use std::time::Duration;

/// Buckets for each doubling of the value.
const STEPS: u64 = 64;

/// How often which time was measured, in microseconds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Histogram {
    buckets: Vec<u64>,
    count: u64,
    max: u64,
}

impl Histogram {
    /// Notes one time.
    pub(super) fn record(&mut self, time: Duration) {
        let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        let bucket = bucket(micros);
        if bucket >= self.buckets.len() {
            self.buckets.resize(bucket + 1, 0);
        }
        self.buckets[bucket] += 1;
        self.count += 1;
        self.max = self.max.max(micros);
    }

    /// Adds what another one noted.
    pub(super) fn merge(&mut self, other: &Self) {
        if other.buckets.len() > self.buckets.len() {
            self.buckets.resize(other.buckets.len(), 0);
        }
        for (mine, theirs) in self.buckets.iter_mut().zip(&other.buckets) {
            *mine += theirs;
        }
        self.count += other.count;
        self.max = self.max.max(other.max);
    }

    /// How many times were noted.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// The longest.
    pub(super) fn max(&self) -> Duration {
        Duration::from_micros(self.max)
    }

    /// The time that `percent` of all do not exceed; zero when there are none.
    pub(super) fn percentile(&self, percent: u64) -> Duration {
        let rank = (self.count * percent).div_ceil(100).max(1);
        let mut seen = 0;
        for (bucket, count) in self.buckets.iter().enumerate() {
            seen += count;
            if seen >= rank {
                return Duration::from_micros(highest(bucket).min(self.max));
            }
        }
        self.max()
    }
}

/// Below `STEPS` each value has its own bucket; above, each doubling has `STEPS / 2`.
fn bucket(value: u64) -> usize {
    let shift = (value | (STEPS - 1)).ilog2() - (STEPS - 1).ilog2();
    let index = u64::from(shift) * (STEPS / 2) + (value >> shift);
    usize::try_from(index).expect("there are fewer than 64 * STEPS buckets")
}

/// The highest value that falls into a bucket.
fn highest(bucket: usize) -> u64 {
    let bucket = bucket as u64;
    let shift = (bucket / (STEPS / 2)).saturating_sub(1);
    let first = bucket - shift * (STEPS / 2);
    ((u128::from(first) + 1) << shift)
        .saturating_sub(1)
        .try_into()
        .unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: impl IntoIterator<Item = u64>) -> Histogram {
        let mut histogram = Histogram::default();
        for value in values {
            histogram.record(Duration::from_micros(value));
        }
        histogram
    }

    fn micros(histogram: &Histogram, percent: u64) -> u64 {
        u64::try_from(histogram.percentile(percent).as_micros()).unwrap()
    }

    #[test]
    fn small_values_are_exact() {
        let histogram = of(1..=50);
        assert_eq!(micros(&histogram, 50), 25);
        assert_eq!(micros(&histogram, 90), 45);
        assert_eq!(micros(&histogram, 100), 50);
        assert_eq!(histogram.count(), 50);
    }

    #[test]
    fn large_values_are_right_to_a_thirty_second_and_never_below() {
        for value in [
            63,
            64,
            65,
            127,
            128,
            1_000,
            123_456,
            987_654_321,
            u64::MAX / 3,
            u64::MAX,
        ] {
            let top = highest(bucket(value));
            assert!(top >= value && top - value <= value / 32, "{value} {top}");
            assert!(
                bucket(value) == bucket(top) && (top == u64::MAX || bucket(top + 1) > bucket(top))
            );
        }
    }

    #[test]
    fn merging_is_recording_everything_in_one() {
        let mut merged = of([5, 70]);
        merged.merge(&of([100_000, 1]));
        assert_eq!(merged, of([1, 5, 70, 100_000]));
        assert_eq!(merged.max(), Duration::from_millis(100));
    }

    #[test]
    fn nothing_measured_reads_as_zero() {
        assert_eq!(Histogram::default().percentile(99), Duration::ZERO);
    }
}
