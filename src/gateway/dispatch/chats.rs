//! Chats and their members.

use super::Member;
use crate::{
    model::{ChatPage, ChatRow, MemberPage},
    protocol::{
        AddMembers, ChatLeft, CreateChat, GetChat, LeaveChat, ListChats, ListMembers,
        MemberRemoved, MembersChanged, OneChat, RemoveMember, RoleSet, SetRole, UpdateChat,
        UpdatedChat,
    },
    service::{ChatUpdate, NewChat, ServiceError},
};

pub(super) async fn create(member: Member, params: CreateChat) -> Result<OneChat, ServiceError> {
    let new = NewChat {
        kind: params.kind,
        members: params.members,
        title: params.title,
        client_id: params.client_id,
    };
    let chat = member.service().create_chat(&member.caller, new).await?;
    member.gateway.join_own(&member.caller.user, &chat.id).await;
    Ok(OneChat { chat })
}

pub(super) async fn list(member: Member, params: ListChats) -> Result<ChatPage, ServiceError> {
    member.service().chats(&member.caller, params.window).await
}

pub(super) async fn get(member: Member, params: GetChat) -> Result<ChatRow, ServiceError> {
    member.service().chat(&member.caller, &params.chat).await
}

pub(super) async fn members(
    member: Member,
    params: ListMembers,
) -> Result<MemberPage, ServiceError> {
    let after = params.after.as_ref();
    let service = member.service();
    service
        .members(&member.caller, &params.chat, after, params.limit)
        .await
}

pub(super) async fn update(
    member: Member,
    params: UpdateChat,
) -> Result<UpdatedChat, ServiceError> {
    let service = member.service();
    let update = ChatUpdate {
        title: params.title,
        expire_after_s: params.expire_after_s,
    };
    let chat = service
        .update_chat(&member.caller, &params.chat, update, &params.client_id)
        .await?;
    Ok(UpdatedChat { chat })
}

pub(super) async fn add(
    member: Member,
    params: AddMembers,
) -> Result<MembersChanged, ServiceError> {
    let service = member.service();
    let members_version = service
        .add_members(
            &member.caller,
            &params.chat,
            params.users,
            &params.client_id,
        )
        .await?;
    Ok(MembersChanged { members_version })
}

pub(super) async fn remove(
    member: Member,
    params: RemoveMember,
) -> Result<MemberRemoved, ServiceError> {
    let service = member.service();
    let members_version = service
        .remove_member(
            &member.caller,
            &params.chat,
            &params.user,
            &params.client_id,
        )
        .await?;
    Ok(MemberRemoved { members_version })
}

pub(super) async fn leave(member: Member, params: LeaveChat) -> Result<ChatLeft, ServiceError> {
    let service = member.service();
    service
        .leave_chat(&member.caller, &params.chat, &params.client_id)
        .await?;
    Ok(ChatLeft {})
}

pub(super) async fn set_role(member: Member, params: SetRole) -> Result<RoleSet, ServiceError> {
    let service = member.service();
    let members_version = service
        .set_role(
            &member.caller,
            &params.chat,
            &params.user,
            params.role,
            &params.client_id,
        )
        .await?;
    Ok(RoleSet { members_version })
}
