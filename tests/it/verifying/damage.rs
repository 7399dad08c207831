//! Things that can be broken in a store, one at a time.

use bytes::Bytes;
use curlew::{
    model::{ChangeId, ChatId, EntryId, SessionId, Stamp, UserId},
    store::{
        Store,
        engine::{Order, Read, Row, Write},
        keys,
        record::{
            ChangeRecord, ChatInfo, EntryRecord, Head, Intent, Kept, ReadRecord, TokenRecord,
            UserRecord,
        },
        verify::Kind,
    },
};

use crate::moving::Story;

/// One thing that can be broken.
pub(super) struct Damage {
    /// What was done.
    pub(super) what: String,
    /// What must be found.
    pub(super) kind: Kind,
    /// What breaks it.
    pub(super) writes: Vec<Write>,
    /// Whether it can be mended.
    pub(super) mendable: bool,
    /// What makes it the same as before, where mending does not.
    pub(super) undo: Vec<Write>,
}

/// A store in which much has happened, and those it happened to.
pub(super) struct Ground<'a> {
    store: &'a dyn Store,
    group: ChatId,
    direct: ChatId,
    ann: UserId,
    bob: UserId,
}

/// An entry with its place.
#[derive(Clone)]
struct Placed {
    id: EntryId,
    record: EntryRecord,
    raw: Bytes,
}

impl<'a> Ground<'a> {
    pub(super) fn of(store: &'a dyn Store, story: &Story) -> Self {
        Self {
            store,
            group: story.group.clone(),
            direct: story.direct.clone(),
            ann: story.ann.id(),
            bob: story.bob.id(),
        }
    }

    /// Everything that can be broken.
    pub(super) async fn damages(&self) -> Vec<Damage> {
        let mut all = self.of_the_timeline().await;
        all.extend(self.of_the_head_and_the_index().await);
        all.extend(self.of_the_changes().await);
        all.extend(self.of_the_counts().await);
        all.extend(self.of_the_members().await);
        all.extend(self.of_people().await);
        all
    }

    async fn of_the_timeline(&self) -> Vec<Damage> {
        let (group, segment) = (&self.group, keys::segment(&self.group, 0));
        let (one, two) = (self.entry(40).await, self.entry(41).await);
        let key = keys::entry(group, &one.id);
        let row = add(&segment, one.record.stamp.get(), one.id.as_str());
        let unlisted = remove(&segment, one.id.as_str());
        let stamp = one.record.stamp.get();
        let own = add(&keys::own(group, &self.ann), stamp, &stamp.to_string());
        let changed = |change: &dyn Fn(&mut EntryRecord)| {
            let mut record = one.record.clone();
            change(&mut record);
            vec![set(&key, record.encode())]
        };
        let whole = vec![set(&key, one.raw.clone())];
        let stray = EntryId::parse("stray").expect("an id");
        let orphan = EntryRecord {
            stamp: Stamp::from_micros(self.head().await.last.get() + 10),
            ..one.record.clone()
        };
        vec![
            broken(
                Kind::EntryWithoutRow,
                "a row is gone",
                vec![unlisted.clone()],
            ),
            broken(
                Kind::RowWithoutEntry,
                "a row leads nowhere",
                vec![add(&segment, two.record.stamp.get() - 1, stray.as_str())],
            ),
            lost(
                Kind::RowWithoutEntry,
                "an entry is gone",
                vec![delete(&key)],
                whole.clone(),
            ),
            lost(
                Kind::LostEntry,
                "an entry is gone with its row",
                vec![delete(&key), unlisted],
                [whole.clone(), vec![row, own]].concat(),
            ),
            lost(
                Kind::Unreadable,
                "an entry is garbage",
                vec![set(&key, "garbage")],
                whole,
            ),
            broken(
                Kind::WrongStamp,
                "a row has moved",
                vec![add(&segment, two.record.stamp.get() + 1, one.id.as_str())],
            ),
            broken(
                Kind::BrokenChain,
                "an entry names another before it",
                changed(&|record| record.prev = Stamp::from_micros(record.prev.get() - 1)),
            ),
            broken(
                Kind::WrongOrdinal,
                "an ordinal is wrong",
                changed(&|record| record.ordinal += 7),
            ),
            broken(
                Kind::OrphanEntry,
                "an entry was never part of it",
                vec![set(&keys::entry(group, &stray), orphan.encode())],
            ),
        ]
    }

    async fn of_the_head_and_the_index(&self) -> Vec<Damage> {
        let (key, index) = (keys::chat_head(&self.group), keys::segments(&self.group));
        let (head, raw) = (self.head().await, self.get(&key).await);
        let listed = self.rows(&index).await;
        let changed = |change: &dyn Fn(&mut Head)| {
            let mut head = head.clone();
            change(&mut head);
            vec![set(&key, head.encode())]
        };
        let before = self.entry_at(1, 3).await;
        vec![
            broken(
                Kind::WrongHead,
                "the head counts wrongly",
                changed(&|head| head.ordinal += 5),
            ),
            broken(
                Kind::WrongHead,
                "the size is wrong",
                changed(&|head| head.size -= 1),
            ),
            broken(
                Kind::WrongHead,
                "changes are counted wrongly",
                changed(&|head| head.change_count += 1),
            ),
            broken(
                Kind::WrongHead,
                "the head is an old one",
                changed(&|head| {
                    head.last = before.record.stamp;
                    head.last_id = Some(before.id.clone());
                    head.ordinal = before.record.ordinal;
                    head.size = 4;
                }),
            ),
            lost(
                Kind::NoHead,
                "the head is gone",
                vec![delete(&key)],
                vec![set(&key, raw)],
            ),
            broken(
                Kind::SegmentNotListed,
                "a segment is not listed",
                vec![remove(&index, "1")],
            ),
            broken(
                Kind::SegmentNotListed,
                "a segment is listed at another stamp",
                vec![add(&index, listed[1].score + 3, "1")],
            ),
            broken(
                Kind::NoSegment,
                "a segment is listed that is not there",
                vec![add(&index, 5, "77")],
            ),
        ]
    }

    async fn of_the_changes(&self) -> Vec<Damage> {
        let segment = keys::changes(&self.group, 0);
        let row = self.rows(&segment).await.remove(1);
        let id = ChangeId::parse(std::str::from_utf8(&row.member).unwrap()).unwrap();
        let key = keys::change(&self.group, &id);
        let raw = self.get(&key).await;
        let mut record = ChangeRecord::decode(&raw).unwrap();
        record.prev = Stamp::from_micros(record.prev.get() + 1);
        vec![
            broken(
                Kind::ChangeWithoutRow,
                "a change is not listed",
                vec![remove(&segment, id.as_str())],
            ),
            broken(
                Kind::BrokenChanges,
                "a change names another before it",
                vec![set(&key, record.encode())],
            ),
            lost(
                Kind::RowWithoutChange,
                "a change is gone",
                vec![delete(&key)],
                vec![set(&key, raw)],
            ),
        ]
    }

    async fn of_the_counts(&self) -> Vec<Damage> {
        let (group, ann, bob) = (&self.group, &self.ann, &self.bob);
        let (own, mentioned) = (keys::own(group, ann), keys::mentioned(group, bob));
        let (newest, mention) = (self.rows(&own).await, self.rows(&mentioned).await);
        let newest = newest.last().expect("ann has written").score;
        let stamp = mention.last().expect("bob was mentioned").score;
        let other = self.entry_at(1, 1).await.record.stamp.get();
        let at = |key: &str, stamp: u64| vec![add(key, stamp, &stamp.to_string())];
        let (void, own_void) = (keys::void(group), keys::own_void(group, ann));
        let retracted = self.rows(&void).await.remove(0).score.to_string();
        let mark = keys::read_mark(group, bob);
        let wrong = ReadRecord {
            ordinal: 1,
            ..ReadRecord::decode(&self.get(&mark).await).unwrap()
        };
        vec![
            broken(
                Kind::OwnMissing,
                "an own message is not counted",
                vec![remove(&own, &newest.to_string())],
            ),
            broken(
                Kind::VoidMissing,
                "a retraction is not counted",
                vec![remove(&void, &retracted)],
            ),
            broken(
                Kind::VoidMissing,
                "an own retraction is not counted",
                vec![remove(&own_void, &retracted)],
            ),
            broken(
                Kind::MentionMissing,
                "a mention is not counted",
                vec![remove(&mentioned, &stamp.to_string())],
            ),
            broken(
                Kind::Stray,
                "an own message that is none",
                at(&own, newest + 1),
            ),
            broken(
                Kind::Stray,
                "a mention that is none",
                at(&mentioned, stamp + 1),
            ),
            broken(Kind::Stray, "a retraction that is none", at(&void, other)),
            broken(
                Kind::Stray,
                "an own retraction that is none",
                at(&own_void, newest),
            ),
            broken(
                Kind::WrongMark,
                "a mark has another ordinal",
                vec![set(&mark, wrong.encode())],
            ),
        ]
    }

    async fn of_the_members(&self) -> Vec<Damage> {
        let (group, bob) = (&self.group, &self.bob);
        let (members, chats) = (keys::members(group), keys::user_chats(bob));
        let listed = self
            .rows(&chats)
            .await
            .into_iter()
            .find(|row| row.member == group.as_str());
        let listed = listed.expect("the group is in bob's list").score;
        let info = keys::chat_info(group);
        let mut wrong = Kept::<ChatInfo>::decode(&self.get(&info).await).unwrap();
        wrong.value.as_mut().expect("the group is there").members += 1;
        let void = keys::void(&self.direct);
        vec![
            broken(
                Kind::MemberNotListed,
                "a member is not listed",
                vec![remove(&members, bob.as_str())],
            ),
            broken(
                Kind::StrangerListed,
                "a stranger is listed",
                vec![add(&members, 7, "stranger")],
            ),
            broken(
                Kind::WrongCount,
                "members are counted wrongly",
                vec![set(&info, wrong.encode())],
            ),
            Damage {
                undo: vec![add(&chats, listed, group.as_str())],
                ..broken(
                    Kind::ChatNotListed,
                    "a chat is missing in a list",
                    vec![remove(&chats, group.as_str())],
                )
            },
            broken(
                Kind::ChatListed,
                "a chat is listed for nothing",
                vec![add(&chats, 7, "nowhere")],
            ),
            lost(
                Kind::WrongType,
                "a key holds another type",
                vec![set(&void, "text")],
                vec![delete(&void)],
            ),
        ]
    }

    async fn of_people(&self) -> Vec<Damage> {
        let bob = &self.bob;
        let (log, sessions) = (keys::log_head(bob), keys::sessions(bob));
        let name = UserRecord::decode(&self.get(&keys::user(bob)).await).unwrap();
        let name = keys::name(&name.account.user.username);
        let session = self.rows(&sessions).await.remove(0);
        let session = std::str::from_utf8(&session.member).unwrap().to_owned();
        let intent = Intent::change(&self.group, &ChangeId::parse("change").unwrap(), 0);
        let intent = std::str::from_utf8(&intent.encode()).unwrap().to_owned();
        let (pending, ghost, strange) = (keys::pending(3), keys::name("ghost"), "{c:x}:strange");
        let token = self.token().await;
        let raw = self.get(&log).await;
        vec![
            lost(
                Kind::NoLog,
                "a change log is gone",
                vec![delete(&log)],
                vec![set(&log, raw)],
            ),
            broken(Kind::NameNotClaimed, "a claim is gone", vec![delete(&name)]),
            lost(
                Kind::NameOfNobody,
                "a claim is of nobody",
                vec![set(&ghost, "1 ghost")],
                vec![delete(&ghost)],
            ),
            broken(
                Kind::SessionNotListed,
                "a session is not listed",
                vec![remove(&sessions, &session)],
            ),
            broken(
                Kind::TokenOfNothing,
                "a token has no session",
                vec![set(&keys::token("0"), token)],
            ),
            broken(
                Kind::BadIntent,
                "an intent is garbage",
                vec![add(&pending, 9, "garbage")],
            ),
            lost(
                Kind::Overdue,
                "a step was never finished",
                vec![add(&pending, 9, &intent)],
                vec![remove(&pending, &intent)],
            ),
            lost(
                Kind::UnknownKey,
                "a key is strange",
                vec![set(strange, "1")],
                vec![delete(strange)],
            ),
        ]
    }

    /// A token of a session that has another one.
    async fn token(&self) -> Bytes {
        let session = self.rows(&keys::sessions(&self.bob)).await.remove(0);
        let session = std::str::from_utf8(&session.member).unwrap().to_owned();
        let token = TokenRecord {
            user: self.bob.clone(),
            session: SessionId::parse(&session).unwrap(),
        };
        token.encode()
    }

    async fn head(&self) -> Head {
        Head::decode(&self.get(&keys::chat_head(&self.group)).await).unwrap()
    }

    async fn entry(&self, number: usize) -> Placed {
        self.entry_at(0, number).await
    }

    async fn entry_at(&self, segment: u64, number: usize) -> Placed {
        let row = self
            .rows(&keys::segment(&self.group, segment))
            .await
            .remove(number);
        let id = EntryId::parse(std::str::from_utf8(&row.member).unwrap()).unwrap();
        let raw = self.get(&keys::entry(&self.group, &id)).await;
        let record = EntryRecord::decode(&raw).unwrap();
        Placed { id, record, raw }
    }

    async fn get(&self, key: &str) -> Bytes {
        let read = Read::Get {
            key: key.to_owned(),
        };
        let answers = self.store.read(vec![read]).await.unwrap();
        let value = answers.into_iter().next().unwrap().value();
        value.unwrap_or_else(|| panic!("{key} is there"))
    }

    async fn rows(&self, key: &str) -> Vec<Row> {
        let read = Read::Rows {
            key: key.to_owned(),
            from: 0,
            through: Stamp::MAX.get(),
            limit: 10_000,
            order: Order::Rising,
        };
        self.store.read(vec![read]).await.unwrap().remove(0).rows()
    }
}

fn broken(kind: Kind, what: &str, writes: Vec<Write>) -> Damage {
    Damage {
        mendable: true,
        ..lost(kind, what, writes, Vec::new())
    }
}

fn lost(kind: Kind, what: &str, writes: Vec<Write>, undo: Vec<Write>) -> Damage {
    Damage {
        what: what.to_owned(),
        kind,
        writes,
        mendable: false,
        undo,
    }
}

fn set(key: &str, value: impl Into<Bytes>) -> Write {
    Write::Set {
        key: key.to_owned(),
        value: value.into(),
        life: None,
    }
}

fn delete(key: &str) -> Write {
    Write::Delete {
        key: key.to_owned(),
    }
}

fn add(key: &str, score: u64, member: &str) -> Write {
    Write::AddRow {
        key: key.to_owned(),
        row: Row {
            score,
            member: member.to_owned().into(),
        },
    }
}

fn remove(key: &str, member: &str) -> Write {
    Write::RemoveRow {
        key: key.to_owned(),
        member: member.to_owned().into(),
    }
}
