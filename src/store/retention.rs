//! Retention: the floor of a timeline rises, and what is not above it goes for good.
//!
//! The floor in the head is the only thing that readers and counts look at; everything below it may be gone,
//! half gone or come back for a moment without anybody noticing. Entries are taken out twice, at least
//! [`PAUSE_US`] apart, from the list that their segment is, because a writer that was held up may put one back;
//! only then does the segment itself go. Steps and reasons: `docs/storage.md`, "Retention".

use std::sync::Arc;

use bytes::Bytes;

use super::{
    Engine, Seek, StoreError,
    engine::{Order, Read, Row, Swap, Swapped, Write},
    index::number,
    keys::{self, TimelineId},
    record::{DropMark, Head},
    timelines::Timelines,
};
use crate::model::{ChangeId, ChatId, EntryId, Stamp, UserId};

/// Time between the two times that an entry is taken out, in microseconds.
pub const PAUSE_US: u64 = 3_600_000_000;

/// Segments that one call takes out; what is left is for the next one.
const SEGMENTS_AT_ONCE: u64 = 32;

/// How often a head is tried to be changed while others append.
const ATTEMPTS: usize = 16;

/// Most members whose reactions to one message are removed; a group has no more by default.
const REACTORS: usize = 10_000;

/// Threads that are removed at once.
const ROOTS: usize = 128;

/// Members of a chat whose own small sets are trimmed by retention; in larger chats reading trims them.
const MEMBERS: usize = 1_000;

/// Takes out what is not to be kept, over any engine.
#[derive(Clone)]
pub struct Retention {
    engine: Arc<dyn Engine>,
    timelines: Timelines,
}

/// What a timeline shall keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keep {
    /// Entries after this stamp; [`Stamp::ZERO`] keeps all.
    pub after: Stamp,
    /// At least so many of the newest entries; `None` keeps all.
    pub newest: Option<u64>,
}

/// What a call of [`Retention::sweep`] left behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Swept {
    /// How many counting entries the floor passed.
    pub passed: u64,
    /// Whether something is still to be taken out, now or later.
    pub unfinished: bool,
    /// The oldest entry that is kept.
    pub oldest: Option<Stamp>,
}

impl Retention {
    /// Retention over `engine`.
    #[must_use]
    pub fn new(engine: Arc<dyn Engine>) -> Self {
        Self {
            timelines: Timelines::new(Arc::clone(&engine)),
            engine,
        }
    }

    /// Raises the floor to what is to be kept and takes out what is below it, as far as its time has come.
    /// `None`: there is no such timeline.
    ///
    /// Several callers at once do no harm, and whoever comes after a crash goes on.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`], [`StoreError::Overloaded`], [`StoreError::Corrupt`]; the next call goes on.
    pub async fn sweep(
        &self,
        timeline: &TimelineId,
        keep: Keep,
        now_us: u64,
    ) -> Result<Option<Swept>, StoreError> {
        let Some(before) = self.head(timeline).await? else {
            return Ok(None);
        };
        if let Some((floor, ordinal, segment)) = self.floor(timeline, &before, keep).await? {
            self.change_head(timeline, |head| {
                (floor > head.floor).then(|| {
                    head.floor = floor;
                    head.floor_ordinal = ordinal;
                    head.first_segment = head.first_segment.max(segment);
                })
            })
            .await?;
        }
        self.first_pass(timeline).await?;
        self.second_pass(timeline, now_us).await?;
        let after = self.head(timeline).await?.unwrap_or(before.clone());
        Ok(Some(Swept {
            passed: after.floor_ordinal.saturating_sub(before.floor_ordinal),
            unfinished: after.drop_from < after.first_segment,
            oldest: self.oldest(timeline, &after).await?,
        }))
    }

    /// Takes out the changes of a chat that are not to be kept, by whole segments of its change timeline, never
    /// the newest two. Whether a reader missed some shows in the first change that is left.
    ///
    /// # Errors
    ///
    /// Those of [`Retention::sweep`].
    pub async fn sweep_changes(&self, chat: &ChatId, keep: Keep) -> Result<(), StoreError> {
        let Some(head) = self.head(&TimelineId::Chat(chat.clone())).await? else {
            return Ok(());
        };
        let read = Read::Rows {
            key: keys::change_segments(chat),
            from: 0,
            through: Stamp::MAX.get(),
            limit: usize::try_from(SEGMENTS_AT_ONCE).unwrap_or(usize::MAX),
            order: Order::Rising,
        };
        let rows = self.engine.ask(read).await?.rows();
        for (row, next) in rows.iter().zip(rows.iter().skip(1)) {
            let Some(segment) = number(row) else { continue };
            let behind = (head.change_segment - segment.min(head.change_segment)).saturating_sub(1);
            let left = behind * Head::SEGMENT_LIMIT + head.change_size;
            let old = next.score <= keep.after.get();
            let many = keep.newest.is_some_and(|newest| left >= newest);
            if behind == 0 || !(old || many) {
                return Ok(());
            }
            self.take_out_changes(chat, segment).await?;
        }
        Ok(())
    }

    async fn take_out_changes(&self, chat: &ChatId, segment: u64) -> Result<(), StoreError> {
        let read = Read::Rows {
            key: keys::changes(chat, segment),
            from: 0,
            through: Stamp::MAX.get(),
            limit: 2 * usize::try_from(Head::SEGMENT_LIMIT).unwrap_or(usize::MAX),
            order: Order::Rising,
        };
        let rows = self.engine.ask(read).await?.rows();
        let ids = rows
            .iter()
            .filter_map(|row| ChangeId::parse(std::str::from_utf8(&row.member).ok()?));
        let keys = ids
            .map(|id| keys::change(chat, &id))
            .chain([keys::changes(chat, segment)]);
        let mut writes: Vec<Write> = keys.map(|key| Write::Delete { key }).collect();
        // The index last: whoever comes after a crash finds the segment there and does all of it again.
        writes.push(Write::RemoveRow {
            key: keys::change_segments(chat),
            member: segment.to_string().into(),
        });
        self.engine.write(writes).await
    }

    /// The highest floor that keeps what is to be kept, if it is higher than now: its stamp, the ordinal there,
    /// and the segment it is in.
    async fn floor(
        &self,
        timeline: &TimelineId,
        head: &Head,
        keep: Keep,
    ) -> Result<Option<(Stamp, u64, u64)>, StoreError> {
        let by_number = self.last_beyond(timeline, head, keep.newest).await?;
        let wanted = keep.after.min(head.last).max(by_number);
        if wanted <= head.floor {
            return Ok(None);
        }
        let Some(entry) = self.timelines.at_or_before(timeline, wanted).await? else {
            return Ok(None);
        };
        // What cannot be read has no ordinal: the floor stays below it until something readable follows.
        let Some(record) = entry.record.filter(|record| record.stamp > head.floor) else {
            return Ok(None);
        };
        let segment = self.segment_at(timeline, record.stamp).await?;
        Ok(Some((record.stamp, record.ordinal, segment)))
    }

    /// The last stamp that may go when `newest` entries are to be kept, by whole segments.
    async fn last_beyond(
        &self,
        timeline: &TimelineId,
        head: &Head,
        newest: Option<u64>,
    ) -> Result<Stamp, StoreError> {
        let Some(newest) = newest else {
            return Ok(Stamp::ZERO);
        };
        let full = newest
            .saturating_sub(head.size)
            .div_ceil(Head::SEGMENT_LIMIT);
        let first = head.segment.saturating_sub(full);
        if first <= head.first_segment {
            return Ok(Stamp::ZERO);
        }
        let read = Read::Score {
            key: timeline.segments(),
            member: first.to_string().into(),
        };
        let begin = self.engine.ask(read).await?.score();
        Ok(begin.map_or(Stamp::ZERO, |begin| {
            Stamp::from_micros(begin.saturating_sub(1))
        }))
    }

    async fn segment_at(&self, timeline: &TimelineId, stamp: Stamp) -> Result<u64, StoreError> {
        let read = Read::Rows {
            key: timeline.segments(),
            from: 0,
            through: stamp.get(),
            limit: 1,
            order: Order::Falling,
        };
        let rows = self.engine.ask(read).await?.rows();
        Ok(rows.first().and_then(number).unwrap_or(0))
    }

    /// Takes out the entries below the floor a first time.
    async fn first_pass(&self, timeline: &TimelineId) -> Result<(), StoreError> {
        let Some(head) = self.head(timeline).await? else {
            return Ok(());
        };
        let through = head.first_segment.min(head.drop_middle + SEGMENTS_AT_ONCE);
        for segment in head.drop_middle..=through {
            self.take_out(timeline, segment, head.floor).await?;
        }
        if through == head.drop_middle {
            return Ok(());
        }
        self.change_head(timeline, |head| {
            (through > head.drop_middle).then(|| head.drop_middle = through)
        })
        .await
    }

    /// Takes out the entries of segments that wait for long enough once more, and the segments themselves.
    async fn second_pass(&self, timeline: &TimelineId, now_us: u64) -> Result<(), StoreError> {
        let Some(head) = self.head(timeline).await? else {
            return Ok(());
        };
        let key = timeline.dropping();
        let mark = self.engine.get(key.clone()).await?;
        let mark = mark.and_then(|value| DropMark::decode(&value));
        let Some(mark) = mark.filter(|mark| mark.through > head.drop_from) else {
            return self.begin_pause(key, &head, now_us).await;
        };
        if now_us < mark.since_us.saturating_add(PAUSE_US) {
            return Ok(());
        }
        let through = mark.through.min(head.drop_from + SEGMENTS_AT_ONCE);
        for segment in head.drop_from..through {
            self.take_out(timeline, segment, head.floor).await?;
            self.engine
                .write(vec![
                    Write::Delete {
                        key: timeline.segment(segment),
                    },
                    Write::RemoveRow {
                        key: timeline.segments(),
                        member: segment.to_string().into(),
                    },
                ])
                .await?;
        }
        self.trim(timeline, head.floor).await?;
        self.change_head(timeline, |head| {
            (through > head.drop_from).then(|| head.drop_from = through)
        })
        .await
    }

    async fn begin_pause(&self, key: String, head: &Head, now_us: u64) -> Result<(), StoreError> {
        if head.drop_middle <= head.drop_from {
            return Ok(());
        }
        let mark = DropMark {
            through: head.drop_middle,
            since_us: now_us,
        };
        let value = mark.encode();
        self.engine
            .write(vec![Write::Set {
                key,
                value,
                life: None,
            }])
            .await
    }

    /// Removes the entries that a segment lists up to the floor.
    async fn take_out(
        &self,
        timeline: &TimelineId,
        segment: u64,
        floor: Stamp,
    ) -> Result<(), StoreError> {
        let read = Read::Rows {
            key: timeline.segment(segment),
            from: 0,
            through: floor.get(),
            limit: 2 * usize::try_from(Head::SEGMENT_LIMIT).unwrap_or(usize::MAX),
            order: Order::Rising,
        };
        let rows = self.engine.ask(read).await?.rows();
        let ids: Vec<EntryId> = rows.iter().filter_map(entry_id).collect();
        if ids.is_empty() {
            return Ok(());
        }
        let mut keys: Vec<String> = ids.iter().map(|id| timeline.entry(id)).collect();
        if let TimelineId::Chat(chat) = timeline {
            self.take_out_reactions(chat, &ids).await?;
            keys.extend(ids.iter().map(|id| keys::revisions(chat, id)));
        }
        let writes = keys.into_iter().map(|key| Write::Delete { key });
        self.engine.write(writes.collect()).await
    }

    /// Removes what members reacted with: their records first, then the indexes that list them.
    async fn take_out_reactions(&self, chat: &ChatId, ids: &[EntryId]) -> Result<(), StoreError> {
        let reads = ids.iter().map(|id| Read::Rows {
            key: keys::reactors(chat, id),
            from: 0,
            through: Stamp::MAX.get(),
            limit: REACTORS,
            order: Order::Rising,
        });
        let answers = self.engine.read(reads.collect()).await?;
        for (id, answer) in ids.iter().zip(answers) {
            let rows = answer.rows();
            if rows.is_empty() {
                continue;
            }
            let users = rows.iter().filter_map(user_id);
            let records = users.map(|user| keys::reactor(chat, id, &user));
            let keys = records.chain([keys::reactors(chat, id)]);
            let writes = keys.map(|key| Write::Delete { key });
            self.engine.write(writes.collect()).await?;
        }
        Ok(())
    }

    /// Removes the threads under messages that went. What stands in them is in the timeline.
    async fn take_out_threads(&self, chat: &ChatId, floor: Stamp) -> Result<(), StoreError> {
        loop {
            let read = Read::Rows {
                key: keys::roots(chat),
                from: 0,
                through: floor.get(),
                limit: ROOTS,
                order: Order::Rising,
            };
            let rows = self.engine.ask(read).await?.rows();
            let Some(last) = rows.last() else {
                return Ok(());
            };
            let roots = rows.iter().map(|row| Stamp::from_micros(row.score));
            let mut writes: Vec<Write> = roots
                .flat_map(|root| [keys::thread(chat, root), keys::thread_void(chat, root)])
                .map(|key| Write::Delete { key })
                .collect();
            writes.push(Write::RemoveRows {
                key: keys::roots(chat),
                through: last.score,
            });
            self.engine.write(writes).await?;
        }
    }

    /// Trims the small sets of a chat up to the floor.
    async fn trim(&self, timeline: &TimelineId, floor: Stamp) -> Result<(), StoreError> {
        let TimelineId::Chat(chat) = timeline else {
            return Ok(());
        };
        let read = Read::Rows {
            key: keys::members(chat),
            from: 0,
            through: Stamp::MAX.get(),
            limit: MEMBERS,
            order: Order::Rising,
        };
        self.take_out_threads(chat, floor).await?;
        let members = self.engine.ask(read).await?.rows();
        let members = members.iter().filter_map(user_id);
        let mut sets = vec![
            keys::void(chat),
            keys::all_mentioned(chat),
            keys::all_unmentioned(chat),
        ];
        for user in members {
            sets.extend(keys::counted_for(chat, &user));
        }
        let through = floor.get();
        for sets in sets.chunks(64) {
            let writes = sets.iter().cloned();
            let writes = writes.map(|key| Write::RemoveRows { key, through });
            self.engine.write(writes.collect()).await?;
        }
        Ok(())
    }

    async fn oldest(
        &self,
        timeline: &TimelineId,
        head: &Head,
    ) -> Result<Option<Stamp>, StoreError> {
        if head.last <= head.floor {
            return Ok(None);
        }
        let seek = Seek::After(head.floor);
        let mut opened = self.timelines.open(timeline, seek, Vec::new()).await?;
        let page = self.timelines.page(timeline, &mut opened, seek, 1).await?;
        Ok(page.entries.first().map(|entry| entry.stamp))
    }

    async fn head(&self, timeline: &TimelineId) -> Result<Option<Head>, StoreError> {
        let raw = self.engine.get(timeline.head()).await?;
        raw.map(|raw| decode(timeline, &raw)).transpose()
    }

    /// Changes the head by `change`, which says whether there is anything to change.
    async fn change_head(
        &self,
        timeline: &TimelineId,
        change: impl Fn(&mut Head) -> Option<()> + Send,
    ) -> Result<(), StoreError> {
        for _ in 0..ATTEMPTS {
            let Some(raw) = self.engine.get(timeline.head()).await? else {
                return Ok(());
            };
            let mut head = decode(timeline, &raw)?;
            if change(&mut head).is_none() {
                return Ok(());
            }
            let swap = Swap {
                key: timeline.head(),
                new: Some(head.encode_over(&raw)),
                expected: Some(raw),
                life: None,
            };
            if self.engine.swap(swap).await? == Swapped::Yes {
                return Ok(());
            }
        }
        Err(StoreError::Overloaded)
    }
}

fn decode(timeline: &TimelineId, raw: &Bytes) -> Result<Head, StoreError> {
    Head::decode(raw).ok_or_else(|| StoreError::Corrupt {
        key: timeline.head(),
    })
}

fn user_id(row: &Row) -> Option<UserId> {
    UserId::parse(std::str::from_utf8(&row.member).ok()?)
}

fn entry_id(row: &Row) -> Option<EntryId> {
    EntryId::parse(std::str::from_utf8(&row.member).ok()?)
}
