//! Which segment takes the next entry of a timeline, as far as this process knows.

use std::{collections::HashMap, mem, sync::Mutex};

use crate::store::keys::TimelineId;

/// Most timelines in one generation.
const GENERATION: usize = 32_768;

/// A guess for each timeline used lately. A wrong one costs one more command, nothing else.
///
/// Two generations bound it: when the young one is full it becomes the old one, and what nobody asked for
/// meanwhile is forgotten.
#[derive(Debug, Default)]
pub(super) struct Segments(Mutex<Generations>);

#[derive(Debug, Default)]
struct Generations {
    young: HashMap<TimelineId, u64>,
    old: HashMap<TimelineId, u64>,
}

impl Segments {
    /// The segment that `timeline` was last seen to use; the first one when it was not seen.
    pub(super) fn guess(&self, timeline: &TimelineId) -> u64 {
        let generations = self
            .0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let known = generations
            .young
            .get(timeline)
            .or_else(|| generations.old.get(timeline));
        known.copied().unwrap_or(0)
    }

    /// Remembers the segment that `timeline` uses.
    pub(super) fn learn(&self, timeline: &TimelineId, segment: u64) {
        let mut generations = self
            .0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(known) = generations.young.get_mut(timeline) {
            *known = segment;
            return;
        }
        if generations.young.len() >= GENERATION {
            generations.old = mem::take(&mut generations.young);
        }
        generations.young.insert(timeline.clone(), segment);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::UserId;

    fn timeline(number: usize) -> TimelineId {
        TimelineId::Log(UserId::parse(&number.to_string()).unwrap())
    }

    #[test]
    fn what_is_used_is_remembered_and_the_rest_is_forgotten_in_time() {
        let segments = Segments::default();
        segments.learn(&timeline(0), 7);
        segments.learn(&timeline(1), 1);
        for number in 2..=2 * GENERATION {
            segments.learn(&timeline(number), 3);
            segments.learn(&timeline(1), 5);
        }
        assert_eq!(segments.guess(&timeline(0)), 0);
        assert_eq!(segments.guess(&timeline(1)), 5);
        assert_eq!(segments.guess(&timeline(2 * GENERATION)), 3);
        let generations = segments.0.lock().unwrap();
        assert!(generations.young.len() + generations.old.len() <= 2 * GENERATION);
    }
}
