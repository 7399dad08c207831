//! Walks over all keys.

use std::{collections::BTreeMap, time::Duration};

use super::probe::Probe;
use crate::store::{
    Store,
    keys::Holds,
    walk::{Place, Walk},
};

/// Keys of a page: fewer than the rules write, so that walks go on from places.
const PAGE: usize = 7;

pub(super) async fn rules(store: &dyn Store) {
    every_key_is_met_with_its_type(store).await;
    what_has_gone_is_not_met(store).await;
    a_string_tells_how_long_it_is_kept(store).await;
}

/// All keys with these names, and how often each was met.
async fn walked(store: &dyn Walk, probe: &Probe<'_>) -> BTreeMap<String, (Holds, usize)> {
    let mut found = BTreeMap::new();
    let mut place = Some(Place::START);
    while let Some(from) = place {
        let page = store.keys(&from, PAGE).await.unwrap();
        for met in page.met {
            if met.key.starts_with(&probe.key("")) {
                found.entry(met.key).or_insert((met.holds, 0)).1 += 1;
            }
        }
        place = page.next;
    }
    found
}

async fn every_key_is_met_with_its_type(store: &dyn Store) {
    let probe = Probe::new(store);
    let mut expected = BTreeMap::new();
    for number in 0..20 {
        let names = [
            ("s", Holds::String),
            ("z", Holds::SortedSet),
            ("t", Holds::Set),
        ];
        let [string, sorted, set] = names.map(|(kind, holds)| {
            let name = format!("{kind}{number}");
            expected.insert(probe.key(&name), holds);
            name
        });
        let lent = probe.lending(&format!("lent{number}"), "1", 600);
        expected.insert(probe.key(&format!("lent{number}")), Holds::String);
        let rows = [probe.adding(&sorted, 1, "a"), probe.adding(&sorted, 2, "b")];
        let [one, other] = rows;
        let (string, set) = (probe.setting(&string, "1"), probe.joining(&set, "a"));
        probe.write([lent, one, other, string, set]).await;
    }
    let found = walked(store, &probe).await;
    let types: BTreeMap<_, _> = found
        .iter()
        .map(|(key, (holds, _))| (key.clone(), *holds))
        .collect();
    assert_eq!(types, expected);
}

async fn what_has_gone_is_not_met(store: &dyn Store) {
    let probe = Probe::new(store);
    let (row, set) = (probe.adding("z", 1, "a"), probe.joining("t", "a"));
    let (string, lent) = (probe.setting("s", "1"), probe.lending("lent", "1", 1));
    probe.write([row, set, string, lent]).await;
    let (row, set) = (probe.removing("z", "a"), probe.leaving("t", "a"));
    probe.write([row, set, probe.deleting("s")]).await;
    probe.until_gone("lent").await;
    assert_eq!(walked(store, &probe).await, BTreeMap::new());
}

async fn a_string_tells_how_long_it_is_kept(store: &dyn Store) {
    let probe = Probe::new(store);
    let lent = [("hour", 3_600), ("moment", 1)];
    let writes = lent.map(|(name, seconds)| probe.lending(name, "1", seconds));
    probe
        .write(writes.into_iter().chain([probe.setting("stays", "1")]))
        .await;
    let keys = ["hour", "moment", "stays", "none"].map(|name| probe.key(name));
    let lives = store.lives(keys.into()).await.unwrap();
    let [hour, moment, stays, none] = <[_; 4]>::try_from(lives).unwrap();
    let hour = hour.unwrap();
    assert!((3_590..=3_600).contains(&hour.as_secs()), "{hour:?}");
    assert!(
        moment.is_none_or(|left| left == Duration::from_secs(1)),
        "{moment:?}"
    );
    assert_eq!((stays, none), (None, None));
}
