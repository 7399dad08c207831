//! What brings a client up to date.

use super::Member;
use crate::{
    model::{LogPage, Synced},
    protocol::{PullLog, Sync},
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
