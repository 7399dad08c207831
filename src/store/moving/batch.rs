//! Makes some keys of the target equal to those of the source, and writes only where they differ.

use std::{collections::HashSet, time::Duration};

use bytes::Bytes;

use super::{PAGE, value};
use crate::store::{
    Engine, StoreError,
    engine::{Answer, Read, Row, Write},
    keys::Holds,
    walk::{Met, Store, Window, Windows, windows},
};

/// How far two lives of one string may be apart, because each side rounds and time goes on.
const SAME_LIFE: Duration = Duration::from_secs(5);

/// The two sides of a copy.
#[derive(Clone, Copy)]
pub(super) struct Sides<'a> {
    /// Where everything comes from.
    pub(super) from: &'a dyn Store,
    /// Where everything goes.
    pub(super) to: &'a dyn Store,
}

/// A string with what is left of its life.
type Lent = (Option<Bytes>, Option<Duration>);

impl Sides<'_> {
    /// Makes the target's `met` keys equal to the source's; says how many writes that took.
    pub(super) async fn equalise(self, met: &[Met]) -> Result<u64, StoreError> {
        let of = |wanted: Holds| met.iter().filter(move |met| met.holds == wanted);
        let strings: Vec<String> = of(Holds::String).map(|met| met.key.clone()).collect();
        let mut written = self.strings(&strings).await?;
        for met in of(Holds::SortedSet) {
            written += self.sorted_set(&met.key).await?;
        }
        for met in of(Holds::Set) {
            written += self.set(&met.key).await?;
        }
        Ok(written)
    }

    async fn strings(self, keys: &[String]) -> Result<u64, StoreError> {
        let (wanted, there) = (lent(self.from, keys).await?, lent(self.to, keys).await?);
        let both = keys.iter().zip(wanted.into_iter().zip(there));
        let writes = both.filter_map(|(key, (wanted, there))| string_write(key, wanted, &there));
        self.write(writes.collect()).await
    }

    async fn sorted_set(self, key: &str) -> Result<u64, StoreError> {
        let mut written = 0;
        let mut windows = Windows::of(key);
        while let Some(window) = windows.next(self.from).await? {
            let Some(lacking) = self.lacking(key, &window).await? else {
                // Something is there that may not be: the set is made anew.
                self.write(vec![Write::Delete {
                    key: key.to_owned(),
                }])
                .await?;
                return Ok(written + 1 + self.fill(key).await?);
            };
            written += self.write(lacking).await?;
        }
        Ok(written)
    }

    /// Writes that bring the target's window up to the source's; `None` when it has rows that the source has
    /// not.
    async fn lacking(self, key: &str, window: &Window) -> Result<Option<Vec<Write>>, StoreError> {
        let (range, limit) = ((window.from, window.through), window.rows.len() + 1);
        let there = windows::rows(self.to, key, range, limit).await?;
        let wanted: HashSet<(u64, &[u8])> = window.rows.iter().map(pair).collect();
        let mut missing = wanted.clone();
        for row in &there {
            if !missing.remove(&pair(row)) {
                return Ok(None);
            }
        }
        let lacking = window
            .rows
            .iter()
            .filter(|row| missing.contains(&pair(row)));
        Ok(Some(lacking.map(|row| add(key, row)).collect()))
    }

    async fn fill(self, key: &str) -> Result<u64, StoreError> {
        let mut written = 0;
        let mut windows = Windows::of(key);
        while let Some(window) = windows.next(self.from).await? {
            let rows = window.rows.iter().map(|row| add(key, row));
            written += self.write(rows.collect()).await?;
        }
        Ok(written)
    }

    async fn set(self, key: &str) -> Result<u64, StoreError> {
        let (from, to): (&dyn Engine, &dyn Engine) = (self.from, self.to);
        let read = || Read::Members {
            key: key.to_owned(),
        };
        let wanted: HashSet<Bytes> = from.ask(read()).await?.members().into_iter().collect();
        let there: HashSet<Bytes> = to.ask(read()).await?.members().into_iter().collect();
        let key = || key.to_owned();
        let add = wanted.difference(&there).map(|member| Write::AddMember {
            key: key(),
            member: member.clone(),
        });
        let remove = there.difference(&wanted).map(|member| Write::RemoveMember {
            key: key(),
            member: member.clone(),
        });
        self.write(add.chain(remove).collect()).await
    }

    pub(super) async fn write(self, writes: Vec<Write>) -> Result<u64, StoreError> {
        let count = writes.len() as u64;
        for part in writes.chunks(PAGE) {
            self.to.write(part.to_vec()).await?;
        }
        Ok(count)
    }
}

/// Lives before values: what ends in between is absent, and is not taken for something that stays for ever.
async fn lent(store: &dyn Store, keys: &[String]) -> Result<Vec<Lent>, StoreError> {
    let lives = store.lives(keys.to_vec()).await?;
    let values = store
        .read(keys.iter().map(|key| value::read(key)).collect())
        .await?;
    let values = values.into_iter().map(Answer::value).zip(keys);
    let values = values.map(|(value, key)| value.map(|value| value::plain(key, value)));
    Ok(values.zip(lives).collect())
}

fn string_write(key: &str, wanted: Lent, there: &Lent) -> Option<Write> {
    let (value, life) = wanted;
    let value = value?;
    let same_life = match (life, there.1) {
        (Some(one), Some(other)) => one.abs_diff(other) <= SAME_LIFE,
        (one, other) => one == other,
    };
    let same = same_life && there.0.as_ref() == Some(&value);
    (!same).then(|| Write::Set {
        key: key.to_owned(),
        value,
        life,
    })
}

fn pair(row: &Row) -> (u64, &[u8]) {
    (row.score, &row.member)
}

fn add(key: &str, row: &Row) -> Write {
    Write::AddRow {
        key: key.to_owned(),
        row: row.clone(),
    }
}
