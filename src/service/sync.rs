//! Everything a client lacks, in one answer.

use futures_util::{StreamExt, TryStreamExt, stream};

use super::{Caller, Service, ServiceError, TimelineQuery};
use crate::{
    model::{ChatCursor, Content, Entry, LogCursor, Synced, SyncedChat, TimelinePage, Window},
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
                let changes_next = place.head.change_last;
                Ok::<_, ServiceError>(SyncedChat {
                    row,
                    timeline,
                    changes: None,
                    changes_next,
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

fn hold_to_bytes(chats: &mut [SyncedChat]) {
    let mut room = ANSWER_BYTES;
    for page in chats.iter_mut().filter_map(|chat| chat.timeline.as_mut()) {
        let bytes: usize = page.entries.iter().map(size).sum();
        if bytes > room {
            page.entries.clear();
            page.has_more = true;
        }
        room = room.saturating_sub(bytes);
    }
}

fn size(entry: &Entry) -> usize {
    match &entry.content {
        Some(Content::Text(text)) => 256 + text.text.len(),
        Some(Content::Other(_)) => 16 * 1024,
        _ => 256,
    }
}
