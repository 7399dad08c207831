//! Commands of the Redis protocol, as plain words.

use bytes::Bytes;
use fred::types::{ClusterHash, CustomCommand, Value};

use super::{script::Script, slots};
use crate::store::engine::{Order, Part, Read, Row, Write};

/// Greatest score that a sorted set keeps exactly.
const GREATEST_SCORE: u64 = (1 << 53) - 1;

/// One command with its operands.
#[derive(Debug, Clone)]
pub(crate) struct Command {
    name: &'static str,
    operands: Vec<Bytes>,
    /// Which operand is the key that decides where a cluster runs it.
    key: usize,
    /// The script that it runs.
    script: Option<Script>,
}

impl Command {
    /// A command whose first operand is its key, if it has one.
    pub(crate) fn new<const N: usize>(name: &'static str, operands: [Bytes; N]) -> Self {
        Self {
            name,
            operands: operands.into(),
            key: 0,
            script: None,
        }
    }

    /// A command that any server can answer.
    pub(crate) fn anywhere<const N: usize>(name: &'static str, operands: [Bytes; N]) -> Self {
        Self {
            key: N,
            ..Self::new(name, operands)
        }
    }

    /// A run of a script, which is loaded when the store does not know it.
    pub(super) fn script(script: &Script, keys: Vec<Bytes>, arguments: Vec<Bytes>) -> Self {
        let mut operands = Vec::with_capacity(2 + keys.len() + arguments.len());
        operands.push(script.hash());
        operands.push(number(keys.len() as u64));
        operands.extend(keys);
        operands.extend(arguments);
        Self {
            name: "EVALSHA",
            operands,
            key: 2,
            script: Some(script.clone()),
        }
    }

    /// Its name, its key and what follows, as a script takes them.
    pub(super) fn words(&self) -> (&'static str, Option<&Bytes>, &[Bytes]) {
        match &self.operands[..] {
            [key, rest @ ..] => (self.name, Some(key), rest),
            [] => (self.name, None, &[]),
        }
    }

    /// The command that makes its script known to the store, if it runs one.
    pub(super) fn load(&self) -> Option<Self> {
        self.script.as_ref().map(Script::load)
    }

    /// The part of all keys that its key is in; none when it has no key.
    pub(super) fn slot(&self) -> Option<u16> {
        self.operands.get(self.key).map(|key| slots::slot(key))
    }

    /// As the client library takes it.
    pub(super) fn parts(&self) -> (CustomCommand, Vec<Value>) {
        let command = CustomCommand::new_static(self.name, ClusterHash::Offset(self.key), false);
        (
            command,
            self.operands.iter().cloned().map(Value::Bytes).collect(),
        )
    }
}

/// Spells a number in full digits.
pub(super) fn number(number: u64) -> Bytes {
    number.to_string().into()
}

/// Puts the configured prefix before keys.
#[derive(Debug, Clone)]
pub(super) struct Prefix(pub(super) String);

impl Prefix {
    /// The full key.
    pub(super) fn key(&self, key: &str) -> Bytes {
        [&self.0, key].concat().into()
    }

    /// The command that answers `read`.
    pub(super) fn read(&self, read: &Read) -> Command {
        match read {
            Read::Get { key } | Read::Head { key } => Command::new("GET", [self.key(key)]),
            Read::Rows {
                key,
                from: 0,
                through: GREATEST_SCORE..,
                limit: limit @ 1..,
                order,
            } => self.read_end(key, *limit, *order),
            Read::Rows {
                key,
                from,
                through,
                limit,
                order,
            } => {
                let (name, first, last) = match order {
                    Order::Rising => ("ZRANGEBYSCORE", from, through),
                    Order::Falling => ("ZREVRANGEBYSCORE", through, from),
                };
                let limit = i64::try_from(*limit).unwrap_or(i64::MAX).to_string().into();
                let word = Bytes::from_static;
                let [scores, clause, none] = [word(b"WITHSCORES"), word(b"LIMIT"), word(b"0")];
                let range = [self.key(key), number(*first), number(*last)];
                let [key, first, last] = range;
                Command::new(name, [key, first, last, scores, clause, none, limit])
            }
            Read::Count { key, from, through } => {
                Command::new("ZCOUNT", [self.key(key), number(*from), number(*through)])
            }
            Read::Score { key, member } => Command::new("ZSCORE", [self.key(key), member.clone()]),
            Read::Members { key } => Command::new("SMEMBERS", [self.key(key)]),
        }
    }

    /// The command that reads from one end of a sorted set. By rank, because some stores read a whole range of
    /// scores before they cut it.
    fn read_end(&self, key: &str, limit: usize, order: Order) -> Command {
        let name = match order {
            Order::Rising => "ZRANGE",
            Order::Falling => "ZREVRANGE",
        };
        let last = i64::try_from(limit - 1).unwrap_or(-1).to_string().into();
        let [first, scores] = [&b"0"[..], b"WITHSCORES"].map(Bytes::from_static);
        Command::new(name, [self.key(key), first, last, scores])
    }

    /// The command that does `write`.
    pub(super) fn write(&self, write: &Write) -> Command {
        let (name, [first, second]) = operation(write);
        let key = self.key(write_key(write));
        match write {
            Write::Set { life: Some(_), .. } => {
                Command::new(name, [key, first, Bytes::from_static(b"EX"), second])
            }
            Write::AddRow { .. } => Command::new(name, [key, first, second]),
            Write::Delete { .. } => Command::new(name, [key]),
            Write::RemoveRows { .. } => Command::new(name, [key, Bytes::from_static(b"0"), first]),
            _ => Command::new(name, [key, first]),
        }
    }
}

/// The command of a part of a commit and its two operands besides the key, as `commit.lua` takes them.
pub(super) fn part_operation(part: &Part) -> (&'static str, [Bytes; 2]) {
    match part {
        Part::SetAbsent { value, .. } => ("SETNX", [value.clone(), Bytes::new()]),
        Part::Replace { expected, new, .. } => ("REPLACE", [expected.clone(), new.clone()]),
        Part::AddRow { row, .. } => ("ZADD", [number(row.score), row.member.clone()]),
    }
}

/// The command of a write and its operands besides the key.
fn operation(write: &Write) -> (&'static str, [Bytes; 2]) {
    let none = Bytes::new;
    match write {
        Write::Set { value, life, .. } => ("SET", [value.clone(), number(life_seconds(*life))]),
        Write::SetAbsent { value, .. } => ("SETNX", [value.clone(), none()]),
        Write::Delete { .. } => ("DEL", [none(), none()]),
        Write::AddRow { row, .. } => ("ZADD", [number(row.score), row.member.clone()]),
        Write::RemoveRow { member, .. } => ("ZREM", [member.clone(), none()]),
        Write::RemoveRows { through, .. } => ("ZREMRANGEBYSCORE", [number(*through), none()]),
        Write::AddMember { member, .. } => ("SADD", [member.clone(), none()]),
        Write::RemoveMember { member, .. } => ("SREM", [member.clone(), none()]),
    }
}

/// Whole seconds of a life, rounded up; 0 for ever.
///
/// Never milliseconds: a store of this family that truncates them would keep a short life for ever.
pub(super) fn life_seconds(life: Option<std::time::Duration>) -> u64 {
    life.map_or(0, |life| {
        (life.as_secs() + u64::from(life.subsec_nanos() > 0)).max(1)
    })
}

/// The key a read is about.
pub(super) fn read_key(read: &Read) -> &str {
    match read {
        Read::Get { key }
        | Read::Head { key }
        | Read::Rows { key, .. }
        | Read::Count { key, .. }
        | Read::Score { key, .. }
        | Read::Members { key } => key,
    }
}

/// The key a write is about.
pub(super) fn write_key(write: &Write) -> &str {
    match write {
        Write::Set { key, .. }
        | Write::SetAbsent { key, .. }
        | Write::Delete { key }
        | Write::AddRow { key, .. }
        | Write::RemoveRow { key, .. }
        | Write::RemoveRows { key, .. }
        | Write::AddMember { key, .. }
        | Write::RemoveMember { key, .. } => key,
    }
}

/// The key a part of a commit is about.
pub(super) fn part_key(part: &Part) -> &str {
    match part {
        Part::SetAbsent { key, .. } | Part::Replace { key, .. } | Part::AddRow { key, .. } => key,
    }
}

/// The row that is written, if it is one.
pub(super) fn row(write: &Write) -> Option<&Row> {
    match write {
        Write::AddRow { row, .. } => Some(row),
        _ => None,
    }
}

/// The row of a part, if it is one.
pub(super) fn part_row(part: &Part) -> Option<&Row> {
    match part {
        Part::AddRow { row, .. } => Some(row),
        Part::SetAbsent { .. } | Part::Replace { .. } => None,
    }
}

/// Whether the store can keep a row exactly.
pub(super) fn is_exact(row: &Row) -> bool {
    row.score <= GREATEST_SCORE
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn lives_are_whole_seconds_and_never_shorter_than_asked() {
        for (millis, seconds) in [(1, 1), (1_000, 1), (1_001, 2), (15_000, 15)] {
            assert_eq!(
                life_seconds(Some(Duration::from_millis(millis))),
                seconds,
                "{millis} ms"
            );
        }
        assert_eq!(life_seconds(None), 0);
    }
}
