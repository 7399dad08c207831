//! A batch of appends: look, finish what is unfinished, decide, swap the head, finish one's own.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use bytes::Bytes;
use tokio::time::sleep;

use super::{
    Helper, Plain,
    finish::corrupt,
    pending::{Pending, first_value},
};
use crate::{
    model::Incarnation,
    store::{
        StoreError,
        engine::{Answer, Order, Part, Read, Row, Swap, Swapped},
        keys::TimelineId,
        record::{
            AppendOutcome, AppendStep, Head,
            append::{Decision, decide},
        },
    },
};

/// Longest life of one operation. After it the outcome is unknown, and the same request tells.
const DEADLINE: Duration = Duration::from_secs(10);
/// Refusals after which the next attempt waits a little, and the longest such wait.
const PATIENT_AFTER: u32 = 3;
const LONGEST_PAUSE_US: u64 = 20_000;

type Outcome = Result<AppendOutcome, StoreError>;

/// A timeline as one round trip found it.
struct Look {
    /// When it began.
    since: Instant,
    /// The head, in its very bytes.
    raw: Bytes,
    head: Head,
    pending: Pending,
    /// Entries that are there already, by key.
    entries: HashMap<String, Bytes>,
    gateways: Vec<Incarnation>,
    /// The newest row of the segment that was believed current.
    tail: Option<Row>,
    /// Whether that was another segment than the one that takes the next entry.
    is_first: bool,
}

/// What is to be swapped in, and what is to be answered.
struct Plan {
    head: Head,
    parts: Vec<Part>,
    answers: Vec<Outcome>,
}

impl<P: Plain> Helper<P> {
    /// Appends `steps` in order; answers each, in order.
    pub(super) async fn append(
        &self,
        timeline: &TimelineId,
        steps: Vec<AppendStep>,
    ) -> Vec<Outcome> {
        match self.try_append(timeline, &steps).await {
            Ok(answers) => answers,
            Err(error) => steps.iter().map(|_| Err(again(&error))).collect(),
        }
    }

    async fn try_append(
        &self,
        timeline: &TimelineId,
        steps: &[AppendStep],
    ) -> Result<Vec<Outcome>, StoreError> {
        let began = self.clock.monotonic();
        for refusals in 0.. {
            if self.clock.monotonic() - began > DEADLINE {
                break;
            }
            self.be_patient(refusals).await;
            let Some(look) = self.look(timeline, steps).await? else {
                let none = || Ok(AppendOutcome::NoTimeline);
                return Ok(steps.iter().map(|_| none()).collect());
            };
            if !self.make_sure(timeline, &look).await? {
                continue;
            }
            let plan = look.plan(timeline, steps, self.clock.now_us());
            if plan.parts.is_empty() || self.place(timeline, &look, &plan).await? {
                return Ok(plan.answers);
            }
        }
        Err(StoreError::unavailable(
            "append",
            "others append all the time",
        ))
    }

    /// Head, entries of the same ids, tail and gateways, in this order: an entry that is missing was missing
    /// when the head was as it is, or the swap will be refused.
    async fn look(
        &self,
        timeline: &TimelineId,
        steps: &[AppendStep],
    ) -> Result<Option<Look>, StoreError> {
        let since = self.clock.monotonic();
        let key = timeline.head();
        let known = self.applied.segment(&key);
        let entries: Vec<String> = steps.iter().map(|step| timeline.entry(&step.id)).collect();
        let mut reads = vec![Read::Get { key: key.clone() }];
        reads.extend(entries.iter().map(|key| Read::Get { key: key.clone() }));
        reads.push(tail(timeline, known.unwrap_or(0)));
        reads.push(Read::Members {
            key: timeline.gateways(),
        });
        let mut answers = self.store.read(reads).await?.into_iter();
        let mut next = || answers.next().expect("a store answers every read");
        let Some(raw) = next().value() else {
            return Ok(None);
        };
        let entries = entries
            .into_iter()
            .filter_map(|key| next().value().map(|value| (key, value)))
            .collect();
        let tail = next().rows().into_iter().next();
        let gateways = next().members().into_iter();
        let head = Head::decode(&raw).ok_or_else(|| corrupt(&key))?;
        let is_first = known != Some(head.segment);
        Ok(Some(Look {
            since,
            pending: Pending::of(&raw).ok_or_else(|| corrupt(&key))?,
            raw,
            head,
            entries,
            gateways: gateways
                .filter_map(|name| Incarnation::parse(std::str::from_utf8(&name).ok()?))
                .collect(),
            tail,
            is_first,
        }))
    }

    /// Makes true what the head carries, and sees that it is not behind its own index. False: look again.
    async fn make_sure(&self, timeline: &TimelineId, look: &Look) -> Result<bool, StoreError> {
        let key = timeline.head();
        if look.is_ahead(look.tail.as_ref()) {
            return self.repair_if_unchanged(timeline, look).await;
        }
        if look.shows_pending() {
            self.applied.note(&key, &look.raw);
        } else {
            self.finish_unless_known(&key, &look.raw, Some(look.since))
                .await?;
        }
        // After this the tail shows it, except where the segment was not known or another one takes over.
        if look.is_first || look.head.size >= Head::SEGMENT_LIMIT {
            let segments = [look.head.segment, look.head.segment + 1];
            let tails = segments.map(|number| tail(timeline, number));
            let tails = self.store.read(tails.into()).await?.into_iter();
            let rows: Vec<Row> = tails.flat_map(Answer::rows).collect();
            if rows.iter().any(|row| look.is_ahead(Some(row))) {
                return self.repair_if_unchanged(timeline, look).await;
            }
        }
        Ok(true)
    }

    /// A row above the head: either the head has moved since, or the store has lost its newest values.
    async fn repair_if_unchanged(
        &self,
        timeline: &TimelineId,
        look: &Look,
    ) -> Result<bool, StoreError> {
        let read = Read::Get {
            key: timeline.head(),
        };
        let answers = self.store.read(vec![read]).await?;
        let raw = answers.into_iter().next().and_then(Answer::value);
        if raw.as_ref() == Some(&look.raw) {
            self.repair(timeline, &look.raw).await?;
        }
        Ok(false)
    }

    /// Commits a plan. False: another head was there, or nobody knows; look again.
    async fn place(
        &self,
        timeline: &TimelineId,
        look: &Look,
        plan: &Plan,
    ) -> Result<bool, StoreError> {
        let key = timeline.head();
        let pending = Pending::entries(plan.parts.clone());
        let raw = pending.behind(&plan.head);
        let swap = Swap {
            key: key.clone(),
            expected: Some(look.raw.clone()),
            new: Some(raw.clone()),
            life: None,
        };
        match self.store.swap(swap).await {
            Ok(Swapped::Yes) => {
                self.finish_own(&key, &raw, pending, look.since).await;
                Ok(true)
            }
            // If it did happen, the next look finds the ids.
            Ok(Swapped::No) | Err(StoreError::Unavailable { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// After some refusals waits for a time that differs from process to process.
    async fn be_patient(&self, refusals: u32) {
        if refusals > PATIENT_AFTER {
            let pause_us = self.clock.now_us() % LONGEST_PAUSE_US;
            sleep(Duration::from_micros(pause_us)).await;
        }
    }
}

impl Look {
    fn is_ahead(&self, row: Option<&Row>) -> bool {
        row.is_some_and(|row| row.score > self.head.last.get())
    }

    /// Whether the tail is the row that is written last.
    fn shows_pending(&self) -> bool {
        let last = self.pending.last_row().map(|(_, row)| row);
        self.pending.appended && last.is_some() && last == self.tail.as_ref()
    }

    /// Decides the steps one after the other, each as if those before had happened.
    fn plan(&self, timeline: &TimelineId, steps: &[AppendStep], now_us: u64) -> Plan {
        let mut plan = Plan {
            head: self.head.clone(),
            parts: Vec::new(),
            answers: Vec::with_capacity(steps.len()),
        };
        for step in steps {
            let answer = self.plan_one(&mut plan, timeline, step, now_us);
            plan.answers.push(answer);
        }
        plan
    }

    /// The entry under `key`: stored, decided before, or still carried by the head.
    fn entry<'a>(&'a self, decided: &'a [Part], key: &str) -> Option<&'a Bytes> {
        let stored = self.entries.get(key);
        stored
            .or_else(|| first_value(decided, key))
            .or_else(|| first_value(&self.pending.parts, key))
    }

    fn plan_one(
        &self,
        plan: &mut Plan,
        timeline: &TimelineId,
        step: &AppendStep,
        now_us: u64,
    ) -> Outcome {
        let key = timeline.entry(&step.id);
        let entry = self.entry(&plan.parts, &key).cloned();
        let head = plan.head.encode();
        let mut outcome = match decide(step, Some(&head), entry.as_ref(), now_us) {
            Some(Decision::Answer(outcome)) => outcome,
            Some(Decision::Commit(commit, placed)) => {
                plan.head = commit.head;
                plan.parts.extend(commit.parts);
                AppendOutcome::Placed(placed)
            }
            None => return Err(corrupt(&key)),
        };
        if let AppendOutcome::Placed(placed) = &mut outcome {
            placed.gateways.clone_from(&self.gateways);
        }
        Ok(outcome)
    }
}

/// Reads the newest row of a segment.
fn tail(timeline: &TimelineId, segment: u64) -> Read {
    Read::Rows {
        key: timeline.segment(segment),
        from: 0,
        through: u64::MAX,
        limit: 1,
        order: Order::Falling,
    }
}

/// The same error, for one more who waited.
fn again(error: &StoreError) -> StoreError {
    match error {
        StoreError::Overloaded => StoreError::Overloaded,
        StoreError::Corrupt { key } => corrupt(key),
        other => StoreError::unavailable("append", other.to_string()),
    }
}
