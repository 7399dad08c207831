//! What the checks see of the store.

use bytes::Bytes;

use crate::{
    model::{ChatId, EntryId, Stamp, UserId},
    store::{
        Engine, StoreError,
        engine::{Answer, Order, Read, Row, Write},
        keys::{self, TimelineId},
        reads,
        record::{EntryRecord, Head, Kept, MemberRecord, ReadRecord},
        walk::{Named, Store},
    },
};

/// What others may still be busy with, in microseconds.
const YOUNG_US: u64 = 3_600_000_000;

/// A key that was met, with the ids in it.
#[derive(Debug, Clone)]
pub(super) struct Spot<'a> {
    /// The key.
    pub(super) key: &'a str,
    /// Its shape.
    pub(super) shape: &'static str,
    /// What varies in it, in order.
    pub(super) parts: Vec<&'a str>,
}

/// The store, and when it is looked at.
pub(super) struct Looking<'a> {
    /// The store.
    pub(super) store: &'a dyn Store,
    /// The time, in microseconds since the Unix epoch.
    pub(super) now_us: u64,
}

impl<'a> Spot<'a> {
    /// The key with its ids.
    pub(super) fn of(key: &'a str, named: Named<'a>) -> Self {
        Self {
            key,
            shape: named.shape.shape,
            parts: named.parts,
        }
    }

    /// The chat in a key of a chat.
    pub(super) fn chat(&self) -> ChatId {
        self.parts
            .first()
            .and_then(|part| ChatId::parse(part))
            .unwrap_or_else(ChatId::absent)
    }

    /// The user whose key it is, or who is named last in a key of a chat.
    pub(super) fn user(&self) -> UserId {
        let part = if self.shape.starts_with("{u:") {
            self.parts.first()
        } else {
            self.parts.last()
        };
        part.and_then(|part| UserId::parse(part))
            .unwrap_or_else(UserId::absent)
    }

    /// The timeline in a key of one.
    pub(super) fn timeline(&self) -> TimelineId {
        if self.shape.starts_with("{u:") {
            TimelineId::Log(self.user())
        } else {
            TimelineId::Chat(self.chat())
        }
    }
}

impl Looking<'_> {
    /// Whether whoever was busy with something of this stamp has had time enough.
    pub(super) fn is_old(&self, stamp: Stamp) -> bool {
        stamp.get().saturating_add(YOUNG_US) < self.now_us
    }

    /// Answers many reads.
    pub(super) async fn read(&self, reads: Vec<Read>) -> Result<Vec<Answer>, StoreError> {
        if reads.is_empty() {
            return Ok(Vec::new());
        }
        self.store.read(reads).await
    }

    /// Values of strings, in order.
    pub(super) async fn values(&self, keys: Vec<String>) -> Result<Vec<Option<Bytes>>, StoreError> {
        let reads = keys.into_iter().map(|key| Read::Get { key });
        let answers = self.read(reads.collect()).await?;
        Ok(answers.into_iter().map(Answer::value).collect())
    }

    /// Values of the strings at these spots, in order.
    pub(super) async fn values_at(
        &self,
        spots: &[Spot<'_>],
    ) -> Result<Vec<Option<Bytes>>, StoreError> {
        self.values(spots.iter().map(|spot| spot.key.to_owned()).collect())
            .await
    }

    /// The value of one string.
    pub(super) async fn value(&self, key: String) -> Result<Option<Bytes>, StoreError> {
        let engine: &dyn Engine = self.store;
        engine.get(key).await
    }

    /// Scores of members of sorted sets, in order.
    pub(super) async fn scores(
        &self,
        rows: Vec<(String, String)>,
    ) -> Result<Vec<Option<u64>>, StoreError> {
        let reads = rows.into_iter().map(|(key, member)| Read::Score {
            key,
            member: member.into(),
        });
        let answers = self.read(reads.collect()).await?;
        Ok(answers.into_iter().map(Answer::score).collect())
    }

    /// Whether any of these sorted sets has a row.
    pub(super) async fn any(&self, sets: [String; 2]) -> Result<bool, StoreError> {
        let reads = sets.map(|key| Read::Count {
            key,
            from: 0,
            through: Stamp::MAX.get(),
        });
        let answers = self.read(reads.into()).await?;
        Ok(answers
            .into_iter()
            .map(Answer::count)
            .any(|count| count > 0))
    }

    /// The head of a timeline; an unreadable one is absent.
    pub(super) async fn head(&self, timeline: &TimelineId) -> Result<Option<Head>, StoreError> {
        let engine: &dyn Engine = self.store;
        let key = timeline.head();
        let value = engine.ask(Read::Head { key }).await?.value();
        Ok(value.and_then(|value| Head::decode(&value)))
    }

    /// From where messages count for each of `users`, in order; `None` for those who are no members.
    pub(super) async fn counted_from(
        &self,
        chat: &ChatId,
        head: &Head,
        users: &[UserId],
    ) -> Result<Vec<Option<Stamp>>, StoreError> {
        let keys = users
            .iter()
            .flat_map(|user| [keys::member(chat, user), keys::read_mark(chat, user)]);
        let values = self.values(keys.collect()).await?;
        let seats = values.chunks_exact(2).map(|pair| {
            let member = membership(pair[0].as_ref()?)?;
            let mark = pair[1].as_ref().and_then(|value| ReadRecord::decode(value));
            Some(reads::counted_from(head, &member, mark.unwrap_or_default()).stamp)
        });
        Ok(seats.collect())
    }

    /// The first segment of a chat's changes that retention has left.
    pub(super) async fn first_changes(
        &self,
        chat: &ChatId,
        head: &Head,
    ) -> Result<u64, StoreError> {
        let rows = |key: String| Read::Rows {
            key,
            from: 0,
            through: Stamp::MAX.get(),
            limit: 1,
            order: Order::Rising,
        };
        let engine: &dyn Engine = self.store;
        let listed = engine.ask(rows(keys::change_segments(chat))).await?.rows();
        let listed = listed
            .first()
            .and_then(|row| text(&row.member)?.parse().ok());
        let mut first: u64 = listed.unwrap_or(head.change_segment);
        // A segment goes before its row in the index: what is there is kept, listed or not.
        while first > 0 {
            let key = keys::changes(chat, first - 1);
            if engine.ask(rows(key)).await?.rows().is_empty() {
                break;
            }
            first -= 1;
        }
        Ok(first)
    }

    /// What stands at these very stamps of a timeline, in order: the id in the row, and the entry.
    pub(super) async fn at(
        &self,
        timeline: &TimelineId,
        stamps: &[Stamp],
    ) -> Result<Vec<Option<(EntryId, Option<EntryRecord>)>>, StoreError> {
        let segments = self.segments(&timeline.segments(), stamps).await?;
        let rows = stamps
            .iter()
            .zip(&segments)
            .map(|(stamp, segment)| Read::Rows {
                key: timeline.segment(segment.unwrap_or(u64::MAX)),
                from: stamp.get(),
                through: stamp.get(),
                limit: 1,
                order: Order::Rising,
            });
        let rows = self.read(rows.collect()).await?;
        let ids: Vec<Option<EntryId>> = rows
            .into_iter()
            .map(|rows| {
                rows.rows()
                    .first()
                    .and_then(|row| EntryId::parse(text(&row.member)?))
            })
            .collect();
        let keys = ids
            .iter()
            .map(|id| timeline.entry(&id.clone().unwrap_or_else(EntryId::absent)));
        let entries = self.values(keys.collect()).await?;
        let entries = entries
            .into_iter()
            .map(|value| EntryRecord::decode(&value?));
        Ok(ids
            .into_iter()
            .zip(entries)
            .map(|(id, entry)| Some((id?, entry)))
            .collect())
    }

    /// The segment that holds, or would hold, each of these stamps, by the index under `key`.
    pub(super) async fn segments(
        &self,
        key: &str,
        stamps: &[Stamp],
    ) -> Result<Vec<Option<u64>>, StoreError> {
        let reads = stamps.iter().map(|stamp| Read::Rows {
            key: key.to_owned(),
            from: 0,
            through: stamp.get(),
            limit: 1,
            order: Order::Falling,
        });
        let answers = self.read(reads.collect()).await?;
        let number = |rows: Answer| {
            rows.rows()
                .first()
                .and_then(|row| text(&row.member)?.parse().ok())
        };
        Ok(answers.into_iter().map(number).collect())
    }
}

/// A membership as it is stored; `None` when it ended or cannot be read.
pub(super) fn membership(value: &Bytes) -> Option<MemberRecord> {
    Kept::decode(value)?.value
}

/// When a membership ended, or an announced one was announced: the later of a row's score and the record's
/// change. `None` for members.
pub(super) fn ended(score: u64, value: Option<&Bytes>) -> Option<Stamp> {
    let kept: Option<Kept<MemberRecord>> = value.and_then(|value| Kept::decode(value));
    let changed = kept.as_ref().map_or(Stamp::ZERO, |kept| kept.changed);
    match kept.and_then(|kept| kept.value) {
        Some(_) => None,
        None => Some(changed.max(Stamp::from_micros(score))),
    }
}

/// A member of a collection as text.
pub(super) fn text(member: &[u8]) -> Option<&str> {
    std::str::from_utf8(member).ok()
}

/// A write of a row.
pub(super) fn add(key: String, score: u64, member: impl Into<Bytes>) -> Write {
    Write::AddRow {
        key,
        row: Row {
            score,
            member: member.into(),
        },
    }
}

/// A removal of a row.
pub(super) fn remove(key: String, member: impl Into<Bytes>) -> Write {
    Write::RemoveRow {
        key,
        member: member.into(),
    }
}

/// A write of a string that stays.
pub(super) fn set(key: String, value: impl Into<Bytes>) -> Write {
    Write::Set {
        key,
        value: value.into(),
        life: None,
    }
}
