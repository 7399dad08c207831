//! A head behind its own index.
//!
//! A store that keeps strings and sorted sets in separate databases may come back from a power cut with rows
//! that its head does not know. Such rows were acknowledged, so the head is moved up before anything else.

use bytes::Bytes;

use super::{Helper, Plain, finish::corrupt};
use crate::{
    model::{EntryId, Stamp},
    store::{
        StoreError,
        engine::{Answer, Order, Read, Row, Swap, Write},
        keys::TimelineId,
        record::{EntryRecord, Head},
    },
};

/// Letter of an entry whose value was lost.
const LOST: char = 'x';

impl<P: Plain> Helper<P> {
    /// Moves the head up to the rows above it. Others may do the same at the same time.
    pub(super) async fn repair(
        &self,
        timeline: &TimelineId,
        raw: &Bytes,
    ) -> Result<(), StoreError> {
        let key = timeline.head();
        self.finish_unless_known(&key, raw, None).await?;
        let mut head = Head::decode(raw).ok_or_else(|| corrupt(&key))?;
        let before = head.last;
        for segment in head.segment.. {
            let rows = self.all_rows(timeline, segment).await?;
            if rows.is_empty() && segment > head.segment {
                break;
            }
            self.take_in(timeline, &mut head, segment, rows).await?;
        }
        tracing::warn!(%key, %before, now = %head.last, "the store had lost its newest head; moved up");
        let swap = Swap {
            key,
            expected: Some(raw.clone()),
            new: Some(head.encode()),
            life: None,
        };
        // `No`: somebody else has moved it.
        self.store.swap(swap).await.map(drop)
    }

    async fn all_rows(&self, timeline: &TimelineId, segment: u64) -> Result<Vec<Row>, StoreError> {
        let read = Read::Rows {
            key: timeline.segment(segment),
            from: 0,
            through: u64::MAX,
            limit: usize::MAX,
            order: Order::Rising,
        };
        let answers = self.store.read(vec![read]).await?;
        Ok(answers.into_iter().flat_map(Answer::rows).collect())
    }

    /// Counts the rows of one segment in that `head` does not know.
    async fn take_in(
        &self,
        timeline: &TimelineId,
        head: &mut Head,
        segment: u64,
        rows: Vec<Row>,
    ) -> Result<(), StoreError> {
        let Some(first) = rows.first().map(|row| row.score) else {
            return Ok(());
        };
        head.segment = segment;
        head.size = rows.len() as u64;
        let mut writes = vec![Write::AddRow {
            key: timeline.segments(),
            row: Row {
                score: first,
                member: segment.to_string().into(),
            },
        }];
        let unknown = rows.into_iter().filter(|row| row.score > head.last.get());
        let unknown: Vec<(Stamp, EntryId)> = unknown
            .filter_map(|row| {
                let id = EntryId::parse(std::str::from_utf8(&row.member).ok()?)?;
                Some((Stamp::from_micros(row.score), id))
            })
            .collect();
        let reads = unknown.iter().map(|(_, id)| Read::Get {
            key: timeline.entry(id),
        });
        let entries = self.store.read(reads.collect()).await?;
        for ((stamp, id), entry) in unknown.into_iter().zip(entries) {
            let key = timeline.entry(&id);
            let kept = entry.value().and_then(|value| EntryRecord::decode(&value));
            let record = kept.unwrap_or_else(|| lost(head, stamp));
            head.last = stamp;
            head.last_id = Some(id);
            head.ordinal = head.ordinal.max(record.ordinal);
            writes.push(Write::SetAbsent {
                key,
                value: record.encode(),
            });
        }
        self.store.write(writes).await
    }
}

/// What stands in the place of an entry whose value was lost.
fn lost(head: &Head, stamp: Stamp) -> EntryRecord {
    EntryRecord {
        stamp,
        prev: head.last,
        ordinal: head.ordinal,
        revision: 0,
        digest: "lost".to_owned(),
        kind: LOST,
        author: None,
        retracted: false,
        prev_id: head.last_id.clone(),
        body: Bytes::new(),
    }
}
