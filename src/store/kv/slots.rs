//! Which server of a cluster has which keys.

use fred::{
    types::{Value, config::Server},
    util::redis_keyslot,
};

use super::reply;

/// The part of all keys that one is in: decided by its hash tag, if it has one.
pub(super) fn slot(key: &[u8]) -> u16 {
    redis_keyslot(key)
}

/// What a cluster says about itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Slots {
    /// First and last slot of a range, and the master that has it.
    ranges: Vec<(u16, u16, Server)>,
    /// Every server, replicas too: any of them can be asked about the others.
    servers: Vec<Server>,
}

impl Slots {
    /// Reads the answer of `asked` to `CLUSTER SLOTS`.
    pub(super) fn parse(reply: Value, asked: &Server) -> Option<Self> {
        let mut slots = Self::default();
        for range in reply::list(reply)? {
            let mut parts = reply::list(range)?.into_iter();
            let mut number = || u16::try_from(reply::whole(parts.next()?)?).ok();
            let (first, last) = (number()?, number()?);
            let servers = parts.map(|part| server(part, asked));
            let servers: Vec<Server> = servers.collect::<Option<_>>()?;
            slots.ranges.push((first, last, servers.first()?.clone()));
            slots.servers.extend(servers);
        }
        slots.servers.sort();
        slots.servers.dedup();
        Some(slots)
    }

    /// The master that has `slot`; none while the cluster does not know.
    pub(super) fn owner(&self, slot: u16) -> Option<&Server> {
        let range = self.ranges.iter();
        let mut range = range.filter(|(first, last, _)| (*first..=*last).contains(&slot));
        range.next().map(|(_, _, server)| server)
    }

    /// The same, but `server` has `slot`: what a server said that was asked in vain.
    pub(super) fn moved(&self, slot: u16, server: Server) -> Self {
        let mut slots = self.clone();
        // Found first; the next answer of the cluster replaces it.
        slots.ranges.insert(0, (slot, slot, server));
        slots
    }

    /// All masters that have slots.
    pub(super) fn masters(&self) -> Vec<Server> {
        let mut masters: Vec<_> = self.ranges.iter().map(|range| range.2.clone()).collect();
        masters.sort();
        masters.dedup();
        masters
    }

    /// All servers.
    pub(super) fn servers(&self) -> &[Server] {
        &self.servers
    }
}

/// Host and port. A server that does not know its own host is where it was asked.
fn server(part: Value, asked: &Server) -> Option<Server> {
    let mut parts = reply::list(part)?.into_iter();
    let host = reply::bytes(parts.next()?).unwrap_or_default();
    let host = std::str::from_utf8(&host).ok()?;
    let number = u16::try_from(reply::whole(parts.next()?)?).ok()?;
    let known = !host.is_empty() && host != "?";
    Some(Server::new(if known { host } else { &*asked.host }, number))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(host: Value, port: i64) -> Value {
        Value::Array(vec![host, port.into(), "id".into()])
    }

    fn answer() -> Value {
        let range = |first: i64, last: i64, nodes: [Value; 2]| {
            let [master, replica] = nodes;
            Value::Array(vec![first.into(), last.into(), master, replica])
        };
        Value::Array(vec![
            range(0, 8_191, [node("a".into(), 1), node("b".into(), 2)]),
            range(8_192, 16_383, [node(Value::Null, 3), node("".into(), 4)]),
        ])
    }

    #[test]
    fn each_slot_has_the_master_that_the_cluster_names() {
        let slots = Slots::parse(answer(), &Server::new("asked", 9)).unwrap();
        assert_eq!(slots.owner(0), Some(&Server::new("a", 1)));
        assert_eq!(slots.owner(16_383), Some(&Server::new("asked", 3)));
        assert_eq!(
            slots.masters(),
            [Server::new("a", 1), Server::new("asked", 3)]
        );
        assert_eq!(slots.servers().len(), 4);
        let moved = slots.moved(7, Server::new("c", 5));
        assert_eq!(moved.owner(7), Some(&Server::new("c", 5)));
        assert_eq!(moved.owner(8), slots.owner(8));
        assert_eq!(Slots::default().owner(0), None);
        assert_eq!(
            Slots::parse(Value::from("x"), &Server::new("asked", 9)),
            None
        );
    }

    #[test]
    fn keys_of_one_chat_share_a_slot_whatever_the_prefix() {
        assert_eq!(slot(b"my:{c:chat}:head"), slot(b"my:{c:chat}:tl:7"));
        assert_eq!(slot(b"my:{c:chat}:head"), slot(b"{c:chat}"));
        assert_ne!(slot(b"{c:chat}:head"), slot(b"{c:other}:head"));
    }
}
