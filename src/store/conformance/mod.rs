//! What every engine must do, as rules that run against any of them.
//!
//! [`engine`] takes any store, also one that is in use: every rule works on keys of its own with random
//! names, and leaves them behind. A rule that fails panics and says which one it was by its place.
//!
//! Layer: store. The contract in words: `store/engine.rs`; the rules of an append: `record/append.rs`.

#![allow(
    clippy::unwrap_used,
    reason = "the rules are tests: an answer that cannot be had is a failure, and the line tells which"
)]

mod appends;
mod commits;
mod lives;
mod probe;
mod races;
mod refusals;
mod sets;
mod sorted_sets;
mod strings;
mod swaps;
mod timelines;
mod walks;

use super::{Engine, Store};

/// Every rule of [`Engine`]. Takes some seconds, because some rules wait until a value has gone by itself.
///
/// # Panics
///
/// When the engine breaks a rule.
pub async fn engine(engine: &dyn Engine) {
    strings::rules(engine).await;
    lives::rules(engine).await;
    sorted_sets::rules(engine).await;
    sets::rules(engine).await;
    swaps::rules(engine).await;
    commits::rules(engine).await;
    appends::rules(engine).await;
    refusals::rules(engine).await;
    timelines::rules(engine).await;
    races::rules(engine).await;
}

/// Every rule of [`Walk`](super::Walk). Takes a store that may be in use, as [`engine`] does.
///
/// # Panics
///
/// When the engine breaks a rule.
pub async fn walk(store: &dyn Store) {
    walks::rules(store).await;
}
