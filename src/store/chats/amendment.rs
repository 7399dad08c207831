//! What a change does to one message: its value is replaced, its place and its order stay.

use crate::{
    model::{ChatId, UserId},
    store::{
        chats::{
            MessageState,
            commit::{add, put},
            look::Before,
        },
        engine::Part,
        keys,
        record::{EntryRecord, MessageBody, ReactorRecord, Revisions},
    },
};

/// What a change does to the message it is about.
#[derive(Debug, Clone, PartialEq)]
pub struct Amendment {
    /// The message as it was found.
    pub message: MessageState,
    /// What it says and shows afterwards.
    pub body: MessageBody,
    /// Whether it is taken back.
    pub retracted: bool,
    /// What it said before, when that changes.
    pub revisions: Option<Revisions>,
    /// What the actor reacts with afterwards, when that changes.
    pub own: Option<Vec<String>>,
}

impl Amendment {
    /// Its revision afterwards.
    #[must_use]
    pub const fn revision(&self) -> u32 {
        self.message.record.revision + 1
    }

    /// The writes that belong to the commit.
    pub(super) fn parts(self, chat: &ChatId, actor: &UserId, before: &Before) -> Vec<Part> {
        let revision = self.revision();
        let rows = self.rows(chat);
        let MessageState { id, record, .. } = self.message;
        let after = EntryRecord {
            revision,
            retracted: self.retracted,
            body: self.body.encode(),
            ..record
        };
        let mut parts = vec![put(
            keys::entry(chat, &id),
            before.entry.clone(),
            after.encode(),
        )];
        if let Some(revisions) = self.revisions {
            let value = Revisions {
                revision,
                ..revisions
            };
            let (key, former) = (keys::revisions(chat, &id), before.revisions.clone());
            parts.push(put(key, former, value.encode()));
        }
        if let Some(kinds) = self.own {
            let value = ReactorRecord { revision, kinds };
            let (key, former) = (keys::reactor(chat, &id, actor), before.reactor.clone());
            parts.push(put(key, former, value.encode()));
            parts.push(add(
                keys::reactors(chat, &id),
                after.stamp,
                actor.to_string(),
            ));
        }
        let stamp = after.stamp;
        parts.extend(
            rows.into_iter()
                .map(|key| add(key, stamp, stamp.to_string())),
        );
        parts
    }

    /// Sets that the message's stamp is put into, by which it is counted otherwise than before.
    fn rows(&self, chat: &ChatId) -> Vec<String> {
        let before = MessageBody::decode(&self.message.record.body).unwrap_or_default();
        let author = self.message.record.author.as_ref();
        let mut ever = self.message.revisions.mentioned.clone();
        ever.extend(before.mentions.iter().cloned());
        if !self.retracted {
            let mut new = self.body.mentions.clone();
            new.retain(|user| !ever.contains(user) && author != Some(user));
            let rows = new.iter().map(|user| keys::mentioned(chat, user));
            return rows.collect();
        }
        ever.sort();
        ever.dedup();
        ever.retain(|user| author != Some(user));
        let mut rows = voids(chat, author, before.mention_all);
        rows.extend(before.thread.map(|root| keys::thread_void(chat, root)));
        rows.extend(ever.iter().map(|user| keys::unmentioned(chat, user)));
        rows
    }
}

/// Sets by which a message no longer counts, nor as one that mentions all.
fn voids(chat: &ChatId, author: Option<&UserId>, mentions_all: bool) -> Vec<String> {
    let mut sets = vec![keys::void(chat)];
    sets.extend(author.map(|author| keys::own_void(chat, author)));
    if mentions_all {
        sets.push(keys::all_unmentioned(chat));
        sets.extend(author.map(|author| keys::mentioned(chat, author)));
    }
    sets
}
