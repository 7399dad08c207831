//! A chat as it is found before a change of it is decided.

use bytes::Bytes;

use crate::{
    model::{ChatId, EntryId, UserId},
    store::{
        StoreError,
        engine::{Answer, Read},
        keys,
        record::{ChatInfo, EntryRecord, Head, Kept, MemberRecord, ReactorRecord, Revisions},
    },
};

/// What a change is about: what is read together with the chat before it is decided.
#[derive(Debug, Clone, Default)]
pub struct Subject {
    /// Whose memberships.
    pub users: Vec<UserId>,
    /// Which message.
    pub message: Option<EntryId>,
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
    /// The message that was asked about, if it is there.
    pub message: Option<MessageState>,
}

/// A message as somebody finds it.
#[derive(Debug, Clone, PartialEq)]
pub struct MessageState {
    /// Its id.
    pub id: EntryId,
    /// The entry itself.
    pub record: EntryRecord,
    /// What it said before.
    pub revisions: Revisions,
    /// What the one who asks reacts with.
    pub own: ReactorRecord,
}

/// What stood there when the change was decided, in the very bytes: what the commit replaces.
#[derive(Debug, Default)]
pub(super) struct Before {
    /// The head.
    pub(super) head: Option<Bytes>,
    /// What the chat is.
    pub(super) info: Option<Bytes>,
    /// Records of those who were asked about, also of memberships that ended.
    pub(super) members: Vec<(UserId, Bytes)>,
    /// The message that was asked about.
    pub(super) entry: Option<Bytes>,
    /// What it said before.
    pub(super) revisions: Option<Bytes>,
    /// What the one who asks reacts with.
    pub(super) reactor: Option<Bytes>,
}

/// Reads that find a chat for `actor`: the head first, so that what follows is at least as new.
pub(super) fn look(chat: &ChatId, actor: Option<&UserId>, subject: &Subject) -> Vec<Read> {
    let key = keys::chat_head(chat);
    let members = subject.users.iter().map(|user| keys::member(chat, user));
    let mut records = vec![keys::chat_info(chat)];
    records.extend(members);
    if let (Some(actor), Some(id)) = (actor, &subject.message) {
        records.extend([
            keys::entry(chat, id),
            keys::revisions(chat, id),
            keys::reactor(chat, id, actor),
        ]);
    }
    [Read::Head { key }]
        .into_iter()
        .chain(records.into_iter().map(|key| Read::Get { key }))
        .collect()
}

/// What [`look`] found: the chat, and the bytes that say so.
pub(super) fn found(
    chat: &ChatId,
    subject: &Subject,
    answers: Vec<Answer>,
) -> Result<Option<(Before, ChatState)>, StoreError> {
    let mut values = answers.into_iter().map(Answer::value);
    let (Some(head), Some(info)) = (values.next().flatten(), values.next().flatten()) else {
        return Ok(None);
    };
    let (mut members, mut former) = (Vec::new(), Vec::new());
    for (user, value) in subject.users.iter().zip(values.by_ref()) {
        members.push(member(value.as_ref(), || keys::member(chat, user))?);
        former.extend(value.map(|value| (user.clone(), value)));
    }
    let mut next = || values.next().flatten();
    let mut before = Before {
        members: former,
        entry: next(),
        revisions: next(),
        reactor: next(),
        ..Before::default()
    };
    let state = ChatState {
        head: known(&head, || keys::chat_head(chat), Head::decode)?,
        info: known(&info, || keys::chat_info(chat), described)?,
        members,
        message: message(chat, subject, &before)?,
    };
    before.head = Some(head);
    before.info = Some(info);
    Ok(Some((before, state)))
}

fn message(
    chat: &ChatId,
    subject: &Subject,
    before: &Before,
) -> Result<Option<MessageState>, StoreError> {
    let (Some(id), Some(entry)) = (&subject.message, &before.entry) else {
        return Ok(None);
    };
    let beside = (before.revisions.as_ref(), before.reactor.as_ref());
    Ok(Some(MessageState {
        id: id.clone(),
        record: EntryRecord::decode(entry).ok_or_else(|| StoreError::Corrupt {
            key: keys::entry(chat, id),
        })?,
        revisions: known_or_default(beside.0, || keys::revisions(chat, id), Revisions::decode)?,
        own: known_or_default(
            beside.1,
            || format!("a reactor of {}", keys::entry(chat, id)),
            ReactorRecord::decode,
        )?,
    }))
}

/// What the chat is, as it is stored.
pub(in crate::store) fn described(value: &[u8]) -> Option<ChatInfo> {
    Kept::decode(value)?.value
}

/// A membership as it is stored; one that ended is none.
pub(in crate::store) fn member(
    value: Option<&Bytes>,
    key: impl FnOnce() -> String,
) -> Result<Option<MemberRecord>, StoreError> {
    let kept = value.map(|value| known(value, key, Kept::decode));
    Ok(kept.transpose()?.and_then(|kept| kept.value))
}

/// What is stored, or what stands for nothing.
pub(in crate::store) fn known_or_default<T: Default>(
    value: Option<&Bytes>,
    key: impl FnOnce() -> String,
    read: impl FnOnce(&[u8]) -> Option<T>,
) -> Result<T, StoreError> {
    value.map_or_else(|| Ok(T::default()), |value| known(value, key, read))
}

/// What is stored, if it can be read.
pub(super) fn known<T>(
    value: &Bytes,
    key: impl FnOnce() -> String,
    read: impl FnOnce(&[u8]) -> Option<T>,
) -> Result<T, StoreError> {
    read(value).ok_or_else(|| StoreError::Corrupt { key: key() })
}
