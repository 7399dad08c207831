//! How long things are kept: which timelines are looked at when, and what may go from them.

use std::{
    collections::HashMap,
    mem,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use futures_util::{StreamExt, stream};

use super::{Service, ServiceError};
use crate::{
    config::RetentionConfig,
    model::{ChatId, Stamp},
    store::{
        StoreError,
        keys::TimelineId,
        record::ChatInfo,
        retention::{Keep, PAUSE_US},
    },
};

/// Timelines taken from each shard at once.
const SWEEP: usize = 32;

/// Timelines looked at side by side.
const PARALLEL: usize = 4;

/// Most timelines of which this process remembers that they are noted. When it is full it begins anew, and they
/// are noted once more.
const NOTED: usize = 65_536;

/// Timelines that this process has written to.
#[derive(Default)]
pub(super) struct Touched(Mutex<Noted>);

#[derive(Default)]
struct Noted {
    /// When each was noted last, in microseconds.
    known: HashMap<TimelineId, u64>,
    fresh: Vec<TimelineId>,
}

impl Touched {
    fn add(&self, timeline: &TimelineId, now_us: u64, period_us: u64) {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = noted.known.get(timeline);
        if known.is_some_and(|at_us| now_us < at_us.saturating_add(period_us)) {
            return;
        }
        if noted.known.len() >= NOTED {
            noted.known.clear();
        }
        if noted.fresh.len() < NOTED {
            noted.known.insert(timeline.clone(), now_us);
            noted.fresh.push(timeline.clone());
        }
    }

    fn take_fresh(&self) -> Vec<TimelineId> {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        mem::take(&mut noted.fresh)
    }

    fn forget(&self, timelines: &[(TimelineId, u64)]) {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (timeline, _) in timelines {
            noted.known.remove(timeline);
        }
    }
}

impl Service {
    /// Remembers that something was written, which may have to go one day.
    pub(super) fn touch(&self, timeline: &TimelineId, now_us: u64) {
        let period = micros(self.parts.retention.period);
        self.touched.add(timeline, now_us, period);
    }

    /// Looks at the timelines whose time has come and takes out what is not to be kept; says at how many it
    /// looked. Called every few seconds, by several gateways at once.
    ///
    /// # Errors
    ///
    /// Those of the store; the next call goes on.
    pub async fn retain(&self) -> Result<usize, ServiceError> {
        let now_us = self.parts.clock.now_us();
        self.note_touched(now_us).await?;
        let overdue = self.due.overdue(now_us, SWEEP).await?;
        let looked_at = overdue.len();
        let results: Vec<Result<(), ServiceError>> = stream::iter(overdue)
            .map(|timeline| async move { self.retain_one(&timeline, now_us).await })
            .buffer_unordered(PARALLEL)
            .collect()
            .await;
        results.into_iter().collect::<Result<(), _>>()?;
        Ok(looked_at)
    }

    /// The rules of a chat have changed: it is looked at with the next chores.
    pub(super) async fn look_soon(&self, chat: &ChatId) -> Result<(), ServiceError> {
        let now_us = self.parts.clock.now_us();
        let timeline = TimelineId::Chat(chat.clone());
        Ok(self.due.note_sooner(&[(timeline, now_us)]).await?)
    }

    async fn note_touched(&self, now_us: u64) -> Result<(), ServiceError> {
        let fresh = self.touched.take_fresh();
        if fresh.is_empty() {
            return Ok(());
        }
        let at_us = now_us + micros(self.parts.retention.period);
        let all: Vec<_> = fresh.into_iter().map(|one| (one, at_us)).collect();
        let noted = self.due.note_sooner(&all).await;
        if noted.is_err() {
            // The next write notes them again.
            self.touched.forget(&all);
        }
        Ok(noted?)
    }

    async fn retain_one(&self, timeline: &TimelineId, now_us: u64) -> Result<(), ServiceError> {
        let info = match timeline {
            TimelineId::Chat(chat) => self.chats.state(chat, &[]).await?.map(|state| state.info),
            TimelineId::Log(_) => None,
        };
        let rules = Rules::of(timeline, info.as_ref(), &self.parts.retention);
        let swept = self
            .retention
            .sweep(timeline, rules.keep(now_us), now_us)
            .await;
        let swept = match swept {
            // Nothing will mend it by itself: it must not stand before the others for ever.
            Err(StoreError::Corrupt { key }) => {
                tracing::error!(key, "retention met a record that cannot be read");
                None
            }
            other => other?,
        };
        if let TimelineId::Chat(chat) = timeline {
            let changes = Rules::of_changes(&self.parts.retention).keep(now_us);
            self.retention.sweep_changes(chat, changes).await?;
        }
        let next = swept.and_then(|swept| {
            let ends = rules.end_of(swept.oldest, now_us);
            let pause = swept.unfinished.then(|| now_us + PAUSE_US);
            [ends, pause].into_iter().flatten().min()
        });
        match next {
            Some(at_us) => {
                let earliest = now_us + 1_000_000;
                self.due
                    .note(&[(timeline.clone(), at_us.max(earliest))])
                    .await?;
            }
            None => self.due.forget(timeline).await?,
        }
        Ok(())
    }
}

/// What one timeline may keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rules {
    /// For how long, in microseconds.
    age_us: Option<u64>,
    /// How many entries.
    newest: Option<u64>,
    /// Whether the chat itself lets its messages disappear.
    disappears: bool,
}

impl Rules {
    pub(super) fn of(
        timeline: &TimelineId,
        info: Option<&ChatInfo>,
        config: &RetentionConfig,
    ) -> Self {
        let (age, newest) = match timeline {
            TimelineId::Chat(_) => (config.messages, config.messages_per_chat),
            TimelineId::Log(_) => (config.changes, config.changes_per_timeline),
        };
        let general = (!age.is_zero()).then(|| micros(age));
        let own = info
            .and_then(|info| info.expire_after_s)
            .map(|seconds| u64::from(seconds) * 1_000_000);
        Self {
            age_us: [general, own].into_iter().flatten().min(),
            newest: (newest > 0).then_some(newest),
            disappears: own.is_some(),
        }
    }

    /// Rules of the changes of any chat.
    fn of_changes(config: &RetentionConfig) -> Self {
        Self {
            age_us: Some(micros(config.changes)),
            newest: Some(config.changes_per_timeline),
            disappears: false,
        }
    }

    /// What is kept at a time.
    pub(super) fn keep(&self, now_us: u64) -> Keep {
        Keep {
            after: self.cutoff(now_us),
            newest: self.newest,
        }
    }

    /// Everything up to here is past its time.
    pub(super) fn cutoff(&self, now_us: u64) -> Stamp {
        self.age_us.map_or(Stamp::ZERO, |age| {
            Stamp::from_micros(now_us.saturating_sub(age))
        })
    }

    /// When the oldest entry that is kept is past its time, in microseconds; where messages disappear, what is
    /// written from now on counts as well. What only grows beyond a number is looked at after it was written to.
    fn end_of(&self, oldest: Option<Stamp>, now_us: u64) -> Option<u64> {
        let begins = oldest.map(Stamp::get).or(self.disappears.then_some(now_us));
        Some(begins? + self.age_us?)
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX / 4)
}
