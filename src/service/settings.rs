//! What a chat is called.

use super::{Caller, Service, ServiceError, changes::manager};
use crate::{
    model::{Change, Chat, ChatId, ClientId, SystemEvent},
    store::{
        chats::{ChatState, Effects, Subject},
        record::ChatInfo,
    },
};

impl Service {
    /// Gives a group another title.
    ///
    /// # Errors
    ///
    /// `NotFound`, `Forbidden` (no owner or admin, or a direct chat), `Invalid`, `Conflict`, `RateLimited`.
    pub async fn rename_chat(
        &self,
        caller: &Caller,
        chat: &ChatId,
        title: String,
        client_id: &ClientId,
    ) -> Result<Chat, ServiceError> {
        check_title(&title)?;
        let request = self.change_request(caller, client_id, &["rename", chat.as_str(), &title])?;
        let decide = |state: &ChatState| {
            manager(state)?;
            Ok(Some(Effects {
                info: Some(ChatInfo {
                    title: Some(title.clone()),
                    ..state.info.clone()
                }),
                event: Some(SystemEvent::Renamed {
                    actor: caller.user.clone(),
                    title: title.clone(),
                }),
                ..Effects::of(Change::Chat { chat: chat.clone() })
            }))
        };
        self.change_chat(caller, chat, request, Subject::default(), decide)
            .await?;
        Ok(self.chat(caller, chat).await?.chat)
    }
}

/// Whether a group may be called so.
pub(super) fn check_title(title: &str) -> Result<(), ServiceError> {
    if title.trim().is_empty() {
        return Err(ServiceError::invalid("title", "is empty"));
    }
    if title.chars().any(char::is_control) {
        return Err(ServiceError::invalid("title", "has control characters"));
    }
    if title.len() > 512 || title.chars().count() > 128 {
        return Err(ServiceError::too_large(
            "title",
            "is longer than 128 characters or 512 bytes",
        ));
    }
    Ok(())
}
