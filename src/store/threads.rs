//! Threads: messages that stand under another one, found by rows that are written with them.

use std::sync::Arc;

use super::{
    Engine, StoreError,
    engine::{Order, Read, Row},
    index::Seek,
    keys::{self, TimelineId},
    record::{Beside, EntryRecord, Standing},
    timelines::entry_id,
};
use crate::model::{ChatId, Replies, Stamp, UserId};

/// Threads, over any engine.
#[derive(Clone)]
pub struct Threads {
    engine: Arc<dyn Engine>,
}

/// Messages of a thread.
#[derive(Debug)]
pub struct ThreadMessages {
    /// Ascending and without a gap.
    pub entries: Vec<Standing>,
    /// Whether there are more in the direction of the seek.
    pub has_more: bool,
}

impl Threads {
    /// Threads kept by `engine`.
    #[must_use]
    pub fn new(engine: Arc<dyn Engine>) -> Self {
        Self { engine }
    }

    /// Up to `limit` messages under `root` as `reader` sees them, in two round trips.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn page(
        &self,
        chat: &ChatId,
        root: Stamp,
        reader: &UserId,
        seek: Seek,
        limit: usize,
    ) -> Result<ThreadMessages, StoreError> {
        let (from, through, order) = match seek {
            Seek::After(after) => (after.next().get(), Stamp::MAX.get(), Order::Rising),
            Seek::Before(before) => (0, before.get().saturating_sub(1), Order::Falling),
        };
        let read = Read::Rows {
            key: keys::thread(chat, root),
            from,
            through,
            limit: limit + 1,
            order,
        };
        let mut rows = self.engine.ask(read).await?.rows();
        let has_more = rows.len() > limit;
        rows.truncate(limit);
        if order == Order::Falling {
            rows.reverse();
        }
        let entries = self.entries(chat, reader, &rows).await?;
        Ok(ThreadMessages { entries, has_more })
    }

    /// What stands under each of `roots`, in order, in one round trip; `None` where nothing does.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn replies(
        &self,
        chat: &ChatId,
        roots: &[Stamp],
    ) -> Result<Vec<Option<Replies>>, StoreError> {
        if roots.is_empty() {
            return Ok(Vec::new());
        }
        let (from, through) = (0, Stamp::MAX.get());
        let reads = roots.iter().flat_map(|root| {
            let (key, void) = (keys::thread(chat, *root), keys::thread_void(chat, *root));
            let newest = Read::Rows {
                key: key.clone(),
                from,
                through,
                limit: 1,
                order: Order::Falling,
            };
            let counts = [void, key].map(|key| Read::Count { key, from, through });
            counts.into_iter().chain([newest])
        });
        let mut answers = self.engine.read(reads.collect()).await?.into_iter();
        let replies = roots.iter().map(|_| {
            // Retractions were counted first: one that comes in between is not taken off twice.
            let (void, all) = (answers.next()?.count(), answers.next()?.count());
            let newest = answers.next()?.rows();
            let count = u32::try_from(all.saturating_sub(void)).unwrap_or(u32::MAX);
            let last = Stamp::from_micros(newest.first().filter(|_| count > 0)?.score);
            Some(Replies { count, last })
        });
        Ok(replies.collect())
    }

    async fn entries(
        &self,
        chat: &ChatId,
        reader: &UserId,
        rows: &[Row],
    ) -> Result<Vec<Standing>, StoreError> {
        let timeline = TimelineId::Chat(chat.clone());
        let reads = rows.iter().flat_map(|row| {
            let hidden = Read::Score {
                key: keys::hidden(chat, reader),
                member: row.score.to_string().into(),
            };
            let key = timeline.entry(&entry_id(row));
            [Read::Get { key }, hidden]
        });
        let mut answers = self.engine.read(reads.collect()).await?.into_iter();
        let standings = rows.iter().filter_map(|row| {
            let (value, hidden) = (answers.next()?.value(), answers.next()?.score());
            let record = EntryRecord::decode(&value?)?;
            Some(Standing {
                beside: Beside {
                    hidden: hidden.is_some(),
                    root: false,
                },
                ..Standing::alone(entry_id(row), record)
            })
        });
        Ok(standings.collect())
    }
}
