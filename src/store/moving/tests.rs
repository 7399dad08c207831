//! Copies between two embedded stores.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use tempfile::TempDir;
use tokio::sync::oneshot;

use super::*;
use crate::{
    clock::SystemClock,
    model::{ChatId, Incarnation, UserId},
    store::{
        embedded::{EmbeddedEngine, EmbeddedOptions},
        engine::{Order, Read, Row, Write},
        walk::Walk,
    },
};

struct Stores {
    _dirs: [TempDir; 2],
    from: EmbeddedEngine,
    to: EmbeddedEngine,
}

impl Stores {
    /// An empty target, and a source with something of every type and size.
    async fn new() -> Self {
        let dirs = [(); 2].map(|()| tempfile::tempdir().unwrap());
        let [from, to] = [0, 1].map(|side: usize| {
            let options = EmbeddedOptions::new(dirs[side].path());
            EmbeddedEngine::open(options, Arc::new(SystemClock)).unwrap()
        });
        let stores = Self {
            _dirs: dirs,
            from,
            to,
        };
        let mut writes = vec![
            set(keys::secret("instance"), "secret"),
            lend(keys::token("a"), 600),
        ];
        for number in 0..300 {
            writes.push(set(keys::name(&format!("n{number}")), "1 u"));
            writes.push(row(&rising(), number, &number.to_string()));
            writes.push(row(&level(), 7, &number.to_string()));
        }
        for number in 300..1_500 {
            writes.push(row(&level(), 7, &number.to_string()));
            writes.push(row(&rising(), number, &number.to_string()));
        }
        stores.from.write(writes).await.unwrap();
        stores
    }

    async fn copy(&self) -> Result<Copied, MoveError> {
        copy(&self.from, &self.to, false, &mut |_| ()).await
    }
}

fn chat() -> ChatId {
    ChatId::from_bytes(b"chat")
}

/// A sorted set of many scores.
fn rising() -> String {
    keys::void(&chat())
}

/// A sorted set of many rows with one score.
fn level() -> String {
    keys::members(&chat())
}

fn set(key: String, value: &'static str) -> Write {
    let value = Bytes::from_static(value.as_bytes());
    Write::Set {
        key,
        value,
        life: None,
    }
}

fn lend(key: String, seconds: u64) -> Write {
    Write::Set {
        key,
        value: Bytes::from_static(b"lent"),
        life: Some(Duration::from_secs(seconds)),
    }
}

fn row(key: &str, score: u64, member: &str) -> Write {
    Write::AddRow {
        key: key.to_owned(),
        row: Row {
            score,
            member: member.to_owned().into(),
        },
    }
}

#[tokio::test]
async fn everything_is_copied_and_proven_and_copying_again_changes_nothing() {
    let stores = Stores::new().await;
    let copied = stores.copy().await.unwrap();
    assert_eq!(copied.differences(), []);
    assert_eq!(copied.to.keys(), 304);
    let token = vec![keys::token("a")];
    let left = stores.to.lives(token).await.unwrap()[0].unwrap();
    assert!((590..=600).contains(&left.as_secs()), "{left:?}");
    let again = stores.copy().await.unwrap();
    assert_eq!((again.written, again.removed), (0, 0));
    assert_eq!(again.to.to_string(), copied.from.to_string());
}

#[tokio::test]
async fn a_copy_that_was_cut_short_serves_nobody_and_goes_on_where_it_was() {
    let stores = Stores::new().await;
    let (cut, cutting) = oneshot::channel();
    let mut cut = Some(cut);
    let mut told = |progress: Progress| {
        if progress.done > 100 {
            cut.take().map(|cut| cut.send(()));
        }
    };
    tokio::select! {
        biased;
        _ = cutting => {}
        ended = copy(&stores.from, &stores.to, false, &mut told) => panic!("not cut short: {ended:?}"),
    }
    let refused = refuse_unfinished(&stores.to).await.unwrap_err();
    assert!(
        refused.to_string().contains("curlew store copy"),
        "{refused}"
    );
    let there = digest(&stores.to).await.unwrap();
    assert!((1..304).contains(&there.keys()), "{}", there.keys());
    let copied = stores.copy().await.unwrap();
    assert_eq!(copied.differences(), []);
    assert!(copied.written <= 3_303 - there.keys(), "{}", copied.written);
    refuse_unfinished(&stores.to).await.unwrap();
}

#[tokio::test]
async fn what_the_source_lost_between_two_runs_is_lost_in_the_target_too() {
    let stores = Stores::new().await;
    stores.copy().await.unwrap();
    let origin = origin(&stores.from).await.unwrap().unwrap();
    let mark = Write::Set {
        key: keys::copying(),
        value: origin.into(),
        life: None,
    };
    stores.to.write(vec![mark]).await.unwrap();
    let removals = vec![
        Write::Delete {
            key: keys::name("n5"),
        },
        Write::RemoveRow {
            key: level(),
            member: Bytes::from_static(b"9"),
        },
        row(&rising(), 2_000, "3"),
        lend(keys::name("n6"), 600),
        set(keys::token("a"), "lent"),
        set(keys::secret("instance"), "secret"),
    ];
    stores.from.write(removals).await.unwrap();
    let copied = stores.copy().await.unwrap();
    assert_eq!((copied.differences(), copied.removed), (vec![], 1));
    let all = |store| windows_of(store, level());
    assert_eq!(all(&stores.to).await, all(&stores.from).await);
}

async fn windows_of(engine: &EmbeddedEngine, key: String) -> Vec<Row> {
    let engine: &dyn Engine = engine;
    let read = Read::Rows {
        key,
        from: 0,
        through: u64::MAX,
        limit: 10_000,
        order: Order::Rising,
    };
    engine.ask(read).await.unwrap().rows()
}

#[tokio::test]
async fn a_difference_is_named_by_the_kind_of_key() {
    let stores = Stores::new().await;
    let before = digest(&stores.from).await.unwrap();
    for (write, keys, counts) in [
        (set(keys::name("n5"), "1 other"), "name:<name>", (300, 300)),
        (lend(keys::name("n5"), 600), "name:<name>", (300, 300)),
        (set(keys::setup(), "1"), "setup", (0, 1)),
        (row(&rising(), 1, "5"), "{c:<chat>}:void", (1, 1)),
    ] {
        let other = Stores::new().await;
        other.from.write(vec![write]).await.unwrap();
        let after = digest(&other.from).await.unwrap();
        let (from, to) = counts;
        let expected = [Difference { keys, from, to }];
        assert_eq!(before.differences(&after), expected);
        assert_ne!(before.to_string(), after.to_string());
    }
}

#[tokio::test]
async fn what_gateways_say_of_themselves_stays_behind() {
    let stores = Stores::new().await;
    let gateway = Incarnation::from_bytes(b"gateway");
    let member = Bytes::from_static(b"gateway");
    let joining = [
        keys::chat_gateways(&chat()),
        keys::user_gateways(&UserId::from_bytes(b"user")),
    ];
    let join = joining.map(|key| Write::AddMember {
        key,
        member: member.clone(),
    });
    stores.from.write(join.into()).await.unwrap();
    assert_eq!(stores.copy().await.unwrap().to.keys(), 304);
    let lease = vec![set(keys::lease(&gateway), "1")];
    stores.from.write(lease).await.unwrap();
    let refused = stores.copy().await.unwrap_err();
    assert!(
        refused.to_string().contains("run on the source"),
        "{refused}"
    );
    // Everything is equal, but it will not stay so: the mark that keeps servers away is there until they ended.
    let other = Stores::new().await;
    let running = copy(&stores.from, &other.to, true, &mut |_| ()).await;
    let running = running.unwrap();
    assert_eq!(running.differences(), []);
    assert!(!running.is_complete());
    assert!(refuse_unfinished(&other.to).await.is_err());
}

#[tokio::test]
async fn nothing_is_copied_over_something_else() {
    let (stores, other) = (Stores::new().await, Stores::new().await);
    let refusal = async |from: &EmbeddedEngine, to: &EmbeddedEngine| {
        copy(from, to, false, &mut |_| ()).await.unwrap_err()
    };
    let nothing = refusal(&stores.to, &stores.from).await;
    assert!(matches!(nothing, MoveError::Nothing), "{nothing}");
    let secret = set(keys::secret("instance"), "another");
    other.from.write(vec![secret]).await.unwrap();
    let foreign = refusal(&stores.from, &other.from).await;
    assert!(
        matches!(foreign, MoveError::Foreign { keys: 304 }),
        "{foreign}"
    );
    let mark = set(keys::copying(), "of somebody else");
    other.to.write(vec![mark]).await.unwrap();
    let foreign = refusal(&stores.from, &other.to).await;
    assert!(
        matches!(foreign, MoveError::Foreign { keys: 0 }),
        "{foreign}"
    );
    stores
        .from
        .write(vec![set(keys::copying(), "x")])
        .await
        .unwrap();
    let unfinished = refusal(&stores.from, &stores.to).await;
    assert!(matches!(unfinished, MoveError::Unfinished), "{unfinished}");
}
