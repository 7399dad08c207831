//! One append: what it answers and what it leaves. Every rule holds for chats and for change logs.

use bytes::Bytes;

use super::{
    probe::word,
    timelines::{Line, Sort},
};
use crate::{
    model::{EntryId, Incarnation, Stamp, UserId},
    store::{
        Engine,
        engine::{Row, Write},
        record::{AppendOutcome, AppendStep, EntryRecord, Head, Mark, MarkRow, Placed},
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
        gateways_of_the_timeline_come_with_the_answer(&Line::start(engine, sort).await).await;
        only_messages_of_chats_are_counted_as_ones_own(&Line::start(engine, sort).await).await;
        marks_stand_if_and_only_if_the_entry_does(&Line::start(engine, sort).await).await;
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
        let raw = line.raw_head().await.unwrap();
        assert!(
            raw.starts_with(&head.encode()),
            "the head begins as `Head::encode` spells it"
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
    assert_eq!(line.head().await, expected);
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

async fn marks_stand_if_and_only_if_the_entry_does(line: &Line<'_>) {
    let other = Stamp::from_micros(1_577_836_800_000_001);
    let rows = [MarkRow::Stamp, MarkRow::Entry, MarkRow::Other(other)];
    let marks = rows.map(|row| Mark {
        key: format!("{}:{}", line.timeline.head(), word()),
        row,
    });
    let step = AppendStep {
        marks: marks.to_vec(),
        ..line.step().await
    };
    let stale = AppendStep {
        members_version: Some(7),
        ..step.clone()
    };
    line.refused(&stale, AppendOutcome::Stale).await;
    for mark in &marks {
        assert_eq!(line.rows(mark.key.clone()).await, []);
    }
    for _ in 0..2 {
        let stamp = line.placed(&step).await.stamp;
        let row = |stamp: Stamp, member: &str| Row {
            score: stamp.get(),
            member: member.to_owned().into(),
        };
        let expected = [
            row(stamp, &stamp.to_string()),
            row(stamp, step.id.as_str()),
            row(other, &other.to_string()),
        ];
        for (mark, expected) in marks.iter().zip(expected) {
            assert_eq!(line.rows(mark.key.clone()).await, [expected]);
        }
    }
}
