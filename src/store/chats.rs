//! Chats: what they are, who is in them, and how all of that changes.
//!
//! Every change commits through the chat's head, together with its record in the chat's change timeline.
//! That timeline is the outbox: whatever must follow elsewhere is read from there, by anyone, again if need be.

use std::sync::Arc;

use bytes::Bytes;

use super::{
    Engine, StoreError,
    engine::{Answer, Commit, Order, Read, Row, Swap, Swapped, Write},
    index::{Seek, Track},
    keys,
    record::{ChangeRecord, ChatInfo, Head, MemberRecord},
};
use crate::model::{Change, ChangeId, ChatId, Epoch, Stamp, SystemEvent, UserId};

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
        let (commit, ..) = commit(chat, None, Head::new(epoch), request, effects);
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
            let Some((raw, state)) = found(chat, users, answers)? else {
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
                commit(chat, Some(raw), state.head, request, effects);
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
        let value = self.get(key.clone()).await?;
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
        let found = self.engine.read(vec![track.find_segment(seek)]).await?;
        let found = found
            .into_iter()
            .next()
            .expect("an engine answers every read");
        let segment = track.segment_of(found, head);
        let rows = track
            .rows(self.engine.as_ref(), head, segment, seek, limit)
            .await?;
        let records = self.records(chat, &rows.rows).await?;
        let mut prev = after;
        let changes = rows
            .rows
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

    /// Members in the order of joining, at most `limit`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn members(&self, chat: &ChatId, limit: usize) -> Result<Vec<UserId>, StoreError> {
        let read = Read::Rows {
            key: keys::members(chat),
            from: 0,
            through: Stamp::MAX.get(),
            limit,
            order: Order::Rising,
        };
        let answers = self.engine.read(vec![read]).await?;
        Ok(answers
            .into_iter()
            .flat_map(Answer::rows)
            .filter_map(|row| user(&row.member))
            .collect())
    }

    /// How many chats each of `users` may be a member of, in one round trip.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn counts(&self, users: &[UserId]) -> Result<Vec<u64>, StoreError> {
        let reads = users.iter().map(|user| Read::Count {
            key: keys::user_chats(user),
            from: 0,
            through: Stamp::MAX.get(),
        });
        let answers = self.engine.read(reads.collect()).await?;
        Ok(answers.into_iter().map(Answer::count).collect())
    }

    /// Chats a user may be a member of: the index, newest first. The chat itself has the last word.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn of_user(&self, user: &UserId, limit: usize) -> Result<Vec<ChatId>, StoreError> {
        let read = Read::Rows {
            key: keys::user_chats(user),
            from: 0,
            through: Stamp::MAX.get(),
            limit,
            order: Order::Falling,
        };
        let answers = self.engine.read(vec![read]).await?;
        Ok(answers
            .into_iter()
            .flat_map(Answer::rows)
            .filter_map(|row| chat(&row.member))
            .collect())
    }

    /// Notes in the users' own indexes that `change` is about to make them members.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`]; the change must not begin.
    pub async fn announce(
        &self,
        chat: &ChatId,
        users: &[UserId],
        change: &ChangeId,
        now_us: u64,
    ) -> Result<(), StoreError> {
        let member: Bytes = chat.as_str().to_owned().into();
        let writes = users.iter().flat_map(|user| {
            let value = change.as_str().to_owned().into();
            [
                Write::Set {
                    key: keys::user_chat(user, chat),
                    value,
                    life: None,
                },
                Write::AddRow {
                    key: keys::user_chats(user),
                    row: Row {
                        score: now_us,
                        member: member.clone(),
                    },
                },
            ]
        });
        self.engine.write(writes.collect()).await
    }

    /// Takes a chat out of a former member's index, unless a later change has put it there again.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`]; readers ask the chat, so a row left behind only costs a read.
    pub async fn withdraw(&self, chat: &ChatId, user: &UserId) -> Result<(), StoreError> {
        let key = keys::user_chat(user, chat);
        let row = self.get(key.clone()).await?;
        // Read after the row: a join that is under way has written its row before it commits.
        let member = self.get(keys::member(chat, user)).await?;
        if row.is_none() || member.is_some() {
            return Ok(());
        }
        let member = chat.as_str().to_owned().into();
        let writes = vec![Write::RemoveRow {
            key: keys::user_chats(user),
            member,
        }];
        let swap = Swap {
            key,
            expected: row,
            new: None,
            life: None,
        };
        // `No` means that somebody has just invited them again: their row stays.
        self.engine
            .commit(Commit { swap, writes })
            .await
            .map(|_| ())
    }

    async fn get(&self, key: String) -> Result<Option<Bytes>, StoreError> {
        let answers = self.engine.read(vec![Read::Get { key }]).await?;
        Ok(answers.into_iter().next().and_then(Answer::value))
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
    let keys = [keys::chat_head(chat), keys::chat_info(chat)];
    let members = users.iter().map(|user| keys::member(chat, user));
    keys.into_iter()
        .chain(members)
        .map(|key| Read::Get { key })
        .collect()
}

/// What [`look`] found: the raw head and the chat.
fn found(
    chat: &ChatId,
    users: &[UserId],
    answers: Vec<Answer>,
) -> Result<Option<(Bytes, ChatState)>, StoreError> {
    let mut values = answers.into_iter().map(Answer::value);
    let (head, info) = (values.next().flatten(), values.next().flatten());
    let (Some(raw), Some(info)) = (head, info) else {
        return Ok(None);
    };
    let members = users
        .iter()
        .zip(values)
        .map(|(user, value)| decode(value, || keys::member(chat, user), MemberRecord::decode))
        .collect::<Result<_, _>>()?;
    let head = known(&raw, || keys::chat_head(chat), |value| Head::decode(value))?;
    let info = known(&info, || keys::chat_info(chat), ChatInfo::decode)?;
    Ok(Some((
        raw,
        ChatState {
            head,
            info,
            members,
        },
    )))
}

/// The commit of one change, its record, and the version of the membership after it.
fn commit(
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
        Change::Membership(change) => Change::Membership(crate::model::MembershipChange {
            members_version,
            ..change
        }),
        other => other,
    }
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

fn set(key: String, value: Bytes) -> Write {
    Write::Set {
        key,
        value,
        life: None,
    }
}

fn user(member: &[u8]) -> Option<UserId> {
    UserId::parse(std::str::from_utf8(member).ok()?)
}

fn chat(member: &[u8]) -> Option<ChatId> {
    ChatId::parse(std::str::from_utf8(member).ok()?)
}

fn decode<T>(
    value: Option<Bytes>,
    key: impl FnOnce() -> String,
    read: impl FnOnce(&Bytes) -> Option<T>,
) -> Result<Option<T>, StoreError> {
    value.map(|value| known(&value, key, read)).transpose()
}

fn known<T>(
    value: &Bytes,
    key: impl FnOnce() -> String,
    read: impl FnOnce(&Bytes) -> Option<T>,
) -> Result<T, StoreError> {
    read(value).ok_or_else(|| StoreError::Corrupt { key: key() })
}
