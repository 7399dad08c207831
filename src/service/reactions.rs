//! Reactions to messages.

use super::{
    AmendedMessage, Caller, Service, ServiceError, Target,
    changes::{standing, told},
};
use crate::{
    model::{ChatId, MessageEvent, Reaction, Reactor, Stamp, UserId},
    store::{
        chats::{Amendment, Effects, MessageState, Subject},
        record::MessageBody,
    },
};

/// Longest reaction, in bytes.
const KIND_BYTES: usize = 32;

/// Most kinds of reactions to one message.
const MOST_KINDS: usize = 20;

/// Most reactions of one member to one message.
const MOST_OWN: usize = 5;

/// Most members named in the summary of one kind.
const MOST_NAMED: usize = 20;

impl Service {
    /// Reacts to a message, or takes a reaction back; what is so already stays so.
    ///
    /// # Errors
    ///
    /// `NotFound`, `Forbidden` (no message), `Invalid`, `TooLarge` (the kind, or too many), `Conflict` (of
    /// the client id, or taken back), `RateLimited`.
    pub async fn react(
        &self,
        caller: &Caller,
        target: &Target,
        kind: &str,
        on: bool,
    ) -> Result<AmendedMessage, ServiceError> {
        check_kind(kind)?;
        let stamp = target.stamp.to_string();
        let act = if on { "react" } else { "unreact" };
        let parts = [act, target.chat.as_str(), &stamp, kind];
        let request = self.change_request(caller, &target.client_id, &parts)?;
        let wish = request.clone();
        self.amend(
            caller,
            target,
            request,
            Subject::default(),
            |_, _, message| {
                standing(message)?;
                let Some(amendment) = reacted(message, &wish.actor, kind, on)? else {
                    return Ok(None);
                };
                Ok(Some(Effects {
                    message: Some(amendment),
                    ..Effects::of(told(target, &wish, message, MessageEvent::Reacted))
                }))
            },
        )
        .await?
        .amended(target)
    }

    /// Who reacts to a message, ordered by id, after `after`; and whether there are more.
    ///
    /// # Errors
    ///
    /// `NotFound`, `Invalid` (limit 0).
    pub async fn reactors(
        &self,
        caller: &Caller,
        chat: &ChatId,
        stamp: Stamp,
        after: Option<&UserId>,
        limit: u32,
    ) -> Result<(Vec<Reactor>, bool), ServiceError> {
        let limit = self.page_limit(limit)?;
        let (id, record) = self.message_at(caller, chat, stamp).await?;
        if record.retracted {
            return Ok((Vec::new(), false));
        }
        let most = self.parts.limits.group_members as usize;
        let mut users = self.messages.reactors(chat, &id, most).await?;
        users.retain(|user| after.is_none_or(|after| user > after));
        let mut reactors = Vec::new();
        // Whoever took everything back is in the index still: a page may take several looks.
        for users in users.chunks(limit.max(1)) {
            let kinds = self.messages.reactions_to(chat, &id, users).await?;
            let found = users.iter().cloned().zip(kinds);
            reactors.extend(
                found
                    .filter(|(_, kinds)| !kinds.is_empty())
                    .map(|(user, kinds)| Reactor { user, kinds }),
            );
            if reactors.len() > limit {
                break;
            }
        }
        let has_more = reactors.len() > limit;
        reactors.truncate(limit);
        Ok((reactors, has_more))
    }
}

fn check_kind(kind: &str) -> Result<(), ServiceError> {
    if kind.trim().is_empty() {
        return Err(ServiceError::invalid("kind", "is empty"));
    }
    if kind.chars().any(char::is_control) {
        return Err(ServiceError::invalid("kind", "has control characters"));
    }
    if kind.len() > KIND_BYTES {
        return Err(ServiceError::too_large("kind", "is longer than 32 bytes"));
    }
    Ok(())
}

/// The message with this reaction, or without it; `None` when it is so already.
fn reacted(
    message: &MessageState,
    actor: &UserId,
    kind: &str,
    on: bool,
) -> Result<Option<Amendment>, ServiceError> {
    let mut body = MessageBody::decode(&message.record.body).ok_or(ServiceError::NotFound)?;
    let mut own = message.own.kinds.clone();
    if own.iter().any(|one| one == kind) == on {
        return Ok(None);
    }
    if on {
        if own.len() >= MOST_OWN {
            return Err(ServiceError::too_large("kind", "would be your sixth here"));
        }
        own.push(kind.to_owned());
        add(&mut body.reactions, actor, kind)?;
    } else {
        own.retain(|one| one != kind);
        take_away(&mut body.reactions, actor, kind);
    }
    Ok(Some(Amendment {
        message: message.clone(),
        body,
        retracted: false,
        revisions: None,
        own: Some(own),
    }))
}

fn add(reactions: &mut Vec<Reaction>, actor: &UserId, kind: &str) -> Result<(), ServiceError> {
    if let Some(one) = reactions.iter_mut().find(|one| one.kind == kind) {
        one.count += 1;
        if one.users.len() < MOST_NAMED {
            one.users.push(actor.clone());
        }
        return Ok(());
    }
    if reactions.len() >= MOST_KINDS {
        return Err(ServiceError::too_large(
            "kind",
            "would be the twenty-first on this message",
        ));
    }
    reactions.push(Reaction {
        kind: kind.to_owned(),
        count: 1,
        users: vec![actor.clone()],
        mine: false,
    });
    Ok(())
}

fn take_away(reactions: &mut Vec<Reaction>, actor: &UserId, kind: &str) {
    for one in reactions.iter_mut().filter(|one| one.kind == kind) {
        one.count = one.count.saturating_sub(1);
        one.users.retain(|user| user != actor);
    }
    reactions.retain(|one| one.count > 0);
}
