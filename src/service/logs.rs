//! Change logs: what changed of the data a client may have cached.

use std::collections::HashSet;

use super::{
    Caller, Service, ServiceError,
    extent::{Extent, proof_lacks},
    views::Told,
};
use crate::{
    cluster::{Hint, Origin},
    model::{Change, ChatId, Epoch, LogEntry, LogPage, Stamp, UserId},
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
        let told = page
            .entries
            .into_iter()
            .map(Standing::into_log_entry)
            .collect();
        let (mut entries, full) = self.tell(&caller.user, coalesced(told)).await?;
        self.fill_drafts(&caller.user, &mut entries).await?;
        Ok(extent.page(after, entries, page.has_more || full))
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
        let pushed = change.clone();
        let body = LogBody {
            place: None,
            change,
            message: None,
        };
        self.log_body(user, what, body, pushed, origin).await
    }

    /// Like [`Service::log`], with all that is stored, and the change as it is pushed.
    pub(super) async fn log_body(
        &self,
        user: &UserId,
        what: &[&str],
        body: LogBody,
        pushed: Change,
        origin: Option<Origin>,
    ) -> Result<(), ServiceError> {
        let id = hashed_id(what);
        let step = AppendStep {
            timeline: TimelineId::Log(user.clone()),
            digest: digest(&[id_bytes(&id)]),
            id,
            kind: LogBody::KIND,
            author: None,
            body: body.encode(),
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
            place: body.place,
            change: pushed,
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

/// Leaves out marks and drafts that a later one of the same chat makes pointless.
fn coalesced(mut told: Vec<Told>) -> Vec<Told> {
    let mut seen: HashSet<(bool, ChatId)> = HashSet::new();
    told.reverse();
    told.retain(|(entry, _)| match &entry.change {
        Change::Read { chat, .. } => seen.insert((true, chat.clone())),
        Change::Draft { chat, .. } => seen.insert((false, chat.clone())),
        _ => true,
    });
    told.reverse();
    told
}

fn id_bytes(id: &crate::model::EntryId) -> &[u8] {
    id.as_str().as_bytes()
}
