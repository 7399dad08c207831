//! Change logs: what changed of the data a client may have cached.

use super::{Caller, Service, ServiceError, timelines::stands};
use crate::{
    cluster::{Hint, Origin},
    model::{Change, Epoch, LogEntry, LogPage, Reset, Stamp, UserId},
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
        let empty = |reset| LogPage {
            reset,
            epoch: head.epoch.clone(),
            floor: head.floor,
            next: head.last,
            entries: Vec::new(),
            has_more: false,
        };
        let Some(after) = after else {
            return Ok(empty(None));
        };
        let after = if after == Stamp::ZERO {
            head.floor
        } else {
            after
        };
        if let Some(reset) = stands(after, epoch.as_ref(), &head.epoch, head.floor, head.last) {
            return Ok(empty(Some(reset)));
        }
        let page = self
            .timelines
            .page(&timeline, &mut opened, Seek::After(after), limit)
            .await?;
        if page.floor > after {
            return Ok(empty(Some(Reset::Floor)));
        }
        if !page.anchored && after > page.floor && after != Stamp::ZERO {
            return Ok(empty(Some(Reset::Rewound)));
        }
        let entries: Vec<LogEntry> = page
            .entries
            .into_iter()
            .map(Standing::into_log_entry)
            .collect();
        let next = entries.last().map_or(after, |entry| entry.stamp);
        Ok(LogPage {
            next,
            entries,
            has_more: page.has_more,
            ..empty(None)
        })
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
            body: LogBody::encode(&change),
            now_us: self.parts.clock.now_us(),
            members_version: None,
        };
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
