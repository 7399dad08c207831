//! Counts: whatever has been done, they are what a recount from the timeline gives.

use std::collections::{BTreeMap, BTreeSet};

use proptest::{
    prelude::*,
    sample::Index,
    test_runner::{Config, TestRunner},
};

use super::World;
use crate::{
    model::{ChatId, Content, Entry, EntryKind, Stamp, UserId},
    service::{Edit, NewMessage},
};

/// What somebody does.
#[derive(Debug, Clone, Copy)]
enum Act {
    Say(usize),
    Reply(usize, Index),
    Mention(usize, usize),
    MentionAll(usize),
    Edit(usize, Index, usize),
    Retract(usize, Index),
    Hide(usize, Index),
    /// On two devices at once.
    Read(usize, Index, Index),
    Remove,
    Leave,
    Add,
}

fn acts() -> impl Strategy<Value = Act> {
    let who = || 0..3_usize;
    let at = any::<Index>;
    prop_oneof![
        4 => who().prop_map(Act::Say),
        2 => (who(), at()).prop_map(|(who, at)| Act::Reply(who, at)),
        4 => (who(), who()).prop_map(|(who, whom)| Act::Mention(who, whom)),
        2 => who().prop_map(Act::MentionAll),
        3 => (who(), at(), who()).prop_map(|(who, at, whom)| Act::Edit(who, at, whom)),
        4 => (who(), at()).prop_map(|(who, at)| Act::Retract(who, at)),
        1 => (who(), at()).prop_map(|(who, at)| Act::Hide(who, at)),
        3 => (who(), at(), at()).prop_map(|(who, one, other)| Act::Read(who, one, other)),
        1 => Just(Act::Remove),
        1 => Just(Act::Leave),
        2 => Just(Act::Add),
    ]
}

/// A group of three, and whom each of its messages ever spoke to.
struct Group<'a> {
    world: &'a World,
    chat: ChatId,
    said: Vec<Stamp>,
    spoken_to: BTreeMap<Stamp, BTreeSet<UserId>>,
}

impl Group<'_> {
    fn user(&self, who: usize) -> UserId {
        self.world.people[who].user.clone()
    }

    fn at(&self, at: Index) -> Option<Stamp> {
        (!self.said.is_empty()).then(|| self.said[at.index(self.said.len())])
    }

    // What a stranger or somebody without the right tries is refused; the others go on.
    async fn act(&mut self, act: Act) {
        let message = self.world.message(&self.chat, "words");
        match act {
            Act::Say(who) => self.send(who, message).await,
            Act::Reply(who, at) => {
                let thread = self.at(at);
                self.send(who, NewMessage { thread, ..message }).await;
            }
            Act::Mention(who, whom) => {
                let mentions = vec![self.user(whom)];
                self.send(
                    who,
                    NewMessage {
                        mentions,
                        ..message
                    },
                )
                .await;
            }
            Act::MentionAll(who) => {
                let mention_all = true;
                self.send(
                    who,
                    NewMessage {
                        mention_all,
                        ..message
                    },
                )
                .await;
            }
            Act::Edit(who, at, whom) => self.edit(who, at, whom).await,
            Act::Remove | Act::Leave | Act::Add => self.move_guest(act).await,
            Act::Retract(..) | Act::Hide(..) | Act::Read(..) => self.mark(act).await,
        }
    }

    async fn send(&mut self, who: usize, message: NewMessage) {
        self.world
            .bench
            .clock
            .turn(std::time::Duration::from_millis(1));
        let (service, person) = (&self.world.bench.service, &self.world.people[who]);
        let mentions = message.mentions.iter().cloned().collect();
        if let Ok(sent) = service.send(person, message).await {
            self.said.push(sent.stamp);
            self.spoken_to.insert(sent.stamp, mentions);
        }
    }

    async fn edit(&mut self, who: usize, at: Index, whom: usize) {
        let Some(stamp) = self.at(at) else { return };
        let edit = Edit {
            target: self.world.target(&self.chat, stamp),
            content: Content::text("other words"),
            mentions: vec![self.user(whom)],
            revision: None,
        };
        let (service, person) = (&self.world.bench.service, &self.world.people[who]);
        if service.edit(person, edit).await.is_ok() {
            let whom = self.user(whom);
            self.spoken_to.entry(stamp).or_default().insert(whom);
        }
    }

    async fn mark(&self, act: Act) {
        let (service, people) = (&self.world.bench.service, &self.world.people);
        match act {
            Act::Retract(who, at) => {
                let Some(stamp) = self.at(at) else { return };
                let target = self.world.target(&self.chat, stamp);
                drop(service.retract(&people[who], &target).await);
            }
            Act::Hide(who, at) => {
                let stamps = self.at(at).into_iter().collect();
                drop(
                    service
                        .hide_messages(&people[who], &self.chat, stamps)
                        .await,
                );
            }
            Act::Read(who, one, other) => {
                let (Some(one), Some(other)) = (self.at(one), self.at(other)) else {
                    return;
                };
                let mark = |stamp| service.mark_read(&people[who], &self.chat, stamp);
                drop(tokio::join!(mark(one), mark(other)));
            }
            _ => unreachable!("done elsewhere"),
        }
    }

    async fn move_guest(&self, act: Act) {
        let (service, people) = (&self.world.bench.service, &self.world.people);
        let (id, guest) = (self.world.client_id(), self.user(2));
        match act {
            Act::Remove => drop(
                service
                    .remove_member(&people[0], &self.chat, &guest, &id)
                    .await,
            ),
            Act::Leave => drop(service.leave_chat(&people[2], &self.chat, &id).await),
            _ => drop(
                service
                    .add_members(&people[0], &self.chat, vec![guest], &id)
                    .await,
            ),
        }
    }

    /// Compares what every member is told with a recount.
    async fn recount(&self) {
        for (who, person) in self.world.people.iter().enumerate() {
            let service = &self.world.bench.service;
            let Ok(row) = service.chat(person, &self.chat).await else {
                continue;
            };
            let entries = self.world.all(who, &self.chat).await;
            let counts = |entry: &&Entry| {
                entry.stamp > row.read
                    && entry.kind == EntryKind::Message
                    && !entry.retracted
                    && entry.sender.as_ref() != Some(&person.user)
            };
            let unread: Vec<&Entry> = entries.iter().filter(counts).collect();
            assert_eq!(row.unread, unread.len() as u64, "unread of {who}");
            let speaks = |entry: &&&Entry| {
                entry.mention_all || self.spoken_to[&entry.stamp].contains(&person.user)
            };
            let mentions: Vec<Stamp> = unread.iter().filter(speaks).map(|e| e.stamp).collect();
            assert_eq!(row.mentions, mentions.len() as u64, "mentions of {who}");
            let listed = service.mentions(person, &self.chat, 200).await.unwrap();
            assert_eq!(listed, mentions, "listed for {who}");
            for root in &entries {
                let replies = entries.iter().filter(|e| e.thread == Some(root.stamp));
                let replies = replies.filter(|entry| !entry.retracted).count();
                let told = root.replies.as_ref().map_or(0, |replies| replies.count);
                assert_eq!(told as usize, replies, "replies seen by {who}");
            }
        }
    }
}

#[test]
fn any_sequence_of_acts_leaves_the_counts_that_a_recount_gives() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let world = runtime.block_on(World::with(3));
    let run = |acts: Vec<Act>| {
        runtime.block_on(async {
            let mut group = Group {
                world: &world,
                chat: world.group(&[0, 1, 2]).await,
                said: Vec::new(),
                spoken_to: BTreeMap::new(),
            };
            for act in acts {
                group.act(act).await;
            }
            group.recount().await;
        });
        Ok(())
    };
    let config = Config {
        cases: 48,
        ..Config::default()
    };
    TestRunner::new(config)
        .run(&prop::collection::vec(acts(), 1..60), run)
        .unwrap();
}
