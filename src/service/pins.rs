//! Messages pinned to their chat.

use super::{
    Caller, Service, ServiceError, Target,
    changes::{asking, manager, standing},
};
use crate::{
    model::{Change, ChatKind, Stamp, SystemEvent},
    store::{
        chats::{ChatState, Effects, Subject},
        record::ChatInfo,
    },
};

/// Most messages pinned to one chat.
const MOST_PINS: usize = 20;

impl Service {
    /// Pins a message to its chat, or takes it down; answers what is pinned now, the newest pin first.
    ///
    /// # Errors
    ///
    /// `NotFound`, `Forbidden` (no owner or admin of the group, or no message), `TooLarge` (too many pins),
    /// `Conflict` (of the client id, or taken back), `RateLimited`.
    pub async fn pin(
        &self,
        caller: &Caller,
        target: &Target,
        pinned: bool,
    ) -> Result<Vec<Stamp>, ServiceError> {
        let stamp = target.stamp.to_string();
        let act = if pinned { "pin" } else { "unpin" };
        let parts = [act, target.chat.as_str(), &stamp];
        let request = self.change_request(caller, &target.client_id, &parts)?;
        if pinned {
            self.amend(
                caller,
                target,
                request,
                Subject::default(),
                |state, _, message| {
                    may_pin(state)?;
                    standing(message)?;
                    with_pin(caller, target, state)
                },
            )
            .await?;
        } else {
            let decide = |state: &ChatState| {
                may_pin(state)?;
                Ok(without_pin(target, state))
            };
            let subject = Subject::default();
            self.change_chat(caller, &target.chat, request, subject, decide)
                .await?;
        }
        Ok(self.chat(caller, &target.chat).await?.chat.pins)
    }
}

/// Any member of a direct chat may, and owners and admins of a group.
fn may_pin(state: &ChatState) -> Result<(), ServiceError> {
    match state.info.kind {
        ChatKind::Direct => asking(state),
        ChatKind::Group | ChatKind::Channel => manager(state),
    }
    .map(|_| ())
}

fn with_pin(
    caller: &Caller,
    target: &Target,
    state: &ChatState,
) -> Result<Option<Effects>, ServiceError> {
    let mut pins = state.info.pins.clone();
    if pins.contains(&target.stamp) {
        return Ok(None);
    }
    if pins.len() >= MOST_PINS {
        return Err(ServiceError::too_large(
            "stamp",
            "would be the chat's twenty-first pin",
        ));
    }
    pins.insert(0, target.stamp);
    let event = SystemEvent::Pinned {
        actor: caller.user.clone(),
        stamp: target.stamp,
    };
    Ok(Some(Effects {
        event: Some(event),
        ..pinned(target, state, pins)
    }))
}

fn without_pin(target: &Target, state: &ChatState) -> Option<Effects> {
    let mut pins = state.info.pins.clone();
    pins.retain(|pin| *pin != target.stamp);
    (pins.len() < state.info.pins.len()).then(|| pinned(target, state, pins))
}

fn pinned(target: &Target, state: &ChatState, pins: Vec<Stamp>) -> Effects {
    let chat = target.chat.clone();
    Effects {
        info: Some(ChatInfo {
            pins,
            ..state.info.clone()
        }),
        ..Effects::of(Change::Chat { chat })
    }
}
