//! What is there after a run, read through a gateway while nothing goes wrong.

use std::sync::Arc;

use crate::{
    model::{Change, ChatId, ChatRow, Entry, LogEntry, LogPage, Stamp, UserId, Window},
    service::{
        Caller, Service, ServiceError,
        tests::simulation::{acts::pull_all, follower::Follower, run::Run, world::Deed},
    },
};

/// Entries of one page; odd, so that pages end in odd places.
const PAGE: u32 = 37;

/// A chat as it is in the end.
pub(super) struct RoomFacts {
    pub(super) id: ChatId,
    pub(super) keeper: usize,
    /// As its keeper pulls it.
    pub(super) entries: Vec<Entry>,
    /// Its change timeline.
    pub(super) changes: Vec<LogEntry>,
    /// As its keeper followed it.
    pub(super) followed: Vec<Entry>,
    /// The chat as each person sees it, and what they can pull of it.
    pub(super) seen_by: Vec<Option<(ChatRow, Vec<Entry>)>>,
    /// Its list of members.
    pub(super) members: Vec<UserId>,
}

/// Everything there is in the end, and everything that was done.
pub(super) struct Facts {
    pub(super) rooms: Vec<RoomFacts>,
    pub(super) people: Vec<Caller>,
    pub(super) deeds: Vec<Deed>,
    /// The change log of each person.
    pub(super) logs: Vec<Vec<LogEntry>>,
    /// The list of chats of each person.
    pub(super) lists: Vec<Vec<ChatId>>,
}

impl Facts {
    pub(super) fn gather(run: &mut Run) -> Result<Self, ServiceError> {
        let service = run.service();
        let people = run.world.people.clone();
        let rooms = std::mem::take(&mut run.world.rooms);
        let mut facts = Self {
            rooms: Vec::new(),
            deeds: run.world.deeds.clone(),
            logs: Vec::new(),
            lists: Vec::new(),
            people,
        };
        for person in facts.people.clone() {
            facts.logs.push(run.calmly(log(&service, &person))?);
            let list = run.calmly(service.chats(&person, Window::default()))?;
            facts
                .lists
                .push(list.chats.into_iter().map(|row| row.chat.id).collect());
        }
        for room in rooms {
            let keeper = &facts.people[room.keeper];
            let followed = run.calmly(rest(&service, keeper, &room.id, room.follower))?;
            let entries = run.calmly(pull_all(&service, keeper, &room.id, Stamp::ZERO, PAGE))?;
            let changes = run.calmly(changes(&service, keeper, &room.id))?;
            let members = run.calmly(service.members(keeper, &room.id, None, 200))?;
            let mut seen_by = Vec::new();
            for person in &facts.people {
                seen_by.push(run.calmly(seen(&service, person, &room.id))?);
            }
            facts.rooms.push(RoomFacts {
                id: room.id,
                keeper: room.keeper,
                entries,
                changes,
                followed,
                seen_by,
                members: members.members.into_iter().map(|m| m.user.id).collect(),
            });
        }
        Ok(facts)
    }
}

/// The follower's list after the position check: the newest entries, pulled from where they stand.
async fn rest(
    service: &Service,
    keeper: &Caller,
    chat: &ChatId,
    mut follower: Follower,
) -> Result<Vec<Entry>, ServiceError> {
    for entry in pull_all(service, keeper, chat, follower.cursor(), PAGE).await? {
        follower.take(entry);
    }
    Ok(follower.list)
}

async fn seen(
    service: &Arc<Service>,
    person: &Caller,
    chat: &ChatId,
) -> Result<Option<(ChatRow, Vec<Entry>)>, ServiceError> {
    let row = match service.chat(person, chat).await {
        Ok(row) => row,
        Err(ServiceError::NotFound) => return Ok(None),
        Err(error) => return Err(error),
    };
    let entries = pull_all(service, person, chat, Stamp::ZERO, PAGE).await?;
    Ok(Some((row, entries)))
}

async fn log(service: &Service, person: &Caller) -> Result<Vec<LogEntry>, ServiceError> {
    all(async |after| service.pull_log(person, Some(after), None, PAGE).await).await
}

async fn changes(
    service: &Service,
    keeper: &Caller,
    chat: &ChatId,
) -> Result<Vec<LogEntry>, ServiceError> {
    all(async |after| {
        service
            .pull_changes(keeper, chat, Some(after), None, PAGE)
            .await
    })
    .await
}

async fn all(
    pull: impl AsyncFn(Stamp) -> Result<LogPage, ServiceError>,
) -> Result<Vec<LogEntry>, ServiceError> {
    let (mut after, mut entries) = (Stamp::ZERO, Vec::new());
    loop {
        let page = pull(after).await?;
        assert_eq!(page.reset, None, "a cursor of no use: {after:?}");
        after = page.next;
        entries.extend(page.entries);
        if !page.has_more {
            return Ok(entries);
        }
    }
}

/// Which membership of which chat a log entry tells of.
pub(super) fn version_of(entry: &LogEntry) -> Option<(&ChatId, u64)> {
    match &entry.change {
        Change::Membership(change) => Some((&change.chat, change.members_version)),
        _ => None,
    }
}
