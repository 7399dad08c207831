//! Pulling a chat's timeline and its change timeline.

use super::{Caller, Service, ServiceError};
use crate::{
    model::{ChatId, Entry, Epoch, LogEntry, LogPage, Reset, Stamp, TimelinePage},
    store::{
        Seek,
        engine::{Answer, Read},
        keys::{self, TimelineId},
        record::{Head, MemberRecord, Standing},
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
    chat: ChatId,
    timeline: TimelineId,
    opened: Opened,
    head: Head,
    floor: Stamp,
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
            .is_some_and(|epoch| *epoch != reading.head.epoch)
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
        let (head, floor) = (state.head, member.since_change);
        let empty = |reset| LogPage {
            reset,
            epoch: head.epoch.clone(),
            floor,
            next: head.change_last,
            entries: Vec::new(),
            has_more: false,
        };
        let Some(after) = after else {
            return Ok(empty(None));
        };
        let after = if after == Stamp::ZERO { floor } else { after };
        if let Some(reset) = stands(after, epoch.as_ref(), &head.epoch, floor, head.change_last) {
            return Ok(empty(Some(reset)));
        }
        let (page, anchored) = self.chats.changes(chat, &head, after, limit).await?;
        if !anchored && after > floor {
            return Ok(empty(Some(Reset::Rewound)));
        }
        let entries: Vec<LogEntry> = page
            .changes
            .into_iter()
            .map(|(stamp, prev, record)| LogEntry {
                stamp,
                prev,
                change: record.map_or(crate::model::Change::Unknown, |record| record.change),
            })
            .collect();
        let next = entries.last().map_or(after, |entry| entry.stamp);
        Ok(LogPage {
            next,
            entries,
            has_more: page.has_more,
            ..empty(None)
        })
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
        let member = member.and_then(|value| MemberRecord::decode(&value));
        let (Some(head), Some(member)) = (opened.head.clone(), member) else {
            return Err(ServiceError::NotFound);
        };
        let floor = head.floor.max(member.since);
        Ok(Reading {
            chat: chat.clone(),
            timeline,
            opened,
            head,
            floor,
        })
    }

    async fn page_after(
        &self,
        reading: &mut Reading,
        after: Stamp,
        limit: usize,
    ) -> Result<TimelinePage, ServiceError> {
        let after = if after == Stamp::ZERO {
            reading.floor
        } else {
            after
        };
        let head = &reading.head;
        if let Some(reset) = stands(after, None, &head.epoch, reading.floor, head.last) {
            return Ok(reading.reset(reset));
        }
        let page = self.read_page(reading, Seek::After(after), limit).await?;
        if page.floor > after {
            reading.floor = page.floor;
            return Ok(reading.reset(Reset::Floor));
        }
        if !page.anchored && after > page.floor && after != Stamp::ZERO {
            return Ok(reading.reset(Reset::Rewound));
        }
        Ok(reading.page(
            page.entries.into_iter().map(Standing::into_entry).collect(),
            page.has_more,
        ))
    }

    async fn page_before(
        &self,
        reading: &mut Reading,
        seek: Seek,
        limit: usize,
    ) -> Result<TimelinePage, ServiceError> {
        let page = self.read_page(reading, seek, limit).await?;
        let floor = reading.floor.max(page.floor);
        let mut entries: Vec<Entry> = page.entries.into_iter().map(Standing::into_entry).collect();
        entries.retain(|entry| entry.stamp > floor);
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
        entries.extend(
            newer
                .entries
                .into_iter()
                .take(room)
                .map(Standing::into_entry),
        );
        entries.retain(|entry| entry.stamp > reading.floor);
        Ok(reading.page(entries, has_more))
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
        tracing::trace!(chat.id = %self.chat, entries = entries.len(), "timeline pulled");
        TimelinePage {
            reset: None,
            epoch: self.head.epoch.clone(),
            floor: self.floor,
            entries,
            has_more,
        }
    }
}

/// Why a cursor is of no use, as far as the head can tell.
pub(super) fn stands(
    after: Stamp,
    epoch: Option<&Epoch>,
    current: &Epoch,
    floor: Stamp,
    last: Stamp,
) -> Option<Reset> {
    if epoch.is_some_and(|epoch| epoch != current) {
        Some(Reset::Epoch)
    } else if after < floor {
        Some(Reset::Floor)
    } else if after > last.max(floor) {
        Some(Reset::Rewound)
    } else {
        None
    }
}
