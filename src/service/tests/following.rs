//! Whoever follows a chat, by pushes or by pulls and however many of them are lost, sees what a newcomer sees.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU64, Ordering},
};

use proptest::{prelude::*, test_runner::TestRunner};

use super::{World, page_after};
use crate::{
    cluster::{Delivery, Hint},
    config::LimitsConfig,
    model::{
        Change, ChatCursor, ChatId, Entry, Epoch, LogCursor, LogEntry, LogPage, MessageChange,
        Reset, Stamp, Synced, UserId, Window,
    },
    service::bench::generous,
};

/// What a client keeps of one chat and of its log.
struct Copy {
    me: UserId,
    chat: ChatId,
    epoch: Epoch,
    entries: BTreeMap<Stamp, Entry>,
    cursor: Stamp,
    changes: Stamp,
    log: LogCursor,
    pins: Vec<Stamp>,
}

impl Copy {
    async fn fresh(world: &World, who: usize, chat: &ChatId) -> Self {
        let (service, caller) = (&world.bench.service, &world.people[who]);
        let synced = service.sync(caller, None, Vec::new(), Window::default());
        let synced = synced.await.unwrap();
        let shown = synced.chats.iter().find(|one| one.row.chat.id == *chat);
        let shown = shown.unwrap();
        let mut copy = Self {
            me: caller.user.clone(),
            chat: chat.clone(),
            epoch: shown.row.chat.epoch.clone(),
            entries: BTreeMap::new(),
            cursor: Stamp::ZERO,
            changes: shown.changes_next,
            log: LogCursor {
                after: synced.log.next,
                epoch: synced.log.epoch,
            },
            pins: shown.row.chat.pins.clone(),
        };
        for entry in world.all(who, chat).await {
            copy.cursor = entry.stamp;
            copy.keep(entry);
        }
        copy
    }

    /// Keeps the newer of two copies of a message.
    fn keep(&mut self, mut entry: Entry) {
        for reaction in &mut entry.reactions {
            reaction.mine = reaction.users.contains(&self.me);
        }
        let known = self.entries.get(&entry.stamp);
        if known.is_none_or(|known| known.revision < entry.revision) {
            self.entries.insert(entry.stamp, entry);
        }
    }

    fn amend(&mut self, change: &MessageChange) {
        if let Some(entry) = &change.entry
            && entry.stamp <= self.cursor
        {
            self.keep((**entry).clone());
        }
    }

    fn change(&mut self, change: &Change) {
        match change {
            Change::Message(change) if change.chat == self.chat => self.amend(change),
            _ => {}
        }
    }

    /// A push: taken when nothing is missing before it.
    fn hear(&mut self, hint: &Hint) {
        match hint {
            Hint::Entry { chat, entry, .. } if *chat == self.chat && entry.prev == self.cursor => {
                self.cursor = entry.stamp;
                self.keep(entry.clone());
            }
            Hint::Log { user, entry, .. } if *user == self.me => {
                self.change(&entry.change);
                if entry.prev == self.log.after {
                    self.log.after = entry.stamp;
                }
                if let Some(place) = entry.place {
                    self.follow(place.prev, place.stamp);
                }
            }
            Hint::Changed {
                chat,
                entry,
                copied: false,
                ..
            } if *chat == self.chat => {
                self.change(&entry.change);
                self.follow(entry.prev, entry.stamp);
            }
            _ => {}
        }
    }

    fn follow(&mut self, prev: Stamp, stamp: Stamp) {
        if prev == self.changes {
            self.changes = stamp;
        }
    }

    fn cursors(&self) -> (Option<LogCursor>, Vec<ChatCursor>) {
        let cursor = ChatCursor {
            chat: self.chat.clone(),
            after: self.cursor,
            epoch: self.epoch.clone(),
            changes_after: Some(self.changes),
            changes_epoch: Some(self.epoch.clone()),
        };
        (Some(self.log.clone()), vec![cursor])
    }

    /// Pulls what is missing: first by one sync, then page by page.
    async fn catch_up(&mut self, world: &World, who: usize) {
        let (service, caller) = (&world.bench.service, &world.people[who]);
        let (log, cursors) = self.cursors();
        let synced: Synced = service
            .sync(caller, log, cursors, Window::default())
            .await
            .unwrap();
        let shown = synced
            .chats
            .into_iter()
            .find(|one| one.row.chat.id == self.chat);
        let shown = shown.unwrap();
        self.pins.clone_from(&shown.row.chat.pins);
        let mut page = shown.timeline.unwrap();
        loop {
            assert_eq!(page.reset, None);
            for entry in page.entries {
                self.cursor = entry.stamp;
                self.keep(entry);
            }
            if !page.has_more {
                break;
            }
            let query = page_after(self.cursor, 50);
            page = world.pull(who, &self.chat, query).await.unwrap();
        }
        let mut more = self.take_log(&synced.log);
        while more {
            let pulled = service.pull_log(caller, Some(self.log.after), None, 50);
            more = self.take_log(&pulled.await.unwrap());
        }
        let mut more = shown.changes.is_some_and(|page| self.take_changes(&page));
        while more {
            let pulled = service.pull_changes(caller, &self.chat, Some(self.changes), None, 50);
            more = self.take_changes(&pulled.await.unwrap());
        }
    }

    fn take_log(&mut self, page: &LogPage) -> bool {
        assert_eq!(page.reset, None);
        self.take_all(&page.entries);
        self.log.after = page.next;
        page.has_more
    }

    fn take_changes(&mut self, page: &LogPage) -> bool {
        assert_eq!(page.reset, None);
        self.take_all(&page.entries);
        self.changes = page.next;
        page.has_more
    }

    fn take_all(&mut self, entries: &[LogEntry]) {
        for entry in entries {
            self.change(&entry.change);
        }
    }

    async fn equals_a_fresh_one(&self, world: &World, who: usize) {
        let fresh = Self::fresh(world, who, &self.chat).await;
        assert_eq!(self.entries, fresh.entries);
        assert_eq!(self.pins, fresh.pins);
        let cursors = |copy: &Self| (copy.cursor, copy.changes, copy.log.after);
        assert_eq!(cursors(self), cursors(&fresh));
    }
}

/// One random act: who, what, and on which of the messages.
type Step = (usize, u8, usize);

async fn act(world: &World, chat: &ChatId, said: &mut Vec<Stamp>, (who, what, place): Step) {
    let Some(stamp) = said.get(place % said.len().max(1)).copied() else {
        said.push(world.say(who, chat, "first").await.unwrap().stamp);
        return;
    };
    let target = world.target(chat, stamp);
    // What may not be done is refused, and changes nothing.
    match what {
        0 => said.push(world.say(who, chat, "words").await.unwrap().stamp),
        1 | 2 => drop(world.edit(who, target, &format!("edit {place}")).await),
        3 => drop(world.retract(who, &target).await),
        4 => drop(world.react(who, &target, "👍", true).await),
        5 => drop(world.react(who, &target, "👍", false).await),
        6 => drop(world.pin(who, &target, true).await),
        _ => drop(world.pin(who, &target, false).await),
    }
}

/// What has been told to this gateway since.
fn heard(world: &mut World) -> Vec<Hint> {
    let mut hints = Vec::new();
    while let Ok(delivery) = world.bench.deliveries.try_recv() {
        if let Delivery::Hint(hint) = delivery {
            hints.push((*hint).clone());
        }
    }
    hints
}

async fn follow(limits: LimitsConfig, steps: Vec<(Step, bool)>) {
    let mut world = World::limited(3, limits).await;
    let chat = world.group(&[0, 1, 2]).await;
    let users: Vec<UserId> = world.people.iter().map(|one| one.user.clone()).collect();
    let service = std::sync::Arc::clone(&world.bench.service);
    service
        .watch(&users, std::slice::from_ref(&chat))
        .await
        .unwrap();
    heard(&mut world);
    let mut copy = Copy::fresh(&world, 2, &chat).await;
    let mut said = Vec::new();
    for (step, lost) in steps {
        act(&world, &chat, &mut said, step).await;
        for hint in heard(&mut world) {
            if !lost {
                copy.hear(&hint);
            }
        }
    }
    copy.catch_up(&world, 2).await;
    copy.equals_a_fresh_one(&world, 2).await;
}

fn unhurried() -> LimitsConfig {
    LimitsConfig {
        sends_burst: 100_000,
        changes_per_minute: 100_000,
        ..generous()
    }
}

#[test]
fn an_old_snapshot_with_some_pushes_and_the_missing_pulls_is_a_fresh_snapshot() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let step = (
        (0..3_usize, 0..8_u8, any::<usize>()),
        prop::bool::weighted(0.2),
    );
    let steps = prop::collection::vec(step, 1..60);
    let large = prop::bool::ANY;
    let mut runner = TestRunner::new(ProptestConfig::with_cases(24));
    runner
        .run(&(steps, large), |(steps, large)| {
            let limits = LimitsConfig {
                write_diffusion_members: if large { 2 } else { 100 },
                ..unhurried()
            };
            runtime.block_on(follow(limits, steps));
            Ok(())
        })
        .unwrap();
}

#[tokio::test]
async fn a_member_who_was_away_for_two_thousand_changes_sees_what_a_newcomer_sees() {
    let world = World::limited(3, unhurried()).await;
    let chat = world.group(&[0, 1, 2]).await;
    let mut said = Vec::new();
    for _ in 0..100 {
        said.push(world.say(0, &chat, "words").await.unwrap().stamp);
    }
    let mut copy = Copy::fresh(&world, 2, &chat).await;
    let dice = AtomicU64::new(7);
    let roll = |sides: u64| {
        let next = dice
            .load(Ordering::SeqCst)
            .wrapping_mul(6_364_136_223_846_793_005);
        dice.store(
            next.wrapping_add(1_442_695_040_888_963_407),
            Ordering::SeqCst,
        );
        usize::try_from((next >> 33) % sides).unwrap()
    };
    // Mostly edits, so that something is left to change; few messages are taken back.
    for _ in 0..3_500 {
        let often = [1, 1, 1, 1, 1, 1, 4, 5, 6, 7][roll(10)];
        let what = if roll(150) == 0 { 3 } else { often };
        let who = if matches!(what, 4 | 5) { roll(2) } else { 0 };
        let step = (who, what, roll(1_000));
        act(&world, &chat, &mut said, step).await;
    }
    let state = world.bench.service.chats.state(&chat, &[]).await;
    assert!(state.unwrap().unwrap().head.change_count > 2_000);
    copy.catch_up(&world, 2).await;
    copy.equals_a_fresh_one(&world, 2).await;
}

#[tokio::test]
async fn a_group_that_grows_beyond_the_limit_and_shrinks_again_loses_no_change() {
    let limits = LimitsConfig {
        write_diffusion_members: 3,
        ..unhurried()
    };
    let world = World::limited(4, limits).await;
    let chat = world.group(&[0, 1, 2]).await;
    let mut said = vec![world.say(0, &chat, "words").await.unwrap().stamp];
    let mut copy = Copy::fresh(&world, 2, &chat).await;
    let (service, people) = (&world.bench.service, &world.people);
    for round in 0..3 {
        act(&world, &chat, &mut said, (0, 1, round)).await;
        let users = vec![people[3].user.clone()];
        let id = world.client_id();
        service
            .add_members(&people[0], &chat, users, &id)
            .await
            .unwrap();
        act(&world, &chat, &mut said, (0, 1, round + 10)).await;
        let id = world.client_id();
        service
            .remove_member(&people[0], &chat, &people[3].user, &id)
            .await
            .unwrap();
    }
    copy.catch_up(&world, 2).await;
    copy.equals_a_fresh_one(&world, 2).await;
}

#[tokio::test]
async fn cursors_of_no_use_are_told_why_and_one_sync_without_them_rebuilds() {
    let world = World::limited(2, unhurried()).await;
    let chat = world.group(&[0, 1]).await;
    let sent = world.say(0, &chat, "words").await.unwrap();
    world
        .edit(0, world.target(&chat, sent.stamp), "other words")
        .await
        .unwrap();
    let (service, caller) = (&world.bench.service, &world.people[1]);
    let copy = Copy::fresh(&world, 1, &chat).await;
    let other = Epoch::parse("another-life").unwrap();
    let lost = copy.changes.next();
    for (after, epoch, why) in [
        (copy.changes, Some(other.clone()), Reset::Epoch),
        (lost, None, Reset::Rewound),
        (Stamp::from_micros(1), None, Reset::Rewound),
    ] {
        let page = service.pull_changes(caller, &chat, Some(after), epoch, 50);
        let page = page.await.unwrap();
        assert_eq!((page.reset, page.entries.len()), (Some(why), 0));
    }
    for (after, epoch, why) in [
        (copy.log.after, Some(other), Reset::Epoch),
        (copy.log.after.next(), None, Reset::Rewound),
    ] {
        let page = service.pull_log(caller, Some(after), epoch, 50).await;
        assert_eq!(page.unwrap().reset, Some(why));
    }
    let (_, mut cursors) = copy.cursors();
    cursors[0].changes_after = Some(lost);
    let synced = service.sync(caller, None, cursors, Window::default()).await;
    let mut shown = synced.unwrap().chats;
    let changes = shown.remove(0).changes.unwrap();
    assert_eq!(changes.reset, Some(Reset::Rewound));
    Copy::fresh(&world, 1, &chat)
        .await
        .equals_a_fresh_one(&world, 1)
        .await;
}
