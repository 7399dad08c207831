//! The writes of one slot in one piece, for stores that are spread over several servers.
//!
//! Sent one by one while their slot is moved, a later write could be done at its old place before an earlier
//! one is done at its new. As one script they are done where all their keys are, or refused for a while.

use std::collections::BTreeMap;

use bytes::Bytes;

use super::{
    command::{Command, number},
    script::Script,
};

/// The commands to send for `writes`, and for each the place of its first write.
pub(super) fn bundles(script: &Script, writes: Vec<Command>) -> (Vec<Command>, Vec<usize>) {
    let mut slots: BTreeMap<Option<u16>, Vec<(usize, Command)>> = BTreeMap::new();
    for (place, write) in writes.into_iter().enumerate() {
        slots.entry(write.slot()).or_default().push((place, write));
    }
    let command = |mut bundle: Vec<(usize, Command)>| {
        let first = bundle.first().map_or(0, |(place, _)| *place);
        match bundle.len() {
            1 => (bundle.remove(0).1, first),
            _ => (call(script, &bundle), first),
        }
    };
    slots.into_values().map(command).unzip()
}

fn call(script: &Script, bundle: &[(usize, Command)]) -> Command {
    let mut keys = Vec::with_capacity(bundle.len());
    let mut arguments = Vec::new();
    for (_, write) in bundle {
        let (name, key, operands) = write.words();
        keys.extend(key.cloned());
        arguments.push(Bytes::from_static(name.as_bytes()));
        arguments.push(number(operands.len() as u64));
        arguments.extend_from_slice(operands);
    }
    Command::script(script, keys, arguments)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_of_one_slot_go_together_and_keep_their_order() {
        let script = Script::writes();
        let write = |key: &'static str| {
            let [key, value] = [key, "1"].map(|word| Bytes::from_static(word.as_bytes()));
            Command::new("SET", [key, value])
        };
        let writes = ["{a}1", "{b}1", "{a}2"].map(write).to_vec();
        let (commands, firsts) = bundles(&script, writes);
        let mut bundles: Vec<_> = commands
            .iter()
            .zip(firsts)
            .map(|(command, first)| (first, command.words().0))
            .collect();
        bundles.sort_unstable();
        assert_eq!(bundles, [(0, "EVALSHA"), (1, "SET")]);
    }
}
