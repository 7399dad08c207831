//! The head of a timeline.

use bytes::{Bytes, BytesMut};

use super::fields::{Fields, split_line};
use crate::model::{EntryId, Epoch, Stamp};

/// Where a timeline ends: the commit point of everything in it.
///
/// Spelled as one line of text fields in the order below, a line feed, and the pending operation (empty
/// where steps are atomic). Every change makes a value that never was before, so equal bytes mean that
/// nothing happened in between. Algorithm: `docs/storage.md`, "Appending".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// This life of the timeline.
    pub epoch: Epoch,
    /// Stamp of the newest entry.
    pub last: Stamp,
    /// Number of counting entries so far.
    pub ordinal: u64,
    /// Id of the newest entry.
    pub last_id: Option<EntryId>,
    /// Number of the segment that takes the next entry, if it has room.
    pub segment: u64,
    /// Entries in that segment.
    pub size: u64,
    /// Rises with every change of membership.
    pub members_version: u64,
    /// Stamp of the last entry no longer kept.
    pub floor: Stamp,
    /// First segment still kept.
    pub first_segment: u64,
    /// Ordinal at the floor.
    pub floor_ordinal: u64,
    /// First segment whose rows are still to be dropped.
    pub drop_from: u64,
    /// First segment whose entries were not dropped a first time.
    pub drop_middle: u64,
    /// Stamp of the newest change.
    pub change_last: Stamp,
    /// Number of the change segment that takes the next change, if it has room.
    pub change_segment: u64,
    /// Changes in that segment.
    pub change_size: u64,
    /// Number of changes so far.
    pub change_count: u64,
}

impl Head {
    /// Most entries in a segment: the most that Redis and Valkey keep in their compact form.
    pub const SEGMENT_LIMIT: u64 = 128;

    const VERSION: u32 = 1;

    /// The head of a timeline that has no entry yet.
    #[must_use]
    pub fn new(epoch: Epoch) -> Self {
        Self {
            epoch,
            last: Stamp::ZERO,
            ordinal: 0,
            last_id: None,
            segment: 0,
            size: 0,
            members_version: 0,
            floor: Stamp::ZERO,
            first_segment: 0,
            floor_ordinal: 0,
            drop_from: 0,
            drop_middle: 0,
            change_last: Stamp::ZERO,
            change_segment: 0,
            change_size: 0,
            change_count: 0,
        }
    }

    /// Reads a stored head.
    #[must_use]
    pub fn decode(value: &[u8]) -> Option<Self> {
        let (line, _) = split_line(value)?;
        let mut fields = Fields::of_version(line, Self::VERSION)?;
        Some(Self {
            epoch: fields.optional(Epoch::parse)??,
            last: Stamp::from_micros(fields.next()?),
            ordinal: fields.next()?,
            last_id: fields.optional(EntryId::parse)?,
            segment: fields.next()?,
            size: fields.next()?,
            members_version: fields.next()?,
            floor: Stamp::from_micros(fields.next()?),
            first_segment: fields.next()?,
            floor_ordinal: fields.next()?,
            drop_from: fields.next()?,
            drop_middle: fields.next()?,
            change_last: Stamp::from_micros(fields.next()?),
            change_segment: fields.next()?,
            change_size: fields.next()?,
            change_count: fields.next()?,
        })
    }

    /// What a stored head carries behind its line: the operation that is still to be written, if any.
    #[must_use]
    pub fn carried(value: &Bytes) -> Option<Bytes> {
        let (_, end) = split_line(value)?;
        Some(value.slice(end..))
    }

    /// Spells the head for the store, carrying nothing.
    #[must_use]
    pub fn encode(&self) -> Bytes {
        let last_id = self.last_id.as_ref().map_or("-", EntryId::as_str);
        format!(
            "{} {} {} {} {last_id} {} {} {} {} {} {} {} {} {} {} {} {}\n",
            Self::VERSION,
            self.epoch,
            self.last,
            self.ordinal,
            self.segment,
            self.size,
            self.members_version,
            self.floor,
            self.first_segment,
            self.floor_ordinal,
            self.drop_from,
            self.drop_middle,
            self.change_last,
            self.change_segment,
            self.change_size,
            self.change_count,
        )
        .into()
    }

    /// Spells the head in the place of `raw`, whose pending operation it carries over.
    #[must_use]
    pub fn encode_over(&self, raw: &[u8]) -> Bytes {
        let pending = split_line(raw).map_or(&[][..], |(_, begin)| &raw[begin..]);
        let mut value = BytesMut::from(&self.encode()[..]);
        value.extend_from_slice(pending);
        value.freeze()
    }

    /// Makes room for one more entry; true when it opens a segment.
    pub(super) fn open_slot(&mut self) -> bool {
        take_slot(&mut self.segment, &mut self.size)
    }

    /// Makes room for one more change; true when it opens a segment.
    pub fn open_change_slot(&mut self) -> bool {
        take_slot(&mut self.change_segment, &mut self.change_size)
    }
}

fn take_slot(segment: &mut u64, size: &mut u64) -> bool {
    if *size >= Head::SEGMENT_LIMIT {
        *segment += 1;
        *size = 0;
    }
    *size += 1;
    *size == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_reads_back_as_it_was_written() {
        let mut head = Head::new(Epoch::from_bytes(b"0123456789"));
        assert_eq!(Head::decode(&head.encode()), Some(head.clone()));
        head.last = Stamp::MAX;
        head.last_id = EntryId::parse("abc");
        head.change_count = 7;
        assert_eq!(Head::decode(&head.encode()), Some(head));
    }

    #[test]
    fn a_head_of_another_version_or_cut_short_is_not_read() {
        for bad in [
            "",
            "1 e 0 0",
            "2 e 0 0 - 0 0 0 0 0 0 0 0 0 0 0 0\n",
            "1 e 0 0 - 0 0\n",
        ] {
            assert_eq!(Head::decode(bad.as_bytes()), None, "{bad:?}");
        }
    }
}
