//! What unread is computed from counts nothing that is not there.

use async_trait::async_trait;

use super::{
    Check, Kind, Report,
    looking::{Looking, Spot, remove, text},
};
use crate::{
    model::{EntryId, Stamp},
    store::{StoreError, engine::Row, keys::TimelineId, record::EntryRecord, walk::Windows},
};

/// Nothing is counted that is not there.
pub(super) struct Strays;

#[async_trait]
impl Check for Strays {
    fn begins_at(&self) -> &'static [&'static str] {
        &[
            "{c:<chat>}:own:<user>",
            "{c:<chat>}:void",
            "{c:<chat>}:ov:<user>",
            "{c:<chat>}:mn:<user>",
            "{c:<chat>}:mx:<user>",
            "{c:<chat>}:all",
            "{c:<chat>}:allv",
        ]
    }

    async fn look(
        &self,
        looking: &Looking<'_>,
        spots: &[Spot<'_>],
        report: &mut Report,
    ) -> Result<(), StoreError> {
        for spot in spots {
            let timeline = TimelineId::Chat(spot.chat());
            let Some(head) = looking.head(&timeline).await? else {
                report.add(
                    Kind::NoHead,
                    spot.key,
                    format!("{} is not there", timeline.head()),
                );
                continue;
            };
            let from = if spot.parts.len() == 1 {
                head.floor
            } else {
                let from = looking
                    .counted_from(&spot.chat(), &head, &[spot.user()])
                    .await?;
                // Nobody counts for somebody who is no member.
                let Some(Some(from)) = from.into_iter().next() else {
                    continue;
                };
                from
            };
            let mut windows = Windows::after(spot.key, from.next());
            while let Some(window) = windows.next(looking.store).await? {
                rows_are_right(looking, spot, &timeline, &window.rows, report).await?;
            }
        }
        Ok(())
    }
}

async fn rows_are_right(
    looking: &Looking<'_>,
    spot: &Spot<'_>,
    timeline: &TimelineId,
    rows: &[Row],
    report: &mut Report,
) -> Result<(), StoreError> {
    let stamps: Vec<Stamp> = rows
        .iter()
        .map(|row| Stamp::from_micros(row.score))
        .collect();
    let entries = looking.at(timeline, &stamps).await?;
    for (row, entry) in rows.iter().zip(entries) {
        let named = text(&row.member) == Some(row.score.to_string().as_str());
        if named && entry.is_some_and(|entry| is_counted(spot, entry)) {
            continue;
        }
        let mend = vec![remove(spot.key.to_owned(), row.member.clone())];
        let detail = format!("row {} at {}", row.member.escape_ascii(), row.score);
        report.add_mendable(Kind::Stray, spot.key, detail, mend);
    }
    Ok(())
}

/// Whether the entry is what the set counts; of one that cannot be read nothing is known.
fn is_counted(spot: &Spot<'_>, (_, entry): (EntryId, Option<EntryRecord>)) -> bool {
    let Some(entry) = entry else { return true };
    let own = entry.author.as_ref() == Some(&spot.user());
    let counting = entry.counts();
    match spot.shape {
        "{c:<chat>}:own:<user>" => counting && own,
        "{c:<chat>}:ov:<user>" => counting && own && entry.retracted,
        "{c:<chat>}:void" | "{c:<chat>}:allv" => counting && entry.retracted,
        _ => counting,
    }
}
