//! Several gateways over one store, simulated from one seed.
//!
//! Gateways are whole services; the store is the reference. The only thing that is not real is who decides
//! when something goes on: the run does, from its seed, one store command (or one part of a round trip) at a
//! time. Between any two of them a gateway may be killed or paused, an answer lost, a clock moved by an hour,
//! a hint lost or doubled; people ask again through another gateway, with the same client id. In the end
//! everything is read and judged. A seed always gives the same run, so a failure can be looked at again.
//!
//! A new operation: a variant in `acts.rs`, a way to choose it in `run.rs`, a rule in `judge/`.

mod acts;
mod dice;
mod follower;
mod judge;
mod run;
mod stage;
mod world;

use std::{env, ops::RangeInclusive, sync::Arc};

use run::Run;

/// Seeds that once failed, with what they found. They are run first, for ever.
///
/// A seed means the same run only as long as nothing is added to the acts; then its finding is what counts.
const KEPT: &[(u64, &str)] = &[
    (
        11,
        "one attempt made the chat and died; the other found it there and took away the intent they shared",
    ),
    (
        250,
        "a chat was made by a command that was long on its way, when its intent had been given up",
    ),
    (
        146,
        "a refused invitation was tidied up by a gateway that died, over the row of one that was accepted",
    ),
];

/// Seeds of every day.
const DAILY: RangeInclusive<u64> = 1..=150;
/// Seeds of a run with `CURLEW_FAULTS=full`.
const FULL: RangeInclusive<u64> = 1..=10_000;

/// The seeds to run: those that `CURLEW_SEEDS` names (`7` or `1-800`), or the usual ones.
fn seeds() -> RangeInclusive<u64> {
    let number = |text: &str| text.parse().expect("CURLEW_SEEDS is a number or two");
    match env::var("CURLEW_SEEDS") {
        Ok(named) => {
            let (first, last) = named.split_once('-').unwrap_or((&named, &named));
            number(first)..=number(last)
        }
        Err(_) if env::var("CURLEW_FAULTS").is_ok_and(|size| size == "full") => FULL,
        Err(_) => DAILY,
    }
}

/// Does something with a run of one seed.
fn with_run<T>(seed: u64, look: impl FnOnce(Run) -> T) -> T {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    let runtime = Arc::new(builder.enable_time().start_paused(true).build().unwrap());
    let _inside = runtime.enter();
    look(Run::of(seed, Arc::clone(&runtime)))
}

/// Runs one seed; everything about it that helps when it fails.
fn run(seed: u64) -> Result<(), String> {
    let (faults, mishaps) = with_run(seed, |mut run| (judge::faults(&mut run), run.mishaps));
    if faults.is_empty() {
        return Ok(());
    }
    let lines = |lines: &[String]| lines.join("\n  ");
    Err(format!(
        "seed {seed}:\n  {}\nmishaps:\n  {}",
        lines(&faults),
        lines(&mishaps)
    ))
}

#[test]
fn several_gateways_that_die_pause_and_err_keep_every_promise() {
    let seeds = seeds();
    println!("seeds {seeds:?}");
    let failed: Vec<String> = seeds.filter_map(|seed| run(seed).err()).collect();
    let number = failed.len();
    assert!(failed.is_empty(), "{number} failed: {}", failed.join("\n"));
}

#[test]
fn seeds_that_once_failed_do_not_fail_again() {
    for (seed, what) in KEPT {
        run(*seed).unwrap_or_else(|failed| panic!("{what}: {failed}"));
    }
}

#[test]
fn one_seed_gives_one_run() {
    let tell = |run: Run| format!("{:?} {:?}", run.world.deeds, run.mishaps);
    let [one, other] = [7, 7].map(|seed| with_run(seed, tell));
    assert_eq!(one, other);
}
