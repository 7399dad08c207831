//! A way to write rules in few words: an engine, seen through keys that nobody else has.

use std::time::Duration;

use bytes::Bytes;

use crate::{
    clock::{Random, SystemRandomness},
    model::Epoch,
    store::{
        Engine,
        engine::{Commit, Order, Part, Read, Row, Swap, Swapped, Write},
        record::Head,
    },
};

/// A random word: 22 characters that are good in every identifier.
pub(super) fn word() -> String {
    let mut bytes = [0; 16];
    SystemRandomness::new().fill(&mut bytes);
    data_encoding::BASE64URL_NOPAD.encode(&bytes)
}

/// Shorthand for bytes that are written down in a rule.
pub(super) fn bytes(text: &'static str) -> Bytes {
    Bytes::from_static(text.as_bytes())
}

/// A row, written down shortly.
pub(super) fn row(score: u64, member: &'static str) -> Row {
    Row {
        score,
        member: bytes(member),
    }
}

fn head(ordinal: u64) -> Head {
    Head {
        ordinal,
        ..Head::new(Epoch::from_bytes(b"probe"))
    }
}

/// An engine and one slot of its own. Names of keys are relative to the slot.
pub(super) struct Probe<'a> {
    /// The engine under test.
    pub(super) engine: &'a dyn Engine,
    slot: String,
}

impl<'a> Probe<'a> {
    /// A slot that nobody has used.
    pub(super) fn new(engine: &'a dyn Engine) -> Self {
        Self {
            engine,
            slot: format!("{{t:{}}}", word()),
        }
    }

    /// The full key of `name`.
    pub(super) fn key(&self, name: &str) -> String {
        format!("{}:{name}", self.slot)
    }

    /// Writes, and expects success.
    pub(super) async fn write(&self, writes: impl IntoIterator<Item = Write>) {
        self.engine
            .write(writes.into_iter().collect())
            .await
            .unwrap();
    }

    /// A write of a string that stays.
    pub(super) fn setting(&self, name: &str, value: &'static str) -> Write {
        Write::Set {
            key: self.key(name),
            value: bytes(value),
            life: None,
        }
    }

    /// A write of a string that goes after so many seconds.
    pub(super) fn lending(&self, name: &str, value: &'static str, seconds: u64) -> Write {
        let life = Some(Duration::from_secs(seconds));
        Write::Set {
            key: self.key(name),
            value: bytes(value),
            life,
        }
    }

    /// A write of a string where there is none.
    pub(super) fn claiming(&self, name: &str, value: &'static str) -> Write {
        Write::SetAbsent {
            key: self.key(name),
            value: bytes(value),
        }
    }

    /// A removal of a key.
    pub(super) fn deleting(&self, name: &str) -> Write {
        Write::Delete {
            key: self.key(name),
        }
    }

    /// A write of a row.
    pub(super) fn adding(&self, name: &str, score: u64, member: &'static str) -> Write {
        Write::AddRow {
            key: self.key(name),
            row: row(score, member),
        }
    }

    /// A removal of a row.
    pub(super) fn removing(&self, name: &str, member: &'static str) -> Write {
        Write::RemoveRow {
            key: self.key(name),
            member: bytes(member),
        }
    }

    /// A removal of the rows up to a score.
    pub(super) fn trimming(&self, name: &str, through: u64) -> Write {
        Write::RemoveRows {
            key: self.key(name),
            through,
        }
    }

    /// A write of a member.
    pub(super) fn joining(&self, name: &str, member: &'static str) -> Write {
        Write::AddMember {
            key: self.key(name),
            member: bytes(member),
        }
    }

    /// A removal of a member.
    pub(super) fn leaving(&self, name: &str, member: &'static str) -> Write {
        Write::RemoveMember {
            key: self.key(name),
            member: bytes(member),
        }
    }

    /// The value of a string.
    pub(super) async fn get(&self, name: &str) -> Option<Bytes> {
        let answers = self
            .engine
            .read(vec![Read::Get {
                key: self.key(name),
            }])
            .await
            .unwrap();
        answers.into_iter().next().unwrap().value()
    }

    /// The value of the head.
    async fn head(&self) -> Option<Bytes> {
        let key = self.key("head");
        let answers = self.engine.read(vec![Read::Head { key }]).await.unwrap();
        answers.into_iter().next().unwrap().value()
    }

    /// All rows of a sorted set, lowest score first.
    pub(super) async fn rows(&self, name: &str) -> Vec<Row> {
        self.range(name, 0, u64::MAX, usize::MAX, Order::Rising)
            .await
    }

    /// Some rows of a sorted set.
    pub(super) async fn range(
        &self,
        name: &str,
        from: u64,
        through: u64,
        limit: usize,
        order: Order,
    ) -> Vec<Row> {
        let read = Read::Rows {
            key: self.key(name),
            from,
            through,
            limit,
            order,
        };
        self.engine
            .read(vec![read])
            .await
            .unwrap()
            .into_iter()
            .next()
            .unwrap()
            .rows()
    }

    /// How many rows have a score between two.
    pub(super) async fn count(&self, name: &str, from: u64, through: u64) -> u64 {
        let read = Read::Count {
            key: self.key(name),
            from,
            through,
        };
        self.engine
            .read(vec![read])
            .await
            .unwrap()
            .into_iter()
            .next()
            .unwrap()
            .count()
    }

    /// Score of one member.
    pub(super) async fn score(&self, name: &str, member: &'static str) -> Option<u64> {
        let read = Read::Score {
            key: self.key(name),
            member: bytes(member),
        };
        self.engine
            .read(vec![read])
            .await
            .unwrap()
            .into_iter()
            .next()
            .unwrap()
            .score()
    }

    /// All members of a set, sorted.
    pub(super) async fn members(&self, name: &str) -> Vec<Bytes> {
        let answers = self
            .engine
            .read(vec![Read::Members {
                key: self.key(name),
            }])
            .await
            .unwrap();
        let mut members = answers.into_iter().next().unwrap().members();
        members.sort();
        members
    }

    /// A compare-and-set whose new value stays.
    pub(super) fn swapping(
        &self,
        name: &str,
        expected: Option<&'static str>,
        new: Option<&'static str>,
    ) -> Swap {
        Swap {
            key: self.key(name),
            expected: expected.map(bytes),
            new: new.map(bytes),
            life: None,
        }
    }

    /// Runs [`Probe::swapping`].
    pub(super) async fn swap(
        &self,
        name: &str,
        expected: Option<&'static str>,
        new: Option<&'static str>,
    ) -> Swapped {
        self.engine
            .swap(self.swapping(name, expected, new))
            .await
            .unwrap()
    }

    /// A commit that makes a head of ordinal `ordinal`, if the head has ordinal `expected`.
    pub(super) async fn committing(
        &self,
        expected: Option<u64>,
        ordinal: u64,
        parts: impl IntoIterator<Item = Part>,
    ) -> Commit {
        let raw = self.head().await;
        let found = raw.as_deref().and_then(Head::decode);
        let raw = raw.filter(|_| found.map(|head| head.ordinal) == expected);
        let other = expected.map(|ordinal| head(ordinal).encode());
        Commit {
            key: self.key("head"),
            expected: raw.or(other),
            head: head(ordinal),
            parts: parts.into_iter().collect(),
        }
    }

    /// Runs [`Probe::committing`].
    pub(super) async fn commit(
        &self,
        expected: Option<u64>,
        ordinal: u64,
        parts: impl IntoIterator<Item = Part>,
    ) -> Swapped {
        let commit = self.committing(expected, ordinal, parts).await;
        self.engine.commit(commit).await.unwrap()
    }

    /// Ordinal of the head.
    pub(super) async fn ordinal(&self) -> Option<u64> {
        let head = self.head().await?;
        Some(Head::decode(&head).unwrap().ordinal)
    }

    /// A part that sets a string where there is none.
    pub(super) fn first(&self, name: &str, value: &'static str) -> Part {
        Part::SetAbsent {
            key: self.key(name),
            value: bytes(value),
        }
    }

    /// A part that replaces a string.
    pub(super) fn replacing(&self, name: &str, expected: &'static str, new: &'static str) -> Part {
        Part::Replace {
            key: self.key(name),
            expected: bytes(expected),
            new: bytes(new),
        }
    }

    /// A part that adds a row.
    pub(super) fn listing(&self, name: &str, score: u64, member: &'static str) -> Part {
        Part::AddRow {
            key: self.key(name),
            row: row(score, member),
        }
    }

    /// Waits until a string with a short life is gone.
    pub(super) async fn until_gone(&self, name: &str) {
        let gone = async {
            while self.get(name).await.is_some() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), gone)
            .await
            .expect("a value goes by itself when its life is over");
    }
}
