//! What processes do to one chat, and what must be true of it afterwards.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use futures_util::future::BoxFuture;

use crate::{
    clock::{Clock, SystemClock, SystemRandomness},
    model::{
        Change, ChangeId, ChatId, ChatKind, EntryId, Epoch, MembershipChange, MembershipEvent,
        Role, Stamp, UserId,
    },
    store::{
        Engine, StoreError,
        chats::{ChangeRequest, Changed, ChatState, Chats, Effects, Subject},
        engine::{Answer, Commit, Part, Read, Row, Swapped},
        keys::{self, TimelineId},
        record::{
            AppendOutcome, AppendStep, ChatInfo, EntryRecord, Head, Kept, MemberRecord, Placed,
        },
        shelf::Shelf,
    },
};

/// Looks at both chats as any reader does.
pub(super) async fn look(engine: Arc<dyn Engine>) {
    let heads = ["chat", "second"].map(|name| Read::Head {
        key: keys::chat_head(&chat(name)),
    });
    engine.read(heads.into()).await.unwrap();
}

/// Runs on the engine of one process. May be run again by any: it is one request.
pub(super) type Act = fn(Arc<dyn Engine>) -> BoxFuture<'static, Result<(), StoreError>>;

/// Whether the shelf shows that an act has happened.
pub(super) type Shown = fn(&Shelf) -> bool;

/// Every operation of several steps: its name, how many entries the chat has before it, what is done, and how
/// that shows.
pub(super) const SCENES: &[(&str, u64, Act, Shown)] = &[
    (
        "append",
        3,
        |e| Box::pin(append(e, "new")),
        |s| has_entry(s, "new"),
    ),
    (
        "rollover",
        128,
        |e| Box::pin(append(e, "new")),
        |s| has_entry(s, "new"),
    ),
    (
        "create",
        3,
        |e| Box::pin(create(e, "second")),
        |s| has(s, &keys::chat_info(&chat("second"))),
    ),
    (
        "join",
        3,
        |e| Box::pin(join(e, "third")),
        |s| is_member(s, "third"),
    ),
    (
        "leave",
        3,
        |e| Box::pin(leave(e, "second")),
        |s| !is_member(s, "second"),
    ),
    (
        "rename",
        3,
        |e| Box::pin(rename(e)),
        |s| title(s).as_deref() == Some("renamed"),
    ),
    (
        "edit",
        3,
        |e| Box::pin(edit(e, "entry2")),
        |s| entry(s, "entry2").revision == 1,
    ),
    (
        "retract",
        3,
        |e| Box::pin(retract(e, "entry2")),
        |s| entry(s, "entry2").retracted,
    ),
];

/// A chat of two members with `count` entries, as a process that lives has made it.
pub(super) async fn stage(engine: &Arc<dyn Engine>, count: u64) {
    create(Arc::clone(engine), "chat").await.unwrap();
    for number in 1..=count {
        append(Arc::clone(engine), &format!("entry{number}"))
            .await
            .unwrap();
    }
}

pub(super) async fn append(engine: Arc<dyn Engine>, id: &str) -> Result<(), StoreError> {
    place(&engine, id)
        .await
        .map(|placed| assert!(placed.is_some()))
}

/// Appends; says where, unless the attempt was refused.
pub(super) async fn place(
    engine: &Arc<dyn Engine>,
    id: &str,
) -> Result<Option<Placed>, StoreError> {
    let step = AppendStep {
        timeline: timeline(),
        id: EntryId::parse(id).unwrap(),
        digest: format!("digest-{id}"),
        kind: EntryRecord::COUNTING,
        author: Some(user("first")),
        body: Bytes::from(format!("body of {id}")),
        now_us: SystemClock.now_us(),
        members_version: None,
        marks: Vec::new(),
    };
    match engine.append(step).await? {
        AppendOutcome::Placed(placed) => Ok(Some(placed)),
        AppendOutcome::Late => Ok(None),
        other => panic!("{id}: {other:?}"),
    }
}

async fn create(engine: Arc<dyn Engine>, name: &str) -> Result<(), StoreError> {
    let members = ["first", "second"].map(|name| (user(name), Some(member())));
    let effects = Effects {
        members: members.into(),
        ..renaming("title", None)
    };
    let made = Chats::new(engine, Arc::new(SystemRandomness::new()))
        .create(
            &chat(name),
            Epoch::from_bytes(name.as_bytes()),
            &request("create"),
            effects,
        )
        .await;
    made.map(drop)
}

pub(super) async fn join(engine: Arc<dyn Engine>, name: &str) -> Result<(), StoreError> {
    let joined = user(name);
    change(
        engine,
        "join",
        std::slice::from_ref(&user(name)),
        move |state| {
            let members = vec![(joined.clone(), Some(member()))];
            state.members[0].is_none().then(|| Effects {
                members,
                ..renaming("title", None)
            })
        },
    )
    .await
}

pub(super) async fn leave(engine: Arc<dyn Engine>, name: &str) -> Result<(), StoreError> {
    let gone = user(name);
    change(
        engine,
        "leave",
        std::slice::from_ref(&user(name)),
        move |state| {
            let members = vec![(gone.clone(), None)];
            state.members[0].is_some().then(|| Effects {
                members,
                ..renaming("title", None)
            })
        },
    )
    .await
}

pub(super) async fn rename(engine: Arc<dyn Engine>) -> Result<(), StoreError> {
    change(engine, "rename", &[], |_| Some(renaming("renamed", None))).await
}

pub(super) async fn edit(engine: Arc<dyn Engine>, id: &str) -> Result<(), StoreError> {
    let edit = |record: EntryRecord| EntryRecord {
        revision: record.revision + 1,
        body: Bytes::from_static(b"edited"),
        ..record
    };
    change_entry(engine, &format!("edit-{id}"), id, edit).await
}

pub(super) async fn retract(engine: Arc<dyn Engine>, id: &str) -> Result<(), StoreError> {
    let retract = |record: EntryRecord| EntryRecord {
        revision: record.revision + 1,
        retracted: true,
        body: Bytes::new(),
        ..record
    };
    change_entry(engine, &format!("retract-{id}"), id, retract).await
}

async fn change(
    engine: Arc<dyn Engine>,
    name: &str,
    users: &[UserId],
    decide: impl Fn(&ChatState) -> Option<Effects> + Send + Sync,
) -> Result<(), StoreError> {
    let decide = |state: &ChatState| Ok::<_, StoreError>(decide(state));
    let chats = Chats::new(engine, Arc::new(SystemRandomness::new()));
    let subject = Subject {
        users: users.to_vec(),
        message: None,
    };
    let changed = chats
        .change(&chat("chat"), &request(name), &subject, decide)
        .await?;
    assert!(
        !matches!(changed, Changed::Conflict | Changed::NoChat),
        "{changed:?}"
    );
    Ok(())
}

/// Changes one entry by a commit of its own: record, entry, rows of the counts, row of the change.
async fn change_entry(
    engine: Arc<dyn Engine>,
    name: &str,
    id: &str,
    new: impl Fn(EntryRecord) -> EntryRecord,
) -> Result<(), StoreError> {
    let (chat, id) = (chat("chat"), EntryId::parse(id).unwrap());
    let (head, entry) = (keys::chat_head(&chat), keys::entry(&chat, &id));
    let change = keys::change(&chat, &ChangeId::parse(name).unwrap());
    loop {
        let mut reads = vec![Read::Head { key: head.clone() }];
        reads.extend([&entry, &change].map(|key| Read::Get { key: key.clone() }));
        let mut values = engine.read(reads).await?.into_iter().map(Answer::value);
        let [raw, old, done] = [(); 3].map(|()| values.next().flatten());
        if done.is_some() {
            return Ok(());
        }
        let (raw, old) = (raw.unwrap(), old.unwrap());
        let mut head_after = Head::decode(&raw).unwrap();
        head_after.open_change_slot();
        head_after.change_last = head_after.change_last.next();
        head_after.change_count += 1;
        let record = new(EntryRecord::decode(&old).unwrap());
        let row = |key, stamp: Stamp, member: String| Part::AddRow {
            key,
            row: Row {
                score: stamp.get(),
                member: member.into(),
            },
        };
        let mut parts = vec![
            Part::SetAbsent {
                key: change.clone(),
                value: Bytes::from_static(b"change"),
            },
            Part::Replace {
                key: entry.clone(),
                expected: old,
                new: record.encode(),
            },
        ];
        if record.retracted {
            let stamp = record.stamp;
            parts.push(row(keys::void(&chat), stamp, stamp.to_string()));
        }
        let changes = keys::changes(&chat, head_after.change_segment);
        parts.push(row(changes, head_after.change_last, name.to_owned()));
        let commit = Commit {
            key: head.clone(),
            expected: Some(raw),
            head: head_after,
            parts,
        };
        if engine.commit(commit).await? == Swapped::Yes {
            return Ok(());
        }
    }
}

/// Panics unless everything about every chat agrees with everything else.
pub(super) fn is_whole(shelf: &Shelf, when: &str) {
    for name in ["chat", "second"] {
        if has(shelf, &keys::chat_head(&chat(name))) {
            chat_is_whole(shelf, &chat(name), when);
        }
    }
}

fn chat_is_whole(shelf: &Shelf, chat: &ChatId, when: &str) {
    let head = Head::decode(&shelf.strings[&keys::chat_head(chat)]).unwrap();
    let (mut last, mut last_id, mut ordinal, mut listed) = (Stamp::ZERO, None, 0, BTreeSet::new());
    let segments = all(shelf, &keys::segments(chat));
    for (at, segment) in segments.iter().enumerate() {
        let rows = all(shelf, &keys::segment(chat, at as u64));
        assert_eq!(segment.member, at.to_string(), "{when}");
        assert_eq!(segment.score, rows[0].score, "{when}");
        for row in rows {
            let id = EntryId::parse(std::str::from_utf8(&row.member).unwrap()).unwrap();
            let record = &shelf.strings[&keys::entry(chat, &id)];
            let record = EntryRecord::decode(record).unwrap();
            ordinal += 1;
            let found = (
                record.stamp.get(),
                record.prev,
                record.prev_id,
                record.ordinal,
            );
            assert_eq!(found, (row.score, last, last_id, ordinal), "{when}");
            assert!(!record.retracted || record.body.is_empty(), "{when}");
            last = record.stamp;
            last_id = Some(id);
            assert!(listed.insert(record.stamp.get()), "{when}");
        }
    }
    assert_eq!(
        (head.last, head.last_id, head.ordinal),
        (last, last_id, ordinal),
        "{when}"
    );
    let own = all(shelf, &keys::own(chat, &user("first")));
    let own: BTreeSet<u64> = own.iter().map(|row| row.score).collect();
    assert_eq!(own, listed, "{when}: own rows are those of the entries");
    let count = |prefix: &str| {
        shelf
            .strings
            .keys()
            .filter(|key| key.starts_with(prefix))
            .count()
    };
    let entries = keys::entry(chat, &EntryId::parse("x").unwrap());
    assert_eq!(
        count(entries.trim_end_matches('x')) as u64,
        ordinal,
        "{when}: no entry is unlisted"
    );
    let changes = all(shelf, &keys::changes(chat, 0));
    assert_eq!(changes.len() as u64, head.change_count, "{when}");
    let records = keys::change(chat, &ChangeId::parse("x").unwrap());
    assert_eq!(
        count(records.trim_end_matches('x')),
        changes.len(),
        "{when}"
    );
}

fn all(shelf: &Shelf, key: &str) -> Vec<Row> {
    shelf.rows(key, 0, u64::MAX)
}

fn has(shelf: &Shelf, key: &str) -> bool {
    shelf.strings.contains_key(key)
}

fn has_entry(shelf: &Shelf, id: &str) -> bool {
    has(
        shelf,
        &keys::entry(&chat("chat"), &EntryId::parse(id).unwrap()),
    )
}

/// One entry of the chat.
pub(super) fn entry(shelf: &Shelf, id: &str) -> EntryRecord {
    let key = keys::entry(&chat("chat"), &EntryId::parse(id).unwrap());
    EntryRecord::decode(&shelf.strings[&key]).unwrap()
}

fn is_member(shelf: &Shelf, name: &str) -> bool {
    let value = shelf.strings.get(&keys::member(&chat("chat"), &user(name)));
    value.is_some_and(|value| Kept::<MemberRecord>::decode(value).unwrap().value.is_some())
}

fn title(shelf: &Shelf) -> Option<String> {
    let value = &shelf.strings[&keys::chat_info(&chat("chat"))];
    Kept::<ChatInfo>::decode(value)
        .unwrap()
        .value
        .unwrap()
        .title
}

pub(super) fn timeline() -> TimelineId {
    TimelineId::Chat(chat("chat"))
}

pub(super) fn chat(name: &str) -> ChatId {
    ChatId::parse(name).unwrap()
}

fn user(name: &str) -> UserId {
    UserId::parse(name).unwrap()
}

fn request(name: &str) -> ChangeRequest {
    ChangeRequest {
        id: ChangeId::parse(name).unwrap(),
        digest: name.to_owned(),
        actor: user("first"),
        now_us: SystemClock.now_us(),
        copied_up_to: 0,
    }
}

fn member() -> MemberRecord {
    MemberRecord {
        role: Role::Member,
        since: Stamp::ZERO,
        since_ordinal: 0,
        since_change: Stamp::ZERO,
        peer: None,
    }
}

fn renaming(title: &str, event: Option<crate::model::SystemEvent>) -> Effects {
    Effects {
        info: Some(ChatInfo {
            kind: ChatKind::Group,
            title: Some(title.to_owned()),
            creator: user("first"),
            created_ms: 0,
            members: 2,
            owners: 0,
            expire_after_s: None,
            pins: Vec::new(),
        }),
        members: Vec::new(),
        message: None,
        change: Change::Membership(MembershipChange {
            chat: chat("chat"),
            event: MembershipEvent::Added,
            actor: user("first"),
            users: Vec::new(),
            members_version: 0,
        }),
        event,
    }
}

/// A copy of what stands on the shelf now.
pub(super) fn snapshot(shelf: &Mutex<Shelf>) -> Shelf {
    shelf.lock().unwrap().clone()
}
