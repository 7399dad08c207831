//! The walk over all keys: `SCAN`, and the type of each key it names. The masters of a cluster are walked one
//! after the other; slots must not be moved meanwhile.

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

/// How far a walk is: which server of a cluster (none of a single server), and its cursor there.
struct Position {
    part: String,
    cursor: Bytes,
}

impl Position {
    /// Where a place is; an empty one is the beginning.
    fn read(place: &Place, parts: &[String]) -> Option<Self> {
        let text = std::str::from_utf8(&place.0).ok()?;
        let (part, cursor) = match text.split_once(' ') {
            Some((part, cursor)) => (part, Bytes::copy_from_slice(cursor.as_bytes())),
            None => (parts.first()?.as_str(), Bytes::from_static(ENDS)),
        };
        Some(Self {
            part: part.to_owned(),
            cursor,
        })
    }

    /// The place to go on from: at the end of one server the beginning of the next.
    fn next(self, parts: &[String]) -> Option<Place> {
        let Self { part, cursor } = self;
        let part = if cursor == ENDS {
            parts.iter().find(|other| **other > part)?
        } else {
            &part
        };
        let place = [part.as_bytes(), b" ", &cursor].concat();
        Some(Place(place.into()))
    }
}

#[async_trait]
impl Walk for KvEngine {
    async fn keys(&self, place: &Place, limit: usize) -> Result<Keys, StoreError> {
        let parts = self.bulk.parts();
        let Position { part, cursor } = Position::read(place, &parts).ok_or_else(unreadable)?;
        let word = Bytes::from_static;
        let pattern = self.prefix.key("*");
        let limit = command::number(limit as u64);
        let scan = [cursor, word(b"MATCH"), pattern, word(b"COUNT"), limit];
        let scan = Command::anywhere("SCAN", scan);
        let scan = self.bulk.send_to(&part, scan).await;
        let scan = scan.map_err(|failure| failure.during("walk", |_| String::new()))?;
        let (cursor, keys) = scanned(scan).ok_or_else(unreadable)?;
        let next = Position { part, cursor }.next(&parts);
        let met = self.typed(keys).await?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_servers_of_a_cluster_are_walked_one_after_the_other() {
        let parts = ["a:1", "b:2"].map(str::to_owned);
        let position = Position::read(&Place(Bytes::new()), &parts).unwrap();
        assert_eq!(
            (position.part.as_str(), &position.cursor[..]),
            ("a:1", ENDS)
        );
        let at = |part: &str, cursor: &'static [u8]| Position {
            part: part.to_owned(),
            cursor: Bytes::from_static(cursor),
        };
        for (from, to) in [
            (at("a:1", b"7"), Some("a:1 7")),
            (at("a:1", ENDS), Some("b:2 0")),
            (at("b:2", b"9"), Some("b:2 9")),
            (at("b:2", ENDS), None),
        ] {
            let to = to.map(|place| Place(Bytes::from(place)));
            assert_eq!(from.next(&parts), to);
        }
        let alone = [String::new()];
        let next = at("", b"5").next(&alone).unwrap();
        assert_eq!(&Position::read(&next, &alone).unwrap().cursor[..], b"5");
        assert_eq!(at("", ENDS).next(&alone), None);
    }
}
