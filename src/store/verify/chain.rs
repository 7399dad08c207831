//! Every row has its entry, every entry names the one before it, ordinals have no gap, and the head is the end
//! of it all.

use async_trait::async_trait;

use super::{
    Check, Kind, Report,
    legs::{Leg, Legs, Listed},
    looking::{Looking, Spot, add, remove, set},
};
use crate::{
    model::{EntryId, Stamp},
    store::{
        StoreError,
        keys::TimelineId,
        record::{EntryRecord, Head},
    },
};

/// Every row has its entry, and so on to the head.
pub(super) struct Chain;

/// The entry before, as far as it is known.
#[derive(Debug, Clone)]
struct Link {
    stamp: Stamp,
    id: Option<EntryId>,
    ordinal: u64,
}

/// One timeline on its way through the check.
struct Chained<'a> {
    looking: &'a Looking<'a>,
    timeline: &'a TimelineId,
    head: &'a Head,
    /// `None` where it cannot be known: behind the floor, or behind an entry that is gone.
    before: Option<Link>,
    /// The segment that was looked at last, and how many rows belong into it.
    end: (u64, usize),
}

#[async_trait]
impl Check for Chain {
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
            if let Some(head) = looking.head(&timeline).await? {
                let mut chained = Chained {
                    looking,
                    timeline: &timeline,
                    head: &head,
                    before: Link::first(&head),
                    end: (head.first_segment, 0),
                };
                chained.look(report).await?;
            }
        }
        Ok(())
    }
}

impl Link {
    /// What stands before the first entry of a timeline that has lost nothing to retention.
    fn first(head: &Head) -> Option<Self> {
        (head.floor == Stamp::ZERO && head.first_segment == 0).then_some(Self {
            stamp: Stamp::ZERO,
            id: None,
            ordinal: 0,
        })
    }

    /// The ordinal of `entry`, if it comes right behind this.
    fn ordinal_of(&self, entry: &EntryRecord) -> u64 {
        self.ordinal + u64::from(entry.counts())
    }
}

impl Chained<'_> {
    async fn look(&mut self, report: &mut Report) -> Result<(), StoreError> {
        let mut legs = Legs::of(self.timeline, self.head);
        let mut last = None;
        while let Some(leg) = legs.next(self.looking).await? {
            self.leg(&leg, report).await?;
            last = leg.listed.into_iter().next_back().or(last);
        }
        self.head_is_right(last, report).await
    }

    async fn leg(&mut self, leg: &Leg, report: &mut Report) -> Result<(), StoreError> {
        let segment = self.timeline.segment(leg.segment);
        if leg.rows > 0 {
            self.end = (leg.segment, leg.rows);
        }
        for (at, listed) in leg.listed.iter().enumerate() {
            let next = leg.listed[at + 1..]
                .iter()
                .find_map(|listed| listed.entry.as_ref());
            let Some(entry) = &listed.entry else {
                if listed.there {
                    self.before = None;
                } else {
                    self.row_without_entry(&segment, listed, next, report);
                }
                continue;
            };
            if entry.stamp != listed.stamp {
                let mend = vec![add(
                    segment.clone(),
                    entry.stamp.get(),
                    listed.id.to_string(),
                )];
                let detail = format!(
                    "{} stands at {}, not at {}",
                    listed.id, entry.stamp, listed.stamp
                );
                report.add_mendable(Kind::WrongStamp, &segment, detail, mend);
                continue;
            }
            let ordinal = self.ordinal_is_right(listed, entry, next, report);
            self.link_is_right(listed, entry, report).await?;
            self.before = Some(Link {
                stamp: listed.stamp,
                id: Some(listed.id.clone()),
                ordinal,
            });
        }
        Ok(())
    }

    /// A row whose entry is gone was never part of the chain, or else its content is lost.
    fn row_without_entry(
        &mut self,
        segment: &str,
        listed: &Listed,
        next: Option<&EntryRecord>,
        report: &mut Report,
    ) {
        let passed = match (&self.before, next) {
            (Some(before), Some(next)) => next.prev == before.stamp,
            (Some(before), None) => before.stamp == self.head.last,
            (None, _) => false,
        };
        let detail = format!("{} at {}", listed.id, listed.stamp);
        if passed {
            let mend = vec![remove(segment.to_owned(), listed.id.to_string())];
            report.add_mendable(Kind::RowWithoutEntry, segment, detail, mend);
            self.end.1 -= 1;
        } else {
            report.add(
                Kind::RowWithoutEntry,
                segment,
                format!("{detail}: its content is lost"),
            );
            self.before = None;
        }
    }

    /// Looks at the ordinal of an entry that names the right one before it; says with which one to go on.
    fn ordinal_is_right(
        &self,
        listed: &Listed,
        entry: &EntryRecord,
        next: Option<&EntryRecord>,
        report: &mut Report,
    ) -> u64 {
        let before = self
            .before
            .as_ref()
            .filter(|before| before.stamp == entry.prev);
        let Some(ordinal) = before.map(|before| before.ordinal_of(entry)) else {
            return entry.ordinal;
        };
        if ordinal == entry.ordinal {
            return ordinal;
        }
        let here = Link {
            stamp: entry.stamp,
            id: None,
            ordinal,
        };
        let sure = next.map_or(self.head.ordinal == ordinal, |next| {
            next.ordinal == here.ordinal_of(next)
        });
        let key = self.timeline.entry(&listed.id);
        let mended = EntryRecord {
            ordinal,
            ..entry.clone()
        };
        let mend = sure.then(|| set(key.clone(), mended.encode()));
        let detail = format!("{} instead of {ordinal}", entry.ordinal);
        report.add_mendable(Kind::WrongOrdinal, &key, detail, mend.into_iter().collect());
        if sure { ordinal } else { entry.ordinal }
    }

    async fn link_is_right(
        &self,
        listed: &Listed,
        entry: &EntryRecord,
        report: &mut Report,
    ) -> Result<(), StoreError> {
        let Some(before) = &self.before else {
            return Ok(());
        };
        let key = self.timeline.entry(&listed.id);
        let (ordinal, follows) = (before.ordinal_of(entry), entry.prev == before.stamp);
        if follows && entry.prev_id == before.id {
            return Ok(());
        }
        if !follows && self.is_there(entry).await? {
            // The row between them is missing, not the entry: whoever looks at that entry says so.
            return Ok(());
        }
        let detail = format!(
            "names {} as the one before it, which is {}",
            entry.prev, before.stamp
        );
        if entry.ordinal == ordinal {
            let mended = EntryRecord {
                prev: before.stamp,
                prev_id: before.id.clone(),
                ..entry.clone()
            };
            let mend = vec![set(key.clone(), mended.encode())];
            report.add_mendable(Kind::BrokenChain, &key, detail, mend);
        } else {
            report.add(Kind::LostEntry, &key, detail);
        }
        Ok(())
    }

    /// Whether the entry that `entry` names as the one before it is there.
    async fn is_there(&self, entry: &EntryRecord) -> Result<bool, StoreError> {
        let Some(id) = &entry.prev_id else {
            return Ok(false);
        };
        let value = self.looking.value(self.timeline.entry(id)).await?;
        let before = value.and_then(|value| EntryRecord::decode(&value));
        Ok(before.is_some_and(|before| before.stamp == entry.prev))
    }

    async fn head_is_right(
        &self,
        last: Option<Listed>,
        report: &mut Report,
    ) -> Result<(), StoreError> {
        let key = self.timeline.head();
        let Some((last, entry)) = last.and_then(|last| Some((last.clone(), last.entry?))) else {
            if self.head.last > self.head.floor && self.end.1 == 0 && !self.end_is_there().await? {
                report.add(
                    Kind::LostEntry,
                    &key,
                    "everything the head speaks of is gone",
                );
            }
            return Ok(());
        };
        if self.head.last > last.stamp {
            if !self.end_is_there().await? {
                let detail = format!("the newest entry, at {}, is gone", self.head.last);
                report.add(Kind::LostEntry, &key, detail);
            }
            return Ok(());
        }
        let (segment, rows) = self.end;
        let mended = Head {
            last: last.stamp,
            last_id: Some(last.id),
            ordinal: entry.ordinal,
            segment,
            size: rows as u64,
            ..self.head.clone()
        };
        if mended != *self.head {
            let detail = format!(
                "ends at {}, what it speaks of at {}",
                self.head.last, last.stamp
            );
            let mend = vec![set(key.clone(), mended.encode())];
            report.add_mendable(Kind::WrongHead, &key, detail, mend);
        }
        Ok(())
    }

    /// Whether the entry that the head names as the newest is there, though no row leads to it.
    async fn end_is_there(&self) -> Result<bool, StoreError> {
        let Some(id) = &self.head.last_id else {
            return Ok(false);
        };
        let value = self.looking.value(self.timeline.entry(id)).await?;
        let entry = value.and_then(|value| EntryRecord::decode(&value));
        Ok(entry.is_some_and(|entry| entry.stamp == self.head.last))
    }
}
