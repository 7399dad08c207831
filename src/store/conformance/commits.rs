//! A swap of a head and the writes that belong to it.

use super::probe::{Probe, bytes, row};
use crate::store::{Engine, engine::Swapped};

pub(super) async fn rules(engine: &dyn Engine) {
    all_of_a_commit_happens(engine).await;
    nothing_of_a_refused_commit_happens(engine).await;
    a_commit_may_make_its_head_and_never_makes_it_twice(engine).await;
    the_parts_of_a_commit_happen_in_order(engine).await;
    a_string_that_is_not_what_was_expected_stays(engine).await;
    a_commit_with_a_part_that_cannot_be_does_nothing(engine).await;
}

async fn all_of_a_commit_happens(engine: &dyn Engine) {
    let probe = Probe::new(engine);
    probe.commit(None, 1, []).await;
    probe
        .write([
            probe.setting("old", "1"),
            probe.setting("kept", "1"),
            probe.adding("rows", 1, "a"),
            probe.adding("rows", 9, "c"),
        ])
        .await;
    let parts = [
        probe.first("kept", "2"),
        probe.first("new", "2"),
        probe.replacing("old", "1", "2"),
        probe.listing("rows", 2, "b"),
        probe.listing("rows", 3, "c"),
    ];
    assert_eq!(probe.commit(Some(1), 2, parts).await, Swapped::Yes);
    assert_eq!(probe.ordinal().await, Some(2));
    for (name, value) in [("kept", "1"), ("new", "2"), ("old", "2")] {
        assert_eq!(probe.get(name).await, Some(bytes(value)), "{name}");
    }
    let rows = [row(1, "a"), row(2, "b"), row(3, "c")];
    assert_eq!(probe.rows("rows").await, rows);
}

async fn nothing_of_a_refused_commit_happens(engine: &dyn Engine) {
    let probe = Probe::new(engine);
    let parts = || {
        [
            probe.first("new", "2"),
            probe.replacing("old", "1", "2"),
            probe.listing("rows", 3, "c"),
        ]
    };
    probe.write([probe.setting("old", "1")]).await;
    assert_eq!(probe.commit(Some(1), 2, parts()).await, Swapped::No);
    assert_eq!(probe.ordinal().await, None);
    probe.commit(None, 1, []).await;
    for expected in [None, Some(0), Some(2)] {
        assert_eq!(probe.commit(expected, 3, parts()).await, Swapped::No);
    }
    assert_eq!(probe.ordinal().await, Some(1));
    assert_eq!(probe.get("new").await, None);
    assert_eq!(probe.get("old").await, Some(bytes("1")));
    assert_eq!(probe.rows("rows").await, []);
}

async fn a_commit_may_make_its_head_and_never_makes_it_twice(engine: &dyn Engine) {
    let probe = Probe::new(engine);
    let first = probe.commit(None, 1, [probe.listing("rows", 1, "a")]);
    assert_eq!(first.await, Swapped::Yes);
    let second = probe.commit(None, 1, [probe.listing("rows", 2, "b")]);
    assert_eq!(second.await, Swapped::No);
    assert_eq!(probe.rows("rows").await, [row(1, "a")]);
}

async fn the_parts_of_a_commit_happen_in_order(engine: &dyn Engine) {
    let probe = Probe::new(engine);
    let parts = [
        probe.first("a", "1"),
        probe.replacing("a", "2", "5"),
        probe.replacing("a", "1", "2"),
        probe.first("a", "3"),
        probe.listing("rows", 1, "m"),
        probe.listing("rows", 5, "m"),
    ];
    assert_eq!(probe.commit(None, 1, parts).await, Swapped::Yes);
    assert_eq!(probe.get("a").await, Some(bytes("2")));
    assert_eq!(probe.rows("rows").await, [row(5, "m")]);
}

async fn a_string_that_is_not_what_was_expected_stays(engine: &dyn Engine) {
    let probe = Probe::new(engine);
    probe.write([probe.setting("other", "7")]).await;
    let parts = [
        probe.replacing("absent", "1", "2"),
        probe.replacing("absent", "", "2"),
        probe.replacing("other", "1", "2"),
        probe.first("after", "1"),
    ];
    assert_eq!(probe.commit(None, 1, parts).await, Swapped::Yes);
    assert_eq!(probe.get("absent").await, None);
    assert_eq!(probe.get("other").await, Some(bytes("7")));
    assert_eq!(probe.get("after").await, Some(bytes("1")));
}

async fn a_commit_with_a_part_that_cannot_be_does_nothing(engine: &dyn Engine) {
    let probe = Probe::new(engine);
    let parts = [probe.first("a", "1"), probe.listing("rows", u64::MAX, "m")];
    let commit = probe.committing(None, 1, parts).await;
    assert!(engine.commit(commit).await.is_err());
    assert_eq!(probe.ordinal().await, None);
    assert_eq!(probe.get("a").await, None);
}
