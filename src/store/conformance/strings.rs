//! Strings, and what holds for every call.

use bytes::Bytes;

use super::probe::{Probe, bytes, row};
use crate::store::{
    Engine,
    engine::{Answer, Order, Read, Write},
};

pub(super) async fn rules(engine: &dyn Engine) {
    absent_keys_answer_nothing(engine).await;
    a_set_string_is_read_back(engine).await;
    an_empty_string_is_not_an_absent_one(engine).await;
    values_are_any_bytes_of_any_length(engine).await;
    a_string_is_set_when_absent_only_once(engine).await;
    a_deleted_string_is_absent(engine).await;
    writes_of_one_call_happen_in_order(engine).await;
    writes_may_be_repeated(engine).await;
    reads_are_answered_in_order(engine).await;
    a_key_that_begins_like_another_is_another(engine).await;
    delete_removes_what_is_there_whatever_it_is(engine).await;
    empty_calls_do_nothing(engine).await;
    every_call_is_counted(engine).await;
    the_clock_is_a_wall_clock_in_microseconds(engine).await;
}

async fn absent_keys_answer_nothing(engine: &dyn Engine) {
    let probe = Probe::new(engine);
    assert_eq!(probe.get("a").await, None);
    assert_eq!(probe.rows("a").await, []);
    assert_eq!(probe.count("a", 0, u64::MAX).await, 0);
    assert_eq!(probe.score("a", "m").await, None);
    assert!(probe.members("a").await.is_empty());
}

async fn a_set_string_is_read_back(engine: &dyn Engine) {
    let probe = Probe::new(engine);
    probe.write([probe.setting("a", "1")]).await;
    assert_eq!(probe.get("a").await, Some(bytes("1")));
    probe.write([probe.setting("a", "2")]).await;
    assert_eq!(
        probe.get("a").await,
        Some(bytes("2")),
        "the newest value counts"
    );
}

async fn an_empty_string_is_not_an_absent_one(engine: &dyn Engine) {
    let probe = Probe::new(engine);
    probe.write([probe.setting("a", "")]).await;
    assert_eq!(probe.get("a").await, Some(bytes("")));
    probe.write([probe.claiming("a", "1")]).await;
    assert_eq!(probe.get("a").await, Some(bytes("")));
}

async fn values_are_any_bytes_of_any_length(engine: &dyn Engine) {
    let probe = Probe::new(engine);
    let all: Bytes = (0..=u8::MAX).cycle().take(200_000).collect();
    let write = Write::Set {
        key: probe.key("a"),
        value: all.clone(),
        life: None,
    };
    probe.write([write]).await;
    assert_eq!(probe.get("a").await, Some(all));
}

async fn a_string_is_set_when_absent_only_once(engine: &dyn Engine) {
    let probe = Probe::new(engine);
    probe.write([probe.claiming("a", "first")]).await;
    probe.write([probe.claiming("a", "second")]).await;
    assert_eq!(probe.get("a").await, Some(bytes("first")));
}

async fn a_deleted_string_is_absent(engine: &dyn Engine) {
    let probe = Probe::new(engine);
    probe.write([probe.setting("a", "1")]).await;
    probe.write([probe.deleting("a")]).await;
    assert_eq!(probe.get("a").await, None);
    probe.write([probe.claiming("a", "2")]).await;
    assert_eq!(probe.get("a").await, Some(bytes("2")));
}

async fn writes_of_one_call_happen_in_order(engine: &dyn Engine) {
    let probe = Probe::new(engine);
    probe
        .write([
            probe.setting("a", "1"),
            probe.deleting("a"),
            probe.claiming("a", "2"),
            probe.claiming("a", "3"),
            probe.setting("b", "1"),
            probe.setting("b", "2"),
            probe.adding("rows", 1, "m"),
            probe.adding("rows", 2, "m"),
            probe.adding("rows", 3, "n"),
            probe.removing("rows", "n"),
            probe.joining("set", "m"),
            probe.deleting("set"),
            probe.joining("set", "n"),
        ])
        .await;
    assert_eq!(probe.get("a").await, Some(bytes("2")));
    assert_eq!(probe.get("b").await, Some(bytes("2")));
    assert_eq!(probe.rows("rows").await, [row(2, "m")]);
    assert_eq!(probe.members("set").await, [bytes("n")]);
}

async fn writes_may_be_repeated(engine: &dyn Engine) {
    let probe = Probe::new(engine);
    let writes = [
        probe.setting("a", "1"),
        probe.claiming("b", "2"),
        probe.adding("rows", 5, "m"),
        probe.trimming("rows", 4),
        probe.joining("set", "m"),
        probe.leaving("set", "n"),
        probe.deleting("c"),
    ];
    for _ in 0..2 {
        probe.write(writes.clone()).await;
        assert_eq!(probe.get("a").await, Some(bytes("1")));
        assert_eq!(probe.get("b").await, Some(bytes("2")));
        assert_eq!(probe.rows("rows").await, [row(5, "m")]);
        assert_eq!(probe.members("set").await, [bytes("m")]);
    }
}

async fn reads_are_answered_in_order(engine: &dyn Engine) {
    let (here, there) = (Probe::new(engine), Probe::new(engine));
    here.write([
        here.setting("a", "1"),
        here.adding("rows", 7, "m"),
        here.joining("set", "n"),
        there.setting("b", "2"),
    ])
    .await;
    let rows = |limit| Read::Rows {
        key: here.key("rows"),
        from: 0,
        through: 9,
        limit,
        order: Order::Rising,
    };
    let reads = vec![
        Read::Score {
            key: here.key("rows"),
            member: bytes("m"),
        },
        Read::Get {
            key: there.key("b"),
        },
        rows(1),
        Read::Members {
            key: here.key("set"),
        },
        Read::Get {
            key: here.key("none"),
        },
        Read::Count {
            key: here.key("rows"),
            from: 0,
            through: 9,
        },
        Read::Get { key: here.key("a") },
        rows(0),
    ];
    let answers = engine.read(reads).await.unwrap();
    let expected = [
        Answer::Score(Some(7)),
        Answer::Value(Some(bytes("2"))),
        Answer::Rows(vec![row(7, "m")]),
        Answer::Members(vec![bytes("n")]),
        Answer::Value(None),
        Answer::Count(1),
        Answer::Value(Some(bytes("1"))),
        Answer::Rows(vec![]),
    ];
    assert_eq!(answers, expected);
}

async fn a_key_that_begins_like_another_is_another(engine: &dyn Engine) {
    let probe = Probe::new(engine);
    for name in ["a", "a:", "a1", "a12"] {
        probe.write([probe.setting(name, "1")]).await;
        probe
            .write([probe.adding(&format!("rows{name}"), 1, "m")])
            .await;
        probe
            .write([probe.joining(&format!("set{name}"), "m")])
            .await;
    }
    probe
        .write([
            probe.deleting("a"),
            probe.deleting("rowsa"),
            probe.deleting("seta"),
        ])
        .await;
    probe.write([probe.trimming("rowsa1", 1)]).await;
    for name in ["a:", "a1", "a12"] {
        assert_eq!(probe.get(name).await, Some(bytes("1")), "{name}");
        assert_eq!(
            probe.members(&format!("set{name}")).await,
            [bytes("m")],
            "{name}"
        );
    }
    assert_eq!(probe.get("a").await, None);
    assert!(probe.members("seta").await.is_empty());
    for (name, left) in [("a", 0), ("a:", 1), ("a1", 0), ("a12", 1)] {
        assert_eq!(
            probe.rows(&format!("rows{name}")).await.len(),
            left,
            "{name}"
        );
        assert_eq!(
            probe.score(&format!("rows{name}"), "m").await.is_some(),
            left == 1,
            "{name}"
        );
    }
}

async fn delete_removes_what_is_there_whatever_it_is(engine: &dyn Engine) {
    let probe = Probe::new(engine);
    let members = ["a", "b", "c"];
    probe
        .write(members.map(|member| probe.adding("rows", 3, member)))
        .await;
    probe
        .write(members.map(|member| probe.joining("set", member)))
        .await;
    probe
        .write(["rows", "set", "none"].map(|name| probe.deleting(name)))
        .await;
    assert_eq!(probe.rows("rows").await, []);
    assert_eq!(probe.count("rows", 0, 9).await, 0);
    assert_eq!(probe.score("rows", "a").await, None);
    assert!(probe.members("set").await.is_empty());
    probe.write([probe.adding("rows", 1, "d")]).await;
    assert_eq!(
        probe.rows("rows").await.len(),
        1,
        "what was deleted does not come back"
    );
}

async fn empty_calls_do_nothing(engine: &dyn Engine) {
    assert_eq!(engine.read(vec![]).await.unwrap(), []);
    engine.write(vec![]).await.unwrap();
}

async fn every_call_is_counted(engine: &dyn Engine) {
    let probe = Probe::new(engine);
    let before = engine.commands();
    probe.get("a").await;
    let read = engine.commands();
    probe
        .write([probe.setting("a", "1"), probe.setting("b", "1")])
        .await;
    assert!(read > before, "a read is a command");
    assert!(engine.commands() > read, "and so is a write");
}

async fn the_clock_is_a_wall_clock_in_microseconds(engine: &dyn Engine) {
    let year_2020 = 1_577_836_800_000_000;
    let year_2100 = 4_102_444_800_000_000;
    assert!((year_2020..year_2100).contains(&engine.time_us().await.unwrap()));
}
