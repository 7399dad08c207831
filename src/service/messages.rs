//! Messages: from the wish to say something to its place in the chat.

use super::{Caller, Service, ServiceError};
use crate::{
    cluster::Hint,
    model::{
        ChatId, ClientId, Content, Entry, EntryId, EntryKind, Epoch, Level, MAX_TEXT_BYTES, Source,
        Stamp, UserId,
    },
    store::{
        keys::{self, TimelineId},
        record::{
            AppendOutcome, AppendStep, EntryRecord, Mark, MarkRow, MessageBody, Placed, Standing,
            digest, hashed_id,
        },
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
    /// Stamp of the message under which it stands in a thread.
    pub thread: Option<Stamp>,
    /// Members it speaks to.
    pub mentions: Vec<UserId>,
    /// Whether it speaks to all members.
    pub mention_all: bool,
}

/// A message as it is to be stored.
pub(super) struct Post {
    /// What its sender wants.
    pub(super) message: NewMessage,
    /// Where it was forwarded from.
    pub(super) forwarded: Option<Source>,
    /// Tells its request from another with the same id.
    pub(super) digest: String,
    /// When the operation began.
    pub(super) now_us: u64,
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
    /// Sends a message: one store round trip when the caller's membership is known and it speaks to nobody.
    ///
    /// # Errors
    ///
    /// `NotFound`, `Invalid`, `TooLarge`, `Forbidden` (to speak to all), `Conflict`, `RateLimited`, `Store` or
    /// `Unknown` (outcome unknown).
    pub async fn send(
        &self,
        caller: &Caller,
        message: NewMessage,
    ) -> Result<SentMessage, ServiceError> {
        let now_us = self.parts.clock.now_us();
        check(&message, now_us)?;
        self.limiter.send(&caller.user)?;
        let digest = digest(&[&body(&message, None).encode()]);
        let post = Post {
            message,
            forwarded: None,
            digest,
            now_us,
        };
        self.post(caller, post).await
    }

    /// Stores a message, tells who is online, and brings it into the logs of those it speaks to.
    pub(super) async fn post(
        &self,
        caller: &Caller,
        post: Post,
    ) -> Result<SentMessage, ServiceError> {
        let step = append_step(caller, &post);
        let id = step.id.clone();
        let placed = self.append_message(caller, &post, step).await?;
        let sent = SentMessage {
            stamp: placed.stamp,
            prev: placed.prev,
            ordinal: placed.ordinal,
            epoch: placed.epoch.clone(),
            duplicate: placed.duplicate,
            level: self.parts.engine.level(),
        };
        let entry = self.entry_of(caller, &post, &id, &placed).await?;
        self.tell_message(caller, &post.message.chat, entry, placed);
        if post.message.speaks() {
            let (chat, origin) = (&post.message.chat, Some(&caller.origin));
            self.settle_mentions(chat, &id, post.now_us, origin).await;
        }
        Ok(sent)
    }

    async fn append_message(
        &self,
        caller: &Caller,
        post: &Post,
        mut step: AppendStep,
    ) -> Result<Placed, ServiceError> {
        let chat = &post.message.chat;
        for attempt in 0..ATTEMPTS {
            let membership = self.membership(chat, &caller.user).await?;
            let allowed = self.check_standing(caller, &post.message, &membership);
            // What is there already was allowed, whatever has changed since.
            if let Err(refusal) = allowed.await
                && self
                    .timelines
                    .record(&step.timeline, &step.id)
                    .await?
                    .is_none()
            {
                return Err(refusal);
            }
            if attempt == 0 && post.message.speaks() {
                self.note_mentions(chat, &step.id, post.now_us).await?;
            }
            step.members_version = Some(membership.version);
            match self.timelines.append(step.clone()).await? {
                AppendOutcome::Placed(placed) => {
                    self.touch(&step.timeline, post.now_us);
                    return Ok(placed);
                }
                AppendOutcome::Stale => self.forget_membership(chat, &caller.user),
                AppendOutcome::Conflict => return Err(used_twice()),
                AppendOutcome::Late => return Err(ServiceError::Unknown),
                AppendOutcome::NoTimeline => return Err(ServiceError::NotFound),
            }
        }
        Err(ServiceError::Overloaded)
    }

    /// The message as it is pushed. One that stood there before may have been changed since.
    async fn entry_of(
        &self,
        caller: &Caller,
        post: &Post,
        id: &EntryId,
        placed: &Placed,
    ) -> Result<Entry, ServiceError> {
        if placed.duplicate {
            let timeline = TimelineId::Chat(post.message.chat.clone());
            if let Some(record) = self.timelines.record(&timeline, id).await? {
                return Ok(Standing::alone(id.clone(), record).into_entry());
            }
        }
        let message = &post.message;
        Ok(Entry {
            sender: Some(caller.user.clone()),
            client_id: Some(message.client_id.clone()),
            content: Some(message.content.clone()),
            reply_to: message.reply_to,
            thread: message.thread,
            mentions: message.mentions.clone(),
            mention_all: message.mention_all,
            forwarded: post.forwarded.clone(),
            ..Entry::bare(
                placed.stamp,
                placed.prev,
                placed.ordinal,
                EntryKind::Message,
            )
        })
    }

    /// Pushes the message to everybody who is online, also when it is a repetition: the first attempt may
    /// have ended before it told anybody.
    fn tell_message(&self, caller: &Caller, chat: &ChatId, entry: Entry, placed: Placed) {
        let hint = Hint::Entry {
            chat: chat.clone(),
            epoch: placed.epoch,
            members_version: placed.members_version,
            entry,
            origin: Some(caller.origin.clone()),
        };
        self.parts
            .cluster
            .tell(hint, &keys::chat_gateways(chat), &placed.gateways);
    }
}

impl NewMessage {
    /// Whether it speaks to anybody in particular.
    const fn speaks(&self) -> bool {
        self.mention_all || !self.mentions.is_empty()
    }

    /// Rows that stand with it: by them mentions are counted and threads are found.
    fn marks(&self, author: &UserId) -> Vec<Mark> {
        let mut marks = super::mentions::marks(self, author);
        marks.extend(self.thread.into_iter().flat_map(|root| {
            [
                Mark {
                    key: keys::thread(&self.chat, root),
                    row: MarkRow::Entry,
                },
                Mark {
                    key: keys::roots(&self.chat),
                    row: MarkRow::Other(root),
                },
            ]
        }));
        marks
    }
}

fn check(message: &NewMessage, now_us: u64) -> Result<(), ServiceError> {
    check_words(&message.content, &message.mentions)?;
    if message.mention_all && !message.mentions.is_empty() {
        return Err(ServiceError::invalid("mentions", "excludes `mention_all`"));
    }
    if message.client_id.is_absent() {
        return Err(malformed_client_id());
    }
    if message
        .reply_to
        .is_some_and(|stamp| stamp.get() > now_us + CLOCK_LEEWAY_US)
    {
        return Err(ServiceError::invalid("reply_to", "is in the future"));
    }
    Ok(())
}

/// Whether this may be said, to these members.
pub(super) fn check_words(content: &Content, mentions: &[UserId]) -> Result<(), ServiceError> {
    if let Content::Text(text) = content
        && text.text.len() > MAX_TEXT_BYTES
    {
        return Err(ServiceError::too_large(
            "content.text",
            "is longer than 16384 bytes",
        ));
    }
    if let Some((field, reason)) = content.refusal() {
        return Err(ServiceError::invalid(field, reason));
    }
    if mentions.len() > MAX_MENTIONS {
        return Err(ServiceError::too_large(
            "mentions",
            "has more than 50 users",
        ));
    }
    Ok(())
}

fn body(message: &NewMessage, forwarded: Option<&Source>) -> MessageBody {
    MessageBody {
        client_id: Some(message.client_id.clone()),
        content: Some(message.content.clone()),
        reply_to: message.reply_to,
        thread: message.thread,
        mentions: message.mentions.clone(),
        mention_all: message.mention_all,
        forwarded: forwarded.cloned(),
        ..MessageBody::default()
    }
}

fn append_step(caller: &Caller, post: &Post) -> AppendStep {
    let message = &post.message;
    AppendStep {
        timeline: TimelineId::Chat(message.chat.clone()),
        id: hashed_id(&[caller.user.as_str(), message.client_id.as_str()]),
        digest: post.digest.clone(),
        kind: EntryRecord::COUNTING,
        author: Some(caller.user.clone()),
        body: body(message, post.forwarded.as_ref()).encode(),
        now_us: post.now_us,
        members_version: None,
        marks: message.marks(&caller.user),
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
