//! What changes messages that are there already.

use super::Member;
use crate::{
    protocol::{
        EditMessage, GetHistory, ListReactions, MessageChanged, MessageHistory, MessagesPinned,
        PinMessage, ReactToMessage, Reactors, RetractMessage,
    },
    service::{AmendedMessage, Edit, ServiceError, Target},
};

pub(super) async fn edit(
    member: Member,
    params: EditMessage,
) -> Result<MessageChanged, ServiceError> {
    let edit = Edit {
        target: Target {
            chat: params.chat,
            stamp: params.stamp,
            client_id: params.client_id,
        },
        content: params.content,
        mentions: params.mentions,
        revision: params.revision,
    };
    let amended = member.service().edit(&member.caller, edit).await?;
    Ok(changed(&amended))
}

pub(super) async fn retract(
    member: Member,
    params: RetractMessage,
) -> Result<MessageChanged, ServiceError> {
    let target = Target {
        chat: params.chat,
        stamp: params.stamp,
        client_id: params.client_id,
    };
    let amended = member.service().retract(&member.caller, &target).await?;
    Ok(changed(&amended))
}

pub(super) async fn react(
    member: Member,
    params: ReactToMessage,
) -> Result<MessageChanged, ServiceError> {
    let target = Target {
        chat: params.chat,
        stamp: params.stamp,
        client_id: params.client_id,
    };
    let service = member.service();
    let amended = service
        .react(&member.caller, &target, &params.kind, params.on)
        .await?;
    Ok(changed(&amended))
}

pub(super) async fn pin(
    member: Member,
    params: PinMessage,
) -> Result<MessagesPinned, ServiceError> {
    let target = Target {
        chat: params.chat,
        stamp: params.stamp,
        client_id: params.client_id,
    };
    let service = member.service();
    let pins = service.pin(&member.caller, &target, params.pinned).await?;
    Ok(MessagesPinned { pins })
}

pub(super) async fn history(
    member: Member,
    params: GetHistory,
) -> Result<MessageHistory, ServiceError> {
    let service = member.service();
    let revisions = service
        .history(&member.caller, &params.chat, params.stamp)
        .await?;
    Ok(MessageHistory { revisions })
}

pub(super) async fn reactors(
    member: Member,
    params: ListReactions,
) -> Result<Reactors, ServiceError> {
    let after = params.after.as_ref();
    let service = member.service();
    let (reactors, has_more) = service
        .reactors(
            &member.caller,
            &params.chat,
            params.stamp,
            after,
            params.limit,
        )
        .await?;
    Ok(Reactors { reactors, has_more })
}

fn changed(amended: &AmendedMessage) -> MessageChanged {
    MessageChanged {
        stamp: amended.stamp,
        revision: amended.revision,
    }
}
