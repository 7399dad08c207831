//! The embedded store against the rules of all engines, and against those of its own.

use std::{path::Path, sync::Arc, time::Instant};

use bytes::Bytes;

use super::*;
use crate::{
    clock::SystemClock,
    model::{ChatId, EntryId, Epoch, Incarnation},
    store::{
        conformance,
        engine::{Order, Row},
        keys::TimelineId,
        record::{Head, Placed},
        walk::{Place, Walk},
    },
};

fn open(dir: &Path, level: Level) -> Result<EmbeddedEngine, StoreError> {
    open_at(
        EmbeddedOptions {
            level,
            ..EmbeddedOptions::new(dir)
        },
        Arc::new(SystemClock),
    )
}

fn open_at(options: EmbeddedOptions, clock: Arc<dyn Clock>) -> Result<EmbeddedEngine, StoreError> {
    EmbeddedEngine::open(options, clock)
}

async fn get(engine: &EmbeddedEngine, key: &str) -> Option<Bytes> {
    let answers = engine
        .read(vec![Read::Get { key: key.into() }])
        .await
        .unwrap();
    answers.into_iter().next().unwrap().value()
}

fn set(key: &str, value: &'static str, seconds: Option<u64>) -> Write {
    let life = seconds.map(Duration::from_secs);
    Write::Set {
        key: key.into(),
        value: Bytes::from_static(value.as_bytes()),
        life,
    }
}

#[tokio::test]
async fn it_keeps_the_contract_when_writes_are_handed_to_the_operating_system() {
    let dir = tempfile::tempdir().unwrap();
    conformance::engine(&open(dir.path(), Level::Stored).unwrap()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_keeps_the_contract_when_writes_are_synced() {
    let dir = tempfile::tempdir().unwrap();
    let options = EmbeddedOptions {
        prefix: "some:".into(),
        ..EmbeddedOptions::new(dir.path())
    };
    let options = EmbeddedOptions {
        level: Level::Synced,
        ..options
    };
    conformance::engine(&open_at(options, Arc::new(SystemClock)).unwrap()).await;
}

#[tokio::test]
async fn every_key_is_walked_and_none_of_another_prefix() {
    let dir = tempfile::tempdir().unwrap();
    let prefixed = |prefix: &str| EmbeddedOptions {
        prefix: prefix.into(),
        ..EmbeddedOptions::new(dir.path())
    };
    let other = open_at(prefixed("other:"), Arc::new(SystemClock)).unwrap();
    let row = |key: &str| Write::AddRow {
        key: key.into(),
        row: Row {
            score: 1,
            member: Bytes::from_static(b"a"),
        },
    };
    let writes = vec![set("a", "1", None), row("b"), row("bb")];
    other.write(writes).await.unwrap();
    drop(other);
    let engine = open_at(prefixed("some:"), Arc::new(SystemClock)).unwrap();
    let empty = engine.keys(&Place::START, 100).await.unwrap();
    assert_eq!((empty.met, empty.next), (Vec::new(), None));
    conformance::walk(&engine).await;
}

#[tokio::test]
async fn what_was_acknowledged_is_there_after_reopening() {
    for level in [Level::Stored, Level::Synced] {
        let dir = tempfile::tempdir().unwrap();
        let engine = open(dir.path(), level).unwrap();
        let step = first_step(&engine).await;
        let placed = append(&engine, &step).await;
        let rows = |n: u64| Row {
            score: n,
            member: Bytes::from(n.to_string()),
        };
        let add = |n| Write::AddRow {
            key: "rows".into(),
            row: rows(n),
        };
        engine.write((0..1000).map(add).collect()).await.unwrap();
        engine
            .write(vec![set("a", "1", None), set("b", "2", Some(600))])
            .await
            .unwrap();
        engine
            .write(vec![Write::RemoveRows {
                key: "rows".into(),
                through: 499,
            }])
            .await
            .unwrap();
        drop(engine);

        let engine = open(dir.path(), level).unwrap();
        assert_eq!(
            append(&engine, &step).await,
            Placed {
                duplicate: true,
                ..placed
            }
        );
        assert_eq!(get(&engine, "a").await.as_deref(), Some(&b"1"[..]));
        assert_eq!(get(&engine, "b").await.as_deref(), Some(&b"2"[..]));
        let read = Read::Rows {
            key: "rows".into(),
            from: 0,
            through: u64::MAX,
            limit: 2000,
            order: Order::Rising,
        };
        let kept = engine.read(vec![read]).await.unwrap().remove(0).rows();
        assert_eq!(kept, (500..1000).map(rows).collect::<Vec<_>>());
    }
}

async fn first_step(engine: &EmbeddedEngine) -> AppendStep {
    let timeline = TimelineId::Chat(ChatId::parse("chat").unwrap());
    let commit = Commit {
        key: timeline.head(),
        expected: None,
        head: Head::new(Epoch::parse("epoch").unwrap()),
        parts: Vec::new(),
    };
    assert_eq!(engine.commit(commit).await.unwrap(), Swapped::Yes);
    let member = Bytes::from_static(b"gateway");
    let key = timeline.gateways();
    let join = Write::AddMember { key, member };
    engine.write(vec![join]).await.unwrap();
    AppendStep {
        timeline,
        id: EntryId::parse("entry").unwrap(),
        digest: "digest".into(),
        kind: 'm',
        author: None,
        body: Bytes::from_static(b"body"),
        now_us: engine.time_us().await.unwrap(),
        members_version: Some(0),
        marks: Vec::new(),
    }
}

async fn append(engine: &EmbeddedEngine, step: &AppendStep) -> Placed {
    match engine.append(step.clone()).await.unwrap() {
        AppendOutcome::Placed(placed) => {
            assert_eq!(placed.gateways, [Incarnation::parse("gateway").unwrap()]);
            placed
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_directory_in_use_is_refused_by_name_and_free_after_a_drop() {
    let dir = tempfile::tempdir().unwrap();
    let first = open(dir.path(), Level::Stored).unwrap();
    match open(dir.path(), Level::Stored) {
        Err(StoreError::Unsafe(message)) => {
            assert!(
                message.contains(&dir.path().display().to_string()),
                "{message}"
            );
            assert!(message.contains("server.data_dir"), "{message}");
        }
        other => panic!("{:?}", other.err()),
    }
    drop(first);
    assert!(open(dir.path(), Level::Stored).is_ok());
}

#[tokio::test]
async fn a_directory_that_cannot_be_made_is_an_error() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let opened = open(&file.path().join("data"), Level::Stored);
    assert!(matches!(opened, Err(StoreError::Unavailable { .. })));
}

#[tokio::test]
async fn a_prefix_keeps_two_stores_in_one_directory_apart() {
    let dir = tempfile::tempdir().unwrap();
    for (prefix, value) in [("a:", "1"), ("b:", "2"), ("", "3")] {
        let options = EmbeddedOptions {
            prefix: prefix.into(),
            ..EmbeddedOptions::new(dir.path())
        };
        let engine = open_at(options, Arc::new(SystemClock)).unwrap();
        assert_eq!(get(&engine, "k").await, None, "{prefix:?}");
        let (key, member) = (String::from("k"), Bytes::from_static(b"m"));
        let reads = vec![
            Read::Members { key: key.clone() },
            Read::Count {
                key: key.clone(),
                from: 0,
                through: 9,
            },
        ];
        let answers = engine.read(reads).await.unwrap();
        assert_eq!(
            answers,
            [Answer::Members(vec![]), Answer::Count(0)],
            "{prefix:?}"
        );
        let row = Row {
            score: 1,
            member: member.clone(),
        };
        let add = [
            set("k", value, None),
            Write::AddMember {
                key: key.clone(),
                member,
            },
            Write::AddRow { key, row },
        ];
        engine.write(add.into()).await.unwrap();
    }
    let engine = open(dir.path(), Level::Stored).unwrap();
    assert_eq!(get(&engine, "a:k").await.as_deref(), Some(&b"1"[..]));
}

/// A clock that stands until it is moved. Its monotonic side goes on, so that upkeep happens.
struct StandingClock(AtomicU64);

impl Clock for StandingClock {
    fn now_us(&self) -> u64 {
        self.0.load(Relaxed)
    }

    fn monotonic(&self) -> Instant {
        SystemClock.monotonic()
    }
}

#[tokio::test]
async fn ended_lives_are_absent_at_once_and_swept_up_later() {
    let dir = tempfile::tempdir().unwrap();
    let clock = Arc::new(StandingClock(AtomicU64::new(1_000_000_000)));
    let lent = Arc::clone(&clock) as Arc<dyn Clock>;
    let engine = open_at(EmbeddedOptions::new(dir.path()), lent).unwrap();
    let writes = vec![
        set("short", "1", Some(5)),
        set("long", "1", Some(50)),
        set("prolonged", "1", Some(5)),
        set("prolonged", "2", Some(50)),
        set("made to stay", "1", Some(5)),
        set("made to stay", "2", None),
    ];
    engine.write(writes).await.unwrap();
    clock.0.fetch_add(4_999_999, Relaxed);
    assert!(get(&engine, "short").await.is_some());
    clock.0.fetch_add(1, Relaxed);
    assert!(
        get(&engine, "short").await.is_none(),
        "before anything has swept"
    );

    let layout = Layout::new(String::new());
    let stored = |key: &str| engine.disk.get(&layout.string(key)).unwrap().is_some();
    let ends = || {
        engine
            .disk
            .keys(super::layout::ends(u64::MAX - 1), 99)
            .count()
    };
    let swept = async {
        while stored("short") || ends() > 2 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), swept)
        .await
        .unwrap();
    for key in ["long", "prolonged", "made to stay"] {
        assert!(get(&engine, key).await.is_some(), "{key}");
    }
}

#[tokio::test]
async fn names_that_are_too_long_are_refused_and_not_found() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path(), Level::Stored).unwrap();
    let (key, long) = (String::from("k"), "x".repeat(70_000));
    let member = Bytes::from(long.clone());
    for write in [
        set(&long, "1", None),
        Write::Delete { key: long.clone() },
        Write::AddMember {
            key: key.clone(),
            member: member.clone(),
        },
        Write::AddRow {
            key: key.clone(),
            row: Row {
                score: 1,
                member: member.clone(),
            },
        },
        Write::RemoveRow {
            key: key.clone(),
            member: member.clone(),
        },
    ] {
        assert!(engine.write(vec![write]).await.is_err());
    }
    assert_eq!(get(&engine, &long).await, None);
    let read = Read::Score {
        key: key.clone(),
        member,
    };
    assert_eq!(
        engine.read(vec![read]).await.unwrap(),
        [Answer::Score(None)]
    );
    let members = engine
        .read(vec![Read::Members { key: long }])
        .await
        .unwrap();
    assert_eq!(members, [Answer::Members(vec![])]);
    engine.write(vec![set("k", "1", None)]).await.unwrap();
}

#[tokio::test]
async fn a_store_that_gave_up_refuses_writes_and_says_so_to_the_clock_check() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path(), Level::Stored).unwrap();
    engine.write(vec![set("a", "1", None)]).await.unwrap();
    engine.committer.break_down();
    let refused = engine.write(vec![set("a", "2", None)]).await;
    assert!(matches!(refused, Err(StoreError::Unavailable { .. })));
    assert!(matches!(
        engine.time_us().await,
        Err(StoreError::Unavailable { .. })
    ));
    assert_eq!(
        get(&engine, "a").await.as_deref(),
        Some(&b"1"[..]),
        "reads go on"
    );
}
