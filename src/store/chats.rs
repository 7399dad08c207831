//! Chats: what they are, who is in them, and how all of that changes.
//!
//! Every change commits through the chat's head, together with its record in the chat's change timeline.
//! That timeline is the outbox: whatever must follow elsewhere is read from there, by anyone, again if need be.

mod commit;

use std::sync::Arc;

use bytes::Bytes;

use commit::{Before, commit};
pub use commit::{ChangeRequest, Effects};

use super::{
    Engine, StoreError,
    engine::{Answer, Read, Row, Swapped},
    index::{Seek, Track},
    keys,
    record::{ChangeRecord, ChatInfo, Head, Kept, MemberRecord},
};
use crate::model::{ChangeId, ChatId, Epoch, Stamp, UserId};

/// How often a change is tried again when others change the same chat meanwhile.
const ATTEMPTS: usize = 16;

/// Chats and their changes, over any engine.
#[derive(Clone)]
pub struct Chats {
    engine: Arc<dyn Engine>,
}

/// A chat as somebody finds it.
#[derive(Debug, Clone, PartialEq)]
pub struct ChatState {
    /// Where its timelines end.
    pub head: Head,
    /// What it is.
    pub info: ChatInfo,
    /// Memberships of those who were asked about, in the order of asking.
    pub members: Vec<Option<MemberRecord>>,
}

/// How a change ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Changed {
    /// It is committed; `repeated` when it had been before.
    Committed {
        /// Its record.
        record: ChangeRecord,
        /// The version of the membership now.
        members_version: u64,
        /// Whether it was committed by an earlier request with the same id.
        repeated: bool,
    },
    /// There was nothing to change.
    Nothing {
        /// The version of the membership now.
        members_version: u64,
    },
    /// The id was used for another request.
    Conflict,
    /// There is no such chat.
    NoChat,
}

/// A page of a chat's change timeline.
#[derive(Debug)]
pub struct ChangePage {
    /// Ascending: position, position of the one before, and the record unless it cannot be read.
    pub changes: Vec<(Stamp, Stamp, Option<ChangeRecord>)>,
    /// Whether there are more.
    pub has_more: bool,
}

impl Chats {
    /// Chats kept by `engine`.
    #[must_use]
    pub fn new(engine: Arc<dyn Engine>) -> Self {
        Self { engine }
    }

    /// A chat, and the memberships of `users` in it, in one round trip.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn state(
        &self,
        chat: &ChatId,
        users: &[UserId],
    ) -> Result<Option<ChatState>, StoreError> {
        let answers = self.engine.read(look(chat, users)).await?;
        found(chat, users, answers).map(|found| found.map(|(_, state)| state))
    }

    /// Makes a chat. When there is one with this id already, nothing happens.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`]: may have happened; do it again.
    pub async fn create(
        &self,
        chat: &ChatId,
        epoch: Epoch,
        request: &ChangeRequest,
        effects: Effects,
    ) -> Result<Swapped, StoreError> {
        let (commit, ..) = commit(chat, Before::default(), Head::new(epoch), request, effects);
        self.engine.commit(commit).await
    }

    /// Changes a chat: finds it with the memberships of `users`, asks `decide` what to do, and commits that
    /// unless the chat has changed meanwhile; then all of it again.
    ///
    /// # Errors
    ///
    /// Those of `decide`; [`StoreError::Unavailable`] (may have happened; the same request again tells);
    /// [`StoreError::Overloaded`] when others change the chat all the time.
    pub async fn change<E: From<StoreError>>(
        &self,
        chat: &ChatId,
        request: &ChangeRequest,
        users: &[UserId],
        decide: impl Fn(&ChatState) -> Result<Option<Effects>, E> + Send + Sync,
    ) -> Result<Changed, E> {
        for _ in 0..ATTEMPTS {
            let mut reads = look(chat, users);
            // The record after the head: whoever committed this very request has moved the head.
            reads.push(Read::Get {
                key: keys::change(chat, &request.id),
            });
            let mut answers = self.engine.read(reads).await?;
            let record = answers.pop().and_then(Answer::value);
            let Some((before, state)) = found(chat, users, answers)? else {
                return Ok(Changed::NoChat);
            };
            let key = || keys::change(chat, &request.id);
            if let Some(record) = decode(record, key, ChangeRecord::decode)? {
                return Ok(repeated(record, request, state.head.members_version));
            }
            let members_version = state.head.members_version;
            let Some(effects) = decide(&state)? else {
                return Ok(Changed::Nothing { members_version });
            };
            let (commit, record, members_version) =
                commit(chat, before, state.head, request, effects);
            if self.engine.commit(commit).await? == Swapped::Yes {
                return Ok(Changed::Committed {
                    record,
                    members_version,
                    repeated: false,
                });
            }
        }
        Err(StoreError::Overloaded.into())
    }

    /// The record of one change.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn record(
        &self,
        chat: &ChatId,
        change: &ChangeId,
    ) -> Result<Option<ChangeRecord>, StoreError> {
        let key = keys::change(chat, change);
        let value = self.engine.get(key.clone()).await?;
        decode(value, || key, ChangeRecord::decode)
    }

    /// A page of the change timeline: up to `limit` changes right after a stamp, in two round trips.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn changes(
        &self,
        chat: &ChatId,
        head: &Head,
        after: Stamp,
        limit: usize,
    ) -> Result<(ChangePage, bool), StoreError> {
        let track = Track::Changes(chat.clone());
        let seek = Seek::After(after);
        let found = self.engine.ask(track.find_segment(seek)).await?;
        let segment = track.segment_of(found, head);
        let rows = track
            .rows(self.engine.as_ref(), head, segment, seek, limit)
            .await?;
        let records = self.records(chat, &rows.found).await?;
        let mut prev = after;
        let changes = rows
            .found
            .iter()
            .zip(records)
            .map(|(row, record)| {
                let stamp = Stamp::from_micros(row.score);
                let before = record.as_ref().map_or(prev, |record| record.prev);
                prev = stamp;
                (stamp, before, record)
            })
            .collect();
        Ok((
            ChangePage {
                changes,
                has_more: rows.has_more,
            },
            rows.anchored,
        ))
    }

    async fn records(
        &self,
        chat: &ChatId,
        rows: &[Row],
    ) -> Result<Vec<Option<ChangeRecord>>, StoreError> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let reads = rows
            .iter()
            .map(|row| {
                let id = std::str::from_utf8(&row.member)
                    .ok()
                    .and_then(ChangeId::parse);
                Read::Get {
                    key: keys::change(chat, &id.unwrap_or_else(ChangeId::absent)),
                }
            })
            .collect();
        let answers = self.engine.read(reads).await?;
        Ok(answers
            .into_iter()
            .map(|answer| {
                answer
                    .value()
                    .and_then(|value| ChangeRecord::decode(&value))
            })
            .collect())
    }
}

/// Reads that find a chat: the head first, so that what follows is at least as new.
fn look(chat: &ChatId, users: &[UserId]) -> Vec<Read> {
    let key = keys::chat_head(chat);
    let info = keys::chat_info(chat);
    let members = users.iter().map(|user| keys::member(chat, user));
    let records = [info].into_iter().chain(members);
    [Read::Head { key }]
        .into_iter()
        .chain(records.map(|key| Read::Get { key }))
        .collect()
}

/// What [`look`] found: the chat, and the bytes that say so.
fn found(
    chat: &ChatId,
    users: &[UserId],
    answers: Vec<Answer>,
) -> Result<Option<(Before, ChatState)>, StoreError> {
    let mut values = answers.into_iter().map(Answer::value);
    let (Some(head), Some(info)) = (values.next().flatten(), values.next().flatten()) else {
        return Ok(None);
    };
    let (mut members, mut former) = (Vec::with_capacity(users.len()), Vec::new());
    for (user, value) in users.iter().zip(values) {
        members.push(member(value.as_ref(), || keys::member(chat, user))?);
        former.extend(value.map(|value| (user.clone(), value)));
    }
    let state = ChatState {
        head: known(&head, || keys::chat_head(chat), Head::decode)?,
        info: known(&info, || keys::chat_info(chat), described)?,
        members,
    };
    let before = Before {
        head: Some(head),
        info: Some(info),
        members: former,
    };
    Ok(Some((before, state)))
}

/// What the chat is, as it is stored.
pub(super) fn described(value: &[u8]) -> Option<ChatInfo> {
    Kept::decode(value)?.value
}

/// A membership as it is stored; one that ended is none.
pub(super) fn member(
    value: Option<&Bytes>,
    key: impl FnOnce() -> String,
) -> Result<Option<MemberRecord>, StoreError> {
    let kept = value.map(|value| known(value, key, Kept::decode));
    Ok(kept.transpose()?.and_then(|kept| kept.value))
}

fn repeated(record: ChangeRecord, request: &ChangeRequest, members_version: u64) -> Changed {
    if record.digest == request.digest {
        Changed::Committed {
            record,
            members_version,
            repeated: true,
        }
    } else {
        Changed::Conflict
    }
}

fn decode<T>(
    value: Option<Bytes>,
    key: impl FnOnce() -> String,
    read: impl FnOnce(&[u8]) -> Option<T>,
) -> Result<Option<T>, StoreError> {
    value.map(|value| known(&value, key, read)).transpose()
}

fn known<T>(
    value: &Bytes,
    key: impl FnOnce() -> String,
    read: impl FnOnce(&[u8]) -> Option<T>,
) -> Result<T, StoreError> {
    read(value).ok_or_else(|| StoreError::Corrupt { key: key() })
}
