//! Threads: messages that stand under another one.

use super::{Caller, Service, ServiceError};
use crate::{
    model::{ChatId, Stamp},
    store::record::{EntryRecord, MessageBody},
};

impl Service {
    /// Whether a thread may stand, or stands, under this message.
    pub(super) async fn check_root(
        &self,
        caller: &Caller,
        chat: &ChatId,
        root: Stamp,
    ) -> Result<(), ServiceError> {
        let refusal = |reason| Err(ServiceError::invalid("thread", reason));
        let Some(record) = self.visible_record(caller, chat, root).await? else {
            return refusal("names no message");
        };
        let body = MessageBody::decode(&record.body).unwrap_or_default();
        if record.kind != EntryRecord::COUNTING {
            refusal("names no message")
        } else if record.retracted {
            refusal("names a message that was taken back")
        } else if body.thread.is_some() {
            refusal("names a message that stands in a thread itself")
        } else {
            Ok(())
        }
    }
}
