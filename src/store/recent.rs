//! What this process remembers of many things, those used lately.

use std::{
    collections::HashMap,
    hash::Hash,
    mem,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Most things in one generation.
const GENERATION: usize = 32_768;

/// A memory of bounded size: for what costs a command more when it was forgotten, and nothing else.
///
/// Two generations bound it: when the young one is full it becomes the old one, and what nobody noted
/// meanwhile is forgotten.
#[derive(Debug)]
pub(super) struct Recent<K, V>(Mutex<Generations<K, V>>);

#[derive(Debug)]
struct Generations<K, V> {
    young: HashMap<K, V>,
    old: HashMap<K, V>,
}

impl<K, V> Default for Recent<K, V> {
    fn default() -> Self {
        Self(Mutex::new(Generations {
            young: HashMap::new(),
            old: HashMap::new(),
        }))
    }
}

impl<K: Clone + Eq + Hash, V: Clone> Recent<K, V> {
    /// What was noted last, unless it was forgotten.
    pub(super) fn get(&self, key: &K) -> Option<V> {
        let generations = self.lock();
        let known = generations
            .young
            .get(key)
            .or_else(|| generations.old.get(key));
        known.cloned()
    }

    /// Notes `value` for `key`.
    pub(super) fn note(&self, key: &K, value: V) {
        let mut generations = self.lock();
        if let Some(known) = generations.young.get_mut(key) {
            *known = value;
            return;
        }
        if generations.young.len() >= GENERATION {
            generations.old = mem::take(&mut generations.young);
        }
        generations.young.insert(key.clone(), value);
    }

    fn lock(&self) -> MutexGuard<'_, Generations<K, V>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_used_is_remembered_and_the_rest_is_forgotten_in_time() {
        let recent = Recent::default();
        recent.note(&0, 7);
        recent.note(&1, 1);
        for key in 2..=2 * GENERATION {
            recent.note(&key, 3);
            recent.note(&1, 5);
        }
        assert_eq!(recent.get(&0), None);
        assert_eq!(recent.get(&1), Some(5));
        assert_eq!(recent.get(&(2 * GENERATION)), Some(3));
        let generations = recent.lock();
        assert!(generations.young.len() + generations.old.len() <= 2 * GENERATION);
    }
}
