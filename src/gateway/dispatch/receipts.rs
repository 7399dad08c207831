//! What has arrived, and what has been read.

use super::Member;
use crate::{
    protocol::{ListReaders, MarkDelivered, MarkRead, MarkedDelivered, MarkedRead, Readers},
    service::ServiceError,
};

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

pub(super) async fn mark_delivered(
    member: Member,
    params: MarkDelivered,
) -> Result<MarkedDelivered, ServiceError> {
    let service = member.service();
    let stamp = service
        .mark_delivered(&member.caller, &params.chat, params.stamp)
        .await?;
    Ok(MarkedDelivered { stamp })
}

pub(super) async fn readers(member: Member, params: ListReaders) -> Result<Readers, ServiceError> {
    let service = member.service();
    let readers = service
        .readers(&member.caller, &params.chat, params.stamp)
        .await?;
    Ok(Readers { readers })
}
