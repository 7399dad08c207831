//! What was begun is finished in time.

use async_trait::async_trait;

use super::{
    Check, Kind, Report,
    looking::{Looking, Spot, remove},
};
use crate::{
    model::Stamp,
    store::{StoreError, record::Intent, walk::Windows},
};

/// What was begun is finished in time.
pub(super) struct Intents;

#[async_trait]
impl Check for Intents {
    fn begins_at(&self) -> &'static [&'static str] {
        &["pend:<shard>"]
    }

    async fn look(
        &self,
        looking: &Looking<'_>,
        spots: &[Spot<'_>],
        report: &mut Report,
    ) -> Result<(), StoreError> {
        for spot in spots {
            let mut windows = Windows::of(spot.key);
            while let Some(window) = windows.next(looking.store).await? {
                for row in window.rows {
                    let intent = row.member.escape_ascii().to_string();
                    if Intent::decode(&row.member).is_none() {
                        let mend = vec![remove(spot.key.to_owned(), row.member)];
                        report.add_mendable(Kind::BadIntent, spot.key, intent, mend);
                    } else if looking.is_old(Stamp::from_micros(row.score)) {
                        report.add(
                            Kind::Overdue,
                            spot.key,
                            format!("{intent} since {}", row.score),
                        );
                    }
                }
            }
        }
        Ok(())
    }
}
