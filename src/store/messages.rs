//! Single messages: found by their stamps, read by their ids, with what is kept beside them.

use std::sync::Arc;

use bytes::Bytes;

use super::{
    Engine, StoreError, chats,
    engine::{Answer, Order, Read},
    index::{Seek, Track},
    keys::{self, TimelineId},
    record::{Beside, EntryRecord, Head, ReactorRecord, Revisions, Standing},
    timelines::entry_id,
};
use crate::model::{ChatId, EntryId, Stamp, UserId};

/// Single messages, over any engine.
#[derive(Clone)]
pub struct Messages {
    engine: Arc<dyn Engine>,
}

/// Names one message, by its id and by its place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId {
    /// Where it stands.
    pub chat: ChatId,
    /// Its id.
    pub id: EntryId,
    /// Its stamp.
    pub stamp: Stamp,
}

impl Messages {
    /// Messages kept by `engine`.
    #[must_use]
    pub fn new(engine: Arc<dyn Engine>) -> Self {
        Self { engine }
    }

    /// Ids of the entries at `stamps`, in order, in two round trips. They never change.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn find(
        &self,
        chat: &ChatId,
        stamps: &[Stamp],
    ) -> Result<Vec<Option<EntryId>>, StoreError> {
        let track = Track::Entries(TimelineId::Chat(chat.clone()));
        let key = keys::chat_head(chat);
        let segments = stamps
            .iter()
            .map(|stamp| track.find_segment(Seek::After(*stamp)));
        let reads = [Read::Head { key: key.clone() }]
            .into_iter()
            .chain(segments);
        let mut answers = self.engine.read(reads.collect()).await?.into_iter();
        let Some(head) = answers.next().and_then(Answer::value) else {
            return Ok(vec![None; stamps.len()]);
        };
        let head = Head::decode(&head).ok_or(StoreError::Corrupt { key })?;
        let rows = stamps.iter().zip(answers).map(|(stamp, segment)| {
            let number = track.segment_of(segment, &head);
            Read::Rows {
                key: keys::segment(chat, number),
                from: stamp.get(),
                through: stamp.get(),
                limit: 1,
                order: Order::Rising,
            }
        });
        let rows = self.engine.read(rows.collect()).await?;
        Ok(rows
            .into_iter()
            .map(|answer| answer.rows().first().map(entry_id))
            .collect())
    }

    /// Entries by their ids as `reader` may see them, in order, in one round trip; `None` for those that are
    /// not there, not kept any more, or were before the reader's time.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn visible(
        &self,
        reader: &UserId,
        wanted: &[MessageId],
    ) -> Result<Vec<Option<Standing>>, StoreError> {
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let mut asked: Vec<&ChatId> = wanted.iter().map(|one| &one.chat).collect();
        asked.sort();
        asked.dedup();
        let places = asked.iter().flat_map(|chat| {
            let (head, key) = (keys::chat_head(chat), keys::member(chat, reader));
            [Read::Head { key: head }, Read::Get { key }]
        });
        let entries = wanted.iter().flat_map(|one| one.reads(reader));
        let reads = places.chain(entries).collect();
        let mut answers = self.engine.read(reads).await?.into_iter();
        let mut floors = Vec::with_capacity(asked.len());
        for chat in &asked {
            let [head, member] = [(); 2].map(|()| answers.next().and_then(Answer::value));
            floors.push(floor(chat, reader, head.as_ref(), member.as_ref())?);
        }
        let mut visible = |one: &MessageId| {
            let value = answers.next().and_then(Answer::value);
            let [hidden, root] = [(); 2].map(|()| answers.next().and_then(Answer::score));
            let floor = floors[asked.binary_search(&&one.chat).ok()?]?;
            let record = EntryRecord::decode(&value?)?;
            (record.stamp > floor).then(|| Standing {
                beside: Beside {
                    hidden: hidden.is_some(),
                    root: root.is_some(),
                },
                ..Standing::alone(one.id.clone(), record)
            })
        };
        Ok(wanted.iter().map(&mut visible).collect())
    }

    /// One entry, whoever reads it.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn entry(&self, chat: &ChatId, id: &EntryId) -> Result<Option<Standing>, StoreError> {
        let value = self.engine.get(keys::entry(chat, id)).await?;
        let record = value.and_then(|value| EntryRecord::decode(&value));
        Ok(record.map(|record| Standing::alone(id.clone(), record)))
    }

    /// What a message said before.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn revisions(&self, chat: &ChatId, id: &EntryId) -> Result<Revisions, StoreError> {
        let key = keys::revisions(chat, id);
        let value = self.engine.get(key.clone()).await?;
        chats::known_or_default(value.as_ref(), || key, Revisions::decode)
    }

    /// What `user` reacts with to each of these messages, in one round trip.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn reactions_of(
        &self,
        user: &UserId,
        messages: &[MessageId],
    ) -> Result<Vec<Vec<String>>, StoreError> {
        let keys = messages
            .iter()
            .map(|one| keys::reactor(&one.chat, &one.id, user));
        self.kinds(keys.collect()).await
    }

    /// Everybody who ever reacted to a message, ordered by id, at most `most`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn reactors(
        &self,
        chat: &ChatId,
        id: &EntryId,
        most: usize,
    ) -> Result<Vec<UserId>, StoreError> {
        let read = Read::Rows {
            key: keys::reactors(chat, id),
            from: 0,
            through: Stamp::MAX.get(),
            limit: most,
            order: Order::Rising,
        };
        let rows = self.engine.ask(read).await?.rows();
        let user = |member: &[u8]| UserId::parse(std::str::from_utf8(member).ok()?);
        let mut users: Vec<UserId> = rows.iter().filter_map(|row| user(&row.member)).collect();
        users.sort();
        Ok(users)
    }

    /// What each of `users` reacts with to a message, in one round trip.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn reactions_to(
        &self,
        chat: &ChatId,
        id: &EntryId,
        users: &[UserId],
    ) -> Result<Vec<Vec<String>>, StoreError> {
        let keys = users.iter().map(|user| keys::reactor(chat, id, user));
        self.kinds(keys.collect()).await
    }

    async fn kinds(&self, keys: Vec<String>) -> Result<Vec<Vec<String>>, StoreError> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let reads = keys.iter().map(|key| Read::Get { key: key.clone() });
        let answers = self.engine.read(reads.collect()).await?;
        keys.into_iter()
            .zip(answers)
            .map(|(key, answer)| {
                let value = answer.value();
                let record =
                    chats::known_or_default(value.as_ref(), || key, ReactorRecord::decode)?;
                Ok(record.kinds)
            })
            .collect()
    }
}

impl MessageId {
    /// What is read of it: the entry, whether the reader has hidden it, whether a thread stands under it.
    fn reads(&self, reader: &UserId) -> [Read; 3] {
        let key = keys::entry(&self.chat, &self.id);
        let sets = [keys::hidden(&self.chat, reader), keys::roots(&self.chat)];
        let [hidden, root] = sets.map(|key| Read::Score {
            key,
            member: self.stamp.to_string().into(),
        });
        [Read::Get { key }, hidden, root]
    }
}

/// Up to where a chat's entries are hidden from `reader`; `None` when all are.
fn floor(
    chat: &ChatId,
    reader: &UserId,
    head: Option<&Bytes>,
    member: Option<&Bytes>,
) -> Result<Option<Stamp>, StoreError> {
    let member = chats::member(member, || keys::member(chat, reader))?;
    let (Some(head), Some(member)) = (head, member) else {
        return Ok(None);
    };
    let head = Head::decode(head).ok_or_else(|| StoreError::Corrupt {
        key: keys::chat_head(chat),
    })?;
    Ok(Some(head.floor.max(member.since)))
}
