//! Whole stores are verified: what is whole is silent, what was broken by hand is found, named and mended.

mod damage;

use std::{path::Path, sync::Arc};

use curlew::{
    clock::{Clock, SystemClock},
    model::{ChatId, ChatKind, Level},
    protocol as p,
    store::{
        Engine, Store,
        embedded::{EmbeddedEngine, EmbeddedOptions},
        engine::Write,
        keys,
        kv::{KvEngine, KvOptions},
        moving::digest,
        verify::{Finding, Kind, Report, repair, verify},
    },
};
use tokio::sync::Notify;

use crate::{
    moving::{Story, curlew, embedded, on},
    support::{
        Person, Server,
        people::{new_chat, text_message},
        redis::{Kind as Make, RedisServer},
    },
};
use damage::Ground;

/// Later than anything that others may still be busy with.
fn later() -> u64 {
    SystemClock.now_us() + 2 * 3_600_000_000
}

fn open_folder(folder: &Path) -> EmbeddedEngine {
    let options = EmbeddedOptions::new(folder);
    EmbeddedEngine::open(options, Arc::new(SystemClock)).expect("the server has stopped")
}

async fn open_redis(redis: &RedisServer) -> KvEngine {
    let options = KvOptions {
        url: redis.url(),
        prefix: "v:".to_owned(),
        level: Level::Stored,
        allow_unsafe: false,
        only_hints: false,
        connect_timeout: std::time::Duration::from_secs(10),
    };
    let connected = KvEngine::connect(options, Arc::new(SystemClock)).await;
    connected.expect("connects")
}

fn kinds(findings: &[Finding]) -> Vec<Kind> {
    findings.iter().map(|finding| finding.kind).collect()
}

fn assert_silent(report: &Report, when: &str) {
    let Report {
        findings, mended, ..
    } = report;
    assert!(
        findings.is_empty() && mended.is_empty(),
        "{when}: {findings:#?} {mended:#?}"
    );
}

/// Breaks one thing after the other, and expects each to be found, named, and mended where that is possible.
async fn every_damage_is_found(store: &dyn Store, story: &Story) {
    let healthy = verify(store, later()).await.expect("verifies");
    assert_silent(&healthy, "nothing is broken");
    assert!(healthy.keys > 200, "{}", healthy.keys);
    let before = digest(store).await.expect("digests");
    let damages = Ground::of(store, story).damages().await;
    for damage in damages {
        let (kind, what) = (damage.kind, &damage.what);
        store.write(damage.writes).await.expect("breaks it");
        let found = verify(store, later()).await.expect("verifies");
        assert!(
            kinds(&found.findings).contains(&kind),
            "{what}: {kind} not among {:#?}",
            found.findings
        );
        let mended = repair(store, later()).await.expect("mends");
        if damage.mendable {
            assert!(
                kinds(&mended.mended).contains(&kind),
                "{what}: not mended: {mended:#?}"
            );
        } else {
            assert!(
                !kinds(&mended.mended).contains(&kind),
                "{what}: {mended:#?}"
            );
            assert_eq!(mended.is_clean(), kind.is_note(), "{what}");
        }
        store.write(damage.undo).await.expect("restores it");
        assert_silent(&verify(store, later()).await.expect("verifies"), what);
        let after = digest(store).await.expect("digests");
        assert_eq!(before.differences(&after), [], "{what}: not as before");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn damage_of_every_kind_is_found_and_mended_in_an_embedded_store() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::with(&on(folder.path())).await;
    let story = Story::of(&server).await;
    assert!(server.stop().await.success());
    every_damage_is_found(&open_folder(folder.path()), &story).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn damage_of_every_kind_is_found_and_mended_in_redis() {
    let redis = RedisServer::start(Make::Redis);
    let settings = [
        format!("store.url={}", redis.url()),
        "store.prefix=v:".to_owned(),
    ];
    let mut server = Server::with(&settings).await;
    let story = Story::of(&server).await;
    assert!(server.stop().await.success());
    every_damage_is_found(&open_redis(&redis).await, &story).await;
}

/// Writes until the server is gone; tells when it is in full swing.
async fn write(person: &Person, group: &ChatId, in_full_swing: &Notify) {
    for number in 0_u32.. {
        let message = text_message(group, &format!("number {number}"));
        if person.try_call(&message).await.is_err() {
            return;
        }
        if number == 20 {
            in_full_swing.notify_one();
        }
    }
}

/// Makes groups with `other` until the server is gone.
async fn found(person: &Person, other: &Person) {
    loop {
        let new = new_chat(ChatKind::Group, &[other], Some("another"));
        if person.try_call(&new).await.is_err() {
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn store_of_a_server_that_was_killed_while_people_wrote_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::with(&on(folder.path())).await;
    let story = Story::of(&server).await;
    for _ in 0..3 {
        let [ann, bob] = [&story.ann, &story.bob];
        let (ann, bob) = (ann.again(&server).await, bob.again(&server).await);
        let in_full_swing = Notify::new();
        let kill = async {
            in_full_swing.notified().await;
            server.kill().await;
        };
        tokio::join!(
            write(&ann, &story.group, &in_full_swing),
            write(&bob, &story.group, &in_full_swing),
            found(&ann, &bob),
            kill
        );
        let store = open_folder(folder.path());
        let report = verify(&store, SystemClock.now_us()).await;
        assert_silent(&report.expect("verifies"), "after a kill");
        drop(store);
        server.restart().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn verify_says_what_is_wrong_and_by_its_exit_code_whether_it_still_is() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::with(&on(folder.path())).await;
    let story = Story::of(&server).await;
    let url = embedded(folder.path());
    let words = ["store", "verify", "--at", &url];
    let (code, refused) = curlew(&words).await;
    assert_eq!(code, 1, "the server is still running: {refused}");
    assert!(server.stop().await.success());
    let (code, report) = curlew(&words).await;
    assert_eq!(
        (code, &report["findings"]),
        (0, &serde_json::json!([])),
        "{report}"
    );
    let store = open_folder(folder.path());
    let sets = [
        keys::own(&story.group, &story.ann.id()),
        keys::sessions(&story.ann.id()),
    ];
    let deletions = sets.map(|key| Write::Delete { key }).into();
    store.write(deletions).await.expect("breaks it");
    drop(store);
    let (code, report) = curlew(&words).await;
    assert_eq!((code, &report["clean"]), (3, &false.into()), "{report}");
    let (code, report) = curlew(&[&words[..], &["--repair"]].concat()).await;
    assert_eq!((code, &report["clean"]), (0, &true.into()), "{report}");
    let mended = report["mended"].as_array();
    assert!(mended.is_some_and(|mended| mended.len() > 100), "{report}");
    let (code, _) = curlew(&words).await;
    assert_eq!(code, 0);
    let server = Server::with(&on(folder.path())).await;
    let ann = story.ann.again(&server).await;
    assert_eq!(
        ann.call(p::ListSessions {}).await.unwrap().sessions.len(),
        1
    );
}
