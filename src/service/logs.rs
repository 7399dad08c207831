//! Change logs: what changed of the data a client may have cached.

use super::{
    Caller, Service, ServiceError,
    extent::{Extent, proof_lacks},
};
use crate::{
    cluster::{Hint, Origin},
    model::{Change, Epoch, LogEntry, LogPage, Stamp, UserId},
    store::{
        Seek,
        keys::{self, TimelineId},
        record::{AppendOutcome, AppendStep, LogBody, Standing, digest, hashed_id},
    },
};

impl Service {
    /// A page of the caller's change log. Without `after`: an empty page with the newest position.
    ///
    /// # Errors
    ///
    /// `Invalid` (limit 0).
    pub async fn pull_log(
        &self,
        caller: &Caller,
        after: Option<Stamp>,
        epoch: Option<Epoch>,
        limit: u32,
    ) -> Result<LogPage, ServiceError> {
        let limit = self.page_limit(limit)?;
        let timeline = TimelineId::Log(caller.user.clone());
        let seek = after.map_or(Seek::NEWEST, Seek::After);
        let mut opened = self.timelines.open(&timeline, seek, Vec::new()).await?;
        let head = opened.head.clone().ok_or(ServiceError::NotFound)?;
        let extent = Extent {
            epoch: head.epoch,
            floor: head.floor,
            last: head.last,
        };
        let Some(after) = after.map(|after| extent.begin(after)) else {
            return Ok(extent.empty(None));
        };
        if let Some(reset) = extent.refusal(after, epoch.as_ref()) {
            return Ok(extent.empty(Some(reset)));
        }
        let page = self
            .timelines
            .page(&timeline, &mut opened, Seek::After(after), limit)
            .await?;
        if let Some(reset) = proof_lacks(after, page.floor, page.anchored) {
            return Ok(extent.empty(Some(reset)));
        }
        let entries = page
            .entries
            .into_iter()
            .map(Standing::into_log_entry)
            .collect();
        Ok(extent.page(after, entries, page.has_more))
    }

    /// Writes a change into a user's log and tells their devices. Doing it again with the same `what`
    /// changes nothing. A user without a log is gone: nothing to tell.
    pub(super) async fn log(
        &self,
        user: &UserId,
        what: &[&str],
        change: Change,
        origin: Option<Origin>,
    ) -> Result<(), ServiceError> {
        let id = hashed_id(what);
        let step = AppendStep {
            timeline: TimelineId::Log(user.clone()),
            digest: digest(&[id_bytes(&id)]),
            id,
            kind: LogBody::KIND,
            author: None,
            body: LogBody {
                place: None,
                change: change.clone(),
            }
            .encode(),
            now_us: self.parts.clock.now_us(),
            members_version: None,
            marks: Vec::new(),
        };
        self.touch(&step.timeline, step.now_us);
        let placed = match self.timelines.append(step).await? {
            AppendOutcome::Placed(placed) => placed,
            AppendOutcome::Late => return Err(ServiceError::Unknown),
            AppendOutcome::Conflict | AppendOutcome::Stale | AppendOutcome::NoTimeline => {
                return Ok(());
            }
        };
        let entry = LogEntry {
            stamp: placed.stamp,
            prev: placed.prev,
            place: None,
            change,
        };
        let hint = Hint::Log {
            user: user.clone(),
            epoch: placed.epoch,
            entry,
            origin,
        };
        self.parts
            .cluster
            .tell(hint, &keys::user_gateways(user), &placed.gateways);
        Ok(())
    }
}

fn id_bytes(id: &crate::model::EntryId) -> &[u8] {
    id.as_str().as_bytes()
}
