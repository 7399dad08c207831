//! The rules of an append, as a function of what is stored.
//!
//! Engines apply [`decide`] under their own lock; the script of the Redis-protocol engine says the same in
//! Lua (`kv/append.lua`), and one conformance suite holds both to it.

use bytes::Bytes;

use super::{EntryRecord, Head};
use crate::{
    model::{EntryId, Epoch, Incarnation, Stamp, UserId},
    store::{
        engine::{Commit, Part, Row},
        keys::{self, TimelineId},
    },
};

/// Longest life of one attempt to append, in microseconds: half the shortest time anything is kept.
///
/// A later attempt is refused, because what it would repeat may have been dropped by retention meanwhile.
pub const LATENESS_US: u64 = 30_000_000;

/// One entry to append.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppendStep {
    /// Where to.
    pub timeline: TimelineId,
    /// Its deterministic id.
    pub id: EntryId,
    /// Hash of the request.
    pub digest: String,
    /// Letter of its kind; [`EntryRecord::COUNTING`] takes an ordinal.
    pub kind: char,
    /// Who wrote it.
    pub author: Option<UserId>,
    /// What it says.
    pub body: Bytes,
    /// Wall clock of the gateway when the operation began, in microseconds; the same in every attempt.
    pub now_us: u64,
    /// Version of the membership under which it was allowed; `None` asks for no check.
    pub members_version: Option<u64>,
    /// Rows that stand if and only if the entry does.
    pub marks: Vec<Mark>,
}

/// A row written with an entry, into a sorted set that only grows, in the timeline's slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The sorted set's key.
    pub key: String,
    /// What is put there.
    pub row: MarkRow,
}

/// What a [`Mark`] puts into its set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarkRow {
    /// The entry's stamp, as score and as member.
    Stamp,
    /// The entry's id, its stamp as score.
    Entry,
    /// The stamp of another entry, as score and as member.
    Other(Stamp),
}

impl Mark {
    /// The row, for an entry of this id that stands at `stamp`.
    fn row(&self, id: &EntryId, stamp: Stamp) -> Row {
        let (score, member) = match self.row {
            MarkRow::Stamp => (stamp, stamp.to_string()),
            MarkRow::Entry => (stamp, id.to_string()),
            MarkRow::Other(other) => (other, other.to_string()),
        };
        Row {
            score: score.get(),
            member: member.into(),
        }
    }
}

impl AppendStep {
    /// Whether the entry takes an ordinal.
    #[must_use]
    pub const fn counts(&self) -> bool {
        self.kind == EntryRecord::COUNTING
    }

    /// All rows that are written with the entry: the author's own stamps first, when it adds one.
    pub fn all_marks(&self) -> impl Iterator<Item = Mark> + '_ {
        let own = match (&self.timeline, &self.author) {
            (TimelineId::Chat(chat), Some(author)) if self.counts() => Some(Mark {
                key: keys::own(chat, author),
                row: MarkRow::Stamp,
            }),
            _ => None,
        };
        own.into_iter().chain(self.marks.iter().cloned())
    }
}

/// Where an entry stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// Its position.
    pub stamp: Stamp,
    /// Position of the entry before it.
    pub prev: Stamp,
    /// Counting entries up to and including it.
    pub ordinal: u64,
    /// The life of the timeline.
    pub epoch: Epoch,
    /// Version of the membership when it was decided.
    pub members_version: u64,
    /// Whether it stood there before this step.
    pub duplicate: bool,
    /// Gateways that want to be told.
    pub gateways: Vec<Incarnation>,
}

/// How an append ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AppendOutcome {
    /// The entry stands in the timeline.
    Placed(Placed),
    /// Its id was used by another request.
    Conflict,
    /// The membership has changed: check again whether it is allowed, then append again.
    Stale,
    /// The attempt is older than [`LATENESS_US`]; nothing was done.
    Late,
    /// There is no such timeline.
    NoTimeline,
}

/// What [`decide`] says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Nothing is to be written.
    Answer(AppendOutcome),
    /// Make this commit; then answer where the entry stands.
    Commit(Box<Commit>, Placed),
}

/// What an append does, given the stored head and the stored entry of the same id, and the store's clock.
///
/// `None` when one of them cannot be read. The order of the questions matters: a retry is recognised before
/// anything that could refuse it.
#[must_use]
pub fn decide(
    step: &AppendStep,
    head: Option<&Bytes>,
    entry: Option<&Bytes>,
    store_now_us: u64,
) -> Option<Decision> {
    let Some(raw) = head else {
        return Some(Decision::Answer(AppendOutcome::NoTimeline));
    };
    let head = Head::decode(raw)?;
    if let Some(entry) = entry {
        let entry = EntryRecord::decode(entry)?;
        return Some(Decision::Answer(recognise(step, &head, &entry)));
    }
    if store_now_us.saturating_sub(step.now_us) > LATENESS_US {
        return Some(Decision::Answer(AppendOutcome::Late));
    }
    if step
        .members_version
        .is_some_and(|version| version != head.members_version)
    {
        return Some(Decision::Answer(AppendOutcome::Stale));
    }
    let (head, parts, placed) = place(step, head);
    let commit = Commit {
        key: step.timeline.head(),
        expected: Some(raw.clone()),
        head,
        parts,
    };
    Some(Decision::Commit(Box::new(commit), placed))
}

fn recognise(step: &AppendStep, head: &Head, entry: &EntryRecord) -> AppendOutcome {
    if entry.digest != step.digest {
        return AppendOutcome::Conflict;
    }
    AppendOutcome::Placed(Placed {
        stamp: entry.stamp,
        prev: entry.prev,
        ordinal: entry.ordinal,
        epoch: head.epoch.clone(),
        members_version: head.members_version,
        duplicate: true,
        gateways: Vec::new(),
    })
}

fn place(step: &AppendStep, mut head: Head) -> (Head, Vec<Part>, Placed) {
    let opens_segment = head.open_slot();
    let record = EntryRecord {
        stamp: Stamp::from_micros(step.now_us).max(head.last.next()),
        prev: head.last,
        ordinal: head.ordinal + u64::from(step.counts()),
        revision: 0,
        digest: step.digest.clone(),
        kind: step.kind,
        author: step.author.clone(),
        retracted: false,
        prev_id: head.last_id.take(),
        body: step.body.clone(),
    };
    head.last = record.stamp;
    head.last_id = Some(step.id.clone());
    head.ordinal = record.ordinal;
    let placed = Placed {
        stamp: record.stamp,
        prev: record.prev,
        ordinal: record.ordinal,
        epoch: head.epoch.clone(),
        members_version: head.members_version,
        duplicate: false,
        gateways: Vec::new(),
    };
    let parts = parts(step, &head, &record, opens_segment);
    (head, parts, placed)
}

/// The entry first, its row last: what is listed is there.
fn parts(step: &AppendStep, head: &Head, record: &EntryRecord, opens_segment: bool) -> Vec<Part> {
    let timeline = &step.timeline;
    let stamp = record.stamp.get();
    let add = |key, member: Bytes| Part::AddRow {
        key,
        row: Row {
            score: stamp,
            member,
        },
    };
    let mut parts = vec![Part::SetAbsent {
        key: timeline.entry(&step.id),
        value: record.encode(),
    }];
    parts.extend(step.all_marks().map(|mark| Part::AddRow {
        row: mark.row(&step.id, record.stamp),
        key: mark.key,
    }));
    if opens_segment {
        parts.push(add(timeline.segments(), head.segment.to_string().into()));
    }
    parts.push(add(
        timeline.segment(head.segment),
        step.id.as_str().to_owned().into(),
    ));
    parts
}
