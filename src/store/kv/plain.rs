//! Stores of the family that are used without scripts: single commands and a compare-and-set.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use fred::types::Value;

use super::{
    KvEngine, KvOptions,
    command::{Command, life_seconds, number},
    connection::Repeat,
    pika, probe,
};
use crate::{
    clock::Clock,
    model::Level,
    store::{
        Engine, StoreError,
        engine::{Answer, Read, Swap, Swapped, Write},
        helping::Plain,
        keys,
        walk::{Keys, Place, Walk},
    },
};

/// How long what the probe writes is kept.
const PROBED: Duration = Duration::from_mins(1);

/// A store that is used without scripts.
#[derive(Debug)]
pub struct PlainStore {
    store: KvEngine,
    dialect: Dialect,
}

/// How a store says "if it is still this".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dialect {
    /// Pika: `SET … VX`, `DELVX`.
    Vx,
    /// Valkey 9: `SET … IFEQ`, `DELIFEQ`.
    IfEq,
}

impl PlainStore {
    /// Connects to `pika://…`, or to a Valkey by `redis+cas://…`, and checks that it keeps what it acknowledges
    /// and compares truly.
    ///
    /// # Errors
    ///
    /// As [`KvEngine::connect`].
    pub async fn connect(options: KvOptions, clock: Arc<dyn Clock>) -> Result<Self, StoreError> {
        let dialect = if options.url.starts_with("pika:") {
            Dialect::Vx
        } else {
            Dialect::IfEq
        };
        let options = KvOptions {
            url: options.url.replacen("+cas://", "://", 1),
            ..options
        };
        let store = KvEngine::reach(&options).await?;
        for server in store.brisk.servers() {
            probe::until_loaded(&server, options.connect_timeout).await?;
            match dialect {
                Dialect::Vx => pika::probe(&server, &options, clock.as_ref()).await?,
                Dialect::IfEq => probe::probe(&server, &options, false, clock.as_ref()).await?,
            }
        }
        let store = Self { store, dialect };
        store.compare(&clock.now_us().to_string()).await?;
        Ok(store)
    }

    /// Sees that a swap is refused when it must be, and that what was refused is not read afterwards.
    async fn compare(&self, name: &str) -> Result<(), StoreError> {
        let key = keys::probe(name);
        let swap = |expected: Option<&'static str>, new: &'static str| {
            let bytes = |word: &'static str| Bytes::from_static(word.as_bytes());
            self.swap(Swap {
                key: key.clone(),
                expected: expected.map(bytes),
                new: Some(bytes(new)),
                life: Some(PROBED),
            })
        };
        let swapped = [
            swap(None, "first").await,
            swap(Some("first"), "second").await,
            swap(Some("first"), "refused").await,
        ];
        let mut swaps = Vec::new();
        for one in swapped {
            swaps.push(one.map_err(|error| {
                tracing::debug!(%error, "compare-and-set was not understood");
                StoreError::Unsafe(self.dialect.remedy().to_owned())
            })?);
        }
        let read = Read::Get { key: key.clone() };
        let found = Engine::read(&self.store, vec![read])
            .await?
            .remove(0)
            .value();
        if swaps != [Swapped::Yes, Swapped::Yes, Swapped::No] || found.as_deref() != Some(b"second")
        {
            return Err(StoreError::Unsafe(
                "a compare-and-set that was refused shows all the same: set cache-model to 0"
                    .to_owned(),
            ));
        }
        Engine::write(&self.store, vec![Write::Delete { key }]).await
    }
}

impl Dialect {
    fn remedy(self) -> &'static str {
        match self {
            Self::Vx => "it does not know SET with VX: use Pika 3.5.6, 4.0.2 or newer",
            Self::IfEq => "it does not know SET with IFEQ: use Valkey 9 or newer, or redis://",
        }
    }

    fn call(self, key: Bytes, swap: &Swap) -> Command {
        let word = |word: &'static str| Bytes::from_static(word.as_bytes());
        let (if_equal, delete) = match self {
            Self::Vx => ("VX", "DELVX"),
            Self::IfEq => ("IFEQ", "DELIFEQ"),
        };
        let (expected, new) = match (swap.expected.clone(), swap.new.clone()) {
            (None, None) => return Command::new("EXISTS", [key]),
            (Some(expected), None) => return Command::new(delete, [key, expected]),
            (expected, Some(new)) => (expected, new),
        };
        let life = swap
            .life
            .map(|life| [word("EX"), number(life_seconds(Some(life)))]);
        match (expected, life) {
            (None, None) => Command::new("SET", [key, new, word("NX")]),
            (None, Some([ex, life])) => Command::new("SET", [key, new, word("NX"), ex, life]),
            (Some(old), None) => Command::new("SET", [key, new, word(if_equal), old]),
            (Some(old), Some([ex, life])) => {
                Command::new("SET", [key, new, word(if_equal), old, ex, life])
            }
        }
    }
}

/// Reads the answer to a swap: a word or a number.
fn swapped(swap: &Swap, reply: &Value) -> Result<Swapped, StoreError> {
    let existed_not = swap.expected.is_none() && swap.new.is_none();
    match reply {
        Value::Integer(0) if existed_not => Ok(Swapped::Yes),
        Value::Integer(1) if existed_not => Ok(Swapped::No),
        Value::Integer(1) => Ok(Swapped::Yes),
        Value::Integer(0 | -1) | Value::Null => Ok(Swapped::No),
        Value::String(word) if &**word == "OK" => Ok(Swapped::Yes),
        Value::Bytes(word) if word[..] == b"OK"[..] => Ok(Swapped::Yes),
        _ => Err(StoreError::Corrupt {
            key: swap.key.clone(),
        }),
    }
}

#[async_trait]
impl Plain for PlainStore {
    async fn read(&self, reads: Vec<Read>) -> Result<Vec<Answer>, StoreError> {
        Engine::read(&self.store, reads).await
    }

    async fn write(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        Engine::write(&self.store, writes).await
    }

    async fn swap(&self, swap: Swap) -> Result<Swapped, StoreError> {
        let call = self.dialect.call(self.store.prefix.key(&swap.key), &swap);
        let reply = self.store.brisk.send_one(call, Repeat::Never).await;
        let reply = reply.map_err(|failure| failure.during("swap", |_| swap.key.clone()))?;
        swapped(&swap, &reply)
    }

    async fn time_us(&self) -> Result<u64, StoreError> {
        Engine::time_us(&self.store).await
    }

    fn level(&self) -> Level {
        Engine::level(&self.store)
    }

    fn commands(&self) -> u64 {
        Engine::commands(&self.store)
    }
}

#[async_trait]
impl Walk for PlainStore {
    async fn keys(&self, place: &Place, limit: usize) -> Result<Keys, StoreError> {
        self.store.keys(place, limit).await
    }

    async fn lives(&self, keys: Vec<String>) -> Result<Vec<Option<Duration>>, StoreError> {
        self.store.lives(keys).await
    }
}
