//! Everything a client lacks, in one answer.

use futures_util::{StreamExt, TryStreamExt, stream};

use super::{Caller, Service, ServiceError, TimelineQuery};
use crate::{
    model::{
        Change, ChatCursor, Content, Entry, LogCursor, LogEntry, LogPage, Synced, SyncedChat,
        TimelinePage, Window,
    },
    store::rows::Place,
};

/// Most chats a client may name in one sync.
const MAX_CURSORS: usize = 200;

/// Most entries given for one chat; the rest is pulled.
const ENTRIES_PER_CHAT: u32 = 50;

/// Most bytes of entries in one answer; pages beyond come empty and say `has_more`.
const ANSWER_BYTES: usize = 256 * 1024;

/// Pages read at once.
const PARALLEL: usize = 8;

impl Service {
    /// Brings a client up to date.
    ///
    /// The connection is registered for pushes before this is called, so what is stored while the answer is
    /// put together is pushed as well: nothing falls between the two.
    ///
    /// # Errors
    ///
    /// `Invalid` (more than 200 chats, limit 0).
    pub async fn sync(
        &self,
        caller: &Caller,
        log: Option<LogCursor>,
        cursors: Vec<ChatCursor>,
        window: Window,
    ) -> Result<Synced, ServiceError> {
        if cursors.len() > MAX_CURSORS {
            return Err(ServiceError::too_large(
                "chats",
                "has more than 200 cursors",
            ));
        }
        let _lane = self.heavy_lane().await?;
        let (after, epoch) = log.map_or((None, None), |log| (Some(log.after), Some(log.epoch)));
        let log = self
            .pull_log(caller, after, epoch, self.parts.limits.page)
            .await?;
        let (rows, has_more) = self.rows(caller, &window, &cursors).await?;
        let mut chats: Vec<SyncedChat> = stream::iter(rows)
            .map(|(row, place)| {
                let cursor = cursors.iter().find(|cursor| cursor.chat == place.chat);
                (row, place, cursor.cloned())
            })
            .map(|(row, place, cursor)| async move {
                let timeline = self.missed(caller, &place, cursor.as_ref()).await?;
                let changes = self.missed_changes(caller, &place, cursor.as_ref()).await?;
                Ok::<_, ServiceError>(SyncedChat {
                    row,
                    timeline,
                    changes,
                    changes_next: place.head.change_last,
                })
            })
            .buffered(PARALLEL)
            .try_collect()
            .await?;
        hold_to_bytes(&mut chats);
        Ok(Synced {
            log,
            chats,
            has_more,
        })
    }

    /// The changes a client lacks of one chat, if it named a cursor there and there are any.
    async fn missed_changes(
        &self,
        caller: &Caller,
        place: &Place,
        cursor: Option<&ChatCursor>,
    ) -> Result<Option<LogPage>, ServiceError> {
        let Some(cursor) = cursor else {
            return Ok(None);
        };
        let epoch = cursor.changes_epoch.as_ref();
        let here = epoch.is_none_or(|epoch| *epoch == place.head.epoch);
        let after = cursor.changes_after;
        let after = after.filter(|after| !here || *after != place.head.change_last);
        let Some(after) = after else {
            return Ok(None);
        };
        let limit = self.parts.limits.page;
        let pulled = self.pull_changes(caller, &place.chat, Some(after), epoch.cloned(), limit);
        match pulled.await {
            Ok(page) => Ok(Some(page)),
            Err(ServiceError::NotFound) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// What a client lacks of one chat, if it named a cursor there.
    async fn missed(
        &self,
        caller: &Caller,
        place: &Place,
        cursor: Option<&ChatCursor>,
    ) -> Result<Option<TimelinePage>, ServiceError> {
        let Some(cursor) = cursor else {
            return Ok(None);
        };
        if cursor.after == place.head.last && cursor.epoch == place.head.epoch {
            // Nothing new: the head itself says so, no further read is needed.
            return Ok(Some(TimelinePage {
                reset: None,
                epoch: place.head.epoch.clone(),
                floor: place.head.floor.max(place.member.since),
                entries: Vec::new(),
                has_more: false,
            }));
        }
        let query = TimelineQuery {
            after: Some(cursor.after),
            before: None,
            around: None,
            epoch: Some(cursor.epoch.clone()),
            limit: ENTRIES_PER_CHAT,
        };
        match self.pull_timeline(caller, &place.chat, query).await {
            Ok(page) => Ok(Some(page)),
            // They were removed while this answer was put together; their log will tell them.
            Err(ServiceError::NotFound) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Keeps the answer within bounds: pages beyond them come empty and say that there is more.
fn hold_to_bytes(chats: &mut [SyncedChat]) {
    let mut room = ANSWER_BYTES;
    for chat in chats {
        if let Some(page) = &mut chat.timeline {
            let bytes: usize = page.entries.iter().map(size).sum();
            if bytes > room {
                page.entries.clear();
                page.has_more = true;
            }
            room = room.saturating_sub(bytes);
        }
        if let Some(page) = &mut chat.changes {
            let bytes: usize = page.entries.iter().map(change_size).sum();
            if bytes > room {
                page.next = page.entries[0].prev;
                page.entries.clear();
                page.has_more = true;
            }
            room = room.saturating_sub(bytes);
        }
    }
}

fn change_size(entry: &LogEntry) -> usize {
    let message = match &entry.change {
        Change::Message(change) => change.entry.as_deref(),
        _ => None,
    };
    128 + message.map_or(0, size)
}

fn size(entry: &Entry) -> usize {
    256 + entry.content.as_ref().map_or(0, Content::bytes)
}
