//! Digests of whole stores: equal when, and only when, the same keys hold the same.
//!
//! Each key is hashed with its type and all it holds, and the hashes are added up for each shape of key; so the
//! order in which a store names its keys does not matter, and a difference says where it is.

use std::{collections::BTreeMap, fmt};

use ring::digest::{Context, SHA256};
use serde::Serialize;

use super::{PAGE, survey::moving, value};
use crate::store::{
    Engine, StoreError,
    engine::{Answer, Read},
    keys::Holds,
    walk::{Met, Place, Store, Windows, recognise},
};

/// All that a copy takes along, in short.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Digest(BTreeMap<&'static str, Tally>);

/// The keys of one shape.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Tally {
    keys: u64,
    sum: [u64; 4],
}

/// Where two digests differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Shape of the keys.
    pub keys: &'static str,
    /// How many there are in the first store.
    pub from: u64,
    /// How many there are in the second store.
    pub to: u64,
}

/// The digest of a store, which is read as a whole, in bounded pages.
///
/// # Errors
///
/// [`StoreError::Unavailable`], [`StoreError::Overloaded`], [`StoreError::Corrupt`].
pub async fn digest(store: &dyn Store) -> Result<Digest, StoreError> {
    let mut digest = Digest::default();
    let mut place = Some(Place::START);
    while let Some(from) = place {
        let page = store.keys(&from, PAGE).await?;
        let (strings, others): (Vec<_>, Vec<_>) = moving(page.met)
            .into_iter()
            .partition(|met| met.holds == Holds::String);
        digest.add_strings(store, strings).await?;
        for met in others {
            let hash = collection(store, &met).await?;
            digest.add(&met.key, hash);
        }
        place = page.next;
    }
    Ok(digest)
}

impl Digest {
    /// How many keys there are.
    #[must_use]
    pub fn keys(&self) -> u64 {
        self.0.values().map(|tally| tally.keys).sum()
    }

    /// The shapes of keys in which `to` is another.
    #[must_use]
    pub fn differences(&self, to: &Self) -> Vec<Difference> {
        let tally = |side: &Self, shape| side.0.get(shape).copied().unwrap_or_default();
        let mut shapes: Vec<&'static str> = self.0.keys().chain(to.0.keys()).copied().collect();
        shapes.sort_unstable();
        shapes.dedup();
        let both = shapes
            .into_iter()
            .map(|keys| (keys, tally(self, keys), tally(to, keys)));
        both.filter(|(_, from, to)| from != to)
            .map(|(keys, from, to)| Difference {
                keys,
                from: from.keys,
                to: to.keys,
            })
            .collect()
    }

    async fn add_strings(&mut self, store: &dyn Store, met: Vec<Met>) -> Result<(), StoreError> {
        let keys: Vec<String> = met.into_iter().map(|met| met.key).collect();
        let lives = store.lives(keys.clone()).await?;
        let reads = keys.iter().map(|key| value::read(key)).collect();
        let values = store.read(reads).await?;
        for ((key, life), value) in keys.iter().zip(lives).zip(values) {
            // What has ended since it was met is not there.
            let Some(value) = value.value() else { continue };
            let mut hash = begin(key, Holds::String);
            // How much of a life is left changes all the time; whether there is an end does not.
            hash.update(&[u8::from(life.is_some())]);
            part(&mut hash, &value::plain(key, value));
            self.add(key, hash);
        }
        Ok(())
    }

    fn add(&mut self, key: &str, hash: Context) {
        let Some(named) = recognise(key) else { return };
        let tally = self.0.entry(named.shape.shape).or_default();
        tally.keys += 1;
        let hash = hash.finish();
        for (sum, bytes) in tally.sum.iter_mut().zip(hash.as_ref().chunks_exact(8)) {
            let lane = bytes
                .iter()
                .fold(0, |lane, byte| lane << 8 | u64::from(*byte));
            *sum = sum.wrapping_add(lane);
        }
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut hash = Context::new(&SHA256);
        for (shape, Tally { keys, sum }) in &self.0 {
            part(&mut hash, shape.as_bytes());
            for number in std::iter::once(keys).chain(sum) {
                hash.update(&number.to_be_bytes());
            }
        }
        f.write_str(&data_encoding::HEXLOWER.encode(hash.finish().as_ref()))
    }
}

/// The hash of a sorted set or a set, rows in their order, members in that of their bytes.
async fn collection(store: &dyn Store, met: &Met) -> Result<Context, StoreError> {
    let mut hash = begin(&met.key, met.holds);
    if met.holds == Holds::Set {
        let engine: &dyn Engine = store;
        let key = met.key.clone();
        let mut members = match engine.ask(Read::Members { key }).await? {
            Answer::Members(members) => members,
            _ => Vec::new(),
        };
        members.sort_unstable();
        for member in members {
            part(&mut hash, &member);
        }
        return Ok(hash);
    }
    let mut windows = Windows::of(&met.key);
    while let Some(window) = windows.next(store).await? {
        for row in window.rows {
            hash.update(&row.score.to_be_bytes());
            part(&mut hash, &row.member);
        }
    }
    Ok(hash)
}

fn begin(key: &str, holds: Holds) -> Context {
    let mut hash = Context::new(&SHA256);
    hash.update(match holds {
        Holds::String => b"s",
        Holds::SortedSet => b"r",
        Holds::Set => b"m",
    });
    part(&mut hash, key.as_bytes());
    hash
}

/// Each part with its length, so that no two parts run together.
fn part(hash: &mut Context, bytes: &[u8]) {
    hash.update(&(bytes.len() as u64).to_be_bytes());
    hash.update(bytes);
}
