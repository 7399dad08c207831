//! A process that is paused before any single command, and goes on when others have gone on long since,
//! changes nothing.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::SeqCst},
    },
    time::{Duration, Instant},
};

use super::{
    Clock, Fate, Process, SystemClock, append, chat, clock, is_whole, look, place,
    scenes::{SCENES, edit, join, leave, rename, retract},
    shelf, snapshot,
};
use crate::{
    model::EntryId,
    store::{
        Engine,
        engine::{Answer, Read, Swap, Swapped, Write},
        keys,
        record::Head,
    },
};

/// A clock that is turned by hand.
#[derive(Default)]
struct Turned(AtomicU64);

impl Clock for Turned {
    fn now_us(&self) -> u64 {
        SystemClock.now_us() + self.0.load(SeqCst) * 1_000_000
    }

    fn monotonic(&self) -> Instant {
        SystemClock.monotonic() + Duration::from_secs(self.0.load(SeqCst))
    }
}

/// What others do meanwhile.
async fn go_on(engine: &Arc<dyn Engine>) {
    let all = || Arc::clone(engine);
    append(all(), "later1").await.unwrap();
    edit(all(), "entry1").await.unwrap();
    append(all(), "later2").await.unwrap();
    retract(all(), "entry2").await.unwrap();
    join(all(), "third").await.unwrap();
    leave(all(), "second").await.unwrap();
    rename(all()).await.unwrap();
    append(all(), "later3").await.unwrap();
    look(all()).await;
}

#[tokio::test]
async fn whoever_is_let_go_after_a_minute_changes_nothing() {
    let mut points = 0;
    for (name, count, act, _) in SCENES {
        for at in 0.. {
            let shelf = shelf(*count).await;
            let (halted, engine) = Process::start(&shelf, &clock(), Fate::Halts(at));
            let paused = tokio::spawn(act(engine));
            tokio::select! {
                () = halted.halted() => {}
                () = async { while !paused.is_finished() { tokio::task::yield_now().await } } => {}
            }
            if paused.is_finished() {
                break;
            }
            let (_, other) = Process::start(&shelf, &clock(), Fate::Lives);
            act(Arc::clone(&other)).await.unwrap();
            go_on(&other).await;
            if matches!(*name, "append" | "rollover") {
                retract(Arc::clone(&other), "new").await.unwrap();
            }
            let before = snapshot(&shelf);
            is_whole(&before, name);
            halted.release();
            paused.await.unwrap().unwrap();
            assert_eq!(
                snapshot(&shelf),
                before,
                "{name} let go before command {at}"
            );
            points += 1;
        }
    }
    assert!(points > 60, "{points} points");
}

#[tokio::test]
async fn what_retention_has_dropped_meanwhile_does_not_come_back() {
    for at in 0.. {
        let shelf = shelf(3).await;
        let turned = Arc::new(Turned::default());
        let lent: Arc<dyn Clock> = turned.clone();
        let (halted, engine) = Process::start(&shelf, &lent, Fate::Halts(at));
        let paused = tokio::spawn(async move { place(&engine, "new").await });
        tokio::select! {
            () = halted.halted() => {}
            () = async { while !paused.is_finished() { tokio::task::yield_now().await } } => {}
        }
        if paused.is_finished() {
            assert!(at > 5);
            break;
        }
        let (_, other) = Process::start(&shelf, &clock(), Fate::Lives);
        append(Arc::clone(&other), "new").await.unwrap();
        for number in 0..300 {
            append(Arc::clone(&other), &format!("later{number}"))
                .await
                .unwrap();
        }
        drop_first_segment(&other).await;
        let before = snapshot(&shelf);
        turned.0.store(60, SeqCst);
        halted.release();
        // The outcome of an attempt that lasted this long is unknown, or it is recognised; both are true.
        drop(paused.await.unwrap());
        assert_eq!(snapshot(&shelf), before, "let go before command {at}");
    }
}

/// What retention does, all of it at once.
async fn drop_first_segment(engine: &Arc<dyn Engine>) {
    let chat = chat("chat");
    let (key, rows) = (keys::chat_head(&chat), keys::segment(&chat, 0));
    let everything = Read::Rows {
        key: rows.clone(),
        from: 0,
        through: u64::MAX,
        limit: usize::MAX,
        order: crate::store::engine::Order::Rising,
    };
    let reads = vec![Read::Head { key: key.clone() }, everything];
    let mut answers = engine.read(reads).await.unwrap().into_iter();
    let raw = answers.next().and_then(Answer::value).unwrap();
    let listed = answers.next().unwrap().rows();
    let mut head = Head::decode(&raw).unwrap();
    head.floor = crate::model::Stamp::from_micros(listed.last().unwrap().score);
    head.first_segment = 1;
    let swap = Swap {
        key,
        expected: Some(raw.clone()),
        new: Some(head.encode_over(&raw)),
        life: None,
    };
    assert_eq!(engine.swap(swap).await.unwrap(), Swapped::Yes);
    let mut writes: Vec<Write> = listed
        .iter()
        .map(|row| EntryId::parse(std::str::from_utf8(&row.member).unwrap()).unwrap())
        .map(|id| Write::Delete {
            key: keys::entry(&chat, &id),
        })
        .collect();
    writes.push(Write::Delete { key: rows });
    let through = head.floor.get();
    let author = crate::model::UserId::parse("first").unwrap();
    let trimmed = [keys::segments(&chat), keys::own(&chat, &author)];
    writes.extend(trimmed.map(|key| Write::RemoveRows { key, through }));
    engine.write(writes).await.unwrap();
}
