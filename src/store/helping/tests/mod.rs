//! The engine on stores that can be looked into.

mod crashes;
mod late;
mod pauses;
mod process;
mod scenes;

use std::sync::{Arc, Mutex};

use async_trait::async_trait;

use self::{
    process::{Fate, Process},
    scenes::{append, chat, is_whole, look, place, snapshot, stage},
};
use super::{HelpingEngine, Plain};
use crate::{
    clock::{Clock, SystemClock},
    model::Level,
    store::{
        Engine, StoreError, conformance,
        embedded::{EmbeddedEngine, EmbeddedOptions},
        engine::{Answer, Read, Swap, Swapped, Write},
        keys,
        record::Head,
        shelf::Shelf,
    },
};

/// The plain half of an embedded store.
struct Half(EmbeddedEngine);

#[async_trait]
impl Plain for Half {
    async fn read(&self, reads: Vec<Read>) -> Result<Vec<Answer>, StoreError> {
        self.0.read(reads).await
    }

    async fn write(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        self.0.write(writes).await
    }

    async fn swap(&self, swap: Swap) -> Result<Swapped, StoreError> {
        self.0.swap(swap).await
    }

    async fn time_us(&self) -> Result<u64, StoreError> {
        self.0.time_us().await
    }

    fn level(&self) -> Level {
        self.0.level()
    }

    fn commands(&self) -> u64 {
        self.0.commands()
    }
}

fn clock() -> Arc<dyn Clock> {
    Arc::new(SystemClock)
}

/// A shelf on which a process that lived has left a chat with `count` entries.
async fn shelf(count: u64) -> Arc<Mutex<Shelf>> {
    let shelf = Arc::<Mutex<Shelf>>::default();
    let (_, engine) = Process::start(&shelf, &clock(), Fate::Lives);
    stage(&engine, count).await;
    shelf
}

#[tokio::test]
async fn single_commands_and_helping_keep_the_contract() {
    let dir = tempfile::tempdir().unwrap();
    let store = EmbeddedEngine::open(EmbeddedOptions::new(dir.path()), clock()).unwrap();
    conformance::engine(&HelpingEngine::over(Arc::new(Half(store)), clock())).await;
}

#[tokio::test]
async fn an_append_among_others_of_the_same_process_sends_few_commands() {
    let shelf = shelf(3).await;
    let (process, engine) = Process::start(&shelf, &clock(), Fate::Lives);
    append(Arc::clone(&engine), "first").await.unwrap();
    let before = process.passed();
    append(Arc::clone(&engine), "second").await.unwrap();
    assert_eq!(
        process.passed() - before,
        8,
        "head, entry, tail, gateways; swap; entry, own, row"
    );
    let before = process.passed();
    let ids: Vec<String> = (0..16).map(|number| format!("batch{number}")).collect();
    let appends = ids.iter().map(|id| append(Arc::clone(&engine), id));
    for done in futures_util::future::join_all(appends).await {
        done.unwrap();
    }
    assert_eq!(
        process.passed() - before,
        3 + 16 + 1 + 48,
        "those that wait together share head, tail, gateways and swap"
    );
    is_whole(&snapshot(&shelf), "after a batch");
}

#[tokio::test]
async fn a_head_behind_its_index_is_moved_up_before_anything_else() {
    for (count, lost) in [(5, 1), (5, 4), (130, 1), (130, 10), (300, 200)] {
        let shelf = shelf(count).await;
        let all = snapshot(&shelf);
        let head = keys::chat_head(&chat("chat"));
        let behind = Arc::<Mutex<Shelf>>::default();
        let (_, engine) = Process::start(&behind, &clock(), Fate::Lives);
        stage(&engine, 0).await;
        let mut old = snapshot(&behind).strings[&head].clone();
        let (_, earlier) = Process::start(&shelf, &clock(), Fate::Lives);
        if count > lost {
            // The head as it was when `lost` entries fewer stood there.
            let now = Head::decode(&all.strings[&head]).unwrap();
            let kept = scenes::entry(&all, &format!("entry{}", count - lost));
            let id = crate::model::EntryId::parse(&format!("entry{}", count - lost));
            let (segment, size) = ((count - lost - 1) / 128, (count - lost - 1) % 128 + 1);
            let then = Head {
                last: kept.stamp,
                ordinal: kept.ordinal,
                last_id: id,
                segment,
                size,
                ..now
            };
            old = then.encode();
        }
        shelf.lock().unwrap().strings.insert(head, old);
        let placed = place(&earlier, "next").await.unwrap().unwrap();
        assert_eq!(placed.ordinal, count + 1, "{lost} of {count}");
        is_whole(&snapshot(&shelf), &format!("{lost} of {count} lost"));
    }
}
