//! Every single command of the past, done again alone after each later step.

use std::sync::Arc;

use super::{
    Fate, Process, append, clock, is_whole,
    scenes::{Act, edit, join, leave, rename, retract},
    shelf, snapshot,
};

/// A life of a chat: entries, changes of all kinds, a new segment.
const LIFE: &[Act] = &[
    |e| Box::pin(append(e, "a")),
    |e| Box::pin(edit(e, "a")),
    |e| Box::pin(append(e, "b")),
    |e| Box::pin(join(e, "third")),
    |e| Box::pin(retract(e, "a")),
    |e| Box::pin(leave(e, "third")),
    |e| Box::pin(rename(e)),
    |e| Box::pin(append(e, "c")),
    |e| Box::pin(leave(e, "second")),
    |e| Box::pin(append(e, "d")),
    |e| Box::pin(retract(e, "d")),
];

#[tokio::test]
async fn no_command_of_the_past_changes_anything() {
    let shelf = shelf(126).await;
    let mut past = Vec::new();
    for (step, act) in LIFE.iter().enumerate() {
        // A process for each step, so that each has to make sure of the one before.
        let (process, engine) = Process::start(&shelf, &clock(), Fate::Lives);
        act(Arc::clone(&engine)).await.unwrap();
        past.extend(process.changes());
        let now = snapshot(&shelf);
        is_whole(&now, &format!("step {step}"));
        for change in &past {
            let mut after = now.clone();
            change.run(&mut after);
            assert_eq!(after, now, "{change:?} once more after step {step}");
        }
    }
    assert!(past.len() > 50, "{} commands", past.len());
}
