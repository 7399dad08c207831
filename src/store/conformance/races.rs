//! Several callers at once.

use std::collections::HashSet;

use bytes::Bytes;
use futures_util::future::{join, join_all};

use super::{
    probe::{Probe, bytes},
    timelines::{Line, Sort},
};
use crate::store::{
    Engine,
    engine::{Commit, Part, Read, Swap, Swapped},
    record::{AppendOutcome, Head},
};

const CALLERS: usize = 16;

/// Strings that one commit sets to one number.
const PARTS: [&str; 12] = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"];

pub(super) async fn rules(engine: &dyn Engine) {
    one_of_many_swaps_happens(engine).await;
    no_swap_is_lost(engine).await;
    readers_never_see_half_a_commit(engine).await;
    for sort in [Sort::Chat, Sort::Log] {
        appends_at_once_make_one_chain(&Line::start(engine, sort).await).await;
        one_entry_sent_by_many_stands_once(&Line::start(engine, sort).await).await;
        appends_and_swaps_of_one_head_lose_nothing(&Line::start(engine, sort).await).await;
    }
}

async fn one_of_many_swaps_happens(engine: &dyn Engine) {
    let probe = Probe::new(engine);
    let swap = |_| probe.swap("a", None, Some("1"));
    let swapped = join_all((0..CALLERS).map(swap)).await;
    assert_eq!(
        swapped
            .iter()
            .filter(|&&swapped| swapped == Swapped::Yes)
            .count(),
        1
    );
}

async fn no_swap_is_lost(engine: &dyn Engine) {
    let probe = Probe::new(engine);
    probe.write([probe.setting("n", "0")]).await;
    join_all((0..CALLERS).map(|_| add_one(&probe, 4))).await;
    assert_eq!(
        probe.get("n").await,
        Some(Bytes::from((CALLERS * 4).to_string()))
    );
}

async fn add_one(probe: &Probe<'_>, times: usize) {
    for _ in 0..times {
        loop {
            let expected = probe.get("n").await;
            let new = Some(Bytes::from((number(expected.as_ref()) + 1).to_string()));
            let swap = Swap {
                key: probe.key("n"),
                expected,
                new,
                life: None,
            };
            if probe.engine.swap(swap).await.unwrap() == Swapped::Yes {
                break;
            }
        }
    }
}

async fn readers_never_see_half_a_commit(engine: &dyn Engine) {
    let probe = Probe::new(engine);
    let last = 200;
    probe.commit(None, 0, []).await;
    probe
        .write(PARTS.map(|name| probe.setting(name, "0")))
        .await;
    let commits = async {
        for n in 0..last {
            let commit = probe.committing(Some(n), n + 1, raising(&probe, n)).await;
            assert_eq!(engine.commit(commit).await.unwrap(), Swapped::Yes);
        }
    };
    let reads = async {
        let mut seen = 0;
        while seen < last {
            // What is read after the head is never older than it, so half a commit shows as a step down.
            let mut reads = vec![Read::Head {
                key: probe.key("head"),
            }];
            reads.extend(PARTS.map(|name| Read::Get {
                key: probe.key(name),
            }));
            let mut answers = engine.read(reads).await.unwrap().into_iter();
            let head = answers.next().unwrap().value().unwrap();
            let head = Head::decode(&head).unwrap().ordinal;
            let values: Vec<_> = answers
                .map(|answer| number(answer.value().as_ref()) as u64)
                .collect();
            assert!(
                values.iter().all(|value| *value >= head),
                "{head}: {values:?}"
            );
            assert!(head >= seen, "a later call never sees an older state");
            seen = head;
        }
    };
    join(commits, reads).await;
    assert_eq!(probe.get(PARTS[11]).await, Some(bytes("200")));
}

/// Parts that raise all [`PARTS`] together.
fn raising(probe: &Probe<'_>, n: u64) -> Vec<Part> {
    let value = |n: u64| Bytes::from(n.to_string());
    let raise = |name: &&str| Part::Replace {
        key: probe.key(name),
        expected: value(n),
        new: value(n + 1),
    };
    PARTS.iter().map(raise).collect()
}

fn number(value: Option<&Bytes>) -> usize {
    std::str::from_utf8(value.unwrap())
        .unwrap()
        .parse()
        .unwrap()
}

async fn appends_at_once_make_one_chain(line: &Line<'_>) {
    let appender = async |_| {
        let mut ids = vec![];
        for _ in 0..2 * Head::SEGMENT_LIMIT / CALLERS as u64 {
            let step = line.step().await;
            let placed = line.placed(&step).await;
            assert!(!placed.duplicate);
            ids.push((placed.stamp, step.id));
        }
        assert!(
            ids.is_sorted(),
            "one caller's entries stand in the order of its calls"
        );
        ids
    };
    let ids: Vec<_> = join_all((0..CALLERS).map(appender)).await.concat();
    let chain = line.chain().await;
    assert_eq!(chain.len() as u64, 2 * Head::SEGMENT_LIMIT);
    let sent: HashSet<_> = ids.into_iter().map(|(_, id)| id).collect();
    assert_eq!(
        sent,
        chain.into_iter().collect(),
        "everything sent stands there, once"
    );
}

async fn one_entry_sent_by_many_stands_once(line: &Line<'_>) {
    let step = line.step().await;
    let placed = join_all((0..CALLERS).map(|_| line.placed(&step))).await;
    assert_eq!(placed.iter().filter(|placed| !placed.duplicate).count(), 1);
    assert!(placed.iter().all(|one| one.stamp == placed[0].stamp));
    assert_eq!(line.chain().await, [step.id]);
}

async fn appends_and_swaps_of_one_head_lose_nothing(line: &Line<'_>) {
    let appends = join_all((0..CALLERS).map(async |_| {
        let outcome = line.append(&line.step().await).await;
        assert!(matches!(outcome, AppendOutcome::Placed(_)), "{outcome:?}");
    }));
    let swaps = join_all((0..CALLERS).map(|_| raise_members_version(line)));
    join(appends, swaps).await;
    assert_eq!(line.chain().await.len(), CALLERS);
    assert_eq!(line.head().await.members_version, CALLERS as u64);
}

async fn raise_members_version(line: &Line<'_>) {
    let key = line.timeline.head();
    loop {
        let raw = line.raw_head().await.unwrap();
        let mut head = Head::decode(&raw).unwrap();
        head.members_version += 1;
        let commit = Commit {
            key: key.clone(),
            expected: Some(raw),
            head,
            parts: Vec::new(),
        };
        if line.engine.commit(commit).await.unwrap() == Swapped::Yes {
            break;
        }
    }
}
