//! Answers to reads.

use bytes::Bytes;

use super::{
    disk::View,
    layout::{self, Layout, Lent},
};
use crate::store::{
    StoreError,
    engine::{Answer, Order, Read, Row},
};

/// One call of reads: all of them see the database at one moment.
pub(super) struct Reading<'a> {
    /// The database at that moment.
    pub(super) view: View<'a>,
    /// How keys are spelled.
    pub(super) layout: &'a Layout,
    /// The time at that moment.
    pub(super) now_us: u64,
}

impl Reading<'_> {
    /// Answers one read.
    pub(super) fn answer(&self, read: &Read) -> Result<Answer, StoreError> {
        match read {
            Read::Get { key } | Read::Head { key } => self.value(key).map(Answer::Value),
            Read::Rows {
                key,
                from,
                through,
                limit,
                order,
            } => self
                .rows(key, *from, *through, *limit, *order)
                .map(Answer::Rows),
            Read::Count { key, from, through } => self.count(key, *from, *through),
            Read::Score { key, member } => self.score(key, member).map(Answer::Score),
            Read::Members { key } => self.members(key).map(Answer::Members),
        }
    }

    fn value(&self, key: &str) -> Result<Option<Bytes>, StoreError> {
        if !self.layout.fits(key, &[]) {
            return Ok(None);
        }
        let Some(stored) = self.view.get(&self.layout.string(key))? else {
            return Ok(None);
        };
        let lent = Lent::decode(&stored).ok_or_else(|| corrupt(key))?;
        Ok(lent.at(self.now_us))
    }

    fn rows(
        &self,
        key: &str,
        from: u64,
        through: u64,
        limit: usize,
        order: Order,
    ) -> Result<Vec<Row>, StoreError> {
        let keys = self.view.keys(self.layout.rows(key, from, through));
        let row = |found: Result<fjall::Slice, StoreError>| {
            let found = found?;
            let (score, member) = self
                .layout
                .read_row(key, &found)
                .ok_or_else(|| corrupt(key))?;
            Ok(Row {
                score,
                member: Bytes::copy_from_slice(member),
            })
        };
        match order {
            Order::Rising => keys.take(limit).map(row).collect(),
            Order::Falling => keys.rev().take(limit).map(row).collect(),
        }
    }

    fn count(&self, key: &str, from: u64, through: u64) -> Result<Answer, StoreError> {
        let mut keys = self.view.keys(self.layout.rows(key, from, through));
        let count = keys.try_fold(0, |count, found| found.map(|_| count + 1))?;
        Ok(Answer::Count(count))
    }

    fn score(&self, key: &str, member: &[u8]) -> Result<Option<u64>, StoreError> {
        if !self.layout.fits(key, member) {
            return Ok(None);
        }
        let Some(stored) = self.view.get(&self.layout.score(key, member))? else {
            return Ok(None);
        };
        let score = <[u8; 8]>::try_from(&stored[..]).map_err(|_| corrupt(key))?;
        Ok(Some(u64::from_be_bytes(score)))
    }

    fn members(&self, key: &str) -> Result<Vec<Bytes>, StoreError> {
        if !self.layout.fits(key, &[]) {
            return Ok(Vec::new());
        }
        let Some(stored) = self.view.get(&self.layout.set(key))? else {
            return Ok(Vec::new());
        };
        let members = layout::read_set(&stored).ok_or_else(|| corrupt(key))?;
        Ok(members.into_iter().collect())
    }
}

/// What stands under `key` was not written by this engine.
pub(super) fn corrupt(key: &str) -> StoreError {
    StoreError::Corrupt {
        key: key.to_owned(),
    }
}
