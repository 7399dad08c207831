//! The walk over all keys: one look into the database for each, on a snapshot for each page.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;

use super::{
    EmbeddedEngine,
    disk::{Disk, View},
    layout::{self, Layout, Lent, Mark},
    reading::corrupt,
};
use crate::store::{
    StoreError,
    keys::Holds,
    walk::{Keys, Met, Place, Walk},
};

#[async_trait]
impl Walk for EmbeddedEngine {
    async fn keys(&self, place: &Place, limit: usize) -> Result<Keys, StoreError> {
        let (place, now_us) = (place.clone(), self.clock.now_us());
        self.look(move |view, layout| page(&view, layout, &place, limit, now_us))
            .await
    }

    async fn lives(&self, keys: Vec<String>) -> Result<Vec<Option<Duration>>, StoreError> {
        let now_us = self.clock.now_us();
        let look = move |view: View<'_>, layout: &Layout| {
            let lives = keys.iter().map(|key| life(&view, layout, key, now_us));
            lives.collect()
        };
        self.look(look).await
    }
}

impl EmbeddedEngine {
    /// Looks at the database as it is now, where waiting for the disk hinders nobody. Whoever walks does one
    /// thing after the other, so this takes one thread and not many.
    async fn look<T: Send + 'static>(
        &self,
        look: impl FnOnce(View<'_>, &Layout) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (disk, layout): (Disk, Arc<Layout>) = (self.disk.clone(), Arc::clone(&self.layout));
        tokio::task::spawn_blocking(move || look(disk.view(), &layout))
            .await
            .map_err(|error| StoreError::unavailable("walk", error))?
    }
}

fn page(
    view: &View<'_>,
    layout: &Layout,
    place: &Place,
    limit: usize,
    now_us: u64,
) -> Result<Keys, StoreError> {
    let mut met = Vec::new();
    let mut walked = layout::walked();
    if *place != Place::START {
        walked.start = place.0.to_vec();
    }
    for _ in 0..limit {
        let Some(found) = view.keys(walked.clone()).next().transpose()? else {
            return Ok(Keys { met, next: None });
        };
        let Mark { key, holds, past } = layout.mark(&found).ok_or_else(|| corrupt(""))?;
        walked.start = past;
        let Some(key) = key else { continue };
        if holds != Holds::String
            || lent(view, &found, &key)?.is_some_and(|lent| lent.lives(now_us))
        {
            met.push(Met { key, holds });
        }
    }
    let next = Some(Place(walked.start.into()));
    Ok(Keys { met, next })
}

fn life(
    view: &View<'_>,
    layout: &Layout,
    key: &str,
    now_us: u64,
) -> Result<Option<Duration>, StoreError> {
    let lent = lent(view, &layout.string(key), key)?;
    let ends = lent.filter(|lent| lent.end_us > 0 && lent.lives(now_us));
    Ok(ends.map(|lent| Duration::from_secs((lent.end_us - now_us).div_ceil(1_000_000))))
}

fn lent(view: &View<'_>, string: &[u8], key: &str) -> Result<Option<Lent>, StoreError> {
    let stored = view.get(string)?;
    let decode = |stored: fjall::Slice| Lent::decode(&stored).ok_or_else(|| corrupt(key));
    stored.map(decode).transpose()
}
