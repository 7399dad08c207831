//! Whole stores are moved: content made through the protocol arrives in other kinds of stores unchanged.

use std::{path::Path, process::Stdio};

use curlew::{
    model::{ChatId, Content, Entry, Stamp, Synced},
    protocol as p,
};
use serde_json::Value;
use tokio::process::Command;

use crate::support::{
    Format, Person, Server, fresh_client_id,
    people::text_message,
    redis::{Kind, RedisServer},
    within,
};

/// Runs `curlew` with `words`: its exit code, and its result as JSON.
pub(crate) async fn curlew(words: &[&str]) -> (i32, Value) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_curlew"));
    command.args(words).arg("--json").stdin(Stdio::null());
    let output = within("the command ends", command.kill_on_drop(true).output()).await;
    let output = output.expect("the curlew binary runs");
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    let result = serde_json::from_str(&text).unwrap_or_else(|_| errors.as_ref().into());
    (output.status.code().expect("it was not killed"), result)
}

/// The URL of an embedded store in `folder`.
pub(crate) fn embedded(folder: &Path) -> String {
    format!("embedded:{}", folder.display())
}

/// Settings of a server on an embedded store in `folder`.
pub(crate) fn on(folder: &Path) -> [String; 1] {
    [format!("server.data_dir={}", folder.display())]
}

/// Two people with much behind them.
pub(crate) struct Story {
    pub(crate) ann: Person,
    pub(crate) bob: Person,
    /// A group of theirs, that others have left.
    pub(crate) group: ChatId,
    /// Their own chat.
    pub(crate) direct: ChatId,
}

impl Story {
    /// Makes something of every kind, in more than one segment.
    pub(crate) async fn of(server: &Server) -> Self {
        let ann = Person::new(server, "ann").await;
        let bob = Person::speaking(server, "bob", Format::MessagePack).await;
        let cleo = Person::new(server, "cleo").await;
        let (direct, group) = (ann.direct(&bob).await, ann.group("g", &[&bob, &cleo]).await);
        for number in 0..140 {
            ann.say(&group, &format!("{number} 旅行 🏔️")).await;
        }
        let middle = bob.say(&group, "middle").await;
        cleo.say(&group, "good-bye").await;
        cleo.read(&group, middle.stamp).await.expect("reads");
        bob.read(&group, middle.stamp).await.expect("reads");
        ann.say(&direct, "only you").await;
        let leave = p::LeaveChat {
            chat: group.clone(),
            client_id: fresh_client_id(),
        };
        cleo.call(leave).await.expect("leaves");
        let laptop = bob.device(server, Format::Json).await;
        let end = p::EndSession {
            id: laptop.session.clone(),
        };
        bob.call(end).await.expect("ends a session");
        let story = Self {
            ann,
            bob,
            group,
            direct,
        };
        story.say_everything_else().await;
        story
    }

    /// Edits, retracts, reacts, pins, answers in a thread, hides, and speaks to one and to all.
    async fn say_everything_else(&self) {
        let (chat, client_id) = (|| self.group.clone(), fresh_client_id);
        let [edited, retracted] = [self.say("first").await, self.say("never mind").await];
        let edit = p::EditMessage {
            chat: chat(),
            stamp: edited,
            client_id: client_id(),
            content: Content::text("second"),
            mentions: Vec::new(),
            revision: None,
        };
        self.ann.call(edit).await.expect("edits");
        let retract = p::RetractMessage {
            chat: chat(),
            stamp: retracted,
            client_id: client_id(),
        };
        self.ann.call(retract).await.expect("retracts");
        let react = p::ReactToMessage {
            chat: chat(),
            stamp: edited,
            client_id: client_id(),
            kind: "👍".to_owned(),
            on: true,
        };
        self.bob.call(react).await.expect("reacts");
        let pin = p::PinMessage {
            chat: chat(),
            stamp: edited,
            client_id: client_id(),
            pinned: true,
        };
        self.ann.call(pin).await.expect("pins");
        let stamps = vec![self.say("not for bob").await];
        let hide = p::HideMessages {
            chat: chat(),
            stamps,
        };
        self.bob.call(hide).await.expect("hides");
        let mut answer = text_message(&self.group, "below");
        answer.thread = Some(edited);
        self.bob.call(answer).await.expect("answers in a thread");
        let mut loud = text_message(&self.group, "@all");
        loud.mention_all = true;
        self.ann.call(loud).await.expect("speaks to all");
        let mut spoken = text_message(&self.group, "@bob");
        spoken.mentions = vec![self.bob.id()];
        self.ann.call(spoken).await.expect("speaks to bob");
    }

    /// Where a text of ann's stands in the group.
    async fn say(&self, text: &str) -> Stamp {
        self.ann.say(&self.group, text).await.stamp
    }

    /// What `bob`, whoever serves him now, sees of it all.
    pub(crate) async fn seen(&self, server: &Server) -> (Vec<Entry>, Vec<Entry>, Synced) {
        let bob = self.bob.again(server).await;
        let group = bob.pull_all(&self.group, 200).await;
        let direct = bob.pull_all(&self.direct, 200).await;
        (
            group,
            direct,
            bob.call(p::Sync::default()).await.expect("syncs"),
        )
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn store_moved_to_redis_and_back_is_the_same_and_serves_the_same() {
    let [first, last] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let redis = RedisServer::start(Kind::Redis);
    let mut server = Server::with(&on(first.path())).await;
    let story = Story::of(&server).await;
    let before = story.seen(&server).await;
    let (first, last) = (first.path(), last.path());
    let there = [
        "store",
        "copy",
        "--from",
        &embedded(first),
        "--to",
        &redis.url(),
        "--to-prefix",
        "t:",
    ];
    let (code, refused) = curlew(&there).await;
    assert_eq!(code, 1, "the server is still running: {refused}");
    assert!(
        refused.to_string().contains("stop the server first"),
        "{refused}"
    );
    assert!(server.stop().await.success());

    let (code, moved) = curlew(&there).await;
    assert_eq!((code, &moved["complete"]), (0, &true.into()), "{moved}");
    assert!(moved["keys"].as_u64() > Some(200), "{moved}");
    let (code, again) = curlew(&there).await;
    assert_eq!((code, &again["written"]), (0, &0.into()), "{again}");
    let back = [
        "store",
        "copy",
        "--from",
        &redis.url(),
        "--from-prefix",
        "t:",
        "--to",
        &embedded(last),
    ];
    let (code, returned) = curlew(&back).await;
    assert_eq!(code, 0, "{returned}");
    let digests =
        [&moved, &again, &returned].map(|report| (&report["from_digest"], &report["to_digest"]));
    assert!(
        digests
            .iter()
            .all(|(from, to)| from == to && *from == digests[0].0),
        "{digests:?}"
    );

    let on_redis = [
        format!("store.url={}", redis.url()),
        "store.prefix=t:".to_owned(),
    ];
    for settings in [&on(last)[..], &on_redis] {
        let server = Server::with(settings).await;
        assert_eq!(story.seen(&server).await, before, "{settings:?}");
        let ann = story.ann.again(&server).await;
        ann.say(&story.group, "life goes on").await;
    }
    let (code, refused) = curlew(&there).await;
    assert_eq!(
        code, 1,
        "what was written on the copy is not overwritten: {refused}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn gateways_that_run_on_a_store_are_noticed_and_a_first_pass_is_followed_by_a_second() {
    let (redis, folder) = (
        RedisServer::start(Kind::Valkey),
        tempfile::tempdir().unwrap(),
    );
    let mut server = Server::with(&[format!("store.url={}", redis.url())]).await;
    let story = Story::of(&server).await;
    let copy = [
        "store",
        "copy",
        "--from",
        &redis.url(),
        "--to",
        &embedded(folder.path()),
    ];
    let (code, refused) = curlew(&copy).await;
    assert_eq!(code, 1, "{refused}");
    assert!(
        refused.to_string().contains("run on the source"),
        "{refused}"
    );
    let running = [&copy[..], &["--running"]].concat();
    let (code, first) = curlew(&running).await;
    assert_eq!((code, &first["complete"]), (3, &false.into()), "{first}");
    story.ann.say(&story.group, "last words").await;
    let before = story.seen(&server).await;
    assert!(server.stop().await.success());
    let (code, second) = curlew(&running).await;
    assert_eq!((code, &second["complete"]), (0, &true.into()), "{second}");
    let server = Server::with(&on(folder.path())).await;
    assert_eq!(story.seen(&server).await, before);
}
