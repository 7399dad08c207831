//! The swap, with or without writes, as one script call.

use bytes::Bytes;
use fred::types::Value;

use super::{
    command::{self, Command, Prefix, number},
    script::Script,
};
use crate::store::{
    StoreError,
    engine::{Part, Swap, Swapped},
};

/// The call for `swap` with `parts`.
pub(super) fn call(script: &Script, prefix: &Prefix, swap: &Swap, parts: &[Part]) -> Command {
    let mut keys = vec![prefix.key(&swap.key)];
    keys.extend(parts.iter().map(|part| prefix.key(command::part_key(part))));
    let there = ("is", "absent");
    let then = ("set", "remove");
    let mut arguments = Vec::with_capacity(5 + 3 * parts.len());
    arguments.extend(optional(swap.expected.as_ref(), there));
    arguments.extend(optional(swap.new.as_ref(), then));
    arguments.push(number(command::life_seconds(swap.life)));
    for part in parts {
        let (name, operands) = command::part_operation(part);
        arguments.push(Bytes::from_static(name.as_bytes()));
        arguments.extend(operands);
    }
    Command::script(script, keys, arguments)
}

/// Reads the script's answer.
pub(super) fn swapped(key: &str, reply: &Value) -> Result<Swapped, StoreError> {
    match reply {
        Value::Integer(1) => Ok(Swapped::Yes),
        Value::Integer(0) => Ok(Swapped::No),
        _ => Err(StoreError::Corrupt {
            key: key.to_owned(),
        }),
    }
}

/// Says whether there is a value by one of two words, and then the value.
fn optional(value: Option<&Bytes>, (some, none): (&'static str, &'static str)) -> [Bytes; 2] {
    let word = |word: &'static str| Bytes::from_static(word.as_bytes());
    value.map_or_else(
        || [word(none), Bytes::new()],
        |value| [word(some), value.clone()],
    )
}
