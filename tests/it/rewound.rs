//! The store goes back to an older copy: a failover to a replica that was cut off, or a backup. Everybody who
//! has seen what is gone is told so.

use curlew::{
    model::{ChatCursor, ChatId, Epoch, LogCursor, Reset, Stamp},
    protocol::{self as p, Push, ResyncReason},
};

use crate::support::{
    Format, Person, Server, fresh_client_id,
    people::pull_after,
    redis::{Kind, RedisServer},
    redis_cluster::until_same_offset,
};

/// Where a client is in everything: beyond the tail of an older copy.
struct Cursors {
    chat: ChatId,
    epoch: Epoch,
    entries: Stamp,
    changes: Stamp,
    log: LogCursor,
}

impl Cursors {
    async fn newest(of: &Person, chat: &ChatId) -> Self {
        let changes = of.call(changes(chat, None)).await.unwrap();
        let log = of.call(log(None)).await.unwrap();
        Self {
            chat: chat.clone(),
            epoch: changes.epoch,
            entries: of.pull_all(chat, 200).await.pop().unwrap().stamp,
            changes: changes.next,
            log: LogCursor {
                after: log.next,
                epoch: log.epoch,
            },
        }
    }

    /// What somebody there is told by the pulls of entries, changes and log, and by `sync` of entries and log.
    async fn told(&self, to: &Person) -> [Option<Reset>; 5] {
        let timeline = p::PullTimeline {
            epoch: Some(self.epoch.clone()),
            ..pull_after(&self.chat, self.entries, 10)
        };
        let after = Some((self.changes, &self.epoch));
        let pulled = to.call(timeline).await.unwrap().reset;
        let changed = to.call(changes(&self.chat, after)).await.unwrap().reset;
        let logged = to.call(log(Some(&self.log))).await.unwrap().reset;
        let cursor = ChatCursor {
            chat: self.chat.clone(),
            after: self.entries,
            epoch: self.epoch.clone(),
            changes_after: Some(self.changes),
            changes_epoch: Some(self.epoch.clone()),
        };
        let sync = p::Sync {
            log: Some(self.log.clone()),
            chats: vec![cursor],
            ..p::Sync::default()
        };
        let mut synced = to.call(sync).await.unwrap();
        let chat = synced
            .chats
            .iter()
            .position(|one| one.row.chat.id == self.chat);
        let chat = synced.chats.remove(chat.expect("the chat is there"));
        let timeline = chat.timeline.and_then(|page| page.reset);
        [pulled, changed, logged, timeline, synced.log.reset]
    }
}

fn changes(chat: &ChatId, after: Option<(Stamp, &Epoch)>) -> p::PullChanges {
    p::PullChanges {
        chat: chat.clone(),
        after: after.map(|(after, _)| after),
        epoch: after.map(|(_, epoch)| epoch.clone()),
        limit: 10,
    }
}

fn log(after: Option<&LogCursor>) -> p::PullLog {
    p::PullLog {
        after: after.map(|cursor| cursor.after),
        epoch: after.map(|cursor| cursor.epoch.clone()),
        limit: 10,
    }
}

async fn rename(by: &Person, chat: &ChatId, title: &str) {
    let update = p::UpdateChat {
        chat: chat.clone(),
        title: Some(title.to_owned()),
        expire_after_s: None,
        client_id: fresh_client_id(),
    };
    by.call(update).await.unwrap();
}

async fn told_of_a_loss(who: &Person, wanted: Option<ChatId>) {
    who.push_where(move |push| match push {
        Push::Resync {
            reason: ResyncReason::Rewound,
            chat,
        } if chat == wanted => Some(()),
        _ => None,
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_failover_to_an_older_copy_nobody_keeps_what_is_gone() {
    let mut primary = RedisServer::start(Kind::Redis);
    let source = format!("127.0.0.1 {}", primary.port());
    // Its copy is the snapshot it makes when it is cut off.
    let following = [
        ("replicaof", source.as_str()),
        ("repl-diskless-sync-delay", "0"),
    ];
    let mut copy = RedisServer::start_with(Kind::Redis, &following);
    let settings = [
        format!("store.url={}", primary.url()),
        "gateway.position_check=2s".to_owned(),
    ];
    let server = Server::with(&settings).await;
    let ann = Person::new(&server, "ann").await;
    let bob = Person::speaking(&server, "bob", Format::MessagePack).await;
    let chat = ann.group("kept title", &[&bob]).await;
    let kept = ann.say(&chat, "kept").await;
    bob.read(&chat, kept.stamp).await.unwrap();

    until_same_offset(&primary, &copy);
    assert_eq!(copy.command(&["SAVE"]), "+OK");
    copy.kill();
    for text in ["lost", "lost too"] {
        ann.say(&chat, text).await;
    }
    rename(&ann, &chat, "lost title").await;
    let lost = Cursors::newest(&bob, &chat).await;
    assert_eq!(lost.told(&bob).await, [None; 5], "as long as it is there");

    tokio::task::block_in_place(|| copy.take_over(&mut primary));
    told_of_a_loss(&bob, Some(chat.clone())).await;
    told_of_a_loss(&ann, Some(chat.clone())).await;
    let rewound = [Some(Reset::Rewound); 5];
    assert_eq!(lost.told(&bob).await, rewound);
    assert_eq!(bob.texts(&chat).await, ["kept"]);

    // The timelines grow beyond where they were; what is gone is not forgotten by that.
    ann.say(&chat, "after").await;
    rename(&ann, &chat, "new title").await;
    assert_eq!(lost.told(&bob).await, rewound);
    for person in [&bob, &bob.device(&server, Format::Json).await] {
        assert_eq!(person.texts(&chat).await, ["kept", "after"]);
        let seen = person
            .call(p::GetChat { chat: chat.clone() })
            .await
            .unwrap();
        assert_eq!(seen.chat.title.as_deref(), Some("new title"));
    }
    let fresh = Cursors::newest(&bob, &chat).await;
    assert_eq!(fresh.told(&bob).await, [None; 5]);
}
