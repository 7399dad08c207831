//! Members of groups: adding, removing, leaving, listing.

use super::{
    Caller, Service, ServiceError,
    changes::{group_member, manager},
    chats::MAX_INVITED,
};
use crate::{
    model::{
        Change, ChatId, ClientId, Member, MemberPage, MembershipChange, MembershipEvent, Role,
        SystemEvent, UserId,
    },
    store::{
        chats::{ChatState, Effects, Subject},
        record::{ChatInfo, MemberRecord},
    },
};

/// How many of the longest-standing members are considered as the next owner.
const HEIRS: usize = 8;

impl Service {
    /// Adds people to a group; answers the version of the membership.
    ///
    /// # Errors
    ///
    /// `NotFound` (the chat, or one of them), `Forbidden`, `Invalid`, `TooLarge`, `Conflict`, `RateLimited`.
    pub async fn add_members(
        &self,
        caller: &Caller,
        chat: &ChatId,
        mut users: Vec<UserId>,
        client_id: &ClientId,
    ) -> Result<u64, ServiceError> {
        users.sort();
        users.dedup();
        if users.is_empty() {
            return Err(ServiceError::invalid("users", "is empty"));
        }
        if users.len() > MAX_INVITED {
            return Err(ServiceError::too_large(
                "users",
                "names more than 100 people",
            ));
        }
        self.membership(chat, &caller.user).await?;
        self.check_people(&users).await?;
        let mut parts = vec!["add", chat.as_str()];
        parts.extend(users.iter().map(UserId::as_str));
        let request = self.change_request(caller, client_id, &parts)?;
        self.rosters
            .announce(chat, &users, &request.id, request.now_us)
            .await?;
        let most = self.parts.limits.group_members;
        let (actor, invited) = (caller.user.clone(), users.clone());
        let decide = move |state: &ChatState| addition(chat, state, &actor, &invited, most);
        let changed = self
            .change_chat(caller, chat, request, about(&users), decide)
            .await;
        for user in &users {
            // Whoever did not become a member after all does not keep the row that announced it.
            self.rosters.disinvite(chat, user).await?;
        }
        Ok(changed?.members_version())
    }

    /// Removes somebody from a group; answers the version of the membership.
    ///
    /// # Errors
    ///
    /// `NotFound` (the chat, or no such member), `Forbidden`, `Invalid` (oneself), `Conflict`, `RateLimited`.
    pub async fn remove_member(
        &self,
        caller: &Caller,
        chat: &ChatId,
        user: &UserId,
        client_id: &ClientId,
    ) -> Result<u64, ServiceError> {
        if *user == caller.user {
            return Err(ServiceError::invalid("user", "is yourself: leave instead"));
        }
        let request =
            self.change_request(caller, client_id, &["remove", chat.as_str(), user.as_str()])?;
        let (actor, removed) = (caller.user.clone(), user.clone());
        let decide = move |state: &ChatState| {
            manager(state)?;
            let member = state
                .members
                .get(1)
                .and_then(Option::as_ref)
                .ok_or(ServiceError::NotFound)?;
            if member.role == Role::Owner {
                return Err(ServiceError::Forbidden("owners are not removed"));
            }
            let event = SystemEvent::Removed {
                actor: actor.clone(),
                users: vec![removed.clone()],
            };
            let change = (MembershipEvent::Removed, event);
            Ok(Some(parting(chat, state, &actor, &removed, None, change)))
        };
        let subject = about(std::slice::from_ref(user));
        let settled = self
            .change_chat(caller, chat, request, subject, decide)
            .await?;
        Ok(settled.members_version())
    }

    /// Leaves a group. When the last owner leaves, who has been there longest becomes owner.
    ///
    /// # Errors
    ///
    /// `NotFound`, `Forbidden` (a direct chat), `Conflict`, `RateLimited`.
    pub async fn leave_chat(
        &self,
        caller: &Caller,
        chat: &ChatId,
        client_id: &ClientId,
    ) -> Result<(), ServiceError> {
        let request = self.change_request(caller, client_id, &["leave", chat.as_str()])?;
        let membership = self.membership(chat, &caller.user).await;
        // Who has left by this very request asks again because the answer was lost.
        if membership.is_err() && self.chats.record(chat, &request.id).await?.is_none() {
            return membership.map(drop);
        }
        let mut heirs = self.rosters.listed(chat, HEIRS).await?;
        heirs.retain(|user| *user != caller.user);
        let (actor, candidates) = (caller.user.clone(), heirs.clone());
        let decide = move |state: &ChatState| {
            let leaving = group_member(state)?;
            let last_owner = leaving.role == Role::Owner && state.info.owners == 1;
            let heir = candidates
                .iter()
                .zip(&state.members[1..])
                .find_map(|(user, member)| Some((user.clone(), member.clone()?)));
            let change = (
                MembershipEvent::Left,
                SystemEvent::Left {
                    actor: actor.clone(),
                },
            );
            let heir = heir.filter(|_| last_owner);
            Ok(Some(parting(chat, state, &actor, &actor, heir, change)))
        };
        self.change_chat(caller, chat, request, about(&heirs), decide)
            .await?;
        Ok(())
    }

    /// Members of one of the caller's chats, ordered by id, after `after`.
    ///
    /// # Errors
    ///
    /// `NotFound`, `Invalid` (limit 0).
    pub async fn members(
        &self,
        caller: &Caller,
        chat: &ChatId,
        after: Option<&UserId>,
        limit: u32,
    ) -> Result<MemberPage, ServiceError> {
        let limit = self.page_limit(limit)?;
        let most = self.parts.limits.group_members as usize;
        let mut ids = self.rosters.listed(chat, most).await?;
        ids.sort();
        ids.retain(|user| after.is_none_or(|after| user > after));
        let has_more = ids.len() > limit;
        ids.truncate(limit);
        let mut asked = vec![caller.user.clone()];
        asked.extend(ids.iter().cloned());
        let (state, users) = tokio::join!(self.chats.state(chat, &asked), self.users(&ids));
        let mut state = state?.ok_or(ServiceError::NotFound)?;
        state.members.remove(0).ok_or(ServiceError::NotFound)?;
        let members = users?
            .into_iter()
            .zip(state.members)
            .filter_map(|(user, member)| {
                let MemberRecord { role, since, .. } = member?;
                Some(Member {
                    user: user?,
                    role,
                    since,
                })
            })
            .collect();
        Ok(MemberPage {
            members,
            members_version: state.head.members_version,
            has_more,
        })
    }
}

/// A change about memberships.
fn about(users: &[UserId]) -> Subject {
    Subject {
        users: users.to_vec(),
        message: None,
    }
}

fn addition(
    chat: &ChatId,
    state: &ChatState,
    actor: &UserId,
    invited: &[UserId],
    most: u32,
) -> Result<Option<Effects>, ServiceError> {
    group_member(state)?;
    let added: Vec<UserId> = invited
        .iter()
        .zip(&state.members[1..])
        .filter(|(_, member)| member.is_none())
        .map(|(user, _)| user.clone())
        .collect();
    if added.is_empty() {
        return Ok(None);
    }
    let members = state.info.members + u32::try_from(added.len()).unwrap_or(u32::MAX);
    if members > most {
        return Err(ServiceError::too_large(
            "users",
            "would make the group too large",
        ));
    }
    let record = MemberRecord {
        role: Role::Member,
        since: state.head.last,
        since_ordinal: state.head.ordinal,
        since_change: state.head.change_last,
        peer: None,
    };
    let change = Change::Membership(MembershipChange {
        chat: chat.clone(),
        event: MembershipEvent::Added,
        actor: actor.clone(),
        users: added.clone(),
        members_version: 0,
    });
    Ok(Some(Effects {
        info: Some(ChatInfo {
            members,
            ..state.info.clone()
        }),
        members: added
            .iter()
            .map(|user| (user.clone(), Some(record.clone())))
            .collect(),
        event: Some(SystemEvent::Added {
            actor: actor.clone(),
            users: added,
        }),
        ..Effects::of(change)
    }))
}

/// Somebody goes, by themselves or not; `heir` takes over when they were the last owner.
fn parting(
    chat: &ChatId,
    state: &ChatState,
    actor: &UserId,
    gone: &UserId,
    heir: Option<(UserId, MemberRecord)>,
    (event, shown): (MembershipEvent, SystemEvent),
) -> Effects {
    let owned = actor == gone
        && state.members[0]
            .as_ref()
            .is_some_and(|m| m.role == Role::Owner);
    let owners = state.info.owners - u32::from(owned) + u32::from(heir.is_some());
    let mut members = vec![(gone.clone(), None)];
    members.extend(heir.map(|(user, member)| {
        (
            user,
            Some(MemberRecord {
                role: Role::Owner,
                ..member
            }),
        )
    }));
    let change = Change::Membership(MembershipChange {
        chat: chat.clone(),
        event,
        actor: actor.clone(),
        users: vec![gone.clone()],
        members_version: 0,
    });
    Effects {
        info: Some(ChatInfo {
            members: state.info.members.saturating_sub(1),
            owners,
            ..state.info.clone()
        }),
        members,
        event: Some(shown),
        ..Effects::of(change)
    }
}
