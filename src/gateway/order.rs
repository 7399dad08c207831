//! Puts entries of one chat in order again: hints of several gateways may overtake each other.
//!
//! An entry whose `prev` was not seen yet waits for it, but not for long and not in great numbers: clients
//! notice a gap by themselves and pull, so order here is a courtesy.

use std::collections::BTreeMap;

use crate::model::{Epoch, Stamp};

/// Entries that may wait.
const MOST_WAITING: usize = 64;

/// The order of one chat's entries.
pub(super) struct Order<T> {
    epoch: Option<Epoch>,
    newest: Option<Stamp>,
    waiting: BTreeMap<Stamp, (Stamp, T)>,
    waited: bool,
}

impl<T> Default for Order<T> {
    fn default() -> Self {
        Self {
            epoch: None,
            newest: None,
            waiting: BTreeMap::new(),
            waited: false,
        }
    }
}

impl<T> Order<T> {
    /// Stamp of the newest entry handed on, if any is known.
    pub(super) fn newest(&self) -> Option<Stamp> {
        self.newest
    }

    /// Whether entries wait.
    pub(super) fn is_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Everything up to `stamp` is known, or is told to clients in another way.
    pub(super) fn skip_to(&mut self, stamp: Stamp) {
        self.newest = self.newest.max(Some(stamp));
    }

    /// Of what was handed on up to `lost`, nothing beyond `stamp` is stored any more.
    pub(super) fn rewind(&mut self, lost: Option<Stamp>, stamp: Stamp) {
        if self.newest == lost {
            self.newest = self.newest.min(Some(stamp));
        }
    }

    /// An entry has come. Hands on what is in order now.
    pub(super) fn take(
        &mut self,
        epoch: &Epoch,
        prev: Stamp,
        stamp: Stamp,
        item: T,
        mut hand_on: impl FnMut(T),
    ) {
        if self.epoch.as_ref() != Some(epoch) {
            self.begin(epoch, &mut hand_on);
        }
        if self.newest.is_some_and(|newest| stamp <= newest) {
            return;
        }
        if self.newest.is_none_or(|newest| prev <= newest) {
            self.newest = Some(stamp);
            hand_on(item);
            self.follow(&mut hand_on);
            return;
        }
        self.waiting.insert(stamp, (prev, item));
        if self.waiting.len() > MOST_WAITING {
            self.flush(&mut hand_on);
        }
    }

    /// Time passes: what has waited for a whole tick is handed on as it is.
    pub(super) fn tick(&mut self, mut hand_on: impl FnMut(T)) {
        let waiting = self.is_waiting();
        if std::mem::replace(&mut self.waited, waiting) {
            self.flush(&mut hand_on);
        }
    }

    /// The timeline was made anew: its stamps have nothing to do with those before.
    fn begin(&mut self, epoch: &Epoch, hand_on: &mut impl FnMut(T)) {
        self.flush(hand_on);
        if self.epoch.replace(epoch.clone()).is_some() {
            self.newest = None;
        }
    }

    fn follow(&mut self, hand_on: &mut impl FnMut(T)) {
        while let Some(first) = self.waiting.first_entry() {
            if self.newest.is_some_and(|newest| first.get().0 > newest) {
                return;
            }
            let (stamp, (_, item)) = first.remove_entry();
            self.hand(stamp, item, hand_on);
        }
        self.waited = false;
    }

    fn flush(&mut self, hand_on: &mut impl FnMut(T)) {
        self.waited = false;
        for (stamp, (_, item)) in std::mem::take(&mut self.waiting) {
            self.hand(stamp, item, hand_on);
        }
    }

    fn hand(&mut self, stamp: Stamp, item: T, hand_on: &mut impl FnMut(T)) {
        if self.newest < Some(stamp) {
            self.newest = Some(stamp);
            hand_on(item);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn epoch(name: &str) -> Epoch {
        Epoch::parse(name).unwrap()
    }

    fn take_in(order: &mut Order<u64>, life: &str, prev: u64, stamp: u64) -> Vec<u64> {
        let mut out = Vec::new();
        let (from, to) = (Stamp::from_micros(prev), Stamp::from_micros(stamp));
        order.take(&epoch(life), from, to, stamp, |item| out.push(item));
        out
    }

    fn take(order: &mut Order<u64>, prev: u64, stamp: u64) -> Vec<u64> {
        take_in(order, "e", prev, stamp)
    }

    fn tick(order: &mut Order<u64>) -> Vec<u64> {
        let mut out = Vec::new();
        order.tick(|item| out.push(item));
        out
    }

    #[test]
    fn entries_in_order_pass_and_repeated_ones_do_not() {
        let mut order = Order::default();
        assert_eq!(
            take(&mut order, 1, 2),
            [2],
            "the first entry seen begins the order"
        );
        assert_eq!(take(&mut order, 2, 3), [3]);
        assert_eq!(take(&mut order, 2, 3), [0; 0]);
        assert_eq!(take(&mut order, 1, 2), [0; 0]);
    }

    #[test]
    fn an_entry_waits_for_the_one_before_it() {
        let mut order = Order::default();
        order.skip_to(Stamp::from_micros(1));
        assert_eq!(take(&mut order, 3, 4), [0; 0]);
        assert_eq!(take(&mut order, 2, 3), [0; 0]);
        assert_eq!(take(&mut order, 1, 2), [2, 3, 4]);
        assert!(!order.is_waiting());
    }

    #[test]
    fn what_waited_a_whole_tick_is_handed_on_with_its_gap() {
        let mut order = Order::default();
        order.skip_to(Stamp::from_micros(1));
        assert_eq!(take(&mut order, 5, 6), [0; 0]);
        assert_eq!(tick(&mut order), [0; 0], "the first tick may come at once");
        assert_eq!(take(&mut order, 4, 5), [0; 0]);
        assert_eq!(tick(&mut order), [5, 6]);
        assert_eq!(take(&mut order, 6, 7), [7]);
        assert_eq!(
            take(&mut order, 1, 2),
            [0; 0],
            "too late: the client has pulled it"
        );
    }

    #[test]
    fn no_more_than_a_few_wait() {
        let mut order = Order::default();
        order.skip_to(Stamp::ZERO);
        for stamp in 0..64 {
            assert_eq!(take(&mut order, 100 + stamp, 101 + stamp), [0; 0]);
        }
        assert_eq!(take(&mut order, 200, 201).len(), 65);
    }

    #[test]
    fn a_timeline_made_anew_begins_anew() {
        let mut order = Order::default();
        assert_eq!(take(&mut order, 8, 9), [9]);
        assert_eq!(take_in(&mut order, "other", 0, 5), [5]);
        assert_eq!(take_in(&mut order, "other", 5, 6), [6]);
    }
}
