//! Rows of the chat list: everything a list shows of many chats, in few round trips.

use std::sync::Arc;

use super::{
    Engine, StoreError, chats, drafts,
    engine::{Answer, Read},
    keys,
    reads::{Reads, Unread, counted_from},
    record::{
        Beside, ChatInfo, DeliveredRecord, DraftRecord, EntryRecord, Head, MemberRecord,
        ReadRecord, Standing,
    },
    rising,
};
use crate::model::{ChatId, EntryId, Stamp, UserId};

/// Rows of chat lists, over any engine.
#[derive(Clone)]
pub struct ChatRows {
    engine: Arc<dyn Engine>,
}

/// One's own place in a chat: enough to order a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// The chat.
    pub chat: ChatId,
    /// Where its timelines end.
    pub head: Head,
    /// One's membership.
    pub member: MemberRecord,
    /// One's read mark.
    pub mark: ReadRecord,
}

/// What a list shows of one chat.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// One's place in it.
    pub place: Place,
    /// What the chat is.
    pub info: ChatInfo,
    /// Its newest entry, if the member may see it.
    pub last: Option<Standing>,
    /// How much is unread.
    pub unread: Unread,
    /// How far the other person of a direct chat has read.
    pub peer_mark: ReadRecord,
    /// How far the chat has reached a device of theirs.
    pub peer_delivered: DeliveredRecord,
    /// What the member has begun to write.
    pub draft: DraftRecord,
}

impl ChatRows {
    /// Rows read from `engine`.
    #[must_use]
    pub fn new(engine: Arc<dyn Engine>) -> Self {
        Self { engine }
    }

    /// The places of `user` in those of `chats` that they are a member of, in one round trip.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn places(
        &self,
        user: &UserId,
        chats: Vec<ChatId>,
    ) -> Result<Vec<Place>, StoreError> {
        if chats.is_empty() {
            return Ok(Vec::new());
        }
        let reads = chats.iter().flat_map(|chat| {
            let key = keys::chat_head(chat);
            let records = [keys::member(chat, user), keys::read_mark(chat, user)];
            [Read::Head { key }]
                .into_iter()
                .chain(records.map(|key| Read::Get { key }))
        });
        let mut values = self
            .engine
            .read(reads.collect())
            .await?
            .into_iter()
            .map(Answer::value);
        let mut places = Vec::with_capacity(chats.len());
        for chat in chats {
            let [head, member, mark] = [(); 3].map(|()| values.next().flatten());
            let member = chats::member(member.as_ref(), || keys::member(&chat, user))?;
            let (Some(head), Some(member)) = (head, member) else {
                continue;
            };
            let corrupt = |key: String| StoreError::Corrupt { key };
            places.push(Place {
                head: Head::decode(&head).ok_or_else(|| corrupt(keys::chat_head(&chat)))?,
                member,
                mark: rising::mark(mark.as_ref(), || keys::read_mark(&chat, user))?,
                chat,
            });
        }
        Ok(places)
    }

    /// What a list shows of these places, in one round trip.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn show(&self, user: &UserId, places: Vec<Place>) -> Result<Vec<Shown>, StoreError> {
        if places.is_empty() {
            return Ok(Vec::new());
        }
        let reads = places.iter().flat_map(|place| place.reads(user)).collect();
        let mut answers = self.engine.read(reads).await?.into_iter();
        places
            .into_iter()
            .map(|place| place.shown(user, &mut answers))
            .collect()
    }
}

impl Place {
    /// From where unread messages count.
    #[must_use]
    pub fn counted_from(&self) -> ReadRecord {
        counted_from(&self.head, &self.member, self.mark)
    }

    /// Entries up to here are hidden from the member, or not kept.
    #[must_use]
    pub fn hidden_through(&self) -> Stamp {
        self.head.floor.max(self.member.since)
    }

    fn reads(&self, user: &UserId) -> Vec<Read> {
        let nothing = || EntryId::absent();
        let last = self.head.last_id.clone().unwrap_or_else(nothing);
        let peer = self.member.peer.as_ref().unwrap_or(user);
        let gets = [
            keys::chat_info(&self.chat),
            keys::entry(&self.chat, &last),
            keys::read_mark(&self.chat, peer),
            keys::delivered(&self.chat, peer),
        ];
        let gets = gets.into_iter().map(|key| Read::Get { key });
        let hidden = Read::Score {
            key: keys::hidden(&self.chat, user),
            member: self.head.last.to_string().into(),
        };
        gets.chain([drafts::read(user, &self.chat), hidden])
            .chain(Reads::counts(
                &self.chat,
                user,
                &self.head,
                self.counted_from(),
            ))
            .collect()
    }

    fn shown(
        self,
        user: &UserId,
        answers: &mut impl Iterator<Item = Answer>,
    ) -> Result<Shown, StoreError> {
        let mut next = || answers.next().expect("an engine answers every read");
        let [info, last, peer_mark, peer_delivered] = [(); 4].map(|()| next().value());
        let draft = drafts::found(user, &self.chat, next())?;
        let hidden = next().score().is_some();
        let info = info
            .and_then(|info| chats::described(&info))
            .ok_or_else(|| StoreError::Corrupt {
                key: keys::chat_info(&self.chat),
            })?;
        let unread = Reads::unread_from(&self.head, self.counted_from(), answers);
        let visible = self.head.last > self.hidden_through();
        let last = visible.then(|| Standing {
            stamp: self.head.last,
            id: self.head.last_id.clone().unwrap_or_else(EntryId::absent),
            seen_prev: Stamp::ZERO,
            seen_ordinal: self.head.ordinal,
            record: last.and_then(|value| EntryRecord::decode(&value)),
            beside: Beside {
                hidden,
                root: false,
            },
        });
        let peer = self.member.peer.as_ref().unwrap_or(user);
        let peer_mark = rising::mark(peer_mark.as_ref(), || keys::read_mark(&self.chat, peer))?;
        let delivered = || keys::delivered(&self.chat, peer);
        let peer_delivered = rising::mark(peer_delivered.as_ref(), delivered)?;
        Ok(Shown {
            info,
            last,
            unread,
            peer_mark,
            peer_delivered,
            draft,
            place: self,
        })
    }
}
