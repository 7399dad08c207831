//! The changes of one job, gathered before any of them happens.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    time::Duration,
};

use bytes::Bytes;

use super::{
    disk::Disk,
    layout::{self, Layout, Lent},
    reading::corrupt,
};
use crate::{
    model::Incarnation,
    store::{
        StoreError,
        engine::{Commit, Part, Row, Swap, Swapped, Write},
        record::{
            AppendOutcome, AppendStep, Head,
            append::{Decision, decide},
        },
    },
};

/// Changes that are made together or not at all. Later ones of one draft see the earlier ones.
///
/// There may be one draft at a time: it relies on nothing else changing the database meanwhile, which is why
/// only the committer makes drafts.
pub(super) struct Draft<'a> {
    disk: &'a Disk,
    layout: &'a Layout,
    now_us: u64,
    changes: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
}

impl<'a> Draft<'a> {
    /// A draft without changes.
    pub(super) fn new(disk: &'a Disk, layout: &'a Layout, now_us: u64) -> Self {
        Self {
            disk,
            layout,
            now_us,
            changes: BTreeMap::new(),
        }
    }

    /// Makes the changes. Says whether there were any.
    pub(super) fn finish(self) -> Result<bool, StoreError> {
        let any = !self.changes.is_empty();
        self.disk.write(self.changes)?;
        Ok(any)
    }

    /// Adds the changes of one write.
    pub(super) fn apply(&mut self, write: &Write) -> Result<(), StoreError> {
        match write {
            Write::Set { key, value, life } => self.set(key, value, *life),
            Write::SetAbsent { key, value } => self.set_absent(key, value),
            Write::Delete { key } => self.delete(key),
            Write::AddRow { key, row } => self.add_row(key, row),
            Write::RemoveRow { key, member } => self.remove_row(key, member),
            Write::RemoveRows { key, through } => self.remove_rows(key, *through),
            Write::AddMember { key, member } => {
                self.change_set(key, member, |members| members.insert(member.clone()))
            }
            Write::RemoveMember { key, member } => {
                self.change_set(key, member, |members| members.remove(member))
            }
        }
    }

    /// Adds a swap, if what it expects is there.
    pub(super) fn swap(&mut self, swap: &Swap) -> Result<Swapped, StoreError> {
        if self.string(&swap.key)? != swap.expected {
            return Ok(Swapped::No);
        }
        match &swap.new {
            Some(new) => self.set(&swap.key, new, swap.life)?,
            None => self.remove(self.layout.string(&swap.key))?,
        }
        Ok(Swapped::Yes)
    }

    /// Adds a commit, if what it expects is there.
    pub(super) fn commit(&mut self, commit: &Commit) -> Result<Swapped, StoreError> {
        let swapped = self.swap(&commit.swap())?;
        if swapped == Swapped::Yes {
            commit.parts.iter().try_for_each(|part| self.make(part))?;
        }
        Ok(swapped)
    }

    fn make(&mut self, part: &Part) -> Result<(), StoreError> {
        match part {
            Part::SetAbsent { key, value } => self.set_absent(key, value),
            Part::Replace { key, expected, new } => {
                if self.string(key)?.as_ref() == Some(expected) {
                    self.set(key, new, None)?;
                }
                Ok(())
            }
            Part::AddRow { key, row } => self.add_row(key, row),
        }
    }

    fn set_absent(&mut self, key: &str, value: &Bytes) -> Result<(), StoreError> {
        match self.string(key)? {
            None => self.set(key, value, None),
            Some(_) => Ok(()),
        }
    }

    /// Adds an entry to a timeline, if the rules let it.
    pub(super) fn append(&mut self, step: &AppendStep) -> Result<AppendOutcome, StoreError> {
        let (head_key, entry_key) = (step.timeline.head(), step.timeline.entry(&step.id));
        let (head, entry) = (self.string(&head_key)?, self.string(&entry_key)?);
        let decision = decide(step, head.as_ref(), entry.as_ref(), self.now_us);
        let mut outcome = match decision {
            Some(Decision::Answer(outcome)) => outcome,
            Some(Decision::Commit(commit, placed)) => {
                self.set(&commit.key, &commit.head.encode(), None)?;
                commit.parts.iter().try_for_each(|part| self.make(part))?;
                AppendOutcome::Placed(placed)
            }
            None if head.is_some_and(|head| Head::decode(&head).is_none()) => {
                return Err(corrupt(&head_key));
            }
            None => return Err(corrupt(&entry_key)),
        };
        if let AppendOutcome::Placed(placed) = &mut outcome {
            placed.gateways = self.gateways(&step.timeline.gateways())?;
        }
        Ok(outcome)
    }

    /// Adds the removal of strings whose life is over, of at most `limit`.
    pub(super) fn sweep(&mut self, limit: usize) -> Result<(), StoreError> {
        let ends: Vec<_> = self
            .disk
            .keys(layout::ends(self.now_us), limit)
            .collect::<Result<_, _>>()?;
        for end in ends {
            let Some((end_us, string)) = layout::read_end(&end) else {
                continue;
            };
            // It may have been set again since, with another life or none.
            let stored = self.get(&string)?;
            let lent = stored.as_deref().and_then(Lent::decode);
            if lent.is_some_and(|lent| lent.end_us == end_us) {
                self.changes.insert(string, None);
            }
            self.changes.insert(end.to_vec(), None);
        }
        Ok(())
    }

    fn gateways(&self, key: &str) -> Result<Vec<Incarnation>, StoreError> {
        let gateway = |member: Bytes| Incarnation::parse(std::str::from_utf8(&member).ok()?);
        Ok(self.members(key)?.into_iter().filter_map(gateway).collect())
    }

    fn members(&self, key: &str) -> Result<BTreeSet<Bytes>, StoreError> {
        let Some(stored) = self.get(&self.layout.set(key))? else {
            return Ok(BTreeSet::new());
        };
        layout::read_set(&stored).ok_or_else(|| corrupt(key))
    }

    fn change_set(
        &mut self,
        key: &str,
        member: &[u8],
        change: impl FnOnce(&mut BTreeSet<Bytes>) -> bool,
    ) -> Result<(), StoreError> {
        self.layout.check(key, member, 0)?;
        let mut members = self.members(key)?;
        if change(&mut members) {
            let stored = (!members.is_empty()).then(|| layout::write_set(&members));
            self.changes.insert(self.layout.set(key), stored);
        }
        Ok(())
    }

    fn string(&self, key: &str) -> Result<Option<Bytes>, StoreError> {
        self.layout.check(key, &[], 0)?;
        let Some(stored) = self.get(&self.layout.string(key))? else {
            return Ok(None);
        };
        Ok(Lent::decode(&stored)
            .ok_or_else(|| corrupt(key))?
            .at(self.now_us))
    }

    fn set(&mut self, key: &str, value: &Bytes, life: Option<Duration>) -> Result<(), StoreError> {
        self.layout.check(key, &[], 0)?;
        let string = self.layout.string(key);
        let end_us = life.map_or(0, |life| self.now_us.saturating_add(whole_seconds_us(life)));
        if end_us != 0 {
            self.forget_end(&string)?;
            self.put(layout::end(end_us, &string), Vec::new());
        }
        self.put(
            string,
            Lent {
                end_us,
                value: value.clone(),
            }
            .encode(),
        );
        Ok(())
    }

    /// Takes out the end of the life that is there. Only needed where lives are prolonged again and again,
    /// for an end that is no longer true is recognised by the sweep.
    fn forget_end(&mut self, string: &[u8]) -> Result<(), StoreError> {
        let old = self.get(string)?.as_deref().and_then(Lent::decode);
        match old {
            Some(old) if old.end_us != 0 => self.remove(layout::end(old.end_us, string)),
            _ => Ok(()),
        }
    }

    fn delete(&mut self, key: &str) -> Result<(), StoreError> {
        self.layout.check(key, &[], 0)?;
        self.remove(self.layout.string(key))?;
        self.remove(self.layout.set(key))?;
        self.remove_rows(key, u64::MAX)
    }

    fn add_row(&mut self, key: &str, row: &Row) -> Result<(), StoreError> {
        self.layout.check(key, &row.member, row.score)?;
        self.remove_row(key, &row.member)?;
        self.put(self.layout.row(key, row.score, &row.member), Vec::new());
        self.put(
            self.layout.score(key, &row.member),
            row.score.to_be_bytes().to_vec(),
        );
        Ok(())
    }

    fn remove_row(&mut self, key: &str, member: &[u8]) -> Result<(), StoreError> {
        self.layout.check(key, member, 0)?;
        let index = self.layout.score(key, member);
        let Some(score) = self.get(&index)? else {
            return Ok(());
        };
        let score = <[u8; 8]>::try_from(&score[..]).map_err(|_| corrupt(key))?;
        self.changes.insert(
            self.layout.row(key, u64::from_be_bytes(score), member),
            None,
        );
        self.changes.insert(index, None);
        Ok(())
    }

    fn remove_rows(&mut self, key: &str, through: u64) -> Result<(), StoreError> {
        for row in self.keys(self.layout.rows(key, 0, through))? {
            let (_, member) = self
                .layout
                .read_row(key, &row)
                .ok_or_else(|| corrupt(key))?;
            self.changes.insert(self.layout.score(key, member), None);
            self.changes.insert(row, None);
        }
        Ok(())
    }

    fn put(&mut self, key: Vec<u8>, value: Vec<u8>) {
        self.changes.insert(key, Some(value));
    }

    /// Removes a key, if it is there: a removal of nothing would be kept and stepped over all the same.
    fn remove(&mut self, key: Vec<u8>) -> Result<(), StoreError> {
        if self.get(&key)?.is_some() {
            self.changes.insert(key, None);
        }
        Ok(())
    }

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        match self.changes.get(key) {
            Some(value) => Ok(value.clone()),
            None => Ok(self.disk.get(key)?.map(|value| value.to_vec())),
        }
    }

    fn keys(&self, range: Range<Vec<u8>>) -> Result<BTreeSet<Vec<u8>>, StoreError> {
        let stored = self.disk.keys(range.clone(), usize::MAX);
        let mut keys: BTreeSet<_> = stored
            .map(|key| key.map(|key| key.to_vec()))
            .collect::<Result<_, _>>()?;
        for (key, value) in self.changes.range(range) {
            match value {
                Some(_) => keys.insert(key.clone()),
                None => keys.remove(key),
            };
        }
        Ok(keys)
    }
}

fn whole_seconds_us(life: Duration) -> u64 {
    life.as_secs().saturating_mul(1_000_000)
}
