//! What only oneself sees: hidden messages and drafts.

use super::Member;
use crate::{
    protocol::{DraftSet, HideMessages, MessagesHidden, SetDraft},
    service::ServiceError,
};

pub(super) async fn hide(
    member: Member,
    params: HideMessages,
) -> Result<MessagesHidden, ServiceError> {
    let service = member.service();
    service
        .hide_messages(&member.caller, &params.chat, params.stamps)
        .await?;
    Ok(MessagesHidden {})
}

pub(super) async fn set_draft(member: Member, params: SetDraft) -> Result<DraftSet, ServiceError> {
    let service = member.service();
    let draft = service
        .set_draft(&member.caller, &params.chat, params.text, params.reply_to)
        .await?;
    Ok(DraftSet { draft })
}
