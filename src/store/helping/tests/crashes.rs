//! A process that dies before any single command leaves nothing that the next one does not mend.

use std::sync::{Arc, Mutex};

use super::{
    Fate, Process, Shelf, append, chat, clock, is_whole, look, scenes::SCENES, shelf, snapshot,
};
use crate::store::{Engine, engine::Read, keys};

/// Dies before each command of each act, and hands the shelf to `mend`, run by another process.
async fn at_every_command(mend: impl AsyncFn(Arc<dyn Engine>)) -> u64 {
    let mut points = 0;
    for (name, count, act, shown) in SCENES {
        for at in 0.. {
            let shelf = shelf(*count).await;
            let (process, engine) = Process::start(&shelf, &clock(), Fate::Dies(at));
            let done = act(engine).await.is_ok();
            let unharmed = process.passed() <= at;
            let (_, other) = Process::start(&shelf, &clock(), Fate::Lives);
            mend(Arc::clone(&other)).await;
            let when = format!("{name} cut short before command {at}");
            let mended = snapshot(&shelf);
            is_whole(&mended, &when);
            assert!(
                shown(&mended) || !done,
                "{when}: acknowledged and not there"
            );
            act(other).await.unwrap();
            let repeated = snapshot(&shelf);
            is_whole(&repeated, &format!("{when}, and done again"));
            assert!(shown(&repeated), "{when}");
            points += 1;
            if unharmed {
                assert!(at > 4, "{name} has several commands");
                break;
            }
        }
    }
    points
}

#[tokio::test]
async fn whatever_is_cut_short_is_made_whole_by_the_next_reader() {
    let points = at_every_command(look).await;
    assert!(points > 60, "{points} points");
}

#[tokio::test]
async fn whatever_is_cut_short_is_made_whole_by_the_next_writer() {
    at_every_command(async |engine: Arc<dyn Engine>| {
        append(Arc::clone(&engine), "by-another").await.unwrap();
        // A chat that was being made has no other writer than the one that makes it.
        look(engine).await;
    })
    .await;
}

#[tokio::test]
async fn helpers_that_die_as_well_leave_it_to_the_next_one() {
    for (name, count, act, shown) in SCENES {
        for at in [5, 6, 7, 8] {
            let shelf: Arc<Mutex<Shelf>> = shelf(*count).await;
            let (_, engine) = Process::start(&shelf, &clock(), Fate::Dies(at));
            let done = act(engine).await.is_ok();
            for helpers_die_at in 0..8 {
                let (_, helper) = Process::start(&shelf, &clock(), Fate::Dies(helpers_die_at));
                let key = keys::chat_head(&chat("chat"));
                drop(helper.read(vec![Read::Head { key }]).await);
            }
            let (_, last) = Process::start(&shelf, &clock(), Fate::Lives);
            look(last).await;
            let mended = snapshot(&shelf);
            is_whole(&mended, name);
            assert!(shown(&mended) || !done, "{name} at {at}");
        }
    }
}
