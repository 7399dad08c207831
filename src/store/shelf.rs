//! A store that a reader can hold in the head, for tests that look into it and copy it.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;

use super::engine::{Answer, Order, Read, Row, Swap, Swapped, Write};

/// Everything there is: three maps.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Shelf {
    pub(super) strings: BTreeMap<String, Bytes>,
    pub(super) sorted: BTreeMap<String, BTreeMap<Bytes, u64>>,
    pub(super) sets: BTreeMap<String, BTreeSet<Bytes>>,
}

impl Shelf {
    /// As the engine does it.
    pub(super) fn write(&mut self, write: &Write) {
        match write.clone() {
            Write::Set { key, value, .. } => drop(self.strings.insert(key, value)),
            Write::SetAbsent { key, value } => drop(self.strings.entry(key).or_insert(value)),
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
            Write::RemoveRow { key, member } => self.keep_rows(&key, |row, _| *row != member),
            Write::RemoveRows { key, through } => {
                self.keep_rows(&key, |_, score| score > through);
            }
            Write::AddMember { key, member } => {
                self.sets.entry(key).or_default().insert(member);
            }
            Write::RemoveMember { key, member } => {
                let members = self.sets.entry(key.clone()).or_default();
                members.remove(&member);
                if members.is_empty() {
                    self.sets.remove(&key);
                }
            }
        }
    }

    /// As the engine does it.
    pub(super) fn swap(&mut self, swap: Swap) -> Swapped {
        if self.strings.get(&swap.key) != swap.expected.as_ref() {
            return Swapped::No;
        }
        match swap.new {
            Some(new) => self.strings.insert(swap.key, new),
            None => self.strings.remove(&swap.key),
        };
        Swapped::Yes
    }

    /// Keeps some rows of a sorted set; without rows there is no such set.
    fn keep_rows(&mut self, key: &str, keep: impl Fn(&Bytes, u64) -> bool) {
        let Some(rows) = self.sorted.get_mut(key) else {
            return;
        };
        rows.retain(|member, score| keep(member, *score));
        if rows.is_empty() {
            self.sorted.remove(key);
        }
    }

    /// Rows of a sorted set, lowest score first.
    pub(super) fn rows(&self, key: &str, from: u64, through: u64) -> Vec<Row> {
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

    /// As the engine does it.
    pub(super) fn read(&self, read: &Read) -> Answer {
        match read {
            Read::Get { key } | Read::Head { key } => Answer::Value(self.strings.get(key).cloned()),
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
            Read::Members { key } => {
                Answer::Members(self.sets.get(key).into_iter().flatten().cloned().collect())
            }
        }
    }
}
