//! Compare-and-set.

use super::probe::{Probe, bytes};
use crate::store::{Engine, engine::Swapped};

pub(super) async fn rules(engine: &dyn Engine) {
    a_swap_of_what_is_there_happens(engine).await;
    a_swap_of_anything_else_changes_nothing(engine).await;
    the_first_value_is_swapped_in_once(engine).await;
    an_empty_value_is_not_an_absent_one(engine).await;
    a_swap_to_nothing_removes_the_string(engine).await;
    nothing_may_be_swapped_for_nothing(engine).await;
}

async fn a_swap_of_what_is_there_happens(engine: &dyn Engine) {
    let probe = Probe::new(engine);
    probe.write([probe.setting("a", "1")]).await;
    assert_eq!(probe.swap("a", Some("1"), Some("2")).await, Swapped::Yes);
    assert_eq!(probe.get("a").await, Some(bytes("2")));
    assert_eq!(
        probe.swap("a", Some("2"), Some("2")).await,
        Swapped::Yes,
        "also for itself"
    );
}

async fn a_swap_of_anything_else_changes_nothing(engine: &dyn Engine) {
    let probe = Probe::new(engine);
    probe.write([probe.setting("a", "one")]).await;
    for expected in ["", "on", "one ", "One", "two"] {
        let swapped = probe.swap("a", Some(expected), Some("2")).await;
        assert_eq!(swapped, Swapped::No, "{expected:?}");
    }
    assert_eq!(probe.get("a").await, Some(bytes("one")));
    assert_eq!(
        probe.swap("absent", Some("1"), Some("2")).await,
        Swapped::No
    );
    assert_eq!(
        probe.get("absent").await,
        None,
        "a swap does not make what was not expected"
    );
}

async fn the_first_value_is_swapped_in_once(engine: &dyn Engine) {
    let probe = Probe::new(engine);
    assert_eq!(probe.swap("a", None, Some("1")).await, Swapped::Yes);
    assert_eq!(probe.swap("a", None, Some("2")).await, Swapped::No);
    assert_eq!(probe.get("a").await, Some(bytes("1")));
}

async fn an_empty_value_is_not_an_absent_one(engine: &dyn Engine) {
    let probe = Probe::new(engine);
    assert_eq!(probe.swap("a", Some(""), Some("1")).await, Swapped::No);
    assert_eq!(probe.swap("a", None, Some("")).await, Swapped::Yes);
    assert_eq!(probe.swap("a", None, Some("1")).await, Swapped::No);
    assert_eq!(probe.swap("a", Some(""), Some("1")).await, Swapped::Yes);
}

async fn a_swap_to_nothing_removes_the_string(engine: &dyn Engine) {
    let probe = Probe::new(engine);
    probe.write([probe.setting("a", "1")]).await;
    assert_eq!(probe.swap("a", Some("2"), None).await, Swapped::No);
    assert_eq!(probe.get("a").await, Some(bytes("1")));
    assert_eq!(probe.swap("a", Some("1"), None).await, Swapped::Yes);
    assert_eq!(probe.get("a").await, None);
    assert_eq!(probe.swap("a", Some("1"), None).await, Swapped::No);
}

async fn nothing_may_be_swapped_for_nothing(engine: &dyn Engine) {
    let probe = Probe::new(engine);
    assert_eq!(probe.swap("a", None, None).await, Swapped::Yes);
    probe.write([probe.setting("a", "1")]).await;
    assert_eq!(probe.swap("a", None, None).await, Swapped::No);
    assert_eq!(probe.get("a").await, Some(bytes("1")));
}
