//! What follows from a committed change: the chat's change timeline is the outbox, and this empties it.
//!
//! Every step may be repeated, by this gateway or another, after any crash: entries have deterministic ids,
//! log entries too, and the intent that asks for all of it is cleared last.

use super::{Service, ServiceError};
use crate::{
    cluster::{Hint, Origin},
    model::{
        Change, ChangeId, ChatId, Content, Entry, EntryKind, MembershipEvent, MessageChange,
        MessageEvent, SystemEvent,
    },
    store::{
        keys::{self, TimelineId},
        record::{
            AppendOutcome, AppendStep, ChangeRecord, Intent, MessageBody, Step, digest, hashed_id,
        },
    },
};

/// Overdue intents taken from each shard at once.
const SWEEP: usize = 64;

impl Service {
    /// Finishes what others left unfinished; says how many steps. Called every few seconds.
    ///
    /// # Errors
    ///
    /// Those of the store; the next call goes on.
    pub async fn sweep(&self) -> Result<usize, ServiceError> {
        let now_us = self.parts.clock.now_us();
        let overdue = self.intents.overdue(now_us, SWEEP).await?;
        for intent in &overdue {
            if self.finish(intent, None).await? {
                self.intents.clear(intent).await?;
            } else {
                self.intents.postpone(intent, now_us).await?;
            }
        }
        Ok(overdue.len())
    }

    /// Does everything that follows from a step, if it was taken; says whether it was.
    pub(super) async fn finish(
        &self,
        intent: &Intent,
        origin: Option<&Origin>,
    ) -> Result<bool, ServiceError> {
        match &intent.step {
            Step::Change(change) => self.finish_change(&intent.chat, change).await,
            Step::Message(message) => self.finish_mentions(&intent.chat, message, origin).await,
        }
    }

    async fn finish_change(&self, chat: &ChatId, change: &ChangeId) -> Result<bool, ServiceError> {
        let Some(record) = self.chats.record(chat, change).await? else {
            return Ok(false);
        };
        let told = self.told_now(chat, &record).await?;
        self.copy_into_logs((chat, change), &record, &told).await?;
        if let (Some(message), true) = (&record.message, is_edit(&record.change)) {
            // An edit may speak to more members.
            self.finish_mentions(chat, message, None).await?;
        }
        if let Some(event) = record.event.clone() {
            self.append_system_entry(chat, change, &record, event)
                .await?;
        }
        self.mend_rosters(chat, change, &record).await?;
        if let Some(SystemEvent::Expiry { .. }) = record.event {
            self.look_soon(chat).await?;
        }
        self.tell_gateways(chat, &record, told).await?;
        Ok(true)
    }

    async fn append_system_entry(
        &self,
        chat: &ChatId,
        id: &ChangeId,
        record: &ChangeRecord,
        event: SystemEvent,
    ) -> Result<(), ServiceError> {
        let content = Content::System(event);
        let body = MessageBody {
            client_id: None,
            content: Some(content.clone()),
            ..MessageBody::default()
        };
        let body = body.encode();
        let step = AppendStep {
            timeline: TimelineId::Chat(chat.clone()),
            id: hashed_id(&["system", id.as_str()]),
            digest: digest(&[&body]),
            kind: MessageBody::SYSTEM,
            author: Some(record.actor.clone()),
            body,
            now_us: self.parts.clock.now_us(),
            members_version: None,
            marks: Vec::new(),
        };
        let AppendOutcome::Placed(placed) = self.timelines.append(step).await? else {
            return Err(ServiceError::Unknown);
        };
        let hint = Hint::Entry {
            chat: chat.clone(),
            epoch: placed.epoch,
            members_version: placed.members_version,
            entry: Entry {
                sender: Some(record.actor.clone()),
                content: Some(content),
                ..Entry::bare(placed.stamp, placed.prev, placed.ordinal, EntryKind::System)
            },
            origin: None,
        };
        self.parts
            .cluster
            .tell(hint, &keys::chat_gateways(chat), &placed.gateways);
        Ok(())
    }

    /// Makes the users' own lists say what the chat says. Those who came were announced before, but a request
    /// that failed at the same time may have taken that back.
    async fn mend_rosters(
        &self,
        chat: &ChatId,
        id: &ChangeId,
        record: &ChangeRecord,
    ) -> Result<(), ServiceError> {
        let Change::Membership(change) = &record.change else {
            return Ok(());
        };
        match change.event {
            MembershipEvent::Created | MembershipEvent::Added => {
                let since_us = record.stamp.get();
                self.rosters
                    .announce(chat, &change.users, id, since_us)
                    .await?;
            }
            MembershipEvent::Removed | MembershipEvent::Left => {
                for user in &change.users {
                    self.forget_membership(chat, user);
                    self.rosters.withdraw(chat, user).await?;
                }
            }
        }
        Ok(())
    }
}

fn is_edit(change: &Change) -> bool {
    matches!(
        change,
        Change::Message(MessageChange {
            event: MessageEvent::Edited,
            ..
        })
    )
}
