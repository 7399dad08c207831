//! Values of strings, spelled as every kind of store spells them.

use bytes::Bytes;

use crate::store::{engine::Read, walk::recognise};

/// The read of a string.
pub(super) fn read(key: &str) -> Read {
    let key = key.to_owned();
    if is_head(&key) {
        Read::Head { key }
    } else {
        Read::Get { key }
    }
}

/// A value without what only one kind of store keeps there: a head of a store without scripts carries its
/// newest operation, which has happened when the head was read.
pub(super) fn plain(key: &str, value: Bytes) -> Bytes {
    let line = value.iter().position(|byte| *byte == b'\n');
    match line {
        Some(end) if is_head(key) => value.slice(..=end),
        _ => value,
    }
}

/// Whether a head stands there.
pub(super) fn is_head(key: &str) -> bool {
    let named = recognise(key);
    named.is_some_and(|named| matches!(named.shape.shape, "{c:<chat>}:head" | "{u:<user>}:loghead"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_heads_are_cut_and_only_behind_their_line() {
        let value = Bytes::from_static(b"1 e 0\nmore\n");
        for (key, kept) in [
            ("{c:a}:head", &b"1 e 0\n"[..]),
            ("{u:a}:loghead", b"1 e 0\n"),
            ("{c:a}:e:b", b"1 e 0\nmore\n"),
        ] {
            assert_eq!(plain(key, value.clone()), kept, "{key}");
        }
        let whole = Bytes::from_static(b"garbage");
        assert_eq!(plain("{c:a}:head", whole.clone()), whole);
    }
}
