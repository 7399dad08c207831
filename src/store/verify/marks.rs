//! Read marks stand where something can have been read.

use async_trait::async_trait;

use super::{
    Check, Kind, Report,
    looking::{Looking, Spot, set},
};
use crate::{
    model::Stamp,
    store::{
        StoreError,
        engine::{Order, Read},
        keys::TimelineId,
        record::{EntryRecord, Head, ReadRecord},
    },
};

/// Read marks stand where something can have been read.
pub(super) struct Marks;

#[async_trait]
impl Check for Marks {
    fn begins_at(&self) -> &'static [&'static str] {
        &["{c:<chat>}:r:<user>"]
    }

    async fn look(
        &self,
        looking: &Looking<'_>,
        spots: &[Spot<'_>],
        report: &mut Report,
    ) -> Result<(), StoreError> {
        for spot in spots {
            let timeline = TimelineId::Chat(spot.chat());
            let value = looking.value(spot.key.to_owned()).await?;
            let Some(mark) = value.and_then(|value| ReadRecord::decode(&value)) else {
                continue;
            };
            let Some(head) = looking.head(&timeline).await? else {
                report.add(
                    Kind::NoHead,
                    spot.key,
                    format!("{} is not there", timeline.head()),
                );
                continue;
            };
            if let Some(right) = right(looking, &timeline, &head, mark).await?
                && right != mark
            {
                let detail = format!(
                    "stands at {} with ordinal {}, which should be {} with {}",
                    mark.stamp, mark.ordinal, right.stamp, right.ordinal
                );
                let mend = vec![set(spot.key.to_owned(), right.encode())];
                report.add_mendable(Kind::WrongMark, spot.key, detail, mend);
            }
        }
        Ok(())
    }
}

/// The mark as it should be; `None` when nobody can know any more.
async fn right(
    looking: &Looking<'_>,
    timeline: &TimelineId,
    head: &Head,
    mark: ReadRecord,
) -> Result<Option<ReadRecord>, StoreError> {
    if mark.stamp >= head.last {
        return Ok(Some(ReadRecord {
            stamp: head.last,
            ordinal: head.ordinal,
        }));
    }
    if mark.stamp <= head.floor {
        return Ok(None);
    }
    let entry = newest(looking, timeline, mark.stamp).await?;
    Ok(entry.map(|entry| ReadRecord {
        stamp: mark.stamp,
        ordinal: entry.ordinal,
    }))
}

/// The newest entry at or before a stamp.
async fn newest(
    looking: &Looking<'_>,
    timeline: &TimelineId,
    stamp: Stamp,
) -> Result<Option<EntryRecord>, StoreError> {
    let segment = looking.segments(&timeline.segments(), &[stamp]).await?;
    let Some(Some(segment)) = segment.first() else {
        return Ok(None);
    };
    let read = Read::Rows {
        key: timeline.segment(*segment),
        from: 0,
        through: stamp.get(),
        limit: 1,
        order: Order::Falling,
    };
    let rows = looking.read(vec![read]).await?.into_iter().next();
    let rows = rows.map_or(Vec::new(), crate::store::engine::Answer::rows);
    let stamps: Vec<Stamp> = rows
        .iter()
        .map(|row| Stamp::from_micros(row.score))
        .collect();
    let found = looking.at(timeline, &stamps).await?;
    Ok(found
        .into_iter()
        .next()
        .flatten()
        .and_then(|(_, entry)| entry))
}
