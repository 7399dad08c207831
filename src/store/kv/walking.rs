//! The walk over all keys: `SCAN`, and the type of each key it names.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use fred::types::Value;

use super::{
    KvEngine,
    command::{self, Command},
    connection::Repeat,
    reply,
};
use crate::store::{
    StoreError,
    keys::Holds,
    walk::{Keys, Met, Place, Walk},
};

/// The cursor at both ends of a scan.
const ENDS: &[u8] = b"0";

#[async_trait]
impl Walk for KvEngine {
    async fn keys(&self, place: &Place, limit: usize) -> Result<Keys, StoreError> {
        let cursor = match place {
            Place(cursor) if cursor.is_empty() => Bytes::from_static(ENDS),
            Place(cursor) => cursor.clone(),
        };
        let word = Bytes::from_static;
        let pattern = self.prefix.key("*");
        let limit = command::number(limit as u64);
        let scan = [cursor, word(b"MATCH"), pattern, word(b"COUNT"), limit];
        let scan = self.walk(vec![Command::new("SCAN", scan)]).await?;
        let (next, keys) = scan
            .into_iter()
            .next()
            .and_then(scanned)
            .ok_or_else(unreadable)?;
        let met = self.typed(keys).await?;
        let next = (next != ENDS).then(|| Place(next));
        Ok(Keys { met, next })
    }

    async fn lives(&self, keys: Vec<String>) -> Result<Vec<Option<Duration>>, StoreError> {
        let ask = |key: &String| Command::new("TTL", [self.prefix.key(key)]);
        let seconds = self.walk(keys.iter().map(ask).collect()).await?;
        Ok(seconds.iter().map(life).collect())
    }
}

impl KvEngine {
    /// Those of `keys` that are ours and of a type that we use.
    async fn typed(&self, keys: Vec<Bytes>) -> Result<Vec<Met>, StoreError> {
        let ask = |key: &Bytes| Command::new("TYPE", [key.clone()]);
        let types = self.walk(keys.iter().map(ask).collect()).await?;
        let met = keys.iter().zip(types).filter_map(|(key, kind)| {
            let key = std::str::from_utf8(key)
                .ok()?
                .strip_prefix(&self.prefix.0)?;
            Some(Met {
                key: key.to_owned(),
                holds: holds(&reply::bytes(kind)?)?,
            })
        });
        Ok(met.collect())
    }

    async fn walk(&self, commands: Vec<Command>) -> Result<Vec<Value>, StoreError> {
        if commands.is_empty() {
            return Ok(Vec::new());
        }
        let sent = self.bulk.send(&commands, Repeat::Safe).await;
        sent.map_err(|failure| failure.during("walk", |_| String::new()))
    }
}

/// The next cursor and the keys of one reply.
fn scanned(reply: Value) -> Option<(Bytes, Vec<Bytes>)> {
    let [next, keys] = <[Value; 2]>::try_from(reply::list(reply)?).ok()?;
    let keys = reply::list(keys)?.into_iter().map(reply::bytes);
    Some((reply::bytes(next)?, keys.collect::<Option<_>>()?))
}

fn holds(kind: &[u8]) -> Option<Holds> {
    match kind {
        b"string" => Some(Holds::String),
        b"zset" => Some(Holds::SortedSet),
        b"set" => Some(Holds::Set),
        _ => None,
    }
}

/// Whole seconds; negative for ever, or when there is no such key.
fn life(seconds: &Value) -> Option<Duration> {
    match seconds {
        Value::Integer(seconds) => {
            let seconds = u64::try_from(*seconds).ok()?;
            Some(Duration::from_secs(seconds.max(1)))
        }
        _ => None,
    }
}

fn unreadable() -> StoreError {
    StoreError::unavailable("walk", "the answer to SCAN is of no known shape")
}
