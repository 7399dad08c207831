//! A swap and the writes that belong to it.

use super::probe::{Probe, bytes, row};
use crate::store::{
    Engine,
    engine::{Commit, Swapped},
};

pub(super) async fn rules(engine: &dyn Engine) {
    all_of_a_commit_happens(engine).await;
    nothing_of_a_refused_commit_happens(engine).await;
    a_commit_may_create_and_remove_its_string(engine).await;
    the_writes_of_a_commit_happen_in_order(engine).await;
    a_commit_with_a_write_that_cannot_be_does_nothing(engine).await;
}

async fn all_of_a_commit_happens(engine: &dyn Engine) {
    let probe = Probe::new(engine);
    probe
        .write([
            probe.setting("head", "1"),
            probe.setting("old", "1"),
            probe.setting("kept", "1"),
            probe.adding("rows", 1, "a"),
            probe.adding("rows", 2, "b"),
            probe.adding("rows", 9, "c"),
            probe.joining("set", "a"),
        ])
        .await;
    let writes = [
        probe.setting("new", "2"),
        probe.claiming("kept", "2"),
        probe.claiming("claimed", "2"),
        probe.deleting("old"),
        probe.trimming("rows", 1),
        probe.removing("rows", "b"),
        probe.adding("rows", 3, "c"),
        probe.joining("set", "b"),
        probe.leaving("set", "a"),
    ];
    let swap = probe.swapping("head", Some("1"), Some("2"));
    assert_eq!(probe.commit(swap, writes).await, Swapped::Yes);
    for (name, value) in [
        ("head", Some("2")),
        ("new", Some("2")),
        ("kept", Some("1")),
        ("claimed", Some("2")),
        ("old", None),
    ] {
        assert_eq!(probe.get(name).await, value.map(bytes), "{name}");
    }
    assert_eq!(probe.rows("rows").await, [row(3, "c")]);
    assert_eq!(probe.members("set").await, [bytes("b")]);
}

async fn nothing_of_a_refused_commit_happens(engine: &dyn Engine) {
    let probe = Probe::new(engine);
    probe
        .write([probe.setting("head", "1"), probe.setting("old", "1")])
        .await;
    probe
        .write([probe.adding("rows", 1, "a"), probe.joining("set", "a")])
        .await;
    let writes = || {
        [
            probe.setting("new", "2"),
            probe.claiming("claimed", "2"),
            probe.deleting("old"),
            probe.trimming("rows", 9),
            probe.adding("rows", 3, "c"),
            probe.joining("set", "b"),
            probe.leaving("set", "a"),
        ]
    };
    for expected in [None, Some("2")] {
        let swap = probe.swapping("head", expected, Some("3"));
        assert_eq!(probe.commit(swap, writes()).await, Swapped::No);
    }
    let absent = probe.swapping("absent", Some("1"), Some("3"));
    assert_eq!(probe.commit(absent, writes()).await, Swapped::No);
    for (name, value) in [
        ("head", Some("1")),
        ("absent", None),
        ("new", None),
        ("claimed", None),
        ("old", Some("1")),
    ] {
        assert_eq!(probe.get(name).await, value.map(bytes), "{name}");
    }
    assert_eq!(probe.rows("rows").await, [row(1, "a")]);
    assert_eq!(probe.members("set").await, [bytes("a")]);
}

async fn a_commit_may_create_and_remove_its_string(engine: &dyn Engine) {
    let probe = Probe::new(engine);
    let create = || probe.swapping("head", None, Some("1"));
    let remove = || probe.swapping("head", Some("1"), None);
    assert_eq!(
        probe.commit(create(), [probe.joining("set", "a")]).await,
        Swapped::Yes
    );
    assert_eq!(
        probe.commit(create(), [probe.joining("set", "b")]).await,
        Swapped::No
    );
    assert_eq!(probe.get("head").await, Some(bytes("1")));
    assert_eq!(
        probe.commit(remove(), [probe.joining("set", "c")]).await,
        Swapped::Yes
    );
    assert_eq!(
        probe.commit(remove(), [probe.joining("set", "d")]).await,
        Swapped::No
    );
    assert_eq!(probe.get("head").await, None);
    assert_eq!(probe.members("set").await, [bytes("a"), bytes("c")]);
}

async fn the_writes_of_a_commit_happen_in_order(engine: &dyn Engine) {
    let probe = Probe::new(engine);
    let writes = [
        probe.setting("a", "1"),
        probe.deleting("a"),
        probe.claiming("a", "2"),
        probe.claiming("a", "3"),
        probe.adding("rows", 1, "m"),
        probe.adding("rows", 5, "m"),
        probe.trimming("rows", 4),
        probe.adding("rows", 6, "n"),
        probe.removing("rows", "n"),
        probe.joining("set", "a"),
        probe.deleting("set"),
        probe.joining("set", "b"),
    ];
    let swap = probe.swapping("head", None, Some("1"));
    assert_eq!(probe.commit(swap, writes).await, Swapped::Yes);
    assert_eq!(probe.get("a").await, Some(bytes("2")));
    assert_eq!(probe.rows("rows").await, [row(5, "m")]);
    assert_eq!(probe.members("set").await, [bytes("b")]);
}

async fn a_commit_with_a_write_that_cannot_be_does_nothing(engine: &dyn Engine) {
    let probe = Probe::new(engine);
    let swap = probe.swapping("head", None, Some("1"));
    let writes = vec![probe.setting("a", "1"), probe.adding("rows", u64::MAX, "m")];
    let commit = Commit { swap, writes };
    assert!(engine.commit(commit).await.is_err());
    assert_eq!(probe.get("head").await, None);
    assert_eq!(probe.get("a").await, None);
}
