//! The commit of one change: everything it writes, decided by the head.

use bytes::Bytes;

use crate::{
    model::{Change, ChangeId, ChatId, MembershipChange, Stamp, SystemEvent, UserId},
    store::{
        engine::{Commit, Row, Swap, Write},
        keys,
        record::{ChangeRecord, ChatInfo, Head, MemberRecord},
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
}

/// What a change does.
#[derive(Debug, Clone, PartialEq)]
pub struct Effects {
    /// What the chat is afterwards.
    pub info: ChatInfo,
    /// Memberships that are new, changed, or gone.
    pub members: Vec<(UserId, Option<MemberRecord>)>,
    /// What readers of change logs are told; the version of the membership is filled in.
    pub change: Change,
    /// What stands between the messages, if anything.
    pub event: Option<SystemEvent>,
}
/// The commit of one change, its record, and the version of the membership after it.
pub(super) fn commit(
    chat: &ChatId,
    expected: Option<Bytes>,
    mut head: Head,
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
        change: at_version(effects.change, head.members_version),
        event: effects.event,
    };
    let mut writes = vec![
        set(keys::change(chat, &request.id), record.encode()),
        set(keys::chat_info(chat), effects.info.encode()),
    ];
    for (user, member) in &effects.members {
        writes.extend(membership(chat, user, member.as_ref()));
    }
    let add = |key, member: String| Write::AddRow {
        key,
        row: Row {
            score: record.stamp.get(),
            member: member.into(),
        },
    };
    if opens_segment {
        writes.push(add(
            keys::change_segments(chat),
            head.change_segment.to_string(),
        ));
    }
    writes.push(add(
        keys::changes(chat, head.change_segment),
        request.id.to_string(),
    ));
    let swap = Swap {
        key: keys::chat_head(chat),
        expected,
        new: Some(head.encode()),
        life: None,
    };
    (Commit { swap, writes }, record, head.members_version)
}

fn membership(chat: &ChatId, user: &UserId, member: Option<&MemberRecord>) -> Vec<Write> {
    let (key, index) = (keys::member(chat, user), keys::members(chat));
    let name: Bytes = user.as_str().to_owned().into();
    match member {
        Some(record) => vec![
            set(key, record.encode()),
            Write::AddRow {
                key: index,
                row: Row {
                    score: record.since.get(),
                    member: name,
                },
            },
        ],
        None => vec![
            Write::Delete { key },
            Write::RemoveRow {
                key: index,
                member: name,
            },
            Write::Delete {
                key: keys::read_mark(chat, user),
            },
        ],
    }
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
fn set(key: String, value: Bytes) -> Write {
    Write::Set {
        key,
        value,
        life: None,
    }
}
