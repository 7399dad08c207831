//! One's own sessions and password.

use super::Member;
use crate::{
    protocol::{ChangePassword, EndSession, ListSessions, PasswordChanged, SessionEnded, Sessions},
    service::ServiceError,
};

pub(super) async fn sessions(
    member: Member,
    ListSessions {}: ListSessions,
) -> Result<Sessions, ServiceError> {
    let sessions = member.service().sessions(&member.caller).await?;
    Ok(Sessions { sessions })
}

pub(super) async fn end_session(
    member: Member,
    params: EndSession,
) -> Result<SessionEnded, ServiceError> {
    let service = member.service();
    service.end_session(&member.caller, &params.id).await?;
    Ok(SessionEnded {})
}

pub(super) async fn change_password(
    member: Member,
    params: ChangePassword,
) -> Result<PasswordChanged, ServiceError> {
    let service = member.service();
    let ended = service
        .change_password(&member.caller, params.old, params.new)
        .await?;
    Ok(PasswordChanged { ended })
}
