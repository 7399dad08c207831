//! Strings that go by themselves.

use std::time::Duration;

use super::probe::{Probe, bytes};
use crate::store::{
    Engine,
    engine::{Swap, Swapped},
};

/// One wait serves all rules: what shall outlive something is set before it, with a life as short.
pub(super) async fn rules(engine: &dyn Engine) {
    tokio::join!(
        a_value_is_there_for_its_life_and_then_gone(engine),
        a_value_set_again_without_a_life_stays(engine),
        claiming_what_is_there_does_not_prolong_its_life(engine),
        what_has_gone_is_absent_to_every_write(engine),
        a_swap_gives_its_value_a_life(engine),
        a_swap_without_a_life_makes_a_value_stay(engine),
    );
}

async fn a_value_is_there_for_its_life_and_then_gone(engine: &dyn Engine) {
    let probe = Probe::new(engine);
    probe
        .write([
            probe.lending("long", "1", 600),
            probe.lending("short", "1", 2),
        ])
        .await;
    assert_eq!(probe.get("short").await, Some(bytes("1")));
    probe.until_gone("short").await;
    assert_eq!(probe.get("long").await, Some(bytes("1")));
}

async fn a_value_set_again_without_a_life_stays(engine: &dyn Engine) {
    let probe = Probe::new(engine);
    probe
        .write([probe.lending("a", "1", 1), probe.setting("a", "2")])
        .await;
    probe.write([probe.lending("later", "1", 1)]).await;
    probe.until_gone("later").await;
    assert_eq!(probe.get("a").await, Some(bytes("2")));
}

async fn claiming_what_is_there_does_not_prolong_its_life(engine: &dyn Engine) {
    let probe = Probe::new(engine);
    probe
        .write([probe.lending("a", "1", 1), probe.claiming("a", "2")])
        .await;
    probe.until_gone("a").await;
}

async fn what_has_gone_is_absent_to_every_write(engine: &dyn Engine) {
    let probe = Probe::new(engine);
    let names = ["a", "b", "c"];
    probe
        .write(names.map(|name| probe.lending(name, "1", 1)))
        .await;
    for name in names {
        probe.until_gone(name).await;
    }
    assert_eq!(probe.swap("a", Some("1"), Some("2")).await, Swapped::No);
    assert_eq!(probe.swap("b", None, Some("2")).await, Swapped::Yes);
    probe.write([probe.claiming("c", "2")]).await;
    assert_eq!(probe.get("a").await, None);
    assert_eq!(probe.get("b").await, Some(bytes("2")));
    assert_eq!(probe.get("c").await, Some(bytes("2")));
}

async fn a_swap_gives_its_value_a_life(engine: &dyn Engine) {
    let probe = Probe::new(engine);
    let life = Some(Duration::from_secs(1));
    let lent = |name, expected, new| Swap {
        life,
        ..probe.swapping(name, expected, Some(new))
    };
    probe.write([probe.setting("b", "1")]).await;
    assert_eq!(
        engine.swap(lent("a", None, "1")).await.unwrap(),
        Swapped::Yes
    );
    assert_eq!(
        engine.swap(lent("b", Some("1"), "2")).await.unwrap(),
        Swapped::Yes
    );
    probe.until_gone("a").await;
    probe.until_gone("b").await;
}

async fn a_swap_without_a_life_makes_a_value_stay(engine: &dyn Engine) {
    let probe = Probe::new(engine);
    probe.write([probe.lending("a", "1", 2)]).await;
    assert_eq!(probe.swap("a", Some("1"), Some("2")).await, Swapped::Yes);
    probe.write([probe.lending("later", "1", 2)]).await;
    probe.until_gone("later").await;
    assert_eq!(probe.get("a").await, Some(bytes("2")));
}
