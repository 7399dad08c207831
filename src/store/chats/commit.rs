//! The commit of one change: everything it writes, decided by the head.

use bytes::Bytes;
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    model::{
        Change, ChangeId, ChatId, MembershipChange, MessageChange, MessageEvent, Stamp,
        SystemEvent, UserId,
    },
    store::{
        chats::{amendment::Amendment, look::Before},
        engine::{Commit, Part, Row},
        keys,
        record::{ChangeRecord, ChatInfo, Head, Kept, MemberRecord},
    },
};

/// Who asks for a change, under which id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeRequest {
    /// Deterministic id: hash of the actor and their client id.
    pub id: ChangeId,
    /// Hash of the request.
    pub digest: String,
    /// Who asks.
    pub actor: UserId,
    /// Wall clock at the start of the operation, in microseconds.
    pub now_us: u64,
    /// In chats of up to this many members the change is copied into the logs of all.
    pub copied_up_to: u32,
}

/// What a change does.
#[derive(Debug, Clone, PartialEq)]
pub struct Effects {
    /// What the chat is afterwards, when that changes.
    pub info: Option<ChatInfo>,
    /// Memberships that are new, changed, or ended, of people who were asked about.
    pub members: Vec<(UserId, Option<MemberRecord>)>,
    /// What becomes of the message it is about.
    pub message: Option<Amendment>,
    /// What readers of change logs are told; the version of the membership is filled in.
    pub change: Change,
    /// What stands between the messages, if anything.
    pub event: Option<SystemEvent>,
}

impl Effects {
    /// A change that so far only tells that it happened.
    #[must_use]
    pub const fn of(change: Change) -> Self {
        Self {
            info: None,
            members: Vec::new(),
            message: None,
            change,
            event: None,
        }
    }
}

/// The commit of one change, its record, and the version of the membership after it.
pub(super) fn commit(
    chat: &ChatId,
    before: Before,
    (mut head, members): (Head, u32),
    request: &ChangeRequest,
    effects: Effects,
) -> (Commit, ChangeRecord, u64) {
    let opens_segment = head.open_change_slot();
    let prev = head.change_last;
    head.change_last = Stamp::from_micros(request.now_us).max(prev.next());
    head.change_count += 1;
    head.members_version += u64::from(!effects.members.is_empty());
    let record = ChangeRecord {
        stamp: head.change_last,
        prev,
        digest: request.digest.clone(),
        actor: request.actor.clone(),
        message: effects.message.as_ref().map(|one| one.message.id.clone()),
        copied: is_copied(&effects.change) && members <= request.copied_up_to,
        change: at_version(effects.change, head.members_version),
        event: effects.event,
    };
    let mut parts = vec![Part::SetAbsent {
        key: keys::change(chat, &request.id),
        value: record.encode(),
    }];
    if let Some(message) = effects.message {
        parts.extend(message.parts(chat, &request.actor, &before));
    }
    if let Some(info) = effects.info {
        let value = kept(record.stamp, Some(info));
        parts.push(put(keys::chat_info(chat), before.info, value));
    }
    for (user, member) in effects.members {
        let former = before.members.iter().find(|(one, _)| *one == user);
        let former = former.map(|(_, value)| value.clone());
        parts.extend(membership(chat, &user, record.stamp, former, member));
    }
    if opens_segment {
        let number = head.change_segment.to_string();
        parts.push(add(keys::change_segments(chat), record.stamp, number));
    }
    let id = request.id.to_string();
    parts.push(add(
        keys::changes(chat, head.change_segment),
        record.stamp,
        id,
    ));
    let members_version = head.members_version;
    let commit = Commit {
        key: keys::chat_head(chat),
        expected: before.head,
        head,
        parts,
    };
    (commit, record, members_version)
}

fn membership(
    chat: &ChatId,
    user: &UserId,
    changed: Stamp,
    former: Option<Bytes>,
    member: Option<MemberRecord>,
) -> Vec<Part> {
    let listed = member
        .as_ref()
        .map(|record| add(keys::members(chat), record.since, user.to_string()));
    let record = put(keys::member(chat, user), former, kept(changed, member));
    [record].into_iter().chain(listed).collect()
}

fn kept<T: Serialize + DeserializeOwned>(changed: Stamp, value: Option<T>) -> Bytes {
    Kept { changed, value }.encode()
}

/// Puts `new` where `former` is, or where nothing is.
pub(super) fn put(key: String, former: Option<Bytes>, new: Bytes) -> Part {
    match former {
        Some(expected) => Part::Replace { key, expected, new },
        None => Part::SetAbsent { key, value: new },
    }
}

pub(super) fn add(key: String, stamp: Stamp, member: String) -> Part {
    let row = Row {
        score: stamp.get(),
        member: member.into(),
    };
    Part::AddRow { key, row }
}

fn at_version(change: Change, members_version: u64) -> Change {
    match change {
        Change::Membership(change) => Change::Membership(MembershipChange {
            members_version,
            ..change
        }),
        other => other,
    }
}

/// Reactions are many and small: they are told, but fill nobody's log.
fn is_copied(change: &Change) -> bool {
    !matches!(
        change,
        Change::Message(MessageChange {
            event: MessageEvent::Reacted,
            ..
        })
    )
}
