//! Pulling a chat's timeline and its change timeline.

use super::{
    Caller, Service, ServiceError,
    extent::{Extent, proof_lacks},
};
use crate::{
    model::{Change, ChatId, Entry, Epoch, LogEntry, LogPage, Reset, Stamp, TimelinePage, UserId},
    store::{
        Seek,
        engine::{Answer, Read},
        keys::{self, TimelineId},
        record::{Kept, MemberRecord, Standing},
        timelines::{Opened, Page},
    },
};

/// Which page of a timeline.
#[derive(Debug, Clone)]
pub struct TimelineQuery {
    /// Right after this stamp.
    pub after: Option<Stamp>,
    /// Right before this stamp.
    pub before: Option<Stamp>,
    /// On both sides of this stamp.
    pub around: Option<Stamp>,
    /// The life of the timeline that `after` belongs to.
    pub epoch: Option<Epoch>,
    /// How many entries.
    pub limit: u32,
}

/// A chat's timeline opened for one of its members.
struct Reading {
    reader: UserId,
    chat: ChatId,
    timeline: TimelineId,
    opened: Opened,
    extent: Extent,
}

impl Service {
    /// A page of a chat's timeline: three store round trips, whatever the depth.
    ///
    /// # Errors
    ///
    /// `NotFound`, `Invalid` (limit 0, more than one position).
    pub async fn pull_timeline(
        &self,
        caller: &Caller,
        chat: &ChatId,
        query: TimelineQuery,
    ) -> Result<TimelinePage, ServiceError> {
        let limit = self.page_limit(query.limit)?;
        let given = [query.after, query.before, query.around];
        if given.iter().flatten().count() > 1 {
            return Err(ServiceError::invalid(
                "after",
                "excludes `before` and `around`",
            ));
        }
        let seek = match given {
            [Some(after), ..] => Seek::After(after),
            [_, Some(before), _] => Seek::Before(before),
            [.., Some(around)] => Seek::Before(around.next()),
            _ => Seek::NEWEST,
        };
        let mut reading = self.open_timeline(caller, chat, seek).await?;
        if query
            .epoch
            .as_ref()
            .is_some_and(|epoch| *epoch != reading.extent.epoch)
        {
            return Ok(reading.reset(Reset::Epoch));
        }
        match (seek, query.around) {
            (_, Some(around)) => self.page_around(&mut reading, around, limit).await,
            (Seek::After(after), _) => self.page_after(&mut reading, after, limit).await,
            (Seek::Before(_), _) => self.page_before(&mut reading, seek, limit).await,
        }
    }

    /// A page of a chat's change timeline.
    ///
    /// # Errors
    ///
    /// `NotFound`, `Invalid` (limit 0).
    pub async fn pull_changes(
        &self,
        caller: &Caller,
        chat: &ChatId,
        after: Option<Stamp>,
        epoch: Option<Epoch>,
        limit: u32,
    ) -> Result<LogPage, ServiceError> {
        let limit = self.page_limit(limit)?;
        let (state, member) = self.seen_by(caller, chat).await?;
        let head = state.head;
        let mut extent = Extent {
            epoch: head.epoch.clone(),
            floor: member.since_change,
            last: head.change_last,
        };
        let Some(asked) = after else {
            return Ok(extent.empty(None));
        };
        let after = extent.begin(asked);
        if let Some(reset) = extent.refusal(after, epoch.as_ref()) {
            return Ok(extent.empty(Some(reset)));
        }
        let page = self.chats.changes(chat, &head, after, limit).await?;
        // Where the first change follows another one than the cursor's, retention took out what was between.
        let begins = page.begins_after().filter(|begins| *begins > after);
        extent.floor = extent.floor.max(begins.unwrap_or(Stamp::ZERO));
        let proven = page.anchored || page.begins_after() == Some(after);
        let lacks = proof_lacks(after, extent.floor, proven);
        if let Some(reset) = lacks.filter(|_| asked != Stamp::ZERO) {
            return Ok(extent.empty(Some(reset)));
        }
        let told = page.changes.into_iter().map(|(stamp, prev, record)| {
            let message = record.as_ref().and_then(|record| record.message.clone());
            let change = record.map_or(Change::Unknown, |record| record.change);
            let entry = LogEntry {
                stamp,
                prev,
                place: None,
                change,
            };
            (entry, message)
        });
        let (entries, full) = self.tell(&caller.user, told.collect()).await?;
        Ok(extent.page(after, entries, page.has_more || full))
    }

    /// The number of entries for a page, when it is a good one.
    pub(super) fn page_limit(&self, wanted: u32) -> Result<usize, ServiceError> {
        if wanted == 0 {
            return Err(ServiceError::invalid("limit", "must be at least 1"));
        }
        Ok(wanted.min(self.parts.limits.page) as usize)
    }

    async fn open_timeline(
        &self,
        caller: &Caller,
        chat: &ChatId,
        seek: Seek,
    ) -> Result<Reading, ServiceError> {
        let timeline = TimelineId::Chat(chat.clone());
        let key = keys::member(chat, &caller.user);
        let mut opened = self
            .timelines
            .open(&timeline, seek, vec![Read::Get { key }])
            .await?;
        let member = opened.also.pop().and_then(Answer::value);
        let member = member.and_then(|value| Kept::<MemberRecord>::decode(&value)?.value);
        opened.reader = Some(caller.user.clone());
        let (Some(head), Some(member)) = (opened.head.clone(), member) else {
            return Err(ServiceError::NotFound);
        };
        let floor = head.floor.max(member.since);
        let extent = Extent {
            epoch: head.epoch,
            floor,
            last: head.last,
        };
        Ok(Reading {
            reader: caller.user.clone(),
            chat: chat.clone(),
            timeline,
            opened,
            extent,
        })
    }

    async fn page_after(
        &self,
        reading: &mut Reading,
        after: Stamp,
        limit: usize,
    ) -> Result<TimelinePage, ServiceError> {
        let after = reading.extent.begin(after);
        if let Some(reset) = reading.extent.refusal(after, None) {
            return Ok(reading.reset(reset));
        }
        let page = self.read_page(reading, Seek::After(after), limit).await?;
        if let Some(reset) = proof_lacks(after, page.floor, page.anchored) {
            reading.extent.floor = reading.extent.floor.max(page.floor);
            return Ok(reading.reset(reset));
        }
        let entries = self.seen(reading, page.entries).await?;
        Ok(reading.page(entries, page.has_more))
    }

    async fn page_before(
        &self,
        reading: &mut Reading,
        seek: Seek,
        limit: usize,
    ) -> Result<TimelinePage, ServiceError> {
        let page = self.read_page(reading, seek, limit).await?;
        let floor = reading.extent.floor.max(page.floor);
        let mut standings = page.entries;
        standings.retain(|standing| standing.stamp > floor);
        let entries = self.seen(reading, standings).await?;
        let older = entries.first().is_some_and(|entry| entry.prev > floor);
        Ok(reading.page(entries, older && page.has_more))
    }

    async fn page_around(
        &self,
        reading: &mut Reading,
        around: Stamp,
        limit: usize,
    ) -> Result<TimelinePage, ServiceError> {
        let older = self
            .page_before(reading, Seek::Before(around.next()), limit.div_ceil(2))
            .await?;
        let room = limit / 2;
        // One is read even where there is no room for it: it tells whether there is more.
        let newer = self
            .read_page(reading, Seek::After(around), room.max(1))
            .await?;
        let has_more = newer.has_more || newer.entries.len() > room;
        let mut entries = older.entries;
        let newer = newer.entries.into_iter().take(room).collect();
        entries.extend(self.seen(reading, newer).await?);
        entries.retain(|entry| entry.stamp > reading.extent.floor);
        Ok(reading.page(entries, has_more))
    }

    /// Entries as the reader sees them.
    async fn seen(
        &self,
        reading: &Reading,
        standings: Vec<Standing>,
    ) -> Result<Vec<Entry>, ServiceError> {
        let place = |standing| (reading.chat.clone(), standing);
        let standings = standings.into_iter().map(place).collect();
        self.view(&reading.reader, standings).await
    }

    async fn read_page(
        &self,
        reading: &mut Reading,
        seek: Seek,
        limit: usize,
    ) -> Result<Page, ServiceError> {
        Ok(self
            .timelines
            .page(&reading.timeline, &mut reading.opened, seek, limit)
            .await?)
    }
}

impl Reading {
    fn reset(&self, reset: Reset) -> TimelinePage {
        TimelinePage {
            reset: Some(reset),
            ..self.page(Vec::new(), false)
        }
    }

    fn page(&self, entries: Vec<Entry>, has_more: bool) -> TimelinePage {
        TimelinePage {
            reset: None,
            epoch: self.extent.epoch.clone(),
            floor: self.extent.floor,
            entries,
            has_more,
        }
    }
}
