//! Makes true what a head carries.

use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};

use super::{Helper, Plain, pending::Pending};
use crate::store::{
    StoreError,
    engine::{Answer, Part, Read, Swap, Write},
    record::{EntryRecord, Head},
};

/// Whoever has finished a head this long after it was read looks at the floor again: what it wrote may have been
/// dropped meanwhile.
const PAUSED: Duration = Duration::from_secs(10);
/// Heads finished at once.
const PARALLEL: usize = 16;

impl<P: Plain> Helper<P> {
    /// Makes true what `raw`, read at `since` or nobody knows when, carries; unless this process knows that it
    /// is.
    pub(super) async fn finish_unless_known(
        &self,
        key: &str,
        raw: &Bytes,
        since: Option<Instant>,
    ) -> Result<(), StoreError> {
        if self.applied.knows(key, raw, self.applied.moment()) {
            return Ok(());
        }
        let pending = Pending::of(raw).ok_or_else(|| corrupt(key))?;
        self.make(key, pending, since).await?;
        self.applied.note(key, raw);
        Ok(())
    }

    /// Makes true what this process has put into the head, having begun at `since`. What fails is left to whoever
    /// comes next.
    pub(super) async fn finish_own(
        &self,
        key: &str,
        raw: &Bytes,
        pending: Pending,
        since: Instant,
    ) {
        match self.make(key, pending, Some(since)).await {
            Ok(()) => self.applied.note(key, raw),
            Err(error) => tracing::debug!(key, %error, "left for the next one to finish"),
        }
    }

    /// Makes true what many heads, read at `since`, carry; most of them are, and that is seen first.
    pub(super) async fn finish_all(
        &self,
        heads: Vec<(String, Bytes)>,
        since: Instant,
    ) -> Result<(), StoreError> {
        let mut unfinished = Vec::with_capacity(heads.len());
        let mut shown = Vec::new();
        for (key, raw) in heads {
            let pending = Pending::of(&raw).ok_or_else(|| corrupt(&key))?;
            if let Some((rows, row)) = pending.last_row() {
                shown.push(Read::Score {
                    key: rows.to_owned(),
                    member: row.member.clone(),
                });
            }
            unfinished.push((key, raw, pending));
        }
        let mut shown = self.store.read(shown).await?.into_iter().map(Answer::score);
        unfinished.retain(|(key, raw, pending)| {
            let row = pending.last_row().map(|(_, row)| row.score);
            let is_finished = row.is_some() && shown.next().flatten() == row;
            if is_finished {
                self.applied.note(key, raw);
            }
            !is_finished
        });
        stream::iter(unfinished)
            .map(|(key, raw, pending)| async move {
                self.make(&key, pending, Some(since)).await?;
                self.applied.note(&key, &raw);
                Ok(())
            })
            .buffer_unordered(PARALLEL)
            .try_collect()
            .await
    }

    /// Does all that `pending` says, the last part when the others are known to be done.
    async fn make(
        &self,
        key: &str,
        pending: Pending,
        since: Option<Instant>,
    ) -> Result<(), StoreError> {
        let mut parts = pending.parts.clone();
        let last = parts.pop();
        self.make_parts(parts).await?;
        self.make_parts(last.into_iter().collect()).await?;
        let is_late = since.is_none_or(|since| self.clock.monotonic() - since > PAUSED);
        if pending.appended && is_late {
            self.drop_below_floor(key, pending.parts).await?;
        }
        Ok(())
    }

    /// Does these parts in order; stops at the first that fails.
    async fn make_parts(&self, parts: Vec<Part>) -> Result<(), StoreError> {
        let mut writes = Vec::new();
        for part in parts {
            match part {
                Part::SetAbsent { key, value } => writes.push(Write::SetAbsent { key, value }),
                Part::AddRow { key, row } => writes.push(Write::AddRow { key, row }),
                Part::Replace { key, expected, new } => {
                    self.write(&mut writes).await?;
                    let swap = Swap {
                        key,
                        expected: Some(expected),
                        new: Some(new),
                        life: None,
                    };
                    // Something else is there: it was done before, and others have gone on since.
                    self.store.swap(swap).await?;
                }
            }
        }
        self.write(&mut writes).await
    }

    async fn write(&self, writes: &mut Vec<Write>) -> Result<(), StoreError> {
        if writes.is_empty() {
            return Ok(());
        }
        self.store.write(std::mem::take(writes)).await
    }

    /// Takes back what came so late that retention had dropped it already.
    async fn drop_below_floor(&self, key: &str, parts: Vec<Part>) -> Result<(), StoreError> {
        let read = Read::Get {
            key: key.to_owned(),
        };
        let answers = self.store.read(vec![read]).await?;
        let raw = answers.into_iter().next().and_then(Answer::value);
        let Some(head) = raw.as_deref().and_then(Head::decode) else {
            return Ok(());
        };
        let dropped = parts.into_iter().filter_map(|part| match part {
            Part::SetAbsent { key, value } => {
                let stamp = EntryRecord::decode(&value)?.stamp;
                (stamp <= head.floor).then_some(Write::Delete { key })
            }
            Part::AddRow { key, row } => {
                let member = row.member;
                (row.score <= head.floor.get()).then_some(Write::RemoveRow { key, member })
            }
            Part::Replace { .. } => None,
        });
        self.write(&mut dropped.collect()).await
    }
}

pub(super) fn corrupt(key: &str) -> StoreError {
    StoreError::Corrupt {
        key: key.to_owned(),
    }
}
