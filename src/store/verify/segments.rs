//! Segments are full, in order, and listed by their first stamp.

use async_trait::async_trait;

use super::{
    Check, Kind, Report,
    legs::whole,
    looking::{Looking, Spot, add, remove, text},
};
use crate::{
    model::Stamp,
    store::{
        StoreError,
        engine::{Read, Row},
        keys::{self, TimelineId},
        record::Head,
        walk::Windows,
    },
};

/// Segments looked at in one round trip.
const BATCH: u64 = 16;

/// Segments are full, in order, and listed by their first stamp.
pub(super) struct Segments;

/// One segmented index: entries of a timeline, or changes of a chat.
struct Lane {
    index: String,
    segment: Box<dyn Fn(u64) -> String + Send + Sync>,
    /// First and last segment kept, and the first whose rows may still be there.
    kept: (u64, u64),
    /// Whether the first one may be half gone, because retention takes it out without a note.
    going: bool,
    dropping: u64,
    floor: Stamp,
}

#[async_trait]
impl Check for Segments {
    fn begins_at(&self) -> &'static [&'static str] {
        &["{c:<chat>}:head", "{u:<user>}:loghead"]
    }

    async fn look(
        &self,
        looking: &Looking<'_>,
        spots: &[Spot<'_>],
        report: &mut Report,
    ) -> Result<(), StoreError> {
        for spot in spots {
            let timeline = spot.timeline();
            let Some(head) = looking.head(&timeline).await? else {
                continue;
            };
            if let TimelineId::Chat(chat) = &timeline {
                let (first, chat) = (looking.first_changes(chat, &head).await?, chat.clone());
                let lane = Lane {
                    index: keys::change_segments(&chat),
                    segment: Box::new(move |number| keys::changes(&chat, number)),
                    kept: (first, head.change_segment),
                    going: first + 1 < head.change_segment,
                    dropping: first,
                    floor: Stamp::ZERO,
                };
                lane.look(looking, report).await?;
            }
            Lane::entries(timeline, &head).look(looking, report).await?;
        }
        Ok(())
    }
}

impl Lane {
    fn entries(timeline: TimelineId, head: &Head) -> Self {
        Self {
            index: timeline.segments(),
            segment: Box::new(move |number| timeline.segment(number)),
            kept: (head.first_segment, head.segment),
            going: false,
            dropping: head.drop_from.min(head.first_segment),
            floor: head.floor,
        }
    }

    async fn look(&self, looking: &Looking<'_>, report: &mut Report) -> Result<(), StoreError> {
        let (first, last) = self.kept;
        let mut before = 0;
        let mut next = first;
        while next <= last {
            let numbers: Vec<u64> = (next..=last.min(next + BATCH - 1)).collect();
            next += BATCH;
            let reads = numbers.iter().flat_map(|number| {
                let member = number.to_string().into();
                let key = self.index.clone();
                [whole((self.segment)(*number)), Read::Score { key, member }]
            });
            let mut answers = looking.read(reads.collect()).await?.into_iter();
            for number in numbers {
                let (Some(rows), Some(score)) = (answers.next(), answers.next()) else {
                    break;
                };
                before = self.segment_is_right(number, before, &rows.rows(), score.score(), report);
            }
        }
        self.index_is_right(looking, report).await
    }

    /// Looks at one segment, given the last score of the one before it; says its own.
    fn segment_is_right(
        &self,
        number: u64,
        before: u64,
        rows: &[Row],
        listed: Option<u64>,
        report: &mut Report,
    ) -> u64 {
        let key = (self.segment)(number);
        // How full the last one is, and whether it is there at all, is for the head to say.
        let going = self.going && number == self.kept.0;
        if number < self.kept.1 && rows.len() as u64 != Head::SEGMENT_LIMIT && !going {
            report.add(Kind::SegmentSize, &key, format!("{} rows", rows.len()));
        }
        let scores = std::iter::once(before).chain(rows.iter().map(|row| row.score));
        let scores: Vec<u64> = scores.collect();
        if !scores.windows(2).all(|pair| pair[0] < pair[1]) {
            report.add(Kind::Disorder, &key, "a row is not above the one before it");
        }
        if let Some(first) = rows.first().map(|row| row.score)
            && listed != Some(first)
        {
            let mend = vec![add(self.index.clone(), first, number.to_string())];
            let detail = format!("segment {number} begins at {first}, the index says {listed:?}");
            report.add_mendable(Kind::SegmentNotListed, &self.index, detail, mend);
        }
        scores.last().copied().unwrap_or(before)
    }

    /// Every row of the index leads to a segment.
    async fn index_is_right(
        &self,
        looking: &Looking<'_>,
        report: &mut Report,
    ) -> Result<(), StoreError> {
        let mut windows = Windows::of(&self.index);
        while let Some(window) = windows.next(looking.store).await? {
            for row in window.rows {
                let number = text(&row.member).and_then(|text| text.parse::<u64>().ok());
                if number.is_some_and(|number| (self.dropping..=self.kept.1).contains(&number)) {
                    continue;
                }
                // What retention has dropped may still be listed for as long as it is at work.
                if number.is_some() && row.score <= self.floor.get() && !looking.is_old(self.floor)
                {
                    continue;
                }
                let mend = vec![remove(self.index.clone(), row.member.clone())];
                let detail = format!("row {} at {}", row.member.escape_ascii(), row.score);
                report.add_mendable(Kind::NoSegment, &self.index, detail, mend);
            }
        }
        Ok(())
    }
}
