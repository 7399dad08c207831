//! Everything a client lacks, in one answer.

use super::{Caller, Service, ServiceError};
use crate::model::{ChatCursor, LogCursor, Synced, Window};

impl Service {
    /// Brings a client up to date.
    ///
    /// # Errors
    ///
    /// `Invalid` (more than 200 chats, limit 0, a cursor from the future).
    pub async fn sync(
        &self,
        _caller: &Caller,
        _log: Option<LogCursor>,
        _chats: Vec<ChatCursor>,
        _window: Window,
    ) -> Result<Synced, ServiceError> {
        todo!()
    }
}
