//! Timelines: ordered, append-only logs from which every client view is rebuilt.
//!
//! A timeline belongs to a chat (its messages) or to a user (the change log). Positions are timestamps that
//! strictly rise; every entry names the one before it, so a reader can prove it has no gap.

use std::{collections::HashSet, sync::Arc};

use bytes::Bytes;

use super::{
    Engine, StoreError,
    engine::{Answer, Commit, Order, Read, Row, Swapped},
    index::{Seek, Track},
    keys::{self, TimelineId},
    record::{AppendOutcome, AppendStep, Beside, EntryRecord, Head, Standing},
};
use crate::model::{EntryId, Epoch, Stamp, UserId};

/// Most bytes of entries in one page, headers and bodies together; what is beyond shows as `has_more`.
pub const PAGE_BYTES: usize = 128 * 1024;

/// Ordered, append-only logs, over any engine.
#[derive(Clone)]
pub struct Timelines {
    engine: Arc<dyn Engine>,
}

/// A timeline looked at: its head, where a page begins, and whatever else was read in the same round trip.
pub struct Opened {
    /// The head as it was; `None` when there is no such timeline.
    pub head: Option<Head>,
    /// Answers to what was asked beside it.
    pub also: Vec<Answer>,
    /// Who reads the chat: what they have hidden, and where threads are, is read with each page.
    pub reader: Option<UserId>,
    segment: Option<Answer>,
    seek: Seek,
}

/// A page of a timeline.
#[derive(Debug)]
pub struct Page {
    /// Ascending and without a gap.
    pub entries: Vec<Standing>,
    /// Whether an entry stands at the very stamp that an `After` began at.
    pub anchored: bool,
    /// Whether there are more in the direction of the seek.
    pub has_more: bool,
    /// The floor after the page was read: what is not above it may be missing.
    pub floor: Stamp,
}

impl Timelines {
    /// Timelines kept by `engine`.
    #[must_use]
    pub fn new(engine: Arc<dyn Engine>) -> Self {
        Self { engine }
    }

    /// Appends one entry; see [`Engine::append`].
    ///
    /// # Errors
    ///
    /// Those of [`Engine::append`].
    pub async fn append(&self, step: AppendStep) -> Result<AppendOutcome, StoreError> {
        self.engine.append(step).await
    }

    /// Makes an empty timeline; one that is there stays as it is.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`]; do it again.
    pub async fn create(&self, timeline: &TimelineId, epoch: Epoch) -> Result<Swapped, StoreError> {
        let commit = Commit {
            key: timeline.head(),
            expected: None,
            head: Head::new(epoch),
            parts: Vec::new(),
        };
        self.engine.commit(commit).await
    }

    /// Heads of several timelines, in order, in one round trip.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn heads(&self, timelines: &[TimelineId]) -> Result<Vec<Option<Head>>, StoreError> {
        let reads = timelines
            .iter()
            .map(|timeline| Read::Head {
                key: timeline.head(),
            })
            .collect();
        let answers = self.engine.read(reads).await?;
        timelines
            .iter()
            .zip(answers)
            .map(|(timeline, answer)| decode_head(timeline, answer.value()))
            .collect()
    }

    /// Looks at a timeline before a page of it is read, and reads `also` in the same round trip.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn open(
        &self,
        timeline: &TimelineId,
        seek: Seek,
        also: Vec<Read>,
    ) -> Result<Opened, StoreError> {
        let track = Track::Entries(timeline.clone());
        // The head first: rows above it must not be taken for the end of what was there.
        let mut reads = vec![Read::Head {
            key: timeline.head(),
        }];
        let is_asked = !self.engine.reads_whole_ranges();
        reads.extend(is_asked.then(|| track.find_segment(seek)));
        reads.extend(also);
        let mut answers = self.engine.read(reads).await?.into_iter();
        let head = decode_head(timeline, answers.next().and_then(Answer::value))?;
        let segment = is_asked.then(|| answers.next()).flatten();
        Ok(Opened {
            head,
            segment,
            seek,
            also: answers.collect(),
            reader: None,
        })
    }

    /// Reads a page of up to `limit` entries, in two round trips (three when `seek` is not the one the
    /// timeline was opened with). Bounded by [`PAGE_BYTES`] as well, but never empty for that reason.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn page(
        &self,
        timeline: &TimelineId,
        opened: &mut Opened,
        seek: Seek,
        limit: usize,
    ) -> Result<Page, StoreError> {
        let Some(head) = opened.head.clone() else {
            return Ok(Page::empty(Stamp::ZERO));
        };
        let track = Track::Entries(timeline.clone());
        let segment = match opened.segment.take().filter(|_| opened.seek == seek) {
            Some(found) => track.segment_of(found, &head),
            None => track.kept(
                track.locate(self.engine.as_ref(), &head, seek).await?,
                &head,
            ),
        };
        let rows = track
            .rows(self.engine.as_ref(), &head, segment, seek, limit)
            .await?;
        if rows.found.is_empty() {
            return Ok(Page {
                anchored: rows.anchored,
                ..Page::empty(head.floor)
            });
        }
        let beside = beside(timeline, opened.reader.as_ref());
        let reads = entries(timeline, &rows.found, &beside);
        let mut answers = self.engine.read(reads).await?.into_iter();
        let mut page = Page {
            entries: stand(rows.found, rows.preceding, &mut answers, beside.len()),
            anchored: rows.anchored,
            has_more: rows.has_more,
            floor: answers
                .next()
                .and_then(Answer::value)
                .and_then(|head| Head::decode(&head))
                .map_or(head.floor, |head| head.floor),
        };
        page.hold_to_bytes(seek);
        Ok(page)
    }

    /// The newest entry at or before `stamp`, if one is kept.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn at_or_before(
        &self,
        timeline: &TimelineId,
        stamp: Stamp,
    ) -> Result<Option<Standing>, StoreError> {
        let seek = Seek::Before(stamp.next());
        let mut opened = self.open(timeline, seek, Vec::new()).await?;
        let page = self.page(timeline, &mut opened, seek, 1).await?;
        Ok(page.entries.into_iter().next_back())
    }

    /// One entry by its id; `None` when it is not there or cannot be read.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn record(
        &self,
        timeline: &TimelineId,
        id: &EntryId,
    ) -> Result<Option<EntryRecord>, StoreError> {
        let value = self.engine.get(timeline.entry(id)).await?;
        Ok(value.and_then(|value| EntryRecord::decode(&value)))
    }
}

impl Page {
    fn empty(floor: Stamp) -> Self {
        Self {
            entries: Vec::new(),
            anchored: false,
            has_more: false,
            floor,
        }
    }

    fn hold_to_bytes(&mut self, seek: Seek) {
        let size = |standing: &Standing| 64 + standing.record.as_ref().map_or(0, |r| r.body.len());
        let fits = |sizes: &mut dyn Iterator<Item = usize>| {
            let begins = sizes.scan(0, |sum, size| {
                let begin = *sum;
                *sum += size;
                Some(begin)
            });
            begins.take_while(|begin| *begin < PAGE_BYTES).count()
        };
        let kept = match seek {
            Seek::After(_) => fits(&mut self.entries.iter().map(size)),
            Seek::Before(_) => fits(&mut self.entries.iter().rev().map(size)),
        };
        if kept == self.entries.len() {
            return;
        }
        self.has_more = true;
        match seek {
            Seek::After(_) => self.entries.truncate(kept),
            Seek::Before(_) => drop(self.entries.drain(..self.entries.len() - kept)),
        }
    }
}

/// Sets that say more of the entries of a chat to one reader: what they have hidden, and where threads are.
fn beside(timeline: &TimelineId, reader: Option<&UserId>) -> Vec<String> {
    match (timeline, reader) {
        (TimelineId::Chat(chat), Some(reader)) => {
            vec![keys::hidden(chat, reader), keys::roots(chat)]
        }
        _ => Vec::new(),
    }
}

/// Reads the entries of the rows, what the sets beside them hold in their range, and last the head.
fn entries(timeline: &TimelineId, rows: &[Row], beside: &[String]) -> Vec<Read> {
    let score = |row: Option<&Row>| row.map_or(0, |row| row.score);
    let (from, through) = (score(rows.first()), score(rows.last()));
    let values = rows.iter().map(|row| Read::Get {
        key: timeline.entry(&entry_id(row)),
    });
    let sets = beside.iter().map(|key| Read::Rows {
        key: key.clone(),
        from,
        through,
        limit: rows.len(),
        order: Order::Rising,
    });
    // Only for the floor, so whatever else it carries does not matter.
    let head = Read::Get {
        key: timeline.head(),
    };
    values.chain(sets).chain([head]).collect()
}

/// Puts rows and what was read of them together; leaves the last answer.
fn stand(
    rows: Vec<Row>,
    preceding: Stamp,
    answers: &mut impl Iterator<Item = Answer>,
    beside: usize,
) -> Vec<Standing> {
    let values: Vec<_> = answers
        .by_ref()
        .take(rows.len())
        .map(Answer::value)
        .collect();
    let sets: Vec<HashSet<u64>> = answers.by_ref().take(beside).map(scores).collect();
    let holds = |set: usize, row: &Row| sets.get(set).is_some_and(|set| set.contains(&row.score));
    let mut before = (preceding, 0);
    rows.into_iter()
        .zip(values)
        .map(|(row, value)| {
            let stamp = Stamp::from_micros(row.score);
            let record = value
                .and_then(|value| EntryRecord::decode(&value))
                .filter(|record| record.stamp == stamp);
            let id = entry_id(&row);
            let (seen_prev, seen_ordinal) = before;
            before = (
                stamp,
                record
                    .as_ref()
                    .map_or(seen_ordinal, |record| record.ordinal),
            );
            Standing {
                stamp,
                id,
                seen_prev,
                seen_ordinal,
                record,
                beside: Beside {
                    hidden: holds(0, &row),
                    root: holds(1, &row),
                },
            }
        })
        .collect()
}

fn scores(answer: Answer) -> HashSet<u64> {
    answer.rows().into_iter().map(|row| row.score).collect()
}

/// The id that a row names; the absent one when it cannot be read.
pub(super) fn entry_id(row: &Row) -> EntryId {
    let id = std::str::from_utf8(&row.member)
        .ok()
        .and_then(EntryId::parse);
    id.unwrap_or_else(EntryId::absent)
}

fn decode_head(timeline: &TimelineId, value: Option<Bytes>) -> Result<Option<Head>, StoreError> {
    value
        .map(|value| {
            Head::decode(&value).ok_or_else(|| StoreError::Corrupt {
                key: timeline.head(),
            })
        })
        .transpose()
}
