//! Appends that come again, and appends that are refused. Every rule holds for chats and for change logs.

use bytes::Bytes;

use super::{
    probe::word,
    timelines::{Line, Sort},
};
use crate::store::{
    Engine, StoreError,
    engine::{Swap, Write},
    record::{AppendOutcome, AppendStep, Head, Placed, append::LATENESS_US},
};

const SECOND_US: u64 = 1_000_000;

pub(super) async fn rules(engine: &dyn Engine) {
    for sort in [Sort::Chat, Sort::Log] {
        a_repeated_append_gives_the_first_answer(&Line::start(engine, sort).await).await;
        a_retry_is_known_before_anything_refuses_it(&Line::start(engine, sort).await).await;
        an_id_used_by_another_request_is_a_conflict(&Line::start(engine, sort).await).await;
        an_append_under_an_old_membership_is_stale(&Line::start(engine, sort).await).await;
        an_attempt_that_began_long_ago_is_late(&Line::start(engine, sort).await).await;
        a_timeline_without_a_head_takes_nothing(&Line::absent(engine, sort)).await;
        an_unreadable_head_is_reported_and_kept(&Line::absent(engine, sort)).await;
    }
}

async fn a_repeated_append_gives_the_first_answer(line: &Line<'_>) {
    let first = line.step().await;
    let placed = line.placed(&first).await;
    let expected = Placed {
        duplicate: true,
        ..placed
    };
    assert_eq!(line.placed(&first).await, expected, "at once");
    line.placed(&AppendStep {
        kind: 's',
        ..line.step().await
    })
    .await;
    line.placed(&line.step().await).await;
    let before = line.raw_head().await;
    assert_eq!(line.placed(&first).await, expected, "after others");
    assert_eq!(line.raw_head().await, before, "a duplicate changes nothing");
    assert_eq!(line.segment(0).await.len(), 3);
}

async fn a_retry_is_known_before_anything_refuses_it(line: &Line<'_>) {
    let step = AppendStep {
        members_version: Some(0),
        ..line.step().await
    };
    let placed = line.placed(&step).await;
    line.set_members_version(4).await;
    let late_us = step.now_us - LATENESS_US - SECOND_US;
    let retry = AppendStep {
        now_us: late_us,
        ..step
    };
    let expected = Placed {
        duplicate: true,
        members_version: 4,
        ..placed
    };
    assert_eq!(
        line.placed(&retry).await,
        expected,
        "late and stale, but it did happen"
    );
    let other = AppendStep {
        digest: word(),
        ..retry
    };
    assert_eq!(
        line.append(&other).await,
        AppendOutcome::Conflict,
        "and so did the other"
    );
}

async fn an_id_used_by_another_request_is_a_conflict(line: &Line<'_>) {
    let step = line.step().await;
    let placed = line.placed(&step).await;
    let before = line.raw_head().await;
    let other = AppendStep {
        digest: word(),
        body: Bytes::from_static(b"else"),
        ..step.clone()
    };
    assert_eq!(line.append(&other).await, AppendOutcome::Conflict);
    assert_eq!(line.raw_head().await, before);
    assert_eq!(line.entry(&step.id).await.body, step.body);
    assert_eq!(
        line.placed(&step).await,
        Placed {
            duplicate: true,
            ..placed
        }
    );
}

async fn an_append_under_an_old_membership_is_stale(line: &Line<'_>) {
    line.set_members_version(7).await;
    let under = async |version| AppendStep {
        members_version: version,
        ..line.step().await
    };
    for version in [0, 6, 8, 70] {
        let step = under(Some(version)).await;
        line.refused(&step, AppendOutcome::Stale).await;
    }
    for version in [Some(7), None] {
        let placed = line.placed(&under(version).await).await;
        assert_eq!(placed.members_version, 7, "{version:?}");
    }
}

async fn an_attempt_that_began_long_ago_is_late(line: &Line<'_>) {
    let now_us = line.engine.time_us().await.unwrap();
    let began = async |age_us| AppendStep {
        now_us: now_us - age_us,
        ..line.step().await
    };
    let late = began(LATENESS_US + SECOND_US).await;
    line.refused(&late, AppendOutcome::Late).await;
    let stale = AppendStep {
        members_version: Some(1),
        ..late
    };
    line.refused(&stale, AppendOutcome::Late).await;
    line.placed(&began(LATENESS_US - 10 * SECOND_US).await)
        .await;
}

async fn a_timeline_without_a_head_takes_nothing(line: &Line<'_>) {
    let step = line.step().await;
    line.refused(&step, AppendOutcome::NoTimeline).await;
    let late = AppendStep {
        now_us: 1,
        members_version: Some(1),
        ..step
    };
    line.refused(&late, AppendOutcome::NoTimeline).await;
}

async fn an_unreadable_head_is_reported_and_kept(line: &Line<'_>) {
    let key = line.timeline.head();
    let good = Head::new(line.epoch.clone()).encode();
    let cut = good.slice(..good.len() / 2);
    let other_version = Bytes::from([b"9", &good[1..]].concat());
    for bad in [Bytes::new(), Bytes::from_static(b"\n"), cut, other_version] {
        let write = Write::Set {
            key: key.clone(),
            value: bad.clone(),
            life: None,
        };
        line.engine.write(vec![write]).await.unwrap();
        let answer = line.engine.append(line.step().await).await;
        assert!(
            matches!(answer, Err(StoreError::Corrupt { .. })),
            "{bad:?}: {answer:?}"
        );
        assert_eq!(line.value(&key).await, Some(bad));
    }
    let mend = Swap {
        key,
        expected: None,
        new: Some(good),
        life: None,
    };
    let broken = line.value(&line.timeline.head()).await;
    line.engine
        .swap(Swap {
            expected: broken,
            ..mend
        })
        .await
        .unwrap();
    line.placed(&line.step().await).await;
}
