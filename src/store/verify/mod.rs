//! Verifying a whole store: what is there is held to what `docs/storage.md` says of it.
//!
//! A walk over all keys hands each page to independent checks, each of which begins at keys of a few shapes and
//! reads what belongs to them. What a check finds is a [`Finding`]: a kind, a key, a sentence, and the writes
//! that mend it where that is safe: nothing that was acknowledged is ever given up by mending, and nothing is
//! made up. What a crash may leave behind for others to finish is no finding until an hour has passed.
//!
//! Layer: store. Meant for a store on which no gateway runs. Mending goes in stages, each in rounds until one
//! finds nothing to mend, because one thing mended may show another.

mod chain;
mod changes;
mod counted;
mod entries;
mod finding;
mod intents;
mod legs;
mod looking;
mod marks;
mod members;
mod people;
mod records;
mod rosters;
mod segments;
mod sessions;
mod strays;

use async_trait::async_trait;

use self::looking::{Looking, Spot};
pub use finding::{Finding, Kind, Report};

use super::{
    StoreError,
    walk::{Met, Place, Store, recognise},
};

/// Keys handed to the checks at once.
const PAGE: usize = 128;
/// Most rounds of mending in each stage.
const ROUNDS: usize = 6;

/// One thing that must hold.
#[async_trait]
trait Check: Send + Sync {
    /// Shapes of the keys from which it looks, as in the table of keys.
    fn begins_at(&self) -> &'static [&'static str];

    /// Looks at what belongs to these keys, all of one of its shapes or another.
    async fn look(
        &self,
        looking: &Looking<'_>,
        spots: &[Spot<'_>],
        report: &mut Report,
    ) -> Result<(), StoreError>;
}

/// What is there can be read, and is listed.
const LISTED: &[&dyn Check] = &[
    &records::Records,
    &segments::Segments,
    &entries::Entries,
    &changes::ChangeRecords,
    &members::Members,
    &sessions::Devices,
];

/// What is listed hangs together, up to the heads.
const CHAINED: &[&dyn Check] = &[&chain::Chain, &changes::Changes];

/// What is made from it is right.
const DERIVED: &[&dyn Check] = &[
    &counted::Counted,
    &strays::Strays,
    &members::Listed,
    &members::Counts,
    &marks::Marks,
    &people::People,
    &people::Names,
    &rosters::Rosters,
    &sessions::Tokens,
    &intents::Intents,
];

/// Every check there is, in the order in which they are mended: each stage stands on the one before it.
const STAGES: [&[&dyn Check]; 3] = [LISTED, CHAINED, DERIVED];

/// Looks at everything in `store` at the time `now_us`; changes nothing.
///
/// # Errors
///
/// [`StoreError::Unavailable`], [`StoreError::Overloaded`]; what cannot be read is a finding and no error.
pub async fn verify(store: &dyn Store, now_us: u64) -> Result<Report, StoreError> {
    let looking = Looking { store, now_us };
    let mut report = Report::default();
    round(&looking, &STAGES.concat(), false, &mut report).await?;
    Ok(report)
}

/// Looks at everything, and mends what can be mended safely. The report has what was mended, and of everything
/// else what the last round found.
///
/// # Errors
///
/// As [`verify`]; what was mended until then stays mended.
pub async fn repair(store: &dyn Store, now_us: u64) -> Result<Report, StoreError> {
    let looking = Looking { store, now_us };
    let mut mended = Vec::new();
    for stage in STAGES {
        for _ in 0..ROUNDS {
            let mut report = Report::default();
            round(&looking, stage, true, &mut report).await?;
            let found = report.take_mendable();
            if found.is_empty() {
                break;
            }
            mended.extend(found);
        }
    }
    let mut report = verify(store, now_us).await?;
    report.mended = mended;
    Ok(report)
}

/// One walk through the whole store.
async fn round(
    looking: &Looking<'_>,
    checks: &[&dyn Check],
    mending: bool,
    report: &mut Report,
) -> Result<(), StoreError> {
    let mut place = Some(Place::START);
    while let Some(from) = place {
        let page = looking.store.keys(&from, PAGE).await?;
        let spots = spots(&page.met, report);
        for check in checks {
            run(*check, looking, &spots, mending, report).await?;
        }
        place = page.next;
    }
    Ok(())
}

/// The keys that mean something to checks.
fn spots<'a>(met: &'a [Met], report: &mut Report) -> Vec<Spot<'a>> {
    report.keys += met.len() as u64;
    let mut spots = Vec::with_capacity(met.len());
    for Met { key, holds } in met {
        match recognise(key) {
            Some(named) if named.shape.holds == *holds => spots.push(Spot::of(key, named)),
            Some(_) => report.add(Kind::WrongType, key, "holds another type than it should"),
            None => report.add(
                Kind::UnknownKey,
                key,
                "no key of this version looks like it",
            ),
        }
    }
    spots
}

async fn run(
    check: &dyn Check,
    looking: &Looking<'_>,
    spots: &[Spot<'_>],
    mending: bool,
    report: &mut Report,
) -> Result<(), StoreError> {
    let begins = check.begins_at();
    let chosen = spots.iter().filter(|spot| begins.contains(&spot.shape));
    let chosen: Vec<Spot<'_>> = chosen.cloned().collect();
    if chosen.is_empty() {
        return Ok(());
    }
    let known = report.findings.len();
    match check.look(looking, &chosen, report).await {
        Err(StoreError::Corrupt { key }) => {
            report.add(Kind::WrongType, &key, "cannot be read as what it should be");
        }
        looked => looked?,
    }
    if mending {
        for finding in &report.findings[known..] {
            looking.store.write(finding.mend.clone()).await?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::keys::TABLE;

    #[test]
    fn checks_begin_at_keys_that_there_are() {
        for shape in STAGES.concat().iter().flat_map(|check| check.begins_at()) {
            assert!(TABLE.iter().any(|row| row.shape == *shape), "{shape}");
        }
    }
}
