//! Retractions: taking a message back. Its place stays, what it said is gone.

use super::{
    AmendedMessage, Caller, Service, ServiceError, Target,
    changes::{manages, standing, told},
    edits::is_within,
};
use crate::{
    model::{ChatKind, MessageEvent, Stamp},
    store::{
        chats::{Amendment, ChatState, Effects, MessageState, Subject},
        record::{ChatInfo, MemberRecord, MessageBody, Revisions},
    },
};

impl Service {
    /// Takes a message back.
    ///
    /// # Errors
    ///
    /// `NotFound`, `Forbidden` (not one's own, or too old), `Conflict` (of the client id, or taken back
    /// already), `RateLimited`.
    pub async fn retract(
        &self,
        caller: &Caller,
        target: &Target,
    ) -> Result<AmendedMessage, ServiceError> {
        let stamp = target.stamp.to_string();
        let parts = ["retract", target.chat.as_str(), &stamp];
        let request = self.change_request(caller, &target.client_id, &parts)?;
        let window = self.parts.limits.retract_window;
        let wish = request.clone();
        let decide = |state: &ChatState, member: &MemberRecord, message: &MessageState| {
            let own = message.record.author.as_ref() == Some(&wish.actor);
            let in_time = is_within(window, target.stamp, wish.now_us);
            let manages = state.info.kind == ChatKind::Group && manages(member.role);
            match (own, in_time) {
                (true, true) => {}
                _ if manages => {}
                (true, false) => {
                    return Err(ServiceError::Forbidden("it is too old to be taken back"));
                }
                (false, _) => {
                    return Err(ServiceError::Forbidden(
                        "only its author, owners and admins take a message back",
                    ));
                }
            }
            standing(message)?;
            Ok(Some(Effects {
                info: unpinned(&state.info, target.stamp),
                message: Some(retracted(message)),
                ..Effects::of(told(target, &wish, message, MessageEvent::Retracted))
            }))
        };
        self.amend(caller, target, request, Subject::default(), decide)
            .await?
            .amended(target)
    }
}

/// The message without anything it said or showed; what it stands under and answers is its place.
fn retracted(message: &MessageState) -> Amendment {
    let body = MessageBody::decode(&message.record.body).unwrap_or_default();
    let was_edited = message.revisions != Revisions::default();
    Amendment {
        message: message.clone(),
        body: MessageBody {
            client_id: body.client_id,
            reply_to: body.reply_to,
            thread: body.thread,
            ..MessageBody::default()
        },
        retracted: true,
        revisions: was_edited.then(Revisions::default),
        own: None,
    }
}

/// What the chat is without this pin, when there is one.
fn unpinned(info: &ChatInfo, stamp: Stamp) -> Option<ChatInfo> {
    info.pins.contains(&stamp).then(|| {
        let mut info = info.clone();
        info.pins.retain(|pin| *pin != stamp);
        info
    })
}
