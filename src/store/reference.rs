//! What an engine shall be, so small that a reader can hold it in the head: three maps.
//!
//! The embedded engine is compared with it, and gateways are simulated over it.

#![allow(
    clippy::unwrap_used,
    reason = "in a test, whatever cannot be had is a failure"
)]

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;

use super::{
    StoreError,
    engine::{Answer, Commit, Order, Part, Read, Row, Swap, Swapped, Write},
    record::{
        AppendOutcome, AppendStep,
        append::{Decision, decide},
    },
};
use crate::model::Incarnation;

/// A string and when its life ends, in microseconds.
#[derive(Debug, Clone)]
struct Lent {
    value: Bytes,
    end_us: u64,
}

/// Three maps. Every method is told what time it is.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reference {
    strings: BTreeMap<String, Lent>,
    sorted: BTreeMap<String, BTreeMap<Bytes, u64>>,
    sets: BTreeMap<String, BTreeSet<Bytes>>,
}

impl Reference {
    /// Answers one read.
    pub(crate) fn read(&self, read: &Read, now_us: u64) -> Answer {
        match read {
            Read::Get { key } | Read::Head { key } => Answer::Value(self.string(key, now_us)),
            Read::Rows {
                key,
                from,
                through,
                limit,
                order,
            } => {
                let mut rows = self.rows(key, *from, *through);
                if *order == Order::Falling {
                    rows.reverse();
                }
                rows.truncate(*limit);
                Answer::Rows(rows)
            }
            Read::Count { key, from, through } => {
                Answer::Count(self.rows(key, *from, *through).len() as u64)
            }
            Read::Score { key, member } => {
                let score = self.sorted.get(key).and_then(|rows| rows.get(member));
                Answer::Score(score.copied())
            }
            Read::Members { key } => Answer::Members(self.members(key).cloned().collect()),
        }
    }

    /// Does one write.
    pub(crate) fn write(&mut self, write: &Write, now_us: u64) {
        match write.clone() {
            Write::Set { key, value, life } => {
                let end_us = life.map_or(u64::MAX, |life| {
                    now_us + u64::try_from(life.as_micros()).unwrap()
                });
                self.strings.insert(key, Lent { value, end_us });
            }
            Write::SetAbsent { key, value } => {
                if self.string(&key, now_us).is_none() {
                    let end_us = u64::MAX;
                    self.strings.insert(key, Lent { value, end_us });
                }
            }
            Write::Delete { key } => {
                self.strings.remove(&key);
                self.sorted.remove(&key);
                self.sets.remove(&key);
            }
            Write::AddRow { key, row } => {
                self.sorted
                    .entry(key)
                    .or_default()
                    .insert(row.member, row.score);
            }
            Write::RemoveRow { key, member } => {
                self.sorted.entry(key).or_default().remove(&member);
            }
            Write::RemoveRows { key, through } => {
                self.sorted
                    .entry(key)
                    .or_default()
                    .retain(|_, score| *score > through);
            }
            Write::AddMember { key, member } => {
                self.sets.entry(key).or_default().insert(member);
            }
            Write::RemoveMember { key, member } => {
                self.sets.entry(key).or_default().remove(&member);
            }
        }
    }

    /// Compares and sets.
    pub(crate) fn swap(&mut self, swap: &Swap, now_us: u64) -> Swapped {
        if self.string(&swap.key, now_us) != swap.expected {
            return Swapped::No;
        }
        let Swap { key, new, life, .. } = swap.clone();
        match new {
            Some(value) => self.write(&Write::Set { key, value, life }, now_us),
            None => drop(self.strings.remove(&key)),
        }
        Swapped::Yes
    }

    /// Compares and sets a head, with the parts that belong to it.
    pub(crate) fn commit(&mut self, commit: &Commit, now_us: u64) -> Swapped {
        let swapped = self.swap(&commit.swap(), now_us);
        if swapped == Swapped::Yes {
            for part in &commit.parts {
                self.make(part, now_us);
            }
        }
        swapped
    }

    fn make(&mut self, part: &Part, now_us: u64) {
        match part.clone() {
            Part::SetAbsent { key, value } => {
                self.write(&Write::SetAbsent { key, value }, now_us);
            }
            Part::AddRow { key, row } => self.write(&Write::AddRow { key, row }, now_us),
            Part::Replace { key, expected, new } => {
                let swap = Swap {
                    key,
                    expected: Some(expected),
                    new: Some(new),
                    life: None,
                };
                self.swap(&swap, now_us);
            }
        }
    }

    /// Appends, if the rules let it.
    pub(crate) fn append(
        &mut self,
        step: &AppendStep,
        now_us: u64,
    ) -> Result<AppendOutcome, StoreError> {
        let (head_key, entry_key) = (step.timeline.head(), step.timeline.entry(&step.id));
        let (head, entry) = (
            self.string(&head_key, now_us),
            self.string(&entry_key, now_us),
        );
        let decision = decide(step, head.as_ref(), entry.as_ref(), now_us);
        let mut outcome = match decision.ok_or(StoreError::Corrupt { key: head_key })? {
            Decision::Answer(outcome) => outcome,
            Decision::Commit(commit, placed) => {
                self.commit(&commit, now_us);
                AppendOutcome::Placed(placed)
            }
        };
        if let AppendOutcome::Placed(placed) = &mut outcome {
            let members = self.members(&step.timeline.gateways());
            let gateway = |member: &Bytes| Incarnation::parse(std::str::from_utf8(member).ok()?);
            placed.gateways = members.filter_map(gateway).collect();
        }
        Ok(outcome)
    }

    fn string(&self, key: &str, now_us: u64) -> Option<Bytes> {
        let lent = self.strings.get(key)?;
        (lent.end_us > now_us).then(|| lent.value.clone())
    }

    fn members<'a>(&'a self, key: &str) -> impl Iterator<Item = &'a Bytes> + use<'a> {
        self.sets.get(key).into_iter().flatten()
    }

    fn rows(&self, key: &str, from: u64, through: u64) -> Vec<Row> {
        let rows = self.sorted.get(key).into_iter().flatten();
        let mut rows: Vec<_> = rows
            .filter(|(_, score)| (from..=through).contains(*score))
            .map(|(member, score)| Row {
                score: *score,
                member: member.clone(),
            })
            .collect();
        rows.sort_by(|a, b| (a.score, &a.member).cmp(&(b.score, &b.member)));
        rows
    }
}
