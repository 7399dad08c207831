//! One append: what it answers and what it leaves. Every rule holds for chats and for change logs.

use bytes::Bytes;

use super::{
    probe::word,
    timelines::{Line, Sort},
};
use crate::{
    model::{EntryId, Incarnation, Stamp, UserId},
    store::{
        Engine, StoreError,
        engine::{Swap, Write},
        record::{AppendOutcome, AppendStep, EntryRecord, Head, Placed, append::LATENESS_US},
    },
};

const SECOND_US: u64 = 1_000_000;

pub(super) async fn rules(engine: &dyn Engine) {
    for sort in [Sort::Chat, Sort::Log] {
        the_first_entry_follows_nothing(&Line::start(engine, sort).await).await;
        an_append_keeps_entry_row_and_head(&Line::start(engine, sort).await).await;
        the_head_keeps_what_an_append_does_not_concern(engine, sort).await;
        stamps_rise_also_when_clocks_do_not(&Line::start(engine, sort).await).await;
        only_counting_entries_take_an_ordinal(&Line::start(engine, sort).await).await;
        bodies_are_any_bytes(&Line::start(engine, sort).await).await;
        a_repeated_append_gives_the_first_answer(&Line::start(engine, sort).await).await;
        a_retry_is_known_before_anything_refuses_it(&Line::start(engine, sort).await).await;
        an_id_used_by_another_request_is_a_conflict(&Line::start(engine, sort).await).await;
        an_append_under_an_old_membership_is_stale(&Line::start(engine, sort).await).await;
        an_attempt_that_began_long_ago_is_late(&Line::start(engine, sort).await).await;
        a_timeline_without_a_head_takes_nothing(&Line::absent(engine, sort)).await;
        an_unreadable_head_is_reported_and_kept(&Line::absent(engine, sort)).await;
        gateways_of_the_timeline_come_with_the_answer(&Line::start(engine, sort).await).await;
        only_messages_of_chats_are_counted_as_ones_own(&Line::start(engine, sort).await).await;
    }
}

async fn the_first_entry_follows_nothing(line: &Line<'_>) {
    let step = line.step().await;
    let placed = line.placed(&step).await;
    let expected = Placed {
        stamp: Stamp::from_micros(step.now_us),
        prev: Stamp::ZERO,
        ordinal: 1,
        epoch: line.epoch.clone(),
        members_version: 0,
        duplicate: false,
        gateways: vec![],
    };
    assert_eq!(placed, expected);
}

async fn an_append_keeps_entry_row_and_head(line: &Line<'_>) {
    let mut head = line.head().await;
    let mut last = None;
    for turn in 1..=3 {
        let step = line.step().await;
        let placed = line.placed(&step).await;
        let record = EntryRecord {
            stamp: placed.stamp,
            prev: placed.prev,
            ordinal: placed.ordinal,
            revision: 0,
            digest: step.digest.clone(),
            kind: step.kind,
            author: step.author.clone(),
            retracted: false,
            prev_id: last.replace(step.id.clone()),
            body: step.body.clone(),
        };
        assert_eq!(
            line.value(&step.timeline.entry(&step.id)).await,
            Some(record.encode())
        );
        assert_eq!(placed.prev, head.last);
        head = Head {
            last: placed.stamp,
            last_id: Some(step.id.clone()),
            ordinal: turn,
            size: turn,
            ..head
        };
        let raw = line.value(&step.timeline.head()).await;
        assert_eq!(
            raw,
            Some(head.encode()),
            "the head is spelled as `Head::encode` spells it"
        );
        let rows = line.segment(0).await;
        assert_eq!(rows.len() as u64, turn);
        assert_eq!(rows.last(), Some(&(placed.stamp, step.id.clone())));
    }
}

async fn the_head_keeps_what_an_append_does_not_concern(engine: &dyn Engine, sort: Sort) {
    let line = Line::absent(engine, sort);
    let head = Head {
        members_version: 3,
        floor: Stamp::from_micros(7),
        first_segment: 2,
        floor_ordinal: 5,
        drop_from: 1,
        drop_middle: 2,
        change_last: Stamp::from_micros(1_763_700_000_000_001),
        change_segment: 4,
        change_size: 17,
        change_count: 529,
        segment: 9,
        size: 1,
        ordinal: 900_000,
        last: Stamp::from_micros(1_577_836_800_000_001),
        last_id: EntryId::parse("before"),
        ..Head::new(line.epoch.clone())
    };
    line.set_head(&head).await;
    let step = line.step().await;
    let placed = line.placed(&step).await;
    let expected = Head {
        segment: 9,
        size: 2,
        ordinal: 900_001,
        last: placed.stamp,
        last_id: Some(step.id.clone()),
        ..head
    };
    assert_eq!(
        line.value(&step.timeline.head()).await,
        Some(expected.encode())
    );
    assert_eq!((placed.prev, placed.members_version), (head.last, 3));
    assert_eq!(line.segment(9).await, [(placed.stamp, step.id)]);
    assert_eq!(
        line.segments().await,
        [],
        "a segment is entered in the index when it is opened"
    );
}

async fn stamps_rise_also_when_clocks_do_not(line: &Line<'_>) {
    let now_us = line.engine.time_us().await.unwrap();
    let first = line
        .placed(&AppendStep {
            now_us,
            ..line.step().await
        })
        .await;
    assert_eq!(first.stamp.get(), now_us);
    for (older_us, expected) in [
        (0, now_us + 1),
        (1, now_us + 2),
        (5 * SECOND_US, now_us + 3),
    ] {
        let step = AppendStep {
            now_us: now_us - older_us,
            ..line.step().await
        };
        assert_eq!(
            line.placed(&step).await.stamp.get(),
            expected,
            "{older_us} us older"
        );
    }
    let ahead = AppendStep {
        now_us: now_us + SECOND_US,
        ..line.step().await
    };
    assert_eq!(line.placed(&ahead).await.stamp.get(), now_us + SECOND_US);
    let next = line
        .placed(&AppendStep {
            now_us,
            ..line.step().await
        })
        .await;
    assert_eq!(next.stamp.get(), now_us + SECOND_US + 1);
    assert_eq!(next.prev.get(), now_us + SECOND_US);
}

async fn only_counting_entries_take_an_ordinal(line: &Line<'_>) {
    for (kind, ordinal) in [('s', 0), ('m', 1), ('s', 1), ('m', 2), ('m', 3)] {
        let step = AppendStep {
            kind,
            ..line.step().await
        };
        assert_eq!(line.placed(&step).await.ordinal, ordinal, "{kind}");
        assert_eq!(line.entry(&step.id).await.ordinal, ordinal, "{kind}");
    }
    let head = line.head().await;
    assert_eq!(
        (head.ordinal, head.size),
        (3, 5),
        "all of them take a place"
    );
}

async fn bodies_are_any_bytes(line: &Line<'_>) {
    let all: Bytes = (0..=u8::MAX).cycle().take(70_000).collect();
    for body in [Bytes::new(), Bytes::from_static(b"\n\n"), all] {
        let step = AppendStep {
            body: body.clone(),
            author: None,
            ..line.step().await
        };
        line.placed(&step).await;
        let entry = line.entry(&step.id).await;
        assert_eq!((entry.body, entry.author), (body, None));
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
    let before = line.value(&first.timeline.head()).await;
    assert_eq!(line.placed(&first).await, expected, "after others");
    assert_eq!(
        line.value(&first.timeline.head()).await,
        before,
        "a duplicate changes nothing"
    );
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
    let before = line.value(&step.timeline.head()).await;
    let other = AppendStep {
        digest: word(),
        body: Bytes::from_static(b"else"),
        ..step.clone()
    };
    assert_eq!(line.append(&other).await, AppendOutcome::Conflict);
    assert_eq!(line.value(&step.timeline.head()).await, before);
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

async fn gateways_of_the_timeline_come_with_the_answer(line: &Line<'_>) {
    let step = line.step().await;
    let gateways = ["one", "two"].map(|name| Incarnation::parse(name).unwrap());
    let key = line.timeline.gateways();
    let member = |gateway: &Incarnation| Bytes::from(gateway.to_string());
    let join = |gateway| Write::AddMember {
        key: key.clone(),
        member: member(gateway),
    };
    line.engine
        .write(gateways.iter().map(join).collect())
        .await
        .unwrap();
    for duplicate in [false, true] {
        let mut placed = line.placed(&step).await;
        placed.gateways.sort();
        assert_eq!(
            (&placed.gateways[..], placed.duplicate),
            (&gateways[..], duplicate)
        );
    }
    let leave = Write::RemoveMember {
        key: key.clone(),
        member: member(&gateways[0]),
    };
    line.engine.write(vec![leave]).await.unwrap();
    for step in [step, line.step().await] {
        assert_eq!(line.placed(&step).await.gateways, gateways[1..]);
    }
}

async fn only_messages_of_chats_are_counted_as_ones_own(line: &Line<'_>) {
    let author = UserId::parse(&word()).unwrap();
    let by = async |author: Option<&UserId>, kind| {
        let step = AppendStep {
            author: author.cloned(),
            kind,
            ..line.step().await
        };
        line.placed(&step).await.stamp
    };
    let first = by(Some(&author), 'm').await;
    by(Some(&author), 's').await;
    by(None, 'm').await;
    by(UserId::parse(&word()).as_ref(), 'm').await;
    let second = by(Some(&author), 'm').await;
    let expected = match line.sort {
        Sort::Chat => vec![first, second],
        Sort::Log => vec![],
    };
    assert_eq!(line.own(&author).await, expected);
}
