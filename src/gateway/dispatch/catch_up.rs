//! What brings a client up to date.

use super::Member;
use crate::{
    model::{LogPage, Synced},
    protocol::{MarkRead, MarkedRead, PullLog, Sync},
    service::ServiceError,
};

pub(super) async fn sync(member: Member, params: Sync) -> Result<Synced, ServiceError> {
    let service = member.service();
    service
        .sync(&member.caller, params.log, params.chats, params.window)
        .await
}

pub(super) async fn pull_log(member: Member, params: PullLog) -> Result<LogPage, ServiceError> {
    let service = member.service();
    service
        .pull_log(&member.caller, params.after, params.epoch, params.limit)
        .await
}

pub(super) async fn mark_read(
    member: Member,
    params: MarkRead,
) -> Result<MarkedRead, ServiceError> {
    let service = member.service();
    let (stamp, unread) = service
        .mark_read(&member.caller, &params.chat, params.stamp)
        .await?;
    Ok(MarkedRead { stamp, unread })
}
