//! Whether the store keeps what it acknowledges: asked once, before anything is written.
//!
//! The one home of what differs from store to store. Most is read from `INFO`, which stores that forbid
//! `CONFIG` still answer.

use std::{collections::HashMap, time::Duration};

use bytes::Bytes;
use fred::{
    error::{Error, ErrorKind},
    types::Value,
};
use tokio::time::Instant;

use super::{
    KvOptions,
    command::Command,
    connection::{Connection, Failure, Repeat},
    reply,
};
use crate::{clock::Clock, model::Level, store::StoreError};

/// Oldest version that is supported.
const OLDEST: (u32, u32) = (6, 2);
/// Largest difference between the store's clock and ours, in microseconds.
pub(super) const SKEW_US: u64 = 2_000_000;

/// What the store says about itself; `None` where it does not tell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Facts {
    version: Option<String>,
    mode: Option<String>,
    role: Option<String>,
    append_only: Option<String>,
    eviction: Option<String>,
    fsync: Option<String>,
    /// Whether the URL says that it is a cluster.
    cluster: bool,
    /// How far its clock is off, in microseconds.
    skew_us: u64,
}

/// Waits until the store has read its data, at most for `patience`.
pub(super) async fn until_loaded(store: &Connection, patience: Duration) -> Result<(), StoreError> {
    let deadline = Instant::now() + patience;
    loop {
        match store
            .send_one(Command::anywhere("PING", []), Repeat::Safe)
            .await
        {
            Err(Failure::Refused(_, error))
                if error.details().starts_with("LOADING") && Instant::now() < deadline => {}
            Ok(_) => return Ok(()),
            Err(failure) => return Err(failure.during("connect", |_| String::new())),
        }
    }
}

/// Refuses a store whose settings would lose data.
pub(super) async fn probe(
    store: &Connection,
    options: &KvOptions,
    cluster: bool,
    clock: &dyn Clock,
) -> Result<(), StoreError> {
    let level = options.level;
    let facts = ask(store, cluster, clock).await?.seen_by(options);
    for unknown in facts.unknown(level).iter().filter(|_| !options.only_hints) {
        tracing::warn!("the store does not tell {unknown}; make sure of it yourself");
    }
    if facts.may_hold_back(level) {
        tracing::warn!(
            "the store may lose up to two seconds when it is killed while its disk is slow (appendfsync \
             everysec): set appendfsync always"
        );
    }
    let faults = facts.faults(level);
    if faults.is_empty() {
        return Ok(());
    }
    if !options.allow_unsafe {
        return Err(StoreError::Unsafe(faults.join("; ")));
    }
    for fault in faults {
        tracing::warn!("unsafe store accepted: {fault}");
    }
    Ok(())
}

/// Asks a server for its clock.
pub(super) fn time() -> Command {
    Command::anywhere("TIME", [])
}

/// The clock that it answered, in microseconds since the Unix epoch.
pub(super) fn time_us(reply: Value) -> Result<u64, Failure> {
    let parts = reply::list(reply).unwrap_or_default();
    let parts: Option<Vec<u64>> = parts.into_iter().map(reply::whole).collect();
    match parts.as_deref() {
        Some([seconds, micros]) => Ok(seconds * 1_000_000 + micros),
        _ => Err(Failure::Lost(Error::new(
            ErrorKind::Protocol,
            "TIME answers two numbers",
        ))),
    }
}

async fn ask(store: &Connection, cluster: bool, clock: &dyn Clock) -> Result<Facts, StoreError> {
    let mut info = HashMap::new();
    for section in ["server", "replication", "persistence", "memory"] {
        let command = Command::anywhere("INFO", [Bytes::from_static(section.as_bytes())]);
        info.extend(pairs(answered(store, command).await?));
    }
    let command = ["GET", "appendfsync"].map(|word| Bytes::from_static(word.as_bytes()));
    let fsync = setting(answered(store, Command::anywhere("CONFIG", command)).await?);
    let skew_us = skew_us(store, clock).await?;
    let mut take = |name: &str| info.remove(name);
    Ok(Facts {
        version: take("redis_version"),
        mode: take("redis_mode"),
        role: take("role"),
        append_only: take("aof_enabled"),
        eviction: take("maxmemory_policy"),
        fsync,
        cluster,
        skew_us,
    })
}

/// How far the store's clock is off, at least, in microseconds.
pub(super) async fn skew_us(store: &Connection, clock: &dyn Clock) -> Result<u64, StoreError> {
    let before_us = clock.now_us();
    let theirs_us = store.send_one(time(), Repeat::Safe).await;
    let theirs_us = theirs_us
        .and_then(time_us)
        .map_err(|failure| failure.during("probe", |_| String::new()))?;
    let after_us = clock.now_us();
    Ok(before_us
        .saturating_sub(theirs_us)
        .max(theirs_us.saturating_sub(after_us)))
}

/// The reply to `command`; `None` when the store refuses it.
pub(super) async fn answered(
    store: &Connection,
    command: Command,
) -> Result<Option<Value>, StoreError> {
    match store.send_one(command, Repeat::Safe).await {
        Ok(reply) => Ok(Some(reply)),
        Err(Failure::Refused(..)) => Ok(None),
        Err(failure) => Err(failure.during("probe", |_| String::new())),
    }
}

/// The `name:value` lines of an `INFO`.
pub(super) fn pairs(reply: Option<Value>) -> Vec<(String, String)> {
    let text = reply.and_then(reply::bytes).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let pairs = text.lines().filter_map(|line| line.split_once(':'));
    pairs
        .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
        .collect()
}

/// The value in an answer to `CONFIG GET`.
pub(super) fn setting(reply: Option<Value>) -> Option<String> {
    let value = match reply? {
        Value::Map(map) => map.inner().into_values().next()?,
        Value::Array(parts) => parts.into_iter().nth(1)?,
        _ => return None,
    };
    String::from_utf8(reply::bytes(value)?.into()).ok()
}

impl Facts {
    /// Without what does not matter for hints and leases, which may be lost.
    fn seen_by(self, options: &KvOptions) -> Self {
        if !options.only_hints {
            return self;
        }
        Self {
            append_only: None,
            eviction: None,
            fsync: None,
            skew_us: 0,
            ..self
        }
    }

    /// What is wrong with the store, each with how to mend it.
    fn faults(&self, level: Level) -> Vec<String> {
        let mut faults = Vec::new();
        let mut find = |wrong: bool, fault: String| faults.extend(wrong.then_some(fault));
        let is = |fact: &Option<String>, value| fact.as_deref() == Some(value);
        let other = |fact: &Option<String>, value| fact.is_some() && !is(fact, value);
        let shown = |fact: &Option<String>| fact.clone().unwrap_or_default();
        let old = self
            .version
            .as_deref()
            .and_then(numbers)
            .is_some_and(|version| version < OLDEST);
        find(
            old,
            format!(
                "it is version {}: upgrade it to 6.2 or newer",
                shown(&self.version)
            ),
        );
        find(
            is(&self.mode, "cluster") && !self.cluster,
            "it runs as a cluster: give its URL as redis-cluster://host:port".into(),
        );
        find(
            other(&self.role, "master"),
            "it is a replica: give the address of the primary".into(),
        );
        find(
            is(&self.append_only, "0"),
            "it keeps nothing when it is killed: set appendonly yes".into(),
        );
        find(
            other(&self.eviction, "noeviction"),
            format!(
                "it may evict what is stored (maxmemory-policy {}): set maxmemory-policy noeviction",
                shown(&self.eviction)
            ),
        );
        find(
            level == Level::Synced && other(&self.fsync, "always"),
            format!(
                "the level synced needs every write on disk (appendfsync is {}): set appendfsync always, or \
                 the level to stored",
                shown(&self.fsync)
            ),
        );
        find(
            self.skew_us > SKEW_US,
            format!(
                "its clock and ours differ by {} ms: synchronise both machines (NTP)",
                self.skew_us / 1_000
            ),
        );
        faults
    }

    /// Whether acknowledged writes may stand in the memory of the store only.
    ///
    /// With `everysec` a write is held back for up to two seconds while the last fsync is still under way;
    /// `always` and `no` hand it to the operating system before they answer.
    fn may_hold_back(&self, level: Level) -> bool {
        level == Level::Stored && self.fsync.as_deref() == Some("everysec")
    }

    /// What could not be asked, as the setting that has to be right.
    fn unknown(&self, level: Level) -> Vec<&'static str> {
        let facts = [
            (&self.version, "its version (6.2 or newer)"),
            (&self.role, "its role (it must be the primary)"),
            (&self.append_only, "appendonly (yes)"),
            (&self.eviction, "maxmemory-policy (noeviction)"),
        ];
        let mut unknown: Vec<_> = facts
            .into_iter()
            .filter(|(fact, _)| fact.is_none())
            .map(|(_, name)| name)
            .collect();
        if level == Level::Synced && self.fsync.is_none() {
            unknown.push("appendfsync (always)");
        }
        unknown
    }
}

/// The first two numbers of a version.
pub(super) fn numbers(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.split('.').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> Facts {
        let fact = |value: &str| Some(value.to_owned());
        Facts {
            version: fact("7.0.15"),
            mode: fact("standalone"),
            role: fact("master"),
            append_only: fact("1"),
            eviction: fact("noeviction"),
            fsync: fact("everysec"),
            cluster: false,
            skew_us: 1_000_000,
        }
    }

    #[test]
    fn each_unsafe_setting_is_named_with_its_remedy() {
        assert_eq!(good().faults(Level::Stored), [""; 0]);
        let fact = |value: &str| Some(value.to_owned());
        for (facts, level, remedy) in [
            (
                Facts {
                    version: fact("6.0.16"),
                    ..good()
                },
                Level::Stored,
                "6.2",
            ),
            (
                Facts {
                    version: fact("10.0.1"),
                    fsync: None,
                    ..good()
                },
                Level::Synced,
                "",
            ),
            (
                Facts {
                    mode: fact("cluster"),
                    ..good()
                },
                Level::Stored,
                "redis-cluster://",
            ),
            (
                Facts {
                    mode: fact("cluster"),
                    cluster: true,
                    ..good()
                },
                Level::Stored,
                "",
            ),
            (
                Facts {
                    role: fact("slave"),
                    ..good()
                },
                Level::Stored,
                "primary",
            ),
            (
                Facts {
                    append_only: fact("0"),
                    ..good()
                },
                Level::Stored,
                "appendonly yes",
            ),
            (
                Facts {
                    eviction: fact("allkeys-lru"),
                    ..good()
                },
                Level::Stored,
                "policy noeviction",
            ),
            (good(), Level::Synced, "appendfsync always"),
            (
                Facts {
                    skew_us: 2_000_001,
                    ..good()
                },
                Level::Stored,
                "NTP",
            ),
        ] {
            let faults = facts.faults(level);
            let expected = usize::from(!remedy.is_empty());
            assert_eq!(faults.len(), expected, "{faults:?}");
            assert!(
                faults.iter().all(|fault| fault.contains(remedy)),
                "{faults:?}"
            );
        }
    }

    #[test]
    fn only_everysec_may_hold_a_write_back() {
        assert!(good().may_hold_back(Level::Stored));
        for fsync in ["always", "no"] {
            let facts = Facts {
                fsync: Some(fsync.to_owned()),
                ..good()
            };
            assert!(!facts.may_hold_back(Level::Stored), "{fsync}");
        }
    }

    #[test]
    fn what_the_store_does_not_tell_is_named() {
        assert_eq!(good().unknown(Level::Synced), [""; 0]);
        assert_eq!(Facts::default().unknown(Level::Stored).len(), 4);
        assert_eq!(
            Facts::default().unknown(Level::Synced).last(),
            Some(&"appendfsync (always)")
        );
        assert_eq!(Facts::default().faults(Level::Synced), [""; 0]);
    }
}
