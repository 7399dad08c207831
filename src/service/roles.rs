//! Roles of a group's members.

use super::{Caller, Service, ServiceError, changes::group_member};
use crate::{
    model::{Change, ChatId, ClientId, Role, UserId},
    store::{
        chats::{ChatState, Effects, Subject},
        record::{ChatInfo, MemberRecord},
    },
};

impl Service {
    /// Gives a member of a group another role; answers the version of the membership.
    ///
    /// # Errors
    ///
    /// `NotFound` (the chat, or no such member), `Forbidden` (no owner, or the last one would cease to be
    /// one), `Conflict`, `RateLimited`.
    pub async fn set_role(
        &self,
        caller: &Caller,
        chat: &ChatId,
        user: &UserId,
        role: Role,
        client_id: &ClientId,
    ) -> Result<u64, ServiceError> {
        let parts = ["role", chat.as_str(), user.as_str(), word(role)];
        let request = self.change_request(caller, client_id, &parts)?;
        let subject = Subject {
            users: vec![user.clone()],
            message: None,
        };
        let decide = |state: &ChatState| given(chat, state, user, role);
        let settled = self
            .change_chat(caller, chat, request, subject, decide)
            .await?;
        self.forget_membership(chat, user);
        Ok(settled.members_version())
    }
}

/// The asking member, who must be an owner of a group.
fn owner(state: &ChatState) -> Result<&MemberRecord, ServiceError> {
    let member = group_member(state)?;
    (member.role == Role::Owner)
        .then_some(member)
        .ok_or(ServiceError::Forbidden("only owners may do this"))
}

fn given(
    chat: &ChatId,
    state: &ChatState,
    user: &UserId,
    role: Role,
) -> Result<Option<Effects>, ServiceError> {
    owner(state)?;
    let member = state.members.get(1).and_then(Option::as_ref);
    let member = member.ok_or(ServiceError::NotFound)?;
    if member.role == role {
        return Ok(None);
    }
    let owners = state.info.owners + u32::from(role == Role::Owner);
    let owners = owners.saturating_sub(u32::from(member.role == Role::Owner));
    if owners == 0 {
        return Err(ServiceError::Forbidden("a group keeps at least one owner"));
    }
    let member = MemberRecord {
        role,
        ..member.clone()
    };
    Ok(Some(Effects {
        info: Some(ChatInfo {
            owners,
            ..state.info.clone()
        }),
        members: vec![(user.clone(), Some(member))],
        ..Effects::of(Change::Chat { chat: chat.clone() })
    }))
}

const fn word(role: Role) -> &'static str {
    match role {
        Role::Owner => "owner",
        Role::Admin => "admin",
        Role::Member => "member",
    }
}
