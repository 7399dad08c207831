//! Drafts: what somebody has begun to write, on all their devices.

use std::collections::HashMap;

use super::{Caller, Service, ServiceError};
use crate::{
    model::{Change, ChatId, Draft, LogEntry, MAX_TEXT_BYTES, Stamp, UserId},
    store::record::{DraftRecord, LogBody},
};

impl Service {
    /// Keeps what the caller has begun to write in a chat; an empty text removes it.
    ///
    /// # Errors
    ///
    /// `NotFound`, `TooLarge`, `RateLimited`.
    pub async fn set_draft(
        &self,
        caller: &Caller,
        chat: &ChatId,
        text: String,
        reply_to: Option<Stamp>,
    ) -> Result<Option<Draft>, ServiceError> {
        if text.len() > MAX_TEXT_BYTES {
            return Err(ServiceError::too_large(
                "text",
                "is longer than 16384 bytes",
            ));
        }
        self.limiter.change(&caller.user)?;
        self.seen_by(caller, chat).await?;
        let reply_to = reply_to.filter(|_| !text.is_empty());
        let wanted = (text, reply_to);
        let now_ms = self.parts.clock.now_ms();
        let kept = self.drafts.set(&caller.user, chat, wanted, now_ms).await?;
        // Also when nothing changed: whoever wrote it may have ended before the log.
        let what = ["draft", chat.as_str(), &kept.updated_ms.to_string()];
        let draft = kept.shown();
        let change = |draft| Change::Draft {
            chat: chat.clone(),
            draft,
        };
        // The log holds no text: whoever reads it is given the draft as it is then.
        let body = LogBody {
            place: None,
            change: change(None),
            message: None,
        };
        let (pushed, origin) = (change(draft.clone()), Some(caller.origin.clone()));
        self.log_body(&caller.user, &what, body, pushed, origin)
            .await?;
        Ok(draft)
    }

    /// Puts the drafts of now into changes that tell of drafts.
    pub(super) async fn fill_drafts(
        &self,
        user: &UserId,
        entries: &mut [LogEntry],
    ) -> Result<(), ServiceError> {
        let mut chats: Vec<ChatId> = entries.iter().filter_map(draft_in).cloned().collect();
        chats.sort();
        chats.dedup();
        let drafts = self.drafts.of_user(user, &chats).await?;
        let drafts = drafts.into_iter().map(DraftRecord::shown);
        let drafts: HashMap<ChatId, Option<Draft>> = chats.into_iter().zip(drafts).collect();
        for entry in entries {
            if let Change::Draft { chat, draft } = &mut entry.change {
                *draft = drafts.get(chat).cloned().flatten();
            }
        }
        Ok(())
    }
}

/// The chat of a draft that changed.
fn draft_in(entry: &LogEntry) -> Option<&ChatId> {
    match &entry.change {
        Change::Draft { chat, .. } => Some(chat),
        _ => None,
    }
}
