//! Changes of chats: one way for all of them, from the wish to everything that follows.

use super::{
    Caller, Service, ServiceError,
    messages::{malformed_client_id, used_twice},
};
use crate::{
    model::{
        Change, ChangeId, ChatId, ChatKind, ClientId, MessageChange, MessageEvent, Role, Stamp,
    },
    store::{
        chats::{ChangeRequest, Changed, ChatState, Effects, MessageState, Subject},
        keys::TimelineId,
        record::{ChangeRecord, Intent, MemberRecord, digest, hashed_id},
    },
};

/// A message that somebody wants to change.
#[derive(Debug, Clone)]
pub struct Target {
    /// Where it stands.
    pub chat: ChatId,
    /// The message.
    pub stamp: Stamp,
    /// Makes the request repeatable.
    pub client_id: ClientId,
}

/// A message was changed, or is already as it was asked to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AmendedMessage {
    /// The message.
    pub stamp: Stamp,
    /// Its revision after the change.
    pub revision: u32,
}

/// How a change of a chat ended.
pub(super) enum Settled {
    /// It is committed, and everything that follows from it has happened.
    Done {
        /// Its record.
        record: Box<ChangeRecord>,
        /// The version of the membership now.
        members_version: u64,
    },
    /// There was nothing to change in the chat as it was found.
    Nothing(Box<ChatState>),
}

impl Settled {
    /// The version of the membership now.
    pub(super) const fn members_version(&self) -> u64 {
        match self {
            Self::Done {
                members_version, ..
            } => *members_version,
            Self::Nothing(state) => state.head.members_version,
        }
    }

    /// The message that was to be changed.
    pub(super) fn amended(&self, target: &Target) -> Result<AmendedMessage, ServiceError> {
        let revision = match self {
            Self::Done { record, .. } => record.revision(),
            Self::Nothing(state) => state.message.as_ref().map(|one| one.record.revision),
        };
        Ok(AmendedMessage {
            stamp: target.stamp,
            revision: revision.ok_or(ServiceError::NotFound)?,
        })
    }
}

impl Service {
    /// The change a caller asks for, under its deterministic id. It counts against their limit.
    pub(super) fn change_request(
        &self,
        caller: &Caller,
        client_id: &ClientId,
        parts: &[impl AsRef<str>],
    ) -> Result<ChangeRequest, ServiceError> {
        if client_id.is_absent() {
            return Err(malformed_client_id());
        }
        self.limiter.change(&caller.user)?;
        let bytes: Vec<&[u8]> = parts.iter().map(|part| part.as_ref().as_bytes()).collect();
        let id: ChangeId = hashed_id(&["change", caller.user.as_str(), client_id.as_str()]);
        Ok(ChangeRequest {
            id,
            digest: digest(&bytes),
            actor: caller.user.clone(),
            now_us: self.parts.clock.now_us(),
            copied_up_to: self.parts.limits.write_diffusion_members,
        })
    }

    /// Commits a change of a chat and everything that follows from it. `decide` sees the caller's membership
    /// first, then those of the subject's users.
    pub(super) async fn change_chat(
        &self,
        caller: &Caller,
        chat: &ChatId,
        request: ChangeRequest,
        mut subject: Subject,
        decide: impl Fn(&ChatState) -> Result<Option<Effects>, ServiceError> + Send + Sync,
    ) -> Result<Settled, ServiceError> {
        let intent = Intent::change(chat, &request.id, request.now_us);
        subject.users.insert(0, caller.user.clone());
        self.intents.note(&intent).await?;
        let changed = self.chats.change(chat, &request, &subject, decide).await;
        if let Ok(Changed::Committed { .. }) = changed {
            self.touch(&TimelineId::Chat(chat.clone()), request.now_us);
            self.finish(&intent, None).await?;
        }
        if !matches!(changed, Err(ServiceError::Store(_))) {
            self.intents.clear(&intent).await?;
        }
        self.forget_membership(chat, &caller.user);
        match changed? {
            Changed::Committed {
                record,
                members_version,
                ..
            } => Ok(Settled::Done {
                record,
                members_version,
            }),
            Changed::Nothing(state) => Ok(Settled::Nothing(state)),
            Changed::Conflict => Err(used_twice()),
            Changed::NoChat => Err(ServiceError::NotFound),
        }
    }

    /// Changes one message. `decide` is asked only about what the caller may see; `subject` adds users whose
    /// memberships it needs.
    pub(super) async fn amend(
        &self,
        caller: &Caller,
        target: &Target,
        request: ChangeRequest,
        mut subject: Subject,
        decide: impl Fn(
            &ChatState,
            &MemberRecord,
            &MessageState,
        ) -> Result<Option<Effects>, ServiceError>
        + Send
        + Sync,
    ) -> Result<Settled, ServiceError> {
        let found = self.messages.find(&target.chat, &[target.stamp]).await?;
        let id = found.into_iter().next().flatten();
        subject.message = Some(id.ok_or(ServiceError::NotFound)?);
        let decide = |state: &ChatState| {
            let (member, message) = seen(state)?;
            if !message.record.counts() {
                return Err(ServiceError::Forbidden("only messages are changed"));
            }
            decide(state, member, message)
        };
        self.change_chat(caller, &target.chat, request, subject, decide)
            .await
    }
}

/// The asking member and the message, if they may see it.
fn seen(state: &ChatState) -> Result<(&MemberRecord, &MessageState), ServiceError> {
    let member = asking(state)?;
    let floor = state.head.floor.max(member.since);
    let message = state.message.as_ref();
    let message = message.filter(|message| message.record.stamp > floor);
    Ok((member, message.ok_or(ServiceError::NotFound)?))
}

/// The asking member.
pub(super) fn asking(state: &ChatState) -> Result<&MemberRecord, ServiceError> {
    let member = state.members.first().and_then(Option::as_ref);
    member.ok_or(ServiceError::NotFound)
}

/// The asking member, in a chat that is a group.
pub(super) fn group_member(state: &ChatState) -> Result<&MemberRecord, ServiceError> {
    let member = asking(state)?;
    (state.info.kind == ChatKind::Group)
        .then_some(member)
        .ok_or(ServiceError::Forbidden(
            "a direct chat has no title, no roles and fixed members",
        ))
}

/// The asking member, who must be an owner or an admin of a group.
pub(super) fn manager(state: &ChatState) -> Result<&MemberRecord, ServiceError> {
    let member = group_member(state)?;
    manages(member.role)
        .then_some(member)
        .ok_or(ServiceError::Forbidden(
            "only owners and admins may do this",
        ))
}

/// Whether the role gives rights over what others do in a group.
pub(super) const fn manages(role: Role) -> bool {
    matches!(role, Role::Owner | Role::Admin)
}

/// What is retracted is not changed any more.
pub(super) fn standing(message: &MessageState) -> Result<(), ServiceError> {
    if message.record.retracted {
        return Err(ServiceError::Conflict {
            field: "stamp",
            reason: "names a message that was taken back",
        });
    }
    Ok(())
}

/// What readers are told of a changed message.
pub(super) fn told(
    target: &Target,
    request: &ChangeRequest,
    message: &MessageState,
    event: MessageEvent,
) -> Change {
    Change::Message(MessageChange {
        chat: target.chat.clone(),
        stamp: target.stamp,
        revision: message.record.revision + 1,
        event,
        actor: request.actor.clone(),
        entry: None,
    })
}
