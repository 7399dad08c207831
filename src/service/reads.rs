//! Read marks and what is unread.

use super::{Caller, Service, ServiceError};
use crate::model::{ChatId, Stamp};

impl Service {
    /// Marks a chat as read up to a stamp; answers the mark as it stands and how many are unread.
    ///
    /// # Errors
    ///
    /// `NotFound`, `Invalid` (a stamp from the future).
    pub async fn mark_read(
        &self,
        _caller: &Caller,
        _chat: &ChatId,
        _stamp: Stamp,
    ) -> Result<(Stamp, u64), ServiceError> {
        todo!()
    }
}
