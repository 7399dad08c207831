//! Pages of a chat's change timeline.

use crate::{
    model::{ChangeId, ChatId, Stamp},
    store::{
        StoreError,
        chats::Chats,
        engine::{Read, Row},
        index::{Seek, Track},
        keys,
        record::{ChangeRecord, Head},
    },
};

/// A page of a chat's change timeline.
#[derive(Debug)]
pub struct ChangePage {
    /// Ascending: position, position of the one before, and the record unless it cannot be read.
    pub changes: Vec<(Stamp, Stamp, Option<ChangeRecord>)>,
    /// Whether there are more.
    pub has_more: bool,
    /// Whether a change stands at the very stamp that the page begins after.
    pub anchored: bool,
}

impl ChangePage {
    /// Position of the last change before this page; none when the page is empty or cannot tell.
    #[must_use]
    pub fn begins_after(&self) -> Option<Stamp> {
        let (.., record) = self.changes.first()?;
        record.as_ref().map(|record| record.prev)
    }
}

impl Chats {
    /// A page of the change timeline: up to `limit` changes right after a stamp, in two round trips.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn changes(
        &self,
        chat: &ChatId,
        head: &Head,
        after: Stamp,
        limit: usize,
    ) -> Result<ChangePage, StoreError> {
        let track = Track::Changes(chat.clone());
        let seek = Seek::After(after);
        let found = track.locate(self.engine.as_ref(), head, seek).await?;
        let segment = match found {
            Some(segment) => segment,
            None => self.first_kept(&track).await?,
        };
        let rows = track
            .rows(self.engine.as_ref(), head, segment, seek, limit)
            .await?;
        let records = self.records(chat, &rows.found).await?;
        let mut prev = after;
        let changes = rows
            .found
            .iter()
            .zip(records)
            .map(|(row, record)| {
                let stamp = Stamp::from_micros(row.score);
                let before = record.as_ref().map_or(prev, |record| record.prev);
                prev = stamp;
                (stamp, before, record)
            })
            .collect();
        Ok(ChangePage {
            changes,
            has_more: rows.has_more,
            anchored: rows.anchored,
        })
    }

    /// The first change segment that retention has left.
    async fn first_kept(&self, track: &Track) -> Result<u64, StoreError> {
        let found = self.engine.ask(track.find_first()).await?;
        Ok(Track::number_of(found).unwrap_or(0))
    }

    async fn records(
        &self,
        chat: &ChatId,
        rows: &[Row],
    ) -> Result<Vec<Option<ChangeRecord>>, StoreError> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let reads = rows
            .iter()
            .map(|row| {
                let id = std::str::from_utf8(&row.member)
                    .ok()
                    .and_then(ChangeId::parse);
                Read::Get {
                    key: keys::change(chat, &id.unwrap_or_else(ChangeId::absent)),
                }
            })
            .collect();
        let answers = self.engine.read(reads).await?;
        Ok(answers
            .into_iter()
            .map(|answer| {
                answer
                    .value()
                    .and_then(|value| ChangeRecord::decode(&value))
            })
            .collect())
    }
}
