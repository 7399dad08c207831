//! One queue for each timeline: this process has one swap of a head in flight, and what waits meanwhile is
//! committed as one batch.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::oneshot;

use super::{Helper, Plain};
use crate::store::{
    StoreError,
    keys::TimelineId,
    record::{AppendOutcome, AppendStep},
};

/// Most entries of one batch.
const BATCH: usize = 16;
/// Most bytes of bodies in one batch; a single entry may be larger.
const BATCH_BYTES: usize = 64 * 1024;
/// Most entries that wait in one queue.
const WAITING: usize = 1_024;

type Answer = Result<AppendOutcome, StoreError>;

struct Waiting {
    step: AppendStep,
    answer: oneshot::Sender<Answer>,
}

/// Queues of the timelines that are being appended to.
#[derive(Default)]
pub(super) struct Queues(Mutex<HashMap<TimelineId, VecDeque<Waiting>>>);

impl Queues {
    /// Appends one entry, in its turn.
    pub(super) async fn append<P: Plain>(
        self: &Arc<Self>,
        helper: &Arc<Helper<P>>,
        step: AppendStep,
    ) -> Answer {
        let (answer, answered) = oneshot::channel();
        let timeline = step.timeline.clone();
        if self.join(Waiting { step, answer })? {
            // A task of its own: whoever asked first may go away, the others still want their answers.
            let (queues, helper) = (Arc::clone(self), Arc::clone(helper));
            tokio::spawn(async move { queues.drain(&helper, &timeline).await });
        }
        answered
            .await
            .unwrap_or_else(|gone| Err(StoreError::unavailable("append", gone)))
    }

    /// Joins the queue; true when there was none, so that somebody must drain it.
    fn join(&self, waiting: Waiting) -> Result<bool, StoreError> {
        let mut queues = self.lock();
        if let Some(queue) = queues.get_mut(&waiting.step.timeline) {
            if queue.len() >= WAITING {
                return Err(StoreError::Overloaded);
            }
            queue.push_back(waiting);
            return Ok(false);
        }
        let timeline = waiting.step.timeline.clone();
        queues.insert(timeline, VecDeque::from([waiting]));
        Ok(true)
    }

    async fn drain<P: Plain>(&self, helper: &Helper<P>, timeline: &TimelineId) {
        while let Some(batch) = self.next_batch(timeline) {
            let (steps, askers): (Vec<_>, Vec<_>) = batch
                .into_iter()
                .map(|waiting| (waiting.step, waiting.answer))
                .unzip();
            let mut answers = helper.append(timeline, steps).await.into_iter();
            for asker in askers {
                let answer = answers.next().expect("every step of a batch is answered");
                // Who asked may have gone: then nobody wants the answer.
                drop(asker.send(answer));
            }
        }
    }

    /// Takes what waits, and the queue away when nothing does.
    fn next_batch(&self, timeline: &TimelineId) -> Option<Vec<Waiting>> {
        let mut queues = self.lock();
        let queue = queues.get_mut(timeline)?;
        let (mut batch, mut bytes) = (Vec::new(), 0);
        while let Some(waiting) = queue.front() {
            bytes += waiting.step.body.len();
            if batch.len() == BATCH || (bytes > BATCH_BYTES && !batch.is_empty()) {
                break;
            }
            batch.extend(queue.pop_front());
        }
        if batch.is_empty() {
            queues.remove(timeline);
            return None;
        }
        Some(batch)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<TimelineId, VecDeque<Waiting>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
