//! Whether a Pika keeps what it acknowledges and answers what it holds: asked once, before anything is written.

use std::time::Duration;

use bytes::Bytes;

use super::{
    KvOptions,
    address::Address,
    command::Command,
    connection::Connection,
    probe::{SKEW_US, answered, numbers, pairs, setting, skew_us},
};
use crate::{clock::Clock, model::Level, store::StoreError};

/// Oldest version with a compare-and-set and without known faults in it.
const OLDEST: (u32, u32) = (3, 5);
/// How long it may take to refuse a password.
const REFUSAL: Duration = Duration::from_secs(1);

/// What a Pika says about itself; `None` where it does not tell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Facts {
    version: Option<String>,
    role: Option<String>,
    cache_model: Option<String>,
    timeout: Option<String>,
    /// Whether it let somebody in who does not know the password.
    takes_any_password: bool,
    /// How far its clock is off, in microseconds.
    skew_us: u64,
}

/// Refuses a Pika that would lose data or lie.
pub(super) async fn probe(
    store: &Connection,
    options: &KvOptions,
    clock: &dyn Clock,
) -> Result<(), StoreError> {
    let facts = ask(store, &options.url, clock).await?;
    if facts
        .timeout
        .as_deref()
        .is_some_and(|timeout| timeout != "0")
    {
        tracing::warn!(
            "Pika stops answering connections that were idle for its timeout: set timeout to 0"
        );
    }
    if facts.cache_model.is_none() {
        tracing::warn!("the store does not tell cache-model (0); make sure of it yourself");
    }
    let faults = facts.faults(options.level);
    if !options.allow_unsafe && !faults.is_empty() {
        return Err(StoreError::Unsafe(faults.join("; ")));
    }
    for fault in faults {
        tracing::warn!("unsafe store accepted: {fault}");
    }
    Ok(())
}

async fn ask(store: &Connection, url: &str, clock: &dyn Clock) -> Result<Facts, StoreError> {
    let mut facts = Facts {
        skew_us: skew_us(store, clock).await?,
        takes_any_password: takes_any_password(url).await,
        ..Facts::default()
    };
    for section in ["server", "replication"] {
        let command = Command::anywhere("INFO", [Bytes::from_static(section.as_bytes())]);
        for (name, value) in pairs(answered(store, command).await?) {
            match name.as_str() {
                "pika_version" => facts.version = Some(value),
                "role" => facts.role = Some(value),
                _ => {}
            }
        }
    }
    for (name, fact) in [
        ("cache-model", &mut facts.cache_model),
        ("timeout", &mut facts.timeout),
    ] {
        let words = ["GET", name].map(|word| Bytes::copy_from_slice(word.as_bytes()));
        *fact = setting(answered(store, Command::anywhere("CONFIG", words)).await?);
    }
    Ok(facts)
}

/// Knocks with a wrong password, on a connection of its own, where the URL has a right one.
async fn takes_any_password(url: &str) -> bool {
    let Some((scheme, rest)) = url.split_once("://") else {
        return false;
    };
    let Some((login, host)) = rest.rsplit_once('@') else {
        return false;
    };
    let user = login.split(':').next().unwrap_or_default();
    let wrong = format!("{scheme}://{user}:surely-not-the-password@{host}");
    let Ok(wrong) = Address::parse(&wrong) else {
        return false;
    };
    Connection::open(&wrong, REFUSAL, 1).await.is_ok()
}

impl Facts {
    /// What is wrong, each with how to mend it.
    fn faults(&self, level: Level) -> Vec<String> {
        let other =
            |fact: &Option<String>, value| fact.as_deref().is_some_and(|fact| fact != value);
        let version = self.version.clone().unwrap_or_default();
        let old = numbers(&version).is_none_or(|version| version < OLDEST);
        let checks = [
            (
                self.version.is_none(),
                "it is no Pika: use redis:// for a store that runs scripts".to_owned(),
            ),
            (
                self.version.is_some() && old,
                format!("it is version {version}: upgrade it to 3.5.6, 4.0.2 or newer"),
            ),
            (
                other(&self.role, "master"),
                "it is a replica: give the address of the primary".to_owned(),
            ),
            (
                other(&self.cache_model, "0"),
                "its cache answers values that were refused: set cache-model to 0".to_owned(),
            ),
            (
                self.takes_any_password,
                "it accepts any password: set userpass as well as requirepass, or upgrade it"
                    .to_owned(),
            ),
            (
                level == Level::Synced,
                "Pika never waits for the disk: set store.level to stored".to_owned(),
            ),
            (
                self.skew_us > SKEW_US,
                format!(
                    "its clock and ours differ by {} ms: synchronise both machines (NTP)",
                    self.skew_us / 1_000
                ),
            ),
        ];
        let wrong = checks.into_iter().filter(|(wrong, _)| *wrong);
        wrong.map(|(_, fault)| fault).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_trap_is_named_with_its_remedy() {
        let fact = |value: &str| Some(value.to_owned());
        let good = || Facts {
            version: fact("3.5.6"),
            role: fact("master"),
            cache_model: fact("0"),
            timeout: fact("0"),
            takes_any_password: false,
            skew_us: 0,
        };
        assert_eq!(good().faults(Level::Stored), [""; 0]);
        for (facts, level, remedy) in [
            (
                Facts {
                    version: None,
                    ..good()
                },
                Level::Stored,
                "redis://",
            ),
            (
                Facts {
                    version: fact("3.4.2"),
                    ..good()
                },
                Level::Stored,
                "3.5.6",
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
                    cache_model: fact("1"),
                    ..good()
                },
                Level::Stored,
                "cache-model to 0",
            ),
            (
                Facts {
                    takes_any_password: true,
                    ..good()
                },
                Level::Stored,
                "userpass",
            ),
            (good(), Level::Synced, "store.level to stored"),
            (
                Facts {
                    skew_us: SKEW_US + 1,
                    ..good()
                },
                Level::Stored,
                "NTP",
            ),
        ] {
            let faults = facts.faults(level);
            assert_eq!(faults.len(), 1, "{faults:?}");
            assert!(faults[0].contains(remedy), "{faults:?}");
        }
    }
}
