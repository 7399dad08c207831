//! Many appends: segments, and timelines side by side.

use bytes::Bytes;

use super::probe::word;
use crate::{
    model::{ChatId, EntryId, Epoch, Stamp, UserId},
    store::{
        Engine,
        engine::{Commit, Order, Read, Row, Swapped},
        keys::{self, TimelineId},
        record::{AppendOutcome, AppendStep, EntryRecord, Head, Placed},
    },
};

pub(super) async fn rules(engine: &dyn Engine) {
    for sort in [Sort::Chat, Sort::Log] {
        a_full_segment_is_followed_by_the_next(&Line::start(engine, sort).await).await;
    }
    timelines_do_not_touch_each_other(engine).await;
}

/// What a timeline belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    /// A chat.
    Chat,
    /// A user.
    Log,
}

/// A timeline that nobody else appends to.
pub(super) struct Line<'a> {
    /// The engine under test.
    pub(super) engine: &'a dyn Engine,
    /// What it belongs to.
    pub(super) sort: Sort,
    /// Which one it is.
    pub(super) timeline: TimelineId,
    /// Its life.
    pub(super) epoch: Epoch,
}

impl<'a> Line<'a> {
    /// A timeline that does not exist yet.
    pub(super) fn absent(engine: &'a dyn Engine, sort: Sort) -> Self {
        let name = word();
        let timeline = match sort {
            Sort::Chat => TimelineId::Chat(ChatId::parse(&name).unwrap()),
            Sort::Log => TimelineId::Log(UserId::parse(&name).unwrap()),
        };
        Self {
            engine,
            sort,
            timeline,
            epoch: Epoch::parse(&word()).unwrap(),
        }
    }

    /// A timeline without entries.
    pub(super) async fn start(engine: &'a dyn Engine, sort: Sort) -> Self {
        let line = Self::absent(engine, sort);
        line.set_head(&Head::new(line.epoch.clone())).await;
        line
    }

    /// Gives a timeline that has none its head.
    pub(super) async fn set_head(&self, head: &Head) {
        self.swap_head(None, head).await;
    }

    /// Changes the version of the membership, as a commit would.
    pub(super) async fn set_members_version(&self, members_version: u64) {
        let raw = self.raw_head().await.unwrap();
        let head = Head {
            members_version,
            ..Head::decode(&raw).unwrap()
        };
        self.swap_head(Some(raw), &head).await;
    }

    async fn swap_head(&self, expected: Option<Bytes>, head: &Head) {
        let commit = Commit {
            key: self.timeline.head(),
            expected,
            head: head.clone(),
            parts: Vec::new(),
        };
        let swapped = self.engine.commit(commit).await.unwrap();
        assert_eq!(swapped, Swapped::Yes, "nobody else knows this timeline");
    }

    /// A step that may well be taken: a message with an id of its own, begun now.
    pub(super) async fn step(&self) -> AppendStep {
        AppendStep {
            timeline: self.timeline.clone(),
            id: EntryId::parse(&word()).unwrap(),
            digest: word(),
            kind: EntryRecord::COUNTING,
            author: UserId::parse(&word()),
            body: Bytes::from(word()),
            now_us: self.engine.time_us().await.unwrap(),
            members_version: None,
            marks: Vec::new(),
        }
    }

    /// Appends.
    pub(super) async fn append(&self, step: &AppendStep) -> AppendOutcome {
        self.engine.append(step.clone()).await.unwrap()
    }

    /// Appends, and expects that the entry stands there.
    pub(super) async fn placed(&self, step: &AppendStep) -> Placed {
        match self.append(step).await {
            AppendOutcome::Placed(placed) => placed,
            other => panic!("{step:?} was refused: {other:?}"),
        }
    }

    /// Appends, and expects `outcome` and that nothing was written.
    pub(super) async fn refused(&self, step: &AppendStep, outcome: AppendOutcome) {
        let before = self.raw_head().await;
        assert_eq!(self.append(step).await, outcome);
        assert_eq!(self.raw_head().await, before);
        assert_eq!(self.value(&self.timeline.entry(&step.id)).await, None);
    }

    /// The value under a key.
    pub(super) async fn value(&self, key: &str) -> Option<Bytes> {
        let answers = self
            .engine
            .read(vec![Read::Get {
                key: key.to_owned(),
            }])
            .await
            .unwrap();
        answers.into_iter().next().unwrap().value()
    }

    /// The head.
    pub(super) async fn head(&self) -> Head {
        Head::decode(&self.raw_head().await.unwrap()).unwrap()
    }

    /// The head, as it is stored.
    pub(super) async fn raw_head(&self) -> Option<Bytes> {
        let key = self.timeline.head();
        let answers = self.engine.read(vec![Read::Head { key }]).await.unwrap();
        answers.into_iter().next().unwrap().value()
    }

    /// One entry.
    pub(super) async fn entry(&self, id: &EntryId) -> EntryRecord {
        let value = self.value(&self.timeline.entry(id)).await;
        EntryRecord::decode(&value.unwrap()).unwrap()
    }

    /// Rows of one segment.
    pub(super) async fn segment(&self, number: u64) -> Vec<(Stamp, EntryId)> {
        let rows = self.rows(self.timeline.segment(number)).await.into_iter();
        let id = |member: Bytes| EntryId::parse(std::str::from_utf8(&member).unwrap()).unwrap();
        rows.map(|row| (Stamp::from_micros(row.score), id(row.member)))
            .collect()
    }

    /// First stamp and number of every segment.
    pub(super) async fn segments(&self) -> Vec<(Stamp, u64)> {
        let rows = self.rows(self.timeline.segments()).await.into_iter();
        rows.map(|row| (Stamp::from_micros(row.score), number(&row.member)))
            .collect()
    }

    /// Stamps of a user's own counting entries, if there can be any.
    pub(super) async fn own(&self, author: &UserId) -> Vec<Stamp> {
        // A log has no such rows; were there any, they would stand where those of a chat of its name do.
        let chat = match &self.timeline {
            TimelineId::Chat(chat) => chat.clone(),
            TimelineId::Log(user) => ChatId::parse(user.as_str()).unwrap(),
        };
        let rows = self.rows(keys::own(&chat, author)).await;
        for row in &rows {
            assert_eq!(
                row.score,
                number(&row.member),
                "the member is the stamp in digits"
            );
        }
        rows.into_iter()
            .map(|row| Stamp::from_micros(row.score))
            .collect()
    }

    /// All rows of a sorted set.
    pub(super) async fn rows(&self, key: String) -> Vec<Row> {
        let (from, through, limit) = (0, u64::MAX, 10_000);
        let read = Read::Rows {
            key,
            from,
            through,
            limit,
            order: Order::Rising,
        };
        self.engine
            .read(vec![read])
            .await
            .unwrap()
            .into_iter()
            .next()
            .unwrap()
            .rows()
    }

    /// The whole chain, and proof that it has no gap: every entry names the one before it, ordinals rise by
    /// one, full segments are full, and the head names the last entry.
    pub(super) async fn chain(&self) -> Vec<EntryId> {
        let head = self.head().await;
        let (mut ids, mut last, mut last_id, mut ordinal) = (vec![], Stamp::ZERO, None, 0);
        let segments = self.segments().await;
        for (at, (first, number)) in segments.iter().enumerate() {
            let rows = self.segment(*number).await;
            let full = at + 1 < segments.len();
            assert_eq!(*number, at as u64, "segments are numbered without a gap");
            assert_eq!(*first, rows[0].0, "a segment is found by its first stamp");
            assert!(rows.len() as u64 == if full { Head::SEGMENT_LIMIT } else { head.size });
            for (stamp, id) in rows {
                let entry = self.entry(&id).await;
                ordinal += u64::from(entry.kind == EntryRecord::COUNTING);
                let found = (entry.stamp, entry.prev, entry.prev_id, entry.ordinal);
                assert_eq!(found, (stamp, last, last_id, ordinal), "at {id}");
                assert!(stamp > last);
                last = stamp;
                last_id = Some(id.clone());
                ids.push(id);
            }
        }
        assert_eq!(
            (head.last, head.last_id, head.ordinal),
            (last, last_id, ordinal)
        );
        ids
    }
}

fn number(member: &[u8]) -> u64 {
    std::str::from_utf8(member).unwrap().parse().unwrap()
}

async fn a_full_segment_is_followed_by_the_next(line: &Line<'_>) {
    let limit = Head::SEGMENT_LIMIT;
    let first = line.step().await;
    let answer = line.placed(&first).await;
    let mut ids = vec![first.id.clone()];
    for turn in 1..=2 * limit {
        let step = line.step().await;
        line.placed(&step).await;
        ids.push(step.id);
        let expected = (turn / limit, turn % limit + 1);
        let head = line.head().await;
        assert_eq!(
            (head.segment, head.size),
            expected,
            "after {} entries",
            turn + 1
        );
    }
    assert_eq!(line.chain().await, ids);
    let numbers: Vec<_> = line
        .segments()
        .await
        .into_iter()
        .map(|(_, number)| number)
        .collect();
    assert_eq!(numbers, [0, 1, 2]);
    let duplicate = Placed {
        duplicate: true,
        ..answer
    };
    assert_eq!(
        line.placed(&first).await,
        duplicate,
        "a retry is known for ever"
    );
    assert_eq!(line.chain().await, ids);
}

async fn timelines_do_not_touch_each_other(engine: &dyn Engine) {
    let mut lines = vec![];
    for sort in [Sort::Chat, Sort::Log, Sort::Chat, Sort::Log] {
        lines.push(Line::start(engine, sort).await);
    }
    // The same name for a chat and for a user, and the same entry in all of them.
    let TimelineId::Chat(chat) = &lines[0].timeline else {
        unreachable!("made above")
    };
    let namesake = TimelineId::Log(UserId::parse(chat.as_str()).unwrap());
    let namesake = Line {
        timeline: namesake,
        ..Line::absent(engine, Sort::Log)
    };
    namesake.set_head(&Head::new(namesake.epoch.clone())).await;
    lines.push(namesake);
    let common = lines[0].step().await;
    for (at, line) in lines.iter().enumerate() {
        for _ in 0..at {
            line.placed(&line.step().await).await;
        }
        let step = AppendStep {
            timeline: line.timeline.clone(),
            ..common.clone()
        };
        let placed = line.placed(&step).await;
        assert_eq!((placed.ordinal, placed.duplicate), (at as u64 + 1, false));
        assert_eq!(placed.epoch, line.epoch);
    }
    for (at, line) in lines.iter().enumerate() {
        assert_eq!(line.chain().await.len(), at + 1);
    }
}
