//! What a store holds, before anything is done to it.

use crate::store::{
    StoreError, keys,
    walk::{Met, Place, Store, recognise},
};

use super::{PAGE, value};

/// What a store holds.
#[derive(Debug, Default)]
pub(in crate::store) struct Survey {
    /// Keys that a copy takes along.
    pub(super) moving: u64,
    /// Keys of shapes that this version does not know.
    pub(super) unknown: u64,
    /// Gateways that hold a lease.
    pub(in crate::store) gateways: u64,
    /// Whether a copy into it was begun and not finished.
    pub(super) unfinished: bool,
}

impl Survey {
    /// Looks at all keys, and not at what they hold: except that every head is read, so that whatever it still
    /// carries has happened before anything is copied.
    pub(in crate::store) async fn of(store: &dyn Store) -> Result<Self, StoreError> {
        let mut survey = Self::default();
        let mut place = Some(Place::START);
        while let Some(from) = place {
            let page = store.keys(&from, PAGE).await?;
            page.met.iter().for_each(|met| survey.count(met));
            let heads = page.met.iter().filter(|met| value::is_head(&met.key));
            store
                .read(heads.map(|met| value::read(&met.key)).collect())
                .await?;
            place = page.next;
        }
        Ok(survey)
    }

    fn count(&mut self, met: &Met) {
        match recognise(&met.key) {
            None => self.unknown += 1,
            Some(named) if named.shape.moves() => self.moving += 1,
            Some(named) if named.shape.shape.starts_with("gwlease:") => self.gateways += 1,
            Some(_) => self.unfinished |= met.key == keys::copying(),
        }
    }
}

/// Those of `met` that a copy takes along.
pub(super) fn moving(met: Vec<Met>) -> Vec<Met> {
    met.into_iter()
        .filter(|met| recognise(&met.key).is_some_and(|named| named.shape.moves()))
        .collect()
}
