//! How often somebody may do something.

use std::{
    collections::HashMap,
    hash::{BuildHasher, Hash, RandomState},
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use super::ServiceError;
use crate::{
    clock::Clock,
    config::{LimitsConfig, Rate},
    model::UserId,
};

/// Most buckets of one kind that are remembered.
const MOST_BUCKETS: usize = 100_000;

/// Accounts that one network may try as often as one account before the network itself is slowed down.
const ACCOUNTS_PER_NETWORK: u32 = 10;

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);
const DAY_NS: f64 = 86_400e9;

/// All limits of the service. Kept in this process: each gateway counts for itself.
pub struct Limiter {
    clock: Arc<dyn Clock>,
    start: Instant,
    sends: Buckets,
    changes: Buckets,
    lookups: Buckets,
    logins: Buckets,
    login_networks: Buckets,
    password_changes: Buckets,
    registrations: Buckets,
}

impl Limiter {
    /// Limits as configured; every bucket is full.
    #[must_use]
    pub fn new(limits: &LimitsConfig, clock: Arc<dyn Clock>) -> Self {
        let each = |number: u32, per| Buckets::new(number, f64::from(number), per);
        let Rate(logins) = limits.logins_per_minute;
        let burst = limits.logins_burst;
        Self {
            start: clock.monotonic(),
            clock,
            sends: Buckets::new(
                limits.sends_burst,
                f64::from(limits.sends_per_second),
                Duration::from_secs(1),
            ),
            changes: each(limits.changes_per_minute, MINUTE),
            lookups: each(limits.lookups_per_hour, HOUR),
            logins: Buckets::new(burst, logins, MINUTE),
            login_networks: Buckets::new(
                burst.saturating_mul(ACCOUNTS_PER_NETWORK),
                logins * f64::from(ACCOUNTS_PER_NETWORK),
                MINUTE,
            ),
            password_changes: Buckets::new(burst, logins, MINUTE),
            registrations: each(limits.registrations_per_hour, HOUR),
        }
    }

    /// Counts a message.
    ///
    /// # Errors
    ///
    /// `RateLimited`, as all methods here.
    pub fn send(&self, user: &UserId) -> Result<(), ServiceError> {
        self.take(&self.sends, user)
    }

    /// Counts a change of chats, members or the profile.
    ///
    /// # Errors
    ///
    /// `RateLimited`.
    pub fn change(&self, user: &UserId) -> Result<(), ServiceError> {
        self.take(&self.changes, user)
    }

    /// Counts a look-up of a person by name.
    ///
    /// # Errors
    ///
    /// `RateLimited`.
    pub fn lookup(&self, user: &UserId) -> Result<(), ServiceError> {
        self.take(&self.lookups, user)
    }

    /// Counts an attempt to log in, for the account and for the network it comes from.
    ///
    /// # Errors
    ///
    /// `RateLimited`.
    pub fn login(&self, name: &str, address: IpAddr) -> Result<(), ServiceError> {
        let network = network(address);
        // The account first: hammering one account must not lock out its whole network.
        self.take(&self.logins, &(name, network))?;
        self.take(&self.login_networks, &network)
    }

    /// The attempt succeeded: the account starts afresh, and the attempt does not count for the network.
    pub fn login_succeeded(&self, name: &str, address: IpAddr) {
        let network = network(address);
        self.logins.fill(&(name, network));
        self.login_networks.give_back(&network);
    }

    /// Counts an attempt to change a password.
    ///
    /// # Errors
    ///
    /// `RateLimited`.
    pub fn password_change(&self, user: &UserId) -> Result<(), ServiceError> {
        self.take(&self.password_changes, user)
    }

    /// The attempt to change a password succeeded.
    pub fn password_changed(&self, user: &UserId) {
        self.password_changes.fill(user);
    }

    /// Counts a registration.
    ///
    /// # Errors
    ///
    /// `RateLimited`.
    pub fn registration(&self, address: IpAddr) -> Result<(), ServiceError> {
        self.take(&self.registrations, &network(address))
    }

    fn take(&self, buckets: &Buckets, key: &impl Hash) -> Result<(), ServiceError> {
        let now = self.clock.monotonic().saturating_duration_since(self.start);
        let now_ns = u64::try_from(now.as_nanos()).unwrap_or(u64::MAX);
        buckets
            .take(key, now_ns)
            .map_err(|after| ServiceError::RateLimited { after })
    }
}

/// The network an address belongs to, as far as limits are concerned: a /24, or a /48 for IPv6.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) => IpAddr::V4((v4.to_bits() & (u32::MAX << 8)).into()),
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 80))),
    }
}

/// Buckets of one kind: one time per key, by the generic cell rate algorithm.
///
/// The time is when the bucket will be full again. A bucket that is full is the same as one never used, so
/// full ones are forgotten when room is needed; if all of many are in use, those that are nearest to full go.
struct Buckets {
    full_at: Mutex<HashMap<u64, u64>>,
    hasher: RandomState,
    interval_ns: u64,
    depth_ns: u64,
    most: usize,
}

impl Buckets {
    /// `burst` at once, then `number` in each `period`.
    fn new(burst: u32, number: f64, period: Duration) -> Self {
        let interval = (period.as_secs_f64() * 1e9 / number).clamp(1.0, DAY_NS);
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "held between 1 and a day"
        )]
        let interval_ns = interval as u64;
        Self {
            full_at: Mutex::default(),
            hasher: RandomState::new(),
            interval_ns,
            depth_ns: interval_ns.saturating_mul(u64::from(burst.max(1))),
            most: MOST_BUCKETS,
        }
    }

    /// Takes one out, or says how long to wait until one could be taken.
    fn take(&self, key: &impl Hash, now_ns: u64) -> Result<(), Duration> {
        let key = self.hasher.hash_one(key);
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        let before = full_at.get(&key).copied().unwrap_or(0).max(now_ns);
        let after = before.saturating_add(self.interval_ns);
        let short = (after - now_ns).saturating_sub(self.depth_ns);
        if short > 0 {
            return Err(Duration::from_nanos(short));
        }
        if full_at.len() >= self.most && !full_at.contains_key(&key) {
            make_room(&mut full_at, now_ns, self.most);
        }
        full_at.insert(key, after);
        Ok(())
    }

    /// Makes the bucket full.
    fn fill(&self, key: &impl Hash) {
        let key = self.hasher.hash_one(key);
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        full_at.remove(&key);
    }

    /// Puts back what was taken by mistake.
    fn give_back(&self, key: &impl Hash) {
        let key = self.hasher.hash_one(key);
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(full_at) = full_at.get_mut(&key) {
            *full_at = full_at.saturating_sub(self.interval_ns);
        }
    }
}

// At least a quarter goes, so that the work is spread over as many insertions.
fn make_room(full_at: &mut HashMap<u64, u64>, now_ns: u64, most: usize) {
    full_at.retain(|_, time| *time > now_ns);
    let keep = most - most / 4;
    if full_at.len() <= keep {
        return;
    }
    let mut times: Vec<u64> = full_at.values().copied().collect();
    let cut = times.len() - keep;
    let (_, last_to_go, _) = times.select_nth_unstable(cut - 1);
    let last_to_go = *last_to_go;
    let mut left = cut;
    full_at.retain(|_, time| {
        let goes = *time <= last_to_go && left > 0;
        left -= usize::from(goes);
        !goes
    });
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECOND: u64 = 1_000_000_000;

    #[test]
    fn a_burst_passes_and_then_one_in_each_interval() {
        let buckets = Buckets::new(5, 0.2, MINUTE);
        for _ in 0..5 {
            assert_eq!(buckets.take(&"ada", 7), Ok(()));
        }
        assert_eq!(buckets.take(&"ada", 7), Err(Duration::from_mins(5)));
        assert_eq!(
            buckets.take(&"ada", 7 + 299 * SECOND),
            Err(Duration::from_secs(1))
        );
        assert_eq!(buckets.take(&"ada", 7 + 300 * SECOND), Ok(()));
        assert!(buckets.take(&"ada", 7 + 300 * SECOND).is_err());
        assert_eq!(buckets.take(&"bob", 7), Ok(()));
    }

    #[test]
    fn a_bucket_that_is_filled_or_given_back_to_lets_pass_again() {
        let buckets = Buckets::new(1, 1.0, HOUR);
        assert_eq!(buckets.take(&1, 0), Ok(()));
        assert!(buckets.take(&1, 0).is_err());
        buckets.fill(&1);
        assert_eq!(buckets.take(&1, 0), Ok(()));
        buckets.give_back(&1);
        assert_eq!(buckets.take(&1, 0), Ok(()));
        assert!(buckets.take(&1, 0).is_err());
    }

    #[test]
    fn a_rate_of_nothing_lets_the_burst_pass_and_never_divides_by_zero() {
        let buckets = Buckets::new(0, 0.0, MINUTE);
        assert_eq!(buckets.take(&1, 0), Ok(()));
        assert_eq!(buckets.take(&1, 0), Err(Duration::from_hours(24)));
    }

    #[test]
    fn when_there_are_too_many_buckets_the_fullest_are_forgotten_first() {
        let mut buckets = Buckets::new(4, 1.0, HOUR);
        buckets.most = 8;
        for _ in 0..4 {
            buckets.take(&"busy", 0).unwrap();
        }
        for other in 0..100 {
            buckets.take(&other, 0).unwrap();
        }
        assert!(buckets.take(&"busy", 0).is_err(), "forgotten too early");
        assert!(buckets.full_at.lock().unwrap().len() <= 8);
    }

    #[test]
    fn addresses_of_one_network_share_a_bucket() {
        let at = |text: &str| network(text.parse().unwrap());
        assert_eq!(at("10.1.2.3"), at("10.1.2.250"));
        assert_eq!(at("10.1.2.3"), at("::ffff:10.1.2.9"));
        assert_ne!(at("10.1.2.3"), at("10.1.3.3"));
        assert_eq!(at("2001:db8:1:2::3"), at("2001:db8:1:ffff::"));
        assert_ne!(at("2001:db8:1::"), at("2001:db8:2::"));
    }

    proptest! {
        #[test]
        fn no_window_ever_sees_more_than_the_burst_and_the_rate(
            burst in 1_u32..20,
            steps in prop::collection::vec(0_u64..3 * SECOND, 1..200),
        ) {
            let buckets = Buckets::new(burst, 2.0, Duration::from_secs(1));
            let mut now = 0;
            let mut passed = Vec::new();
            for step in steps {
                now += step;
                if buckets.take(&"ada", now).is_ok() {
                    passed.push(now);
                }
            }
            for (first, from) in passed.iter().enumerate() {
                for (last, through) in passed.iter().enumerate().skip(first) {
                    let refilled = (through - from) / (SECOND / 2);
                    prop_assert!(((last - first + 1) as u64) <= u64::from(burst) + refilled);
                }
            }
        }

        #[test]
        fn whoever_waits_as_long_as_told_passes_and_not_a_moment_earlier(
            burst in 1_u32..20,
            taken in 1_u32..40,
            now in 0_u64..1_000 * SECOND,
        ) {
            let buckets = Buckets::new(burst, 7.0, MINUTE);
            for _ in 0..taken {
                if let Err(after) = buckets.take(&1, now) {
                    let after = u64::try_from(after.as_nanos()).unwrap();
                    prop_assert!(buckets.take(&1, now + after - 1).is_err());
                    prop_assert!(buckets.take(&1, now + after).is_ok());
                    return Ok(());
                }
            }
            prop_assert!(taken <= burst);
        }

        #[test]
        fn a_refused_attempt_costs_nothing(burst in 1_u32..20, refused in 1_usize..50) {
            let buckets = Buckets::new(burst, 1.0, MINUTE);
            while buckets.take(&1, 0).is_ok() {}
            for _ in 0..refused {
                prop_assert!(buckets.take(&1, 0).is_err());
            }
            prop_assert!(buckets.take(&1, 60 * SECOND).is_ok());
        }
    }
}
