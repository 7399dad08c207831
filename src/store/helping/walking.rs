//! The walk over all keys of a store whose heads may carry something.

use std::time::Duration;

use async_trait::async_trait;

use super::{HelpingEngine, Plain};
use crate::store::{
    StoreError,
    engine::Read,
    walk::{Keys, Met, Place, Walk},
};

/// Keys looked at at once before a walk begins.
const PAGE: usize = 512;

#[async_trait]
impl<P: Plain + Walk> Walk for HelpingEngine<P> {
    /// What heads carry is made true before the first key is told, or it would be missing where keys are copied.
    async fn keys(&self, place: &Place, limit: usize) -> Result<Keys, StoreError> {
        if *place == Place::START {
            self.finish_every_head().await?;
        }
        self.helper.store.keys(place, limit).await
    }

    async fn lives(&self, keys: Vec<String>) -> Result<Vec<Option<Duration>>, StoreError> {
        self.helper.store.lives(keys).await
    }
}

impl<P: Plain + Walk> HelpingEngine<P> {
    async fn finish_every_head(&self) -> Result<(), StoreError> {
        let mut place = Some(Place::START);
        while let Some(from) = place {
            let page = self.helper.store.keys(&from, PAGE).await?;
            let heads = page.met.into_iter().filter(is_head);
            let reads = heads.map(|head| Read::Head { key: head.key });
            self.helper.read(reads.collect()).await?;
            place = page.next;
        }
        Ok(())
    }
}

fn is_head(met: &Met) -> bool {
    met.key.ends_with("}:head") || met.key.ends_with("}:loghead")
}
