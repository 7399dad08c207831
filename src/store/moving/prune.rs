//! Removes from the target what the source has no longer: an earlier copy may have brought it.

use super::{PAGE, batch::Sides, survey::moving};
use crate::{
    model::Stamp,
    store::{
        StoreError,
        engine::{Answer, Order, Read, Write},
        keys::Holds,
        walk::{Met, Place},
    },
};

impl Sides<'_> {
    /// Removes every key that only the target has; says how many.
    pub(super) async fn prune(self) -> Result<u64, StoreError> {
        let mut removed = 0;
        let mut place = Some(Place::START);
        while let Some(from) = place {
            let page = self.to.keys(&from, PAGE).await?;
            removed += self.prune_page(&moving(page.met)).await?;
            place = page.next;
        }
        Ok(removed)
    }

    async fn prune_page(self, met: &[Met]) -> Result<u64, StoreError> {
        let answers = self.from.read(met.iter().map(presence).collect()).await?;
        let gone = met
            .iter()
            .zip(answers)
            .filter(|(_, answer)| is_absent(answer));
        let writes = gone.map(|(met, _)| Write::Delete {
            key: met.key.clone(),
        });
        self.write(writes.collect()).await
    }
}

fn presence(met: &Met) -> Read {
    let key = met.key.clone();
    match met.holds {
        Holds::String => Read::Get { key },
        Holds::Set => Read::Members { key },
        Holds::SortedSet => Read::Rows {
            key,
            from: 0,
            through: Stamp::MAX.get(),
            limit: 1,
            order: Order::Rising,
        },
    }
}

fn is_absent(answer: &Answer) -> bool {
    match answer {
        Answer::Value(value) => value.is_none(),
        Answer::Rows(rows) => rows.is_empty(),
        Answer::Members(members) => members.is_empty(),
        Answer::Count(_) | Answer::Score(_) => false,
    }
}
