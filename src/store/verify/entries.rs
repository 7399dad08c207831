//! Every entry is listed, or was never acknowledged.

use async_trait::async_trait;

use super::{
    Check, Kind, Report,
    legs::whole,
    looking::{Looking, Spot, add},
};
use crate::store::{
    StoreError,
    engine::Write,
    keys::TimelineId,
    record::{EntryRecord, Head},
};

/// Every entry is listed.
pub(super) struct Entries;

#[async_trait]
impl Check for Entries {
    fn begins_at(&self) -> &'static [&'static str] {
        &["{c:<chat>}:e:<entry>", "{u:<user>}:le:<entry>"]
    }

    async fn look(
        &self,
        looking: &Looking<'_>,
        spots: &[Spot<'_>],
        report: &mut Report,
    ) -> Result<(), StoreError> {
        let values = looking.values_at(spots).await?;
        // Those of one timeline stand together in most stores: each group needs one look at its head.
        let read =
            |value: Option<bytes::Bytes>| value.and_then(|value| EntryRecord::decode(&value));
        let all: Vec<_> = spots.iter().zip(values.into_iter().map(read)).collect();
        for group in all.chunk_by(|(one, _), (other, _)| one.timeline() == other.timeline()) {
            let entries = group
                .iter()
                .filter_map(|(spot, entry)| Some((*spot, entry.as_ref()?)));
            listed(looking, &entries.collect::<Vec<_>>(), report).await?;
        }
        Ok(())
    }
}

/// Looks for the rows of these entries of one timeline.
async fn listed(
    looking: &Looking<'_>,
    entries: &[(&Spot<'_>, &EntryRecord)],
    report: &mut Report,
) -> Result<(), StoreError> {
    let Some((first, _)) = entries.first() else {
        return Ok(());
    };
    let timeline = first.timeline();
    let Some(head) = looking.head(&timeline).await? else {
        for (spot, _) in entries {
            report.add(
                Kind::NoHead,
                spot.key,
                format!("{} is not there", timeline.head()),
            );
        }
        return Ok(());
    };
    let stamps: Vec<_> = entries.iter().map(|(_, entry)| entry.stamp).collect();
    let segments = looking.segments(&timeline.segments(), &stamps).await?;
    // Also in the next one: where the index lacks a segment, the one before it seems to be meant.
    let rows = entries
        .iter()
        .zip(&segments)
        .flat_map(|((spot, _), segment)| {
            let segment = segment.unwrap_or(head.first_segment);
            [segment, segment + 1].map(|segment| (timeline.segment(segment), id(spot).to_owned()))
        });
    let scores = looking.scores(rows.collect()).await?;
    for ((entry, segment), scores) in entries.iter().zip(segments).zip(scores.chunks_exact(2)) {
        if scores == [None, None] {
            let segment = segment.unwrap_or(head.first_segment);
            unlisted(looking, *entry, (&timeline, &head, segment), report).await?;
        }
    }
    Ok(())
}

/// An entry that the segment which should list it does not.
async fn unlisted(
    looking: &Looking<'_>,
    (spot, entry): (&Spot<'_>, &EntryRecord),
    (timeline, head, segment): (&TimelineId, &Head, u64),
    report: &mut Report,
) -> Result<(), StoreError> {
    let segment = timeline.segment(segment);
    if entry.stamp > head.floor && entry.stamp <= head.last {
        let detail = format!("belongs into {segment} at {}", entry.stamp);
        let rows = looking.read(vec![whole(segment.clone())]).await?;
        let rows = rows.into_iter().next().map_or(0, |rows| rows.rows().len());
        let room = (rows as u64) < Head::SEGMENT_LIMIT;
        let mend = room.then(|| add(segment, entry.stamp.get(), id(spot).to_owned()));
        let mend = mend.into_iter().collect();
        report.add_mendable(Kind::EntryWithoutRow, spot.key, detail, mend);
    } else if looking.is_old(entry.stamp) && looking.is_old(head.floor) {
        let detail = format!(
            "its stamp is {}, the timeline has {} to {}",
            entry.stamp, head.floor, head.last
        );
        let key = spot.key.to_owned();
        report.add_mendable(
            Kind::OrphanEntry,
            spot.key,
            detail,
            vec![Write::Delete { key }],
        );
    }
    Ok(())
}

fn id<'a>(spot: &Spot<'a>) -> &'a str {
    spot.parts.last().copied().unwrap_or_default()
}
