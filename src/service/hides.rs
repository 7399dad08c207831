//! Messages hidden for oneself: their places stay, others see them as before.

use super::{Caller, Service, ServiceError};
use crate::model::{Change, ChatId, Stamp};

/// Most messages one request may hide.
const MAX_HIDDEN: usize = 100;

impl Service {
    /// Hides messages for the caller, on all their devices.
    ///
    /// # Errors
    ///
    /// `NotFound`, `Invalid` (none, or one that is not there), `TooLarge`, `RateLimited`.
    pub async fn hide_messages(
        &self,
        caller: &Caller,
        chat: &ChatId,
        mut stamps: Vec<Stamp>,
    ) -> Result<(), ServiceError> {
        stamps.sort();
        stamps.dedup();
        if stamps.is_empty() {
            return Err(ServiceError::invalid("stamps", "is empty"));
        }
        if stamps.len() > MAX_HIDDEN {
            return Err(ServiceError::too_large(
                "stamps",
                "names more than 100 messages",
            ));
        }
        self.limiter.change(&caller.user)?;
        let found = self.all_messages(caller, chat, &stamps).await?;
        if found.len() < stamps.len() {
            return Err(ServiceError::invalid(
                "stamps",
                "names a message that is not there",
            ));
        }
        self.hides.add(chat, &caller.user, &stamps).await?;
        let mut what = vec!["hidden".to_owned(), chat.to_string()];
        what.extend(stamps.iter().map(Stamp::to_string));
        let what: Vec<&str> = what.iter().map(String::as_str).collect();
        let change = Change::Hidden {
            chat: chat.clone(),
            stamps,
        };
        self.log(&caller.user, &what, change, Some(caller.origin.clone()))
            .await
    }
}
