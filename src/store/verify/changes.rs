//! The change timeline of a chat: every row has its record, every record its row, and the head is its end.

use async_trait::async_trait;
use bytes::Bytes;

use super::{
    Check, Kind, Report,
    legs::whole,
    looking::{Looking, Spot, add, set, text},
};
use crate::{
    model::{ChangeId, ChatId, Stamp},
    store::{
        StoreError,
        engine::{Answer, Row},
        keys::{self, TimelineId},
        record::{ChangeRecord, Head},
    },
};

/// Every row has its record, and so on to the head.
pub(super) struct Changes;

/// Every record has its row.
pub(super) struct ChangeRecords;

/// Where a walk through the changes of a chat has come to.
struct Way {
    /// The change before; `None` behind one that is gone.
    before: Option<Stamp>,
    /// The newest row so far.
    last: Stamp,
    rows: u64,
    /// Rows of the last segment.
    size: u64,
}

#[async_trait]
impl Check for Changes {
    fn begins_at(&self) -> &'static [&'static str] {
        &["{c:<chat>}:head"]
    }

    async fn look(
        &self,
        looking: &Looking<'_>,
        spots: &[Spot<'_>],
        report: &mut Report,
    ) -> Result<(), StoreError> {
        for spot in spots {
            let chat = spot.chat();
            let timeline = TimelineId::Chat(chat.clone());
            if let Some(head) = looking.head(&timeline).await? {
                chained(looking, &chat, &head, report).await?;
            }
        }
        Ok(())
    }
}

async fn chained(
    looking: &Looking<'_>,
    chat: &ChatId,
    head: &Head,
    report: &mut Report,
) -> Result<(), StoreError> {
    let first = looking.first_changes(chat, head).await?;
    let mut way = Way {
        before: (first == 0).then_some(Stamp::ZERO),
        last: Stamp::ZERO,
        rows: first * Head::SEGMENT_LIMIT,
        size: 0,
    };
    for number in first..=head.change_segment {
        let key = keys::changes(chat, number);
        let rows = looking.read(vec![whole(key.clone())]).await?;
        let rows = rows.into_iter().next().map_or(Vec::new(), Answer::rows);
        let keys = rows
            .iter()
            .map(|row| keys::change(chat, &id(row)))
            .collect();
        let records = looking.values(keys).await?;
        let gone = rows.is_empty() || records.contains(&None);
        if gone && number == first && number + 1 < head.change_segment {
            // Retention was cut short in taking this segment out, and goes on with it.
            way.before = None;
            way.rows += Head::SEGMENT_LIMIT;
            continue;
        }
        way.size = rows.len() as u64;
        way.rows += way.size;
        for (row, value) in rows.iter().zip(records) {
            way.step(chat, &key, row, value, report);
        }
    }
    way.head_is_right(chat, head, report);
    Ok(())
}

impl Way {
    fn step(
        &mut self,
        chat: &ChatId,
        segment: &str,
        row: &Row,
        value: Option<Bytes>,
        report: &mut Report,
    ) {
        let stamp = Stamp::from_micros(row.score);
        self.last = self.last.max(stamp);
        if value.is_none() {
            report.add(
                Kind::RowWithoutChange,
                segment,
                format!("{} at {stamp}", id(row)),
            );
        }
        let record = value.and_then(|value| ChangeRecord::decode(&value));
        let (Some(record), Some(before)) = (record, self.before.replace(stamp)) else {
            return;
        };
        if record.stamp != stamp || record.prev != before {
            let key = keys::change(chat, &id(row));
            let detail = format!(
                "{} after {}, the rows say {stamp} after {before}",
                record.stamp, record.prev
            );
            let mended = ChangeRecord {
                stamp,
                prev: before,
                ..record
            };
            let mend = vec![set(key.clone(), mended.encode())];
            report.add_mendable(Kind::BrokenChanges, &key, detail, mend);
        }
    }

    fn head_is_right(&self, chat: &ChatId, head: &Head, report: &mut Report) {
        let mended = Head {
            change_last: self.last,
            change_size: self.size,
            change_count: self.rows,
            ..head.clone()
        };
        if mended != *head && self.last >= head.change_last {
            let key = keys::chat_head(chat);
            let detail = format!(
                "says {} changes up to {}, there are {} up to {}",
                head.change_count, head.change_last, self.rows, self.last
            );
            let mend = vec![set(key.clone(), mended.encode())];
            report.add_mendable(Kind::WrongHead, &key, detail, mend);
        }
    }
}

#[async_trait]
impl Check for ChangeRecords {
    fn begins_at(&self) -> &'static [&'static str] {
        &["{c:<chat>}:x:<change>"]
    }

    async fn look(
        &self,
        looking: &Looking<'_>,
        spots: &[Spot<'_>],
        report: &mut Report,
    ) -> Result<(), StoreError> {
        let values = looking.values_at(spots).await?;
        for (spot, value) in spots.iter().zip(values) {
            let Some(record) = value.and_then(|value| ChangeRecord::decode(&value)) else {
                continue;
            };
            let chat = spot.chat();
            if looking
                .head(&TimelineId::Chat(chat.clone()))
                .await?
                .is_none()
            {
                let detail = format!("{} is not there", keys::chat_head(&chat));
                report.add(Kind::NoHead, spot.key, detail);
                continue;
            }
            let index = keys::change_segments(&chat);
            let number = looking.segments(&index, &[record.stamp]).await?;
            let number = number.first().copied().flatten().unwrap_or(0);
            let id = spot.parts.last().copied().unwrap_or_default();
            let segments = [number, number + 1].map(|number| keys::changes(&chat, number));
            let rows = segments.clone().map(|segment| (segment, id.to_owned()));
            if looking.scores(rows.into()).await? == [None, None] {
                let [segment, _] = segments;
                let detail = format!("belongs into {segment} at {}", record.stamp);
                let mend = vec![add(segment, record.stamp.get(), id.to_owned())];
                report.add_mendable(Kind::ChangeWithoutRow, spot.key, detail, mend);
            }
        }
        Ok(())
    }
}

fn id(row: &Row) -> ChangeId {
    text(&row.member)
        .and_then(ChangeId::parse)
        .unwrap_or_else(ChangeId::absent)
}
