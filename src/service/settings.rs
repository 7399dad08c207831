//! What a chat is called, and for how long it keeps its messages.

use super::{
    Caller, Service, ServiceError,
    changes::{asking, manager},
};
use crate::{
    model::{Change, Chat, ChatId, ChatKind, ClientId, SystemEvent},
    store::{
        chats::{ChatState, Effects, Subject},
        record::ChatInfo,
    },
};

/// Shortest and longest time after which messages may disappear, in seconds.
const EXPIRY_S: std::ops::RangeInclusive<u32> = 60..=31_536_000;

/// What is to change of a chat; what is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChatUpdate {
    /// Another title.
    pub title: Option<String>,
    /// Messages disappear after so many seconds; 0: they stay.
    pub expire_after_s: Option<u32>,
}

impl Service {
    /// Changes the title or the settings of a chat, one at a time.
    ///
    /// # Errors
    ///
    /// `NotFound`, `Forbidden` (no owner or admin of a group; the title of a direct chat), `Invalid`, `TooLarge`,
    /// `Conflict`, `RateLimited`.
    pub async fn update_chat(
        &self,
        caller: &Caller,
        chat: &ChatId,
        update: ChatUpdate,
        client_id: &ClientId,
    ) -> Result<Chat, ServiceError> {
        match (update.title, update.expire_after_s) {
            (Some(title), None) => self.rename(caller, chat, title, client_id).await?,
            (None, Some(seconds)) => self.let_expire(caller, chat, seconds, client_id).await?,
            (None, None) => return Err(ServiceError::invalid("title", "is missing")),
            (Some(_), Some(_)) => {
                return Err(ServiceError::invalid(
                    "expire_after_s",
                    "cannot change together with the title",
                ));
            }
        }
        Ok(self.chat(caller, chat).await?.chat)
    }

    async fn rename(
        &self,
        caller: &Caller,
        chat: &ChatId,
        title: String,
        client_id: &ClientId,
    ) -> Result<(), ServiceError> {
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
        Ok(())
    }

    async fn let_expire(
        &self,
        caller: &Caller,
        chat: &ChatId,
        seconds: u32,
        client_id: &ClientId,
    ) -> Result<(), ServiceError> {
        if seconds != 0 && !EXPIRY_S.contains(&seconds) {
            return Err(ServiceError::invalid(
                "expire_after_s",
                "must be 0, or 60 to 31536000",
            ));
        }
        let expire_after_s = (seconds > 0).then_some(seconds);
        let what = ["expire", chat.as_str(), &seconds.to_string()];
        let request = self.change_request(caller, client_id, &what)?;
        let decide = |state: &ChatState| {
            if state.info.kind == ChatKind::Direct {
                asking(state)?;
            } else {
                manager(state)?;
            }
            if state.info.expire_after_s == expire_after_s {
                return Ok(None);
            }
            Ok(Some(Effects {
                info: Some(ChatInfo {
                    expire_after_s,
                    ..state.info.clone()
                }),
                event: Some(SystemEvent::Expiry {
                    actor: caller.user.clone(),
                    expire_after_s,
                }),
                ..Effects::of(Change::Chat { chat: chat.clone() })
            }))
        };
        self.change_chat(caller, chat, request, Subject::default(), decide)
            .await?;
        Ok(())
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
