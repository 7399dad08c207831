//! Sorted sets.

use bytes::Bytes;

use super::probe::{Probe, bytes, row};
use crate::{
    model::Stamp,
    store::{
        Engine,
        engine::{Order, Row, Write},
    },
};

pub(super) async fn rules(engine: &dyn Engine) {
    rows_come_in_the_order_of_their_scores(engine).await;
    rows_of_one_score_come_in_the_order_of_their_members(engine).await;
    a_range_includes_both_its_ends(engine).await;
    a_limit_keeps_the_first_rows_of_the_order_asked_for(engine).await;
    a_member_stands_in_one_place_only(engine).await;
    a_row_is_taken_out_by_its_member(engine).await;
    rows_up_to_a_score_are_taken_out_and_no_others(engine).await;
    scores_are_exact_up_to_the_greatest_stamp(engine).await;
    a_score_beyond_the_greatest_stamp_is_refused(engine).await;
    members_are_any_bytes(engine).await;
    a_segment_of_many_rows_is_read_in_pieces(engine).await;
}

async fn rows_come_in_the_order_of_their_scores(engine: &dyn Engine) {
    let probe = Probe::new(engine);
    // As text, and as little-endian bytes, these would be ordered otherwise.
    let scores = [
        (9, "a"),
        (10, "b"),
        (0, "c"),
        (256, "d"),
        (1_763_700_000_000_000, "e"),
    ];
    probe
        .write(scores.map(|(score, member)| probe.adding("a", score, member)))
        .await;
    let rising = [
        row(0, "c"),
        row(9, "a"),
        row(10, "b"),
        row(256, "d"),
        row(1_763_700_000_000_000, "e"),
    ];
    assert_eq!(probe.rows("a").await, rising);
    let mut falling = rising;
    falling.reverse();
    assert_eq!(
        probe.range("a", 0, u64::MAX, 9, Order::Falling).await,
        falling
    );
}

async fn rows_of_one_score_come_in_the_order_of_their_members(engine: &dyn Engine) {
    let probe = Probe::new(engine);
    probe
        .write(["b", "ab", "", "a", "B"].map(|member| probe.adding("a", 5, member)))
        .await;
    let mut rows = ["", "B", "a", "ab", "b"].map(|member| row(5, member));
    assert_eq!(probe.rows("a").await, rows);
    rows.reverse();
    assert_eq!(probe.range("a", 0, 9, 9, Order::Falling).await, rows);
}

async fn a_range_includes_both_its_ends(engine: &dyn Engine) {
    let probe = Probe::new(engine);
    let rows = [(1, "a"), (2, "b"), (2, "bb"), (3, "c"), (4, "d")];
    probe
        .write(rows.map(|(score, member)| probe.adding("a", score, member)))
        .await;
    for (from, through, expected) in [
        (2, 3, 3),
        (0, 1, 1),
        (4, u64::MAX, 1),
        (3, 2, 0),
        (5, 9, 0),
        (2, 2, 2),
        (0, 9, 5),
    ] {
        for order in [Order::Rising, Order::Falling] {
            let found = probe.range("a", from, through, 9, order).await;
            assert_eq!(found.len(), expected, "{from} to {through}, {order:?}");
            assert!(
                found
                    .iter()
                    .all(|row| (from..=through).contains(&row.score))
            );
        }
        let count = probe.count("a", from, through).await;
        assert_eq!(count, expected as u64, "{from} to {through}");
    }
}

async fn a_limit_keeps_the_first_rows_of_the_order_asked_for(engine: &dyn Engine) {
    let probe = Probe::new(engine);
    let rows = [(1, "a"), (2, "b"), (3, "c"), (4, "d")];
    probe
        .write(rows.map(|(score, member)| probe.adding("a", score, member)))
        .await;
    assert_eq!(
        probe.range("a", 2, 9, 2, Order::Rising).await,
        [row(2, "b"), row(3, "c")]
    );
    assert_eq!(
        probe.range("a", 0, 3, 2, Order::Falling).await,
        [row(3, "c"), row(2, "b")]
    );
    assert_eq!(probe.range("a", 0, 9, 0, Order::Rising).await, []);
    assert_eq!(probe.range("a", 0, 9, 0, Order::Falling).await, []);
    assert_eq!(
        probe
            .range("a", 0, 9, usize::MAX, Order::Falling)
            .await
            .len(),
        4
    );
}

async fn a_member_stands_in_one_place_only(engine: &dyn Engine) {
    let probe = Probe::new(engine);
    probe
        .write([probe.adding("a", 1, "m"), probe.adding("a", 2, "n")])
        .await;
    probe.write([probe.adding("a", 3, "m")]).await;
    assert_eq!(probe.rows("a").await, [row(2, "n"), row(3, "m")]);
    assert_eq!(probe.score("a", "m").await, Some(3));
    assert_eq!(probe.count("a", 0, 9).await, 2);
    probe.write([probe.adding("a", 1, "m")]).await;
    assert_eq!(
        probe.rows("a").await,
        [row(1, "m"), row(2, "n")],
        "a row may move down as well"
    );
}

async fn a_row_is_taken_out_by_its_member(engine: &dyn Engine) {
    let probe = Probe::new(engine);
    probe
        .write([probe.adding("a", 1, "m"), probe.adding("a", 1, "n")])
        .await;
    probe
        .write([probe.removing("a", "m"), probe.removing("a", "none")])
        .await;
    assert_eq!(probe.rows("a").await, [row(1, "n")]);
    assert_eq!(probe.score("a", "m").await, None);
    probe.write([probe.removing("a", "n")]).await;
    assert_eq!(probe.rows("a").await, []);
}

async fn rows_up_to_a_score_are_taken_out_and_no_others(engine: &dyn Engine) {
    let probe = Probe::new(engine);
    let rows = [(0, "z"), (1, "a"), (2, "b"), (2, "bb"), (3, "c")];
    probe
        .write(rows.map(|(score, member)| probe.adding("a", score, member)))
        .await;
    probe.write([probe.trimming("a", 2)]).await;
    assert_eq!(probe.rows("a").await, [row(3, "c")]);
    assert_eq!(
        probe.score("a", "bb").await,
        None,
        "the index of members is trimmed as well"
    );
    probe
        .write([probe.trimming("a", 2), probe.trimming("none", 2)])
        .await;
    assert_eq!(probe.rows("a").await, [row(3, "c")]);
    probe
        .write([probe.adding("a", 1, "a"), probe.trimming("a", u64::MAX)])
        .await;
    assert_eq!(probe.rows("a").await, []);
}

async fn scores_are_exact_up_to_the_greatest_stamp(engine: &dyn Engine) {
    let probe = Probe::new(engine);
    let top = Stamp::MAX.get();
    let rows = [row(top - 2, "c"), row(top - 1, "b"), row(top, "a")];
    let add = |row: Row| Write::AddRow {
        key: probe.key("a"),
        row,
    };
    probe.write(rows.clone().map(add)).await;
    assert_eq!(probe.rows("a").await, rows);
    assert_eq!(
        probe.range("a", top, top, 9, Order::Rising).await,
        rows[2..]
    );
    assert_eq!(probe.score("a", "b").await, Some(top - 1));
    assert_eq!(probe.count("a", top - 1, top - 1).await, 1);
}

async fn a_score_beyond_the_greatest_stamp_is_refused(engine: &dyn Engine) {
    let probe = Probe::new(engine);
    let beyond = Stamp::MAX.get() + 1;
    assert!(
        engine
            .write(vec![probe.adding("a", beyond, "m")])
            .await
            .is_err()
    );
    assert_eq!(
        probe.rows("a").await,
        [],
        "a score that another could be taken for is not kept"
    );
}

async fn members_are_any_bytes(engine: &dyn Engine) {
    let probe = Probe::new(engine);
    let members: [&[u8]; 7] = [
        b"",
        b"\0",
        b"\0\0",
        b"\0\xff",
        b"a\0b",
        b"\xff",
        b"\xff\xff",
    ];
    let rows = members.map(|member| Row {
        score: 1,
        member: Bytes::from_static(member),
    });
    let add = |row: &Row| Write::AddRow {
        key: probe.key("a"),
        row: row.clone(),
    };
    probe.write(rows.iter().rev().map(add)).await;
    assert_eq!(probe.rows("a").await, rows);
    let remove = Write::RemoveRow {
        key: probe.key("a"),
        member: Bytes::from_static(b"\0"),
    };
    probe.write([remove]).await;
    assert_eq!(probe.count("a", 1, 1).await, 6);
    assert_eq!(probe.score("a", "\0").await, None);
    assert_eq!(probe.score("a", "\0\0").await, Some(1));
}

async fn a_segment_of_many_rows_is_read_in_pieces(engine: &dyn Engine) {
    let probe = Probe::new(engine);
    let member = |n: u64| Bytes::from(n.to_string());
    let add = |n| Write::AddRow {
        key: probe.key("a"),
        row: Row {
            score: n,
            member: member(n),
        },
    };
    probe.write((0..500).map(add)).await;
    let (mut from, mut seen) = (0, 0);
    loop {
        let page = probe.range("a", from, u64::MAX, 64, Order::Rising).await;
        let Some(last) = page.last() else { break };
        assert!(
            page.len() == 64 || last.score == 499,
            "a short page is the last one"
        );
        from = last.score + 1;
        for row in page {
            assert_eq!(
                row,
                Row {
                    score: seen,
                    member: member(seen)
                }
            );
            seen += 1;
        }
    }
    assert_eq!(seen, 500);
    assert_eq!(probe.count("a", 100, 199).await, 100);
    assert_eq!(
        bytes("499"),
        probe.range("a", 0, 999, 1, Order::Falling).await[0].member
    );
}
