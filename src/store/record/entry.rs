//! One entry of a timeline, as it is stored.

use bytes::{Bytes, BytesMut};

use super::fields::{Fields, split_line};
use crate::model::{EntryId, Stamp, UserId};

/// One entry: a line of text fields in the order below, a line feed, and the body.
///
/// Stamp, prev, ordinal and digest never change; revision rises by one with each change of the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryRecord {
    /// Its position.
    pub stamp: Stamp,
    /// Position of the entry before it.
    pub prev: Stamp,
    /// Counting entries up to and including this one.
    pub ordinal: u64,
    /// How often its body was changed.
    pub revision: u32,
    /// Hash of the request that made it, so that a retry is told from another request with the same id.
    pub digest: String,
    /// `m` counts as a message; other letters do not count.
    pub kind: char,
    /// Who wrote it.
    pub author: Option<UserId>,
    /// Whether it was taken back.
    pub retracted: bool,
    /// Id of the entry before it, from which a lost index row could be made anew.
    pub prev_id: Option<EntryId>,
    /// What it says; opaque here.
    pub body: Bytes,
}

impl EntryRecord {
    /// The kind that takes an ordinal.
    pub const COUNTING: char = 'm';

    const VERSION: u32 = 1;

    /// Whether it takes an ordinal.
    #[must_use]
    pub const fn counts(&self) -> bool {
        self.kind == Self::COUNTING
    }

    /// Reads a stored entry.
    #[must_use]
    pub fn decode(value: &Bytes) -> Option<Self> {
        let (line, body) = split_line(value)?;
        let mut fields = Fields::of_version(line, Self::VERSION)?;
        Some(Self {
            stamp: Stamp::from_micros(fields.next()?),
            prev: Stamp::from_micros(fields.next()?),
            ordinal: fields.next()?,
            revision: fields.next()?,
            digest: fields.next()?,
            kind: fields.next()?,
            author: fields.optional(UserId::parse)?,
            retracted: fields.next::<u8>()? == 1,
            prev_id: fields.optional(EntryId::parse)?,
            body: value.slice(body..),
        })
    }

    /// Spells the entry for the store.
    #[must_use]
    pub fn encode(&self) -> Bytes {
        let head = format!(
            "{} {} {} {} {} {} {} {} {} {}\n",
            Self::VERSION,
            self.stamp,
            self.prev,
            self.ordinal,
            self.revision,
            self.digest,
            self.kind,
            self.author.as_ref().map_or("-", UserId::as_str),
            u8::from(self.retracted),
            self.prev_id.as_ref().map_or("-", EntryId::as_str),
        );
        let mut value = BytesMut::with_capacity(head.len() + self.body.len());
        value.extend_from_slice(head.as_bytes());
        value.extend_from_slice(&self.body);
        value.freeze()
    }
}
