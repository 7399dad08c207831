//! Messages: from the wish to say something to its place in the chat.

use super::{Caller, Service, ServiceError};
use crate::{
    cluster::Hint,
    model::{
        ChatId, ClientId, Content, Entry, EntryKind, Epoch, Level, MAX_TEXT_BYTES, Stamp, UserId,
    },
    store::{
        keys::{self, TimelineId},
        record::{AppendOutcome, AppendStep, EntryRecord, MessageBody, Placed, digest, hashed_id},
    },
};

/// Most members one message may speak to.
const MAX_MENTIONS: usize = 50;

/// How often a send is tried again when the membership changes meanwhile.
const ATTEMPTS: usize = 8;

/// How far ahead of this gateway's clock a quoted stamp may be, in microseconds.
const CLOCK_LEEWAY_US: u64 = 10_000_000;

/// A message to be sent.
#[derive(Debug, Clone)]
pub struct NewMessage {
    /// Chat to append to.
    pub chat: ChatId,
    /// Makes the request repeatable.
    pub client_id: ClientId,
    /// What to say.
    pub content: Content,
    /// Stamp of the message this one answers.
    pub reply_to: Option<Stamp>,
    /// Members it speaks to.
    pub mentions: Vec<UserId>,
}

/// A message is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentMessage {
    /// Its position.
    pub stamp: Stamp,
    /// Position of the entry before it.
    pub prev: Stamp,
    /// Its number among the counting entries.
    pub ordinal: u64,
    /// The life of the chat's timeline.
    pub epoch: Epoch,
    /// Whether it had been stored before.
    pub duplicate: bool,
    /// How firmly it is kept.
    pub level: Level,
}

impl Service {
    /// Sends a message: one store round trip when the caller's membership is known.
    ///
    /// # Errors
    ///
    /// `NotFound`, `Invalid`, `TooLarge`, `Conflict`, `RateLimited`, `Store` or `Unknown` (outcome unknown).
    pub async fn send(
        &self,
        caller: &Caller,
        message: NewMessage,
    ) -> Result<SentMessage, ServiceError> {
        let now_us = self.parts.clock.now_us();
        check(&message, now_us)?;
        self.limiter.send(&caller.user)?;
        let placed = self.append_message(caller, &message, now_us).await?;
        if !message.mentions.is_empty() {
            self.reads
                .mention(&message.chat, placed.stamp, &message.mentions)
                .await?;
        }
        let sent = SentMessage {
            stamp: placed.stamp,
            prev: placed.prev,
            ordinal: placed.ordinal,
            epoch: placed.epoch.clone(),
            duplicate: placed.duplicate,
            level: self.parts.engine.level(),
        };
        self.tell_message(caller, message, placed);
        Ok(sent)
    }

    async fn append_message(
        &self,
        caller: &Caller,
        message: &NewMessage,
        now_us: u64,
    ) -> Result<Placed, ServiceError> {
        let mut step = append_step(caller, message, now_us);
        for _ in 0..ATTEMPTS {
            let membership = self.membership(&message.chat, &caller.user).await?;
            self.check_mentions(message).await?;
            step.members_version = Some(membership.version);
            match self.timelines.append(step.clone()).await? {
                AppendOutcome::Placed(placed) => {
                    self.touch(&step.timeline, now_us);
                    return Ok(placed);
                }
                AppendOutcome::Stale => self.forget_membership(&message.chat, &caller.user),
                AppendOutcome::Conflict => return Err(used_twice()),
                AppendOutcome::Late => return Err(ServiceError::Unknown),
                AppendOutcome::NoTimeline => return Err(ServiceError::NotFound),
            }
        }
        Err(ServiceError::Overloaded)
    }

    /// Only members can be spoken to.
    async fn check_mentions(&self, message: &NewMessage) -> Result<(), ServiceError> {
        if message.mentions.is_empty() {
            return Ok(());
        }
        let (_, members) = self.members_among(&message.chat, &message.mentions).await?;
        let all = message.mentions.iter().all(|user| members.contains(user));
        all.then_some(())
            .ok_or_else(|| ServiceError::invalid("mentions", "names a non-member"))
    }

    /// Pushes the message to everybody who is online, also when it is a repetition: the first attempt may
    /// have ended before it told anybody.
    fn tell_message(&self, caller: &Caller, message: NewMessage, placed: Placed) {
        let key = keys::chat_gateways(&message.chat);
        let hint = Hint::Entry {
            chat: message.chat,
            epoch: placed.epoch,
            members_version: placed.members_version,
            entry: Entry {
                sender: Some(caller.user.clone()),
                client_id: Some(message.client_id),
                content: Some(message.content),
                reply_to: message.reply_to,
                mentions: message.mentions,
                ..Entry::bare(
                    placed.stamp,
                    placed.prev,
                    placed.ordinal,
                    EntryKind::Message,
                )
            },
            origin: Some(caller.origin.clone()),
        };
        self.parts.cluster.tell(hint, &key, &placed.gateways);
    }
}

fn check(message: &NewMessage, now_us: u64) -> Result<(), ServiceError> {
    if let Content::Text(text) = &message.content
        && text.text.len() > MAX_TEXT_BYTES
    {
        return Err(ServiceError::too_large(
            "content.text",
            "is longer than 16384 bytes",
        ));
    }
    if let Some((field, reason)) = message.content.refusal() {
        return Err(ServiceError::invalid(field, reason));
    }
    if message.client_id.is_absent() {
        return Err(malformed_client_id());
    }
    if message.mentions.len() > MAX_MENTIONS {
        return Err(ServiceError::too_large(
            "mentions",
            "has more than 50 users",
        ));
    }
    if message
        .reply_to
        .is_some_and(|stamp| stamp.get() > now_us + CLOCK_LEEWAY_US)
    {
        return Err(ServiceError::invalid("reply_to", "is in the future"));
    }
    Ok(())
}

fn append_step(caller: &Caller, message: &NewMessage, now_us: u64) -> AppendStep {
    let body = MessageBody {
        client_id: Some(message.client_id.clone()),
        content: Some(message.content.clone()),
        reply_to: message.reply_to,
        mentions: message.mentions.clone(),
        ..MessageBody::default()
    }
    .encode();
    AppendStep {
        timeline: TimelineId::Chat(message.chat.clone()),
        id: hashed_id(&[caller.user.as_str(), message.client_id.as_str()]),
        digest: digest(&[&body]),
        kind: EntryRecord::COUNTING,
        author: Some(caller.user.clone()),
        body,
        now_us,
        members_version: None,
        marks: Vec::new(),
    }
}

/// A client id that does not follow the rules: unlike other ids it is chosen by the client, so say so.
pub(super) fn malformed_client_id() -> ServiceError {
    ServiceError::invalid(
        "client_id",
        "must be 16 to 64 characters of A-Z a-z 0-9 _ -",
    )
}

/// A client id that stands for another request already.
pub(super) fn used_twice() -> ServiceError {
    ServiceError::Conflict {
        field: "client_id",
        reason: "was used for another request",
    }
}
