//! A timeline on its way through memory, segment by segment, with its entries.

use super::looking::{Looking, text};
use crate::{
    model::{EntryId, Stamp},
    store::{
        StoreError,
        engine::{Answer, Order, Read, Row},
        keys::TimelineId,
        record::{EntryRecord, Head},
    },
};

/// Most rows read of a segment, which should have at most half as many.
const MOST_ROWS: usize = 256;

/// Timelines are read from here to there.
pub(super) struct Legs<'a> {
    timeline: &'a TimelineId,
    floor: Stamp,
    next: u64,
    last: u64,
}

/// A segment with its entries, without what is below the floor.
#[derive(Debug)]
pub(super) struct Leg {
    /// Number of the segment.
    pub(super) segment: u64,
    /// Rows in it, with those below the floor.
    pub(super) rows: usize,
    /// What is listed, rising.
    pub(super) listed: Vec<Listed>,
}

/// A row with its entry.
#[derive(Debug, Clone)]
pub(super) struct Listed {
    /// The stamp of the row.
    pub(super) stamp: Stamp,
    /// The id in the row.
    pub(super) id: EntryId,
    /// Whether there is any value under the id.
    pub(super) there: bool,
    /// The entry, when it can be read.
    pub(super) entry: Option<EntryRecord>,
}

impl<'a> Legs<'a> {
    /// All segments of a timeline that are kept.
    pub(super) fn of(timeline: &'a TimelineId, head: &Head) -> Self {
        Self {
            timeline,
            floor: head.floor,
            next: head.first_segment,
            last: head.segment,
        }
    }

    /// The next segment.
    pub(super) async fn next(&mut self, looking: &Looking<'_>) -> Result<Option<Leg>, StoreError> {
        if self.next > self.last {
            return Ok(None);
        }
        let segment = self.next;
        self.next += 1;
        let read = whole(self.timeline.segment(segment));
        let answers = looking.read(vec![read]).await?;
        let rows = answers.into_iter().next().map_or(Vec::new(), Answer::rows);
        let count = rows.len();
        let kept: Vec<Row> = rows
            .into_iter()
            .filter(|row| row.score > self.floor.get())
            .collect();
        let id = |row: &Row| {
            text(&row.member)
                .and_then(EntryId::parse)
                .unwrap_or_else(EntryId::absent)
        };
        let keys = kept
            .iter()
            .map(|row| self.timeline.entry(&id(row)))
            .collect();
        let values = looking.values(keys).await?;
        let listed = kept.iter().zip(values).map(|(row, value)| Listed {
            stamp: Stamp::from_micros(row.score),
            id: id(row),
            there: value.is_some(),
            entry: value.and_then(|value| EntryRecord::decode(&value)),
        });
        Ok(Some(Leg {
            segment,
            rows: count,
            listed: listed.collect(),
        }))
    }
}

/// Reads a whole segment.
pub(super) fn whole(key: String) -> Read {
    Read::Rows {
        key,
        from: 0,
        through: Stamp::MAX.get(),
        limit: MOST_ROWS,
        order: Order::Rising,
    }
}
