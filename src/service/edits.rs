//! Edits: saying something else in the same place, and what was said before.

use std::time::Duration;

use super::{
    AmendedMessage, Caller, Service, ServiceError, Target,
    changes::{manages, standing, told},
    messages::check_words,
};
use crate::{
    model::{ChatId, Content, MessageEvent, Revision, Stamp, UserId},
    store::{
        chats::{Amendment, ChangeRequest, Effects, MessageState, Subject},
        record::{MessageBody, Revisions, digest},
    },
};

/// Most earlier contents that are kept.
const MOST_EARLIER: usize = 20;

/// Most bytes of earlier contents that are kept.
const EARLIER_BYTES: usize = 64 * 1024;

/// What a message shall say.
#[derive(Debug, Clone)]
pub struct Edit {
    /// The message.
    pub target: Target,
    /// What it shall say.
    pub content: Content,
    /// Members it speaks to from now on.
    pub mentions: Vec<UserId>,
    /// The revision that is to be replaced; absent: whatever is there.
    pub revision: Option<u32>,
}

impl Service {
    /// Replaces what one's own message says.
    ///
    /// # Errors
    ///
    /// `NotFound`, `Forbidden` (not one's own, forwarded, or too old), `Invalid`, `TooLarge`, `Conflict` (of
    /// the client id, taken back, or another revision), `RateLimited`.
    pub async fn edit(&self, caller: &Caller, edit: Edit) -> Result<AmendedMessage, ServiceError> {
        check_words(&edit.content, &edit.mentions)?;
        let request = self.change_request(caller, &edit.target.client_id, &parts(&edit))?;
        let subject = Subject {
            users: edit.mentions.clone(),
            message: None,
        };
        let window = self.parts.limits.edit_window;
        let (target, wish) = (&edit.target, request.clone());
        self.amend(caller, target, request, subject, |state, _, message| {
            check_author(&wish, message)?;
            standing(message)?;
            if !is_within(window, target.stamp, wish.now_us) {
                return Err(ServiceError::Forbidden("it is too old to be edited"));
            }
            check_revision(edit.revision, message)?;
            // The caller's own membership stands first.
            if state.members.iter().any(Option::is_none) {
                return Err(ServiceError::invalid("mentions", "names a non-member"));
            }
            Ok(Some(Effects {
                message: Some(edited(&edit, message, wish.now_us / 1_000)?),
                ..Effects::of(told(target, &wish, message, MessageEvent::Edited))
            }))
        })
        .await?
        .amended(target)
    }

    /// What a message said before it was edited.
    ///
    /// # Errors
    ///
    /// `NotFound`, `Forbidden` (neither its author nor an owner or admin).
    pub async fn history(
        &self,
        caller: &Caller,
        chat: &ChatId,
        stamp: Stamp,
    ) -> Result<Vec<Revision>, ServiceError> {
        let (_, member) = self.seen_by(caller, chat).await?;
        let (message, record) = self.message_at(caller, chat, stamp).await?;
        if record.author.as_ref() != Some(&caller.user) && !manages(member.role) {
            return Err(ServiceError::Forbidden(
                "only its author, owners and admins see what a message said before",
            ));
        }
        Ok(self.messages.revisions(chat, &message).await?.earlier)
    }
}

/// Whether what was said at `stamp` may still be changed at `now_us`; a window of nothing never ends.
pub(super) fn is_within(window: Duration, stamp: Stamp, now_us: u64) -> bool {
    let age = Duration::from_micros(now_us.saturating_sub(stamp.get()));
    window.is_zero() || age <= window
}

fn check_author(wish: &ChangeRequest, message: &MessageState) -> Result<(), ServiceError> {
    (message.record.author.as_ref() == Some(&wish.actor))
        .then_some(())
        .ok_or(ServiceError::Forbidden("only its author edits a message"))
}

fn check_revision(expected: Option<u32>, message: &MessageState) -> Result<(), ServiceError> {
    match expected {
        Some(expected) if expected != message.record.revision => Err(ServiceError::Conflict {
            field: "revision",
            reason: "is not the newest",
        }),
        _ => Ok(()),
    }
}

/// All that tells one edit from another.
fn parts(edit: &Edit) -> [String; 5] {
    let Edit {
        target,
        content,
        mentions,
        revision,
    } = edit;
    let body = MessageBody {
        content: Some(content.clone()),
        mentions: mentions.clone(),
        ..MessageBody::default()
    };
    [
        "edit".to_owned(),
        target.chat.to_string(),
        target.stamp.to_string(),
        digest(&[&body.encode()]),
        revision.map_or_else(String::new, |revision| revision.to_string()),
    ]
}

fn edited(edit: &Edit, message: &MessageState, now_ms: u64) -> Result<Amendment, ServiceError> {
    let body = MessageBody::decode(&message.record.body).ok_or(ServiceError::NotFound)?;
    let said = body.content.clone().ok_or(ServiceError::NotFound)?;
    if body.forwarded.is_some() || matches!(said, Content::Bundle(_)) {
        return Err(ServiceError::Forbidden("what was forwarded is not edited"));
    }
    if body.mention_all && !edit.mentions.is_empty() {
        return Err(ServiceError::invalid("mentions", "speaks to all already"));
    }
    let since_ms = body.edited_ms.unwrap_or(message.record.stamp.get() / 1_000);
    let mut revisions = message.revisions.clone();
    for user in body.mentions.iter().chain(&edit.mentions) {
        if !revisions.mentioned.contains(user) {
            revisions.mentioned.push(user.clone());
        }
    }
    revisions.earlier.push(Revision {
        content: said,
        since_ms,
    });
    hold_to_bounds(&mut revisions);
    Ok(Amendment {
        message: message.clone(),
        body: MessageBody {
            content: Some(edit.content.clone()),
            mentions: edit.mentions.clone(),
            edited_ms: Some(now_ms),
            ..body
        },
        retracted: false,
        revisions: Some(revisions),
        own: None,
    })
}

/// Drops the oldest contents until the rest is within bounds.
fn hold_to_bounds(revisions: &mut Revisions) {
    let size = |revision: &Revision| revision.content.bytes();
    let mut bytes: usize = revisions.earlier.iter().map(size).sum();
    let mut dropped = 0;
    for revision in &revisions.earlier {
        if revisions.earlier.len() - dropped <= MOST_EARLIER && bytes <= EARLIER_BYTES {
            break;
        }
        bytes -= size(revision);
        dropped += 1;
    }
    revisions.earlier.drain(..dropped);
}
