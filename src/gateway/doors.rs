//! How many sockets may be open, in all and from one address.

use std::{
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
};

use dashmap::{DashMap, Entry};

/// Counts sockets.
pub(super) struct Doors {
    most: u32,
    most_per_address: u32,
    open: AtomicU32,
    addresses: DashMap<IpAddr, u32>,
}

/// A socket that is counted until this is dropped.
pub(super) struct Pass {
    doors: Arc<Doors>,
    address: Option<IpAddr>,
    counted: bool,
}

impl Doors {
    pub(super) fn new(most: u32, most_per_address: u32) -> Arc<Self> {
        Arc::new(Self {
            most,
            most_per_address,
            open: AtomicU32::new(0),
            addresses: DashMap::new(),
        })
    }

    /// Counts a new socket; `address` is absent when it is that of a proxy. `None`: too many.
    pub(super) fn enter(self: &Arc<Self>, address: Option<IpAddr>) -> Option<Pass> {
        let pass = Pass {
            doors: Arc::clone(self),
            address: None,
            counted: true,
        };
        // From here on the pass counts down again, whatever the answer.
        if self.open.fetch_add(1, Relaxed) >= self.most {
            return None;
        }
        self.at(address, pass)
    }

    /// Counts a client behind a proxy, whose socket is counted already. `None`: too many.
    pub(super) fn enter_behind_proxy(self: &Arc<Self>, address: IpAddr) -> Option<Pass> {
        let pass = Pass {
            doors: Arc::clone(self),
            address: None,
            counted: false,
        };
        self.at(Some(address), pass)
    }

    fn at(&self, address: Option<IpAddr>, mut pass: Pass) -> Option<Pass> {
        if let Some(address) = address.map(network) {
            let mut count = self.addresses.entry(address).or_insert(0);
            if *count >= self.most_per_address {
                return None;
            }
            *count += 1;
            drop(count);
            pass.address = Some(address);
        }
        Some(pass)
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        if self.counted {
            self.doors.open.fetch_sub(1, Relaxed);
        }
        let Some(address) = self.address else { return };
        if let Entry::Occupied(mut count) = self.doors.addresses.entry(address) {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
    }
}

/// What counts as one address: of IPv6 the first 64 bits, all of which one subscriber has.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(six) => {
            let [a, b, c, d, ..] = six.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
        four @ IpAddr::V4(_) => four,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(doors: &Arc<Doors>, address: &str) -> Option<Pass> {
        doors.enter(Some(address.parse().unwrap()))
    }

    #[test]
    fn an_address_may_have_so_many_sockets_and_another_its_own() {
        let doors = Doors::new(100, 2);
        let first = from(&doors, "192.0.2.1").unwrap();
        let _second = from(&doors, "::ffff:192.0.2.1").unwrap();
        assert!(from(&doors, "192.0.2.1").is_none());
        assert!(from(&doors, "192.0.2.2").is_some());
        drop(first);
        assert!(from(&doors, "192.0.2.1").is_some());
    }

    #[test]
    fn all_together_are_bounded_and_refusals_do_not_count() {
        let doors = Doors::new(2, 100);
        let passes = [doors.enter(None), from(&doors, "192.0.2.1")];
        assert!(passes.iter().all(Option::is_some));
        assert!(doors.enter(None).is_none());
        assert!(doors.enter(None).is_none());
        drop(passes);
        assert!(doors.enter(None).is_some());
        assert!(doors.addresses.is_empty());
    }

    #[test]
    fn addresses_of_one_ipv6_network_count_together() {
        let doors = Doors::new(100, 1);
        let _first = from(&doors, "2001:db8:0:1::1").unwrap();
        assert!(
            doors
                .enter_behind_proxy("2001:db8:0:1:ffff::2".parse().unwrap())
                .is_none()
        );
        assert!(from(&doors, "2001:db8:0:2::1").is_some());
    }
}
