//! Where things stand in the one ordered map of bytes that the database is.
//!
//! | what | key | value |
//! | --- | --- | --- |
//! | string | `s`, key | end of its life, 0 for never (8 bytes); the value |
//! | row of a sorted set | `r`, length of key, key, score (8 bytes), member | |
//! | score of a member | `i`, length of key, key, member | score (8 bytes) |
//! | set | `m`, key | its members in order, each after its length (4 bytes) |
//! | end of a life | `x`, end (8 bytes), key | |
//!
//! A set is one value because sets are small (gateways that want to be told) and every append reads one: to
//! look for rows in a range costs as much as the rest of the append.
//!
//! Numbers are big-endian, so that their order is the order of the bytes. The length (2 bytes) keeps keys
//! apart of which one begins like the other. A key includes the configured prefix.

use std::{collections::BTreeSet, ops::Range};

use bytes::{BufMut, Bytes, BytesMut};

use crate::{
    model::Stamp,
    store::{StoreError, keys::Holds},
};

/// Longest key with its member: what the database takes as one key, less what stands around them.
const MAX_NAME_BYTES: usize = 65_000;

const STRING: u8 = b's';
const ROW: u8 = b'r';
const SCORE: u8 = b'i';
const SET: u8 = b'm';
const END: u8 = b'x';

/// Spells keys, with one prefix before all of them.
#[derive(Debug)]
pub(super) struct Layout {
    prefix: String,
}

/// A string with the end of its life.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Lent {
    /// When it goes, in microseconds since the Unix epoch; 0: never.
    pub(super) end_us: u64,
    /// Its value.
    pub(super) value: Bytes,
}

/// What a walk meets.
pub(super) struct Mark {
    /// The key; `None` when it is of another prefix.
    pub(super) key: Option<String>,
    /// What it holds.
    pub(super) holds: Holds,
    /// Where whatever comes behind it begins.
    pub(super) past: Vec<u8>,
}

impl Layout {
    /// Spells keys with `prefix` before them.
    pub(super) fn new(prefix: String) -> Self {
        Self { prefix }
    }

    /// Refuses what cannot be kept as it is: a score that another could be taken for, or an endless name.
    pub(super) fn check(&self, key: &str, member: &[u8], score: u64) -> Result<(), StoreError> {
        let fits = self.fits(key, member) && score <= Stamp::MAX.get();
        fits.then_some(()).ok_or_else(|| StoreError::Corrupt {
            key: key.to_owned(),
        })
    }

    /// Whether key and member are short enough to be kept.
    pub(super) fn fits(&self, key: &str, member: &[u8]) -> bool {
        self.prefix.len() + key.len() + member.len() <= MAX_NAME_BYTES
    }

    /// A string.
    pub(super) fn string(&self, key: &str) -> Vec<u8> {
        [&[STRING], self.prefix.as_bytes(), key.as_bytes()].concat()
    }

    /// A row of a sorted set.
    pub(super) fn row(&self, key: &str, score: u64, member: &[u8]) -> Vec<u8> {
        let mut row = self.collection(ROW, key);
        row.extend_from_slice(&score.to_be_bytes());
        row.extend_from_slice(member);
        row
    }

    /// All rows with `from <= score <= through`; empty when there can be none.
    pub(super) fn rows(&self, key: &str, from: u64, through: u64) -> Range<Vec<u8>> {
        if !self.fits(key, &[]) {
            return Range::default();
        }
        let past = through.min(Stamp::MAX.get()) + 1;
        self.row(key, from.min(past), &[])..self.row(key, past, &[])
    }

    /// Score and member of a row.
    pub(super) fn read_row<'a>(&self, key: &str, row: &'a [u8]) -> Option<(u64, &'a [u8])> {
        let row = row.get(self.collection(ROW, key).len()..)?;
        let (score, member) = row.split_first_chunk()?;
        Some((u64::from_be_bytes(*score), member))
    }

    /// The score of a member of a sorted set.
    pub(super) fn score(&self, key: &str, member: &[u8]) -> Vec<u8> {
        [&self.collection(SCORE, key), member].concat()
    }

    /// A set.
    pub(super) fn set(&self, key: &str) -> Vec<u8> {
        [&[SET], self.prefix.as_bytes(), key.as_bytes()].concat()
    }

    /// What stands where a walk has come to; `None` when it was not written by this engine.
    pub(super) fn mark(&self, found: &[u8]) -> Option<Mark> {
        let (tag, rest) = found.split_first()?;
        let (holds, full, past) = match *tag {
            ROW => {
                let (length, rest) = rest.split_first_chunk()?;
                let full = rest.get(..usize::from(u16::from_be_bytes(*length)))?;
                let collection = &found[..3 + full.len()];
                let past = [collection, &(Stamp::MAX.get() + 1).to_be_bytes()].concat();
                (Holds::SortedSet, full, past)
            }
            SET => (Holds::Set, rest, [found, &[0]].concat()),
            STRING => (Holds::String, rest, [found, &[0]].concat()),
            _ => return None,
        };
        let key = full.strip_prefix(self.prefix.as_bytes());
        let key = key.and_then(|key| std::str::from_utf8(key).ok());
        Some(Mark {
            key: key.map(str::to_owned),
            holds,
            past,
        })
    }

    fn collection(&self, tag: u8, key: &str) -> Vec<u8> {
        let length = u16::try_from(self.prefix.len() + key.len()).unwrap_or(u16::MAX);
        let [high, low] = length.to_be_bytes();
        [&[tag, high, low], self.prefix.as_bytes(), key.as_bytes()].concat()
    }
}

/// Where sets, sorted sets and strings stand, in the order of the walk.
pub(super) fn walked() -> Range<Vec<u8>> {
    vec![SET]..vec![END]
}

/// The end of a string's life, given where the string stands.
pub(super) fn end(end_us: u64, string: &[u8]) -> Vec<u8> {
    [&[END], &end_us.to_be_bytes()[..], &string[1..]].concat()
}

/// All ends up to `now_us`.
pub(super) fn ends(now_us: u64) -> Range<Vec<u8>> {
    let past = [&[END], &now_us.saturating_add(1).to_be_bytes()[..]].concat();
    vec![END]..past
}

/// The end of a life, and where the string stands that has it.
pub(super) fn read_end(end: &[u8]) -> Option<(u64, Vec<u8>)> {
    let (end_us, key) = end.get(1..)?.split_first_chunk()?;
    Some((u64::from_be_bytes(*end_us), [&[STRING], key].concat()))
}

impl Lent {
    /// Reads a stored string.
    pub(super) fn decode(stored: &[u8]) -> Option<Self> {
        let (end_us, value) = stored.split_first_chunk()?;
        Some(Self {
            end_us: u64::from_be_bytes(*end_us),
            value: Bytes::copy_from_slice(value),
        })
    }

    /// Spells the string for the database.
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut stored = BytesMut::with_capacity(8 + self.value.len());
        stored.put_u64(self.end_us);
        stored.put_slice(&self.value);
        stored.into()
    }

    /// Its value, unless its life is over.
    pub(super) fn at(self, now_us: u64) -> Option<Bytes> {
        self.lives(now_us).then_some(self.value)
    }

    /// Whether its life is not over.
    pub(super) fn lives(&self, now_us: u64) -> bool {
        self.end_us == 0 || now_us < self.end_us
    }
}

/// Reads a stored set.
pub(super) fn read_set(mut stored: &[u8]) -> Option<BTreeSet<Bytes>> {
    let mut members = BTreeSet::new();
    while let Some((length, rest)) = stored.split_first_chunk() {
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (member, rest) = rest.split_at_checked(length)?;
        members.insert(Bytes::copy_from_slice(member));
        stored = rest;
    }
    stored.is_empty().then_some(members)
}

/// Spells a set for the database.
pub(super) fn write_set(members: &BTreeSet<Bytes>) -> Vec<u8> {
    let mut stored = Vec::new();
    for member in members {
        let length = u32::try_from(member.len()).expect("the length of every member was checked");
        stored.put_u32(length);
        stored.put_slice(member);
    }
    stored
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_of_a_key_stands_together_and_nothing_else_does() {
        let layout = Layout::new("p:".into());
        for (key, other) in [
            ("a", "aa"),
            ("a", "a:"),
            ("", "a"),
            ("a", "b"),
            ("aa", "ab"),
        ] {
            for member in [&b""[..], b"\0", b"\xff\xff", b"a"] {
                let row = layout.row(other, 5, member);
                assert!(
                    !layout.rows(key, 0, u64::MAX).contains(&row),
                    "{key} {other}"
                );
                assert!(layout.rows(other, 5, 5).contains(&row));
                assert_eq!(layout.read_row(other, &row), Some((5, member)));
            }
        }
    }

    #[test]
    fn a_set_reads_back_as_it_was_written_and_not_when_cut_short() {
        let members = [&b""[..], b"\0", b"gateway"].map(Bytes::from_static).into();
        let stored = write_set(&members);
        assert_eq!(read_set(&stored), Some(members));
        assert_eq!(read_set(&[]), Some(BTreeSet::new()));
        assert_eq!(read_set(&stored[..stored.len() - 1]), None);
        assert_eq!(read_set(&stored[..2]), None);
    }

    #[test]
    fn a_range_of_rows_that_cannot_be_is_empty() {
        let layout = Layout::new(String::new());
        for (from, through) in [(3, 2), (u64::MAX, 0), (u64::MAX, u64::MAX)] {
            let range = layout.rows("a", from, through);
            assert!(
                range.is_empty() && range.start >= range.end,
                "{from} {through}"
            );
        }
    }

    #[test]
    fn an_end_names_the_string_it_is_the_end_of() {
        let string = Layout::new("p:".into()).string("a");
        assert_eq!(read_end(&end(7, &string)), Some((7, string.clone())));
        assert!(ends(7).contains(&end(7, &string)));
        assert!(!ends(6).contains(&end(7, &string)));
    }
}
