//! Segmented indexes: sorted sets of bounded size that together list a timeline.

use super::{
    StoreError,
    engine::{Answer, Engine, Order, Read, Row},
    keys::{self, TimelineId},
    record::Head,
};
use crate::model::{ChatId, Stamp};

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
        Read::Rows {
            key: self.index(),
            from: 0,
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
        let first = self.first_kept(head);
        Self::number_of(found).unwrap_or(first).max(first)
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
