//! Change logs: what changed of the data a client may have cached.

use super::{Caller, Service, ServiceError};
use crate::model::{Epoch, LogPage, Stamp};

impl Service {
    /// A page of the caller's change log.
    ///
    /// # Errors
    ///
    /// `Invalid` (limit 0, a position from the future).
    pub async fn pull_log(
        &self,
        _caller: &Caller,
        _after: Option<Stamp>,
        _epoch: Option<Epoch>,
        _limit: u32,
    ) -> Result<LogPage, ServiceError> {
        todo!()
    }
}
