//! Several servers as one store: a cluster of masters with replicas, and a primary that sentinels watch.

use super::redis::{Kind, RedisServer, SAFE, free_port, until};

const SLOTS: u16 = 16_384;
/// Masters of a cluster; each has one replica.
const SHARDS: usize = 3;
/// How long a server may be silent before the others give it up, in milliseconds.
const SILENCE_MS: &str = "1500";

/// Keys that are moved at once.
const MOVED_AT_ONCE: &str = "64";

/// Three shards, each a master and its replica.
#[derive(Debug)]
pub(crate) struct RedisCluster {
    shards: Vec<Shard>,
}

/// A master and its replica, which change places when the master is killed.
#[derive(Debug)]
struct Shard {
    master: RedisServer,
    replica: RedisServer,
}

impl RedisCluster {
    /// Starts a cluster and waits until it is complete.
    pub(crate) fn start() -> Self {
        let node = |_| {
            // Not the port and 10,000 more, which may be none.
            let bus = free_port().to_string();
            let settings = [
                ("cluster-enabled", "yes"),
                ("cluster-port", &bus),
                ("cluster-node-timeout", SILENCE_MS),
                ("cluster-replica-validity-factor", "0"),
                ("repl-diskless-sync-delay", "0"),
            ];
            let server = RedisServer::start_with(Kind::Redis, &[SAFE, &settings].concat());
            (server, bus)
        };
        let nodes: Vec<_> = (0..2 * SHARDS).map(node).collect();
        meet(&nodes);
        let (mut masters, _): (Vec<_>, Vec<_>) = nodes.into_iter().unzip();
        let replicas = masters.split_off(SHARDS);
        let shards = masters.into_iter().zip(replicas);
        let shards = shards.map(|(master, replica)| Shard { master, replica });
        let cluster = Self {
            shards: shards.collect(),
        };
        cluster.give_slots();
        for Shard { master, replica } in &cluster.shards {
            let master = id(master);
            until("the master is known as one", || {
                replica.command(&["CLUSTER", "REPLICATE", &master]) == "+OK"
            });
        }
        cluster.until_complete();
        cluster
    }

    /// Its URL. Names two servers: they know the others.
    pub(crate) fn url(&self) -> String {
        let [one, two] = [0, 1].map(|shard| self.shards[shard].master.port());
        format!("redis-cluster://127.0.0.1:{one},127.0.0.1:{two}")
    }

    /// The slot of a key.
    pub(crate) fn slot(&self, key: &str) -> u16 {
        let said = self.master(0).command(&["CLUSTER", "KEYSLOT", key]);
        said[1..].parse().unwrap()
    }

    /// The shard that had `slot` at the start.
    pub(crate) fn first_shard(slot: u16) -> usize {
        usize::from(slot / SLOTS.div_ceil(3))
    }

    /// The master of a shard.
    pub(crate) fn master(&self, shard: usize) -> &RedisServer {
        &self.shards[shard].master
    }

    /// Begins to move `slot`: its keys stay, and what is not there is looked for in the other shard.
    pub(crate) fn begin_move(&self, slot: u16, from: usize, to: usize) {
        let (source, target) = (self.master(from), self.master(to));
        let slot = slot.to_string();
        ok(
            target,
            &["CLUSTER", "SETSLOT", &slot, "IMPORTING", &id(source)],
        );
        ok(
            source,
            &["CLUSTER", "SETSLOT", &slot, "MIGRATING", &id(target)],
        );
    }

    /// Moves `slot` with its keys, as `redis-cli --cluster reshard` does. `pause` comes after each step.
    pub(crate) fn move_slot(&self, slot: u16, from: usize, to: usize, pause: impl Fn()) {
        self.begin_move(slot, from, to);
        pause();
        let (source, target) = (self.master(from), self.master(to));
        let (slot, port) = (slot.to_string(), target.port().to_string());
        loop {
            let keys = source.lines(&["CLUSTER", "GETKEYSINSLOT", &slot, MOVED_AT_ONCE]);
            if keys.is_empty() {
                break;
            }
            let fixed = ["MIGRATE", "127.0.0.1", &port, "", "0", "5000", "KEYS"];
            let keys = keys.iter().map(String::as_str);
            ok(source, &fixed.into_iter().chain(keys).collect::<Vec<_>>());
            pause();
        }
        // The new owner first, then everybody: the news would take its time.
        let owner = id(target);
        ok(target, &["CLUSTER", "SETSLOT", &slot, "NODE", &owner]);
        for shard in &self.shards {
            ok(
                &shard.master,
                &["CLUSTER", "SETSLOT", &slot, "NODE", &owner],
            );
        }
    }

    /// Kills the master of a shard once its replica has all it has.
    pub(crate) fn kill_master(&mut self, shard: usize) {
        let Shard { master, replica } = &mut self.shards[shard];
        until_same_offset(master, replica);
        master.kill();
    }

    /// Waits until the replica has taken the place of the killed master.
    pub(crate) fn until_taken_over(&mut self, shard: usize) {
        let Shard { master, replica } = &mut self.shards[shard];
        until("the replica takes over", || role(replica) == "master");
        std::mem::swap(master, replica);
        self.until_ok();
    }

    /// Starts what was killed again, which becomes the replica.
    pub(crate) fn revive(&mut self, shard: usize) {
        self.shards[shard].replica.restart();
        self.until_complete();
    }

    /// Waits until every slot has a master, and each master its replica.
    fn until_complete(&self) {
        self.until_ok();
        for Shard { master, replica } in &self.shards {
            until("the replica follows", || {
                let is =
                    |server, name, value: &str| replication(server, name).as_deref() == Some(value);
                is(replica, "master_link_status", "up") && is(master, "connected_slaves", "1")
            });
        }
    }

    fn until_ok(&self) {
        let is_ok = |shard: &Shard| {
            let info = shard.master.lines(&["CLUSTER", "INFO"]);
            info.contains(&"cluster_state:ok".to_owned())
        };
        until("the cluster is complete", || self.shards.iter().all(is_ok));
    }

    fn give_slots(&self) {
        let share = SLOTS.div_ceil(3);
        for (number, shard) in (0_u16..).zip(&self.shards) {
            let first = (number * share).to_string();
            let last = (SLOTS.min((number + 1) * share) - 1).to_string();
            ok(&shard.master, &["CLUSTER", "ADDSLOTSRANGE", &first, &last]);
        }
    }
}

fn meet(nodes: &[(RedisServer, String)]) {
    for (server, bus) in &nodes[1..] {
        let port = server.port().to_string();
        ok(&nodes[0].0, &["CLUSTER", "MEET", "127.0.0.1", &port, bus]);
    }
    let known = format!("cluster_known_nodes:{}", nodes.len());
    until("all servers know each other", || {
        let knows = |server: &RedisServer| server.lines(&["CLUSTER", "INFO"]).contains(&known);
        nodes.iter().all(|(server, _)| knows(server))
    });
}

/// A primary with a replica, watched by three sentinels.
#[derive(Debug)]
pub(crate) struct Watched {
    primary: RedisServer,
    replica: RedisServer,
    sentinels: Vec<RedisServer>,
}

impl Watched {
    /// Starts all and waits until the sentinels know the replica and each other.
    pub(crate) fn start() -> Self {
        let quick = [SAFE, &[("repl-diskless-sync-delay", "0")]].concat();
        let primary = RedisServer::start_with(Kind::Redis, &quick);
        let source = format!("127.0.0.1 {}", primary.port());
        let replica = [&quick[..], &[("replicaof", &source)]].concat();
        let replica = RedisServer::start_with(Kind::Redis, &replica);
        let monitor = format!("monitor main {source} 2");
        let sentinel = |_| {
            let settings = [
                ("sentinel", monitor.as_str()),
                ("sentinel", "down-after-milliseconds main 1000"),
                ("sentinel", "failover-timeout main 3000"),
            ];
            RedisServer::start_with(Kind::Redis, &settings)
        };
        let watched = Self {
            primary,
            replica,
            sentinels: (0..3).map(sentinel).collect(),
        };
        watched.until_watched();
        watched
    }

    /// Its URL: the sentinels.
    pub(crate) fn url(&self) -> String {
        let sentinels = self.sentinels.iter();
        let hosts: Vec<_> = sentinels
            .map(|sentinel| format!("127.0.0.1:{}", sentinel.port()))
            .collect();
        format!("redis-sentinel://{}/main", hosts.join(","))
    }

    /// Kills the primary once its replica has all it has, and waits until that has taken its place.
    pub(crate) fn fail_over(&mut self) {
        until_same_offset(&self.primary, &self.replica);
        self.primary.kill();
        until("the replica takes over", || role(&self.replica) == "master");
    }

    fn until_watched(&self) {
        let wanted = [("num-slaves", "1"), ("num-other-sentinels", "2")];
        let has = |lines: &[String], (name, value): (&str, &str)| {
            lines
                .windows(2)
                .any(|pair| pair[0] == name && pair[1] == value)
        };
        until("sentinels know everybody", || {
            self.sentinels.iter().all(|sentinel| {
                let lines = sentinel.lines(&["SENTINEL", "MASTER", "main"]);
                wanted.iter().all(|pair| has(&lines, *pair))
            })
        });
    }
}

/// Waits until `replica` has everything that `master` has.
pub(crate) fn until_same_offset(master: &RedisServer, replica: &RedisServer) {
    until("the replica has everything", || {
        let offset = replication(master, "master_repl_offset");
        offset.is_some() && offset == replication(replica, "slave_repl_offset")
    });
}

fn ok(server: &RedisServer, words: &[&str]) {
    let said = server.command(words);
    assert!(
        matches!(said.as_str(), "+OK" | "+NOKEY"),
        "{words:?}: {said}"
    );
}

fn id(server: &RedisServer) -> String {
    server.lines(&["CLUSTER", "MYID"]).remove(0)
}

fn role(server: &RedisServer) -> String {
    replication(server, "role").unwrap_or_default()
}

/// What a server says about its replication; nothing when it is killed or cuts the connection.
fn replication(server: &RedisServer, name: &str) -> Option<String> {
    let lines = server.try_lines(&["INFO", "replication"]).ok()?;
    let value = |line: &String| {
        let (key, value) = line.split_once(':')?;
        (key == name).then(|| value.to_owned())
    };
    lines.iter().find_map(value)
}
