//! Segmented indexes: sorted sets of bounded size that together list a timeline.

use super::{
    StoreError,
    engine::{Answer, Engine, Order, Read, Row},
    keys::{self, TimelineId},
    record::Head,
};
use crate::model::{ChatId, Stamp};

/// Most rows of an index that are read to find one: what a segment holds.
const NEAR: u64 = Head::SEGMENT_LIMIT;
/// Segments looked at in one round trip while an index is narrowed.
const PROBES: u64 = 16;

/// What a segmented index lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Track {
    /// Entries of a timeline.
    Entries(TimelineId),
    /// Changes of a chat.
    Changes(ChatId),
}

/// Where a page begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seek {
    /// Right after a stamp, going up.
    After(Stamp),
    /// Right before a stamp, going down.
    Before(Stamp),
}

impl Seek {
    /// The newest page.
    pub const NEWEST: Self = Self::Before(Stamp::MAX);
}

/// Rows of a page, rising.
#[derive(Debug, Default)]
pub(super) struct Rows {
    /// The rows themselves.
    pub(super) found: Vec<Row>,
    /// Stamp of the row before the first one; 0 when there is none or it was not looked at.
    pub(super) preceding: Stamp,
    /// Whether a row stands at the very stamp that an `After` began at.
    pub(super) anchored: bool,
    /// Whether there are more in the direction of the seek.
    pub(super) has_more: bool,
}

impl Track {
    /// Finds the segment in which a page begins. Answered by [`Track::segment_of`].
    pub(super) fn find_segment(&self, seek: Seek) -> Read {
        self.find_segment_above(0, seek)
    }

    fn find_segment_above(&self, from: u64, seek: Seek) -> Read {
        Read::Rows {
            key: self.index(),
            from,
            through: seek.edge(),
            limit: 1,
            order: Order::Falling,
        }
    }

    /// Finds the first segment that the index lists. Answered by [`Track::number_of`].
    pub(super) fn find_first(&self) -> Read {
        Read::Rows {
            key: self.index(),
            from: 0,
            through: Stamp::MAX.get(),
            limit: 1,
            order: Order::Rising,
        }
    }

    /// The segment found, if there is one.
    pub(super) fn number_of(found: Answer) -> Option<u64> {
        found.rows().first().and_then(number)
    }

    /// The segment found, or the first one kept.
    pub(super) fn segment_of(&self, found: Answer, head: &Head) -> u64 {
        self.kept(Self::number_of(found), head)
    }

    /// The segment of this number, or the first one kept.
    pub(super) fn kept(&self, number: Option<u64>, head: &Head) -> u64 {
        let first = self.first_kept(head);
        number.unwrap_or(first).max(first)
    }

    /// The segment in which a page begins, if the index lists it: when it was not looked for beside the head.
    pub(super) async fn locate(
        &self,
        engine: &dyn Engine,
        head: &Head,
        seek: Seek,
    ) -> Result<Option<u64>, StoreError> {
        let from = if engine.reads_whole_ranges() {
            if seek.edge() >= self.newest(head).get() {
                return Ok(Some(self.last_segment(head)));
            }
            self.narrow(engine, head, seek).await?
        } else {
            0
        };
        let found = engine.ask(self.find_segment_above(from, seek)).await?;
        Ok(Self::number_of(found))
    }

    /// A score from which on the index holds the segment looked for, and not more than [`NEAR`] before it: by the
    /// first rows of a few segments, and then of a few between two of those.
    async fn narrow(
        &self,
        engine: &dyn Engine,
        head: &Head,
        seek: Seek,
    ) -> Result<u64, StoreError> {
        let (mut low, mut high, mut from) = (self.first_kept(head), self.last_segment(head), 0);
        while high - low >= NEAR {
            let step = (high - low).div_ceil(PROBES);
            let probed: Vec<u64> = (1..=PROBES)
                .map(|probe| low + probe * step)
                .filter(|number| *number <= high)
                .collect();
            let reads = probed.iter().map(|number| self.first_row(*number));
            let firsts = engine.read(reads.collect()).await?;
            let top = high;
            high = low + step - 1;
            for (number, first) in probed.into_iter().zip(firsts) {
                // One without rows was dropped meanwhile, so the page begins above it.
                let first = first.rows().first().map_or(0, |row| row.score);
                if first <= seek.edge() {
                    low = number;
                    high = (number + step - 1).min(top);
                    from = from.max(first);
                }
            }
        }
        Ok(from)
    }

    fn first_row(&self, number: u64) -> Read {
        Read::Rows {
            key: self.segment(number),
            from: 0,
            through: Stamp::MAX.get(),
            limit: 1,
            order: Order::Rising,
        }
    }

    /// Reads the rows of one page, in one round trip.
    pub(super) async fn rows(
        &self,
        engine: &dyn Engine,
        head: &Head,
        segment: u64,
        seek: Seek,
        limit: usize,
    ) -> Result<Rows, StoreError> {
        // One row more tells whether there are more; another one is the anchor of an `After`.
        let wanted = limit + 2;
        let span = (wanted as u64).div_ceil(Head::SEGMENT_LIMIT);
        let (from, through) = seek.range(self.newest(head));
        let segments: Vec<u64> = match seek {
            Seek::After(_) => (segment..=(segment + span).min(self.last_segment(head))).collect(),
            Seek::Before(_) => (segment.saturating_sub(span).max(self.first_kept(head))..=segment)
                .rev()
                .collect(),
        };
        let order = seek.order();
        let reads = segments
            .into_iter()
            .map(|number| Read::Rows {
                key: self.segment(number),
                from,
                through,
                limit: wanted,
                order,
            })
            .collect();
        let rows = engine
            .read(reads)
            .await?
            .into_iter()
            .flat_map(Answer::rows)
            .collect();
        Ok(cut(rows, seek, limit))
    }

    fn index(&self) -> String {
        match self {
            Self::Entries(timeline) => timeline.segments(),
            Self::Changes(chat) => keys::change_segments(chat),
        }
    }

    fn segment(&self, number: u64) -> String {
        match self {
            Self::Entries(timeline) => timeline.segment(number),
            Self::Changes(chat) => keys::changes(chat, number),
        }
    }

    fn first_kept(&self, head: &Head) -> u64 {
        match self {
            Self::Entries(_) => head.first_segment,
            Self::Changes(_) => 0,
        }
    }

    fn last_segment(&self, head: &Head) -> u64 {
        match self {
            Self::Entries(_) => head.segment,
            Self::Changes(_) => head.change_segment,
        }
    }

    fn newest(&self, head: &Head) -> Stamp {
        match self {
            Self::Entries(_) => head.last,
            Self::Changes(_) => head.change_last,
        }
    }
}

impl Seek {
    fn edge(self) -> u64 {
        match self {
            Self::After(stamp) => stamp.get(),
            // Without an end, so that it can be read from the end.
            Self::Before(Stamp::MAX) => Stamp::MAX.get(),
            Self::Before(stamp) => stamp.get().saturating_sub(1),
        }
    }

    fn range(self, newest: Stamp) -> (u64, u64) {
        match self {
            Self::After(stamp) => (stamp.get(), newest.get()),
            Self::Before(stamp) => (0, stamp.get().saturating_sub(1).min(newest.get())),
        }
    }

    fn order(self) -> Order {
        match self {
            Self::After(_) => Order::Rising,
            Self::Before(_) => Order::Falling,
        }
    }
}

/// The number of the segment that a row of an index lists.
pub(super) fn number(row: &Row) -> Option<u64> {
    std::str::from_utf8(&row.member).ok()?.parse().ok()
}

fn cut(mut rows: Vec<Row>, seek: Seek, limit: usize) -> Rows {
    let anchor = match seek {
        Seek::After(stamp) => rows
            .first()
            .filter(|row| row.score == stamp.get())
            .map(|_| stamp),
        Seek::Before(_) => None,
    };
    if anchor.is_some() {
        rows.remove(0);
    }
    let beyond = rows.get(limit).map(|row| Stamp::from_micros(row.score));
    rows.truncate(limit);
    let preceding = match seek {
        Seek::After(_) => anchor,
        Seek::Before(_) => {
            rows.reverse();
            beyond
        }
    };
    Rows {
        found: rows,
        preceding: preceding.unwrap_or(Stamp::ZERO),
        anchored: anchor.is_some(),
        has_more: beyond.is_some(),
    }
}
