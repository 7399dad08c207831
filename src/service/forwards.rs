//! Forwarding: messages of one chat, said again in others.
//!
//! Everything is checked before anything is written. What is written has ids made from the request's own, so
//! a request that failed on its way is finished by the same request.

use std::collections::HashMap;

use futures_util::{StreamExt, TryStreamExt, stream};

use super::{
    Caller, NewMessage, SentMessage, Service, ServiceError,
    messages::{Post, malformed_client_id},
};
use crate::{
    model::{
        Bundle, BundleItem, ChatId, ClientId, Content, Entry, EntryKind, Source, Stamp, UserId,
    },
    store::record::{digest, hashed_id},
};

/// Most messages one request forwards.
const MAX_MESSAGES: usize = 100;

/// Most chats one request forwards to.
const MAX_TARGETS: usize = 10;

/// Most bytes of a bundle, as JSON.
const MAX_BUNDLE_BYTES: usize = 48 * 1024;

/// Most bundles inside each other.
const MAX_BUNDLE_DEPTH: usize = 3;

/// Chats written to at once.
const PARALLEL: usize = 4;

/// Messages to be forwarded.
#[derive(Debug, Clone)]
pub struct Forward {
    /// Where they stand.
    pub chat: ChatId,
    /// The messages.
    pub stamps: Vec<Stamp>,
    /// Where to.
    pub to: Vec<ChatId>,
    /// Whether they become one message that holds them all.
    pub merged: bool,
    /// Makes the request repeatable.
    pub client_id: ClientId,
}

/// What is said in each chat, and what tells it from the other messages of the request.
type Said = (String, Content, Option<Source>);

impl Service {
    /// Forwards messages; answers what was stored, chat by chat, in the order asked for.
    ///
    /// # Errors
    ///
    /// `NotFound` (a chat), `Invalid` (a message that cannot be forwarded), `TooLarge`, `Conflict`,
    /// `RateLimited`, `Store` or `Unknown` (some may be stored: the same request again stores the rest).
    pub async fn forward(
        &self,
        caller: &Caller,
        mut forward: Forward,
    ) -> Result<Vec<(ChatId, SentMessage)>, ServiceError> {
        let now_us = self.parts.clock.now_us();
        check(&mut forward)?;
        self.limiter.send(&caller.user)?;
        let entries = self.forwarded(caller, &forward).await?;
        let said = if forward.merged {
            vec![self.bundled(caller, &forward, entries).await?]
        } else {
            entries.into_iter().filter_map(one).collect()
        };
        for chat in &forward.to {
            self.seen_by(caller, chat).await?;
        }
        let targets = forward.to.iter().cloned();
        let sent: Vec<_> = stream::iter(targets)
            .map(|chat| {
                let posts = posts(&forward, &chat, &said, now_us);
                self.post_all(caller, chat, posts)
            })
            .buffered(PARALLEL)
            .try_collect()
            .await?;
        Ok(sent.into_iter().flatten().collect())
    }

    /// The messages, in their order.
    async fn forwarded(
        &self,
        caller: &Caller,
        forward: &Forward,
    ) -> Result<Vec<Entry>, ServiceError> {
        let entries = self
            .all_messages(caller, &forward.chat, &forward.stamps)
            .await?;
        let good = |entry: &Entry| entry.kind == EntryKind::Message && entry.content.is_some();
        if entries.len() < forward.stamps.len() || !entries.iter().all(good) {
            return Err(ServiceError::invalid(
                "stamps",
                "names what is no message, taken back or hidden",
            ));
        }
        Ok(entries)
    }

    /// The messages as one: a snapshot.
    async fn bundled(
        &self,
        caller: &Caller,
        forward: &Forward,
        entries: Vec<Entry>,
    ) -> Result<Said, ServiceError> {
        let (state, _) = self.seen_by(caller, &forward.chat).await?;
        let mut senders: Vec<UserId> = entries.iter().filter_map(|e| e.sender.clone()).collect();
        senders.sort();
        senders.dedup();
        let names: HashMap<UserId, String> = self
            .users(&senders)
            .await?
            .into_iter()
            .flatten()
            .map(|user| (user.id, user.display_name))
            .collect();
        let items = entries.into_iter().filter_map(|entry| {
            let sender = entry.sender?;
            Some(BundleItem {
                name: names.get(&sender).cloned().unwrap_or_default(),
                sender,
                stamp: entry.stamp,
                content: entry.content?,
            })
        });
        let bundle = Bundle {
            title: state.info.title,
            items: items.collect(),
        };
        bounded(&bundle)?;
        Ok(("bundle".to_owned(), Content::Bundle(bundle), None))
    }

    async fn post_all(
        &self,
        caller: &Caller,
        chat: ChatId,
        posts: Vec<Post>,
    ) -> Result<Vec<(ChatId, SentMessage)>, ServiceError> {
        let mut sent = Vec::with_capacity(posts.len());
        for post in posts {
            sent.push((chat.clone(), self.post(caller, post).await?));
        }
        Ok(sent)
    }
}

fn check(forward: &mut Forward) -> Result<(), ServiceError> {
    forward.stamps.sort();
    forward.stamps.dedup();
    let mut seen = Vec::new();
    forward.to.retain(|chat| {
        let new = !seen.contains(chat);
        seen.push(chat.clone());
        new
    });
    if forward.client_id.is_absent() {
        return Err(malformed_client_id());
    }
    let bounds = [
        (
            "stamps",
            forward.stamps.len(),
            MAX_MESSAGES,
            "names more than 100 messages",
        ),
        (
            "to",
            forward.to.len(),
            MAX_TARGETS,
            "names more than 10 chats",
        ),
    ];
    for (field, length, most, reason) in bounds {
        if length == 0 {
            return Err(ServiceError::invalid(field, "is empty"));
        }
        if length > most {
            return Err(ServiceError::too_large(field, reason));
        }
    }
    Ok(())
}

/// A message as it is said again: who said it first stays known.
fn one(entry: Entry) -> Option<Said> {
    let source = entry.forwarded.or(Some(Source {
        sender: entry.sender?,
        stamp: entry.stamp,
    }));
    Some((entry.stamp.to_string(), entry.content?, source))
}

/// What is to be stored in one chat. The digests are of the request, not of what the messages say: that may
/// have changed until the request is repeated.
fn posts(forward: &Forward, chat: &ChatId, said: &[Said], now_us: u64) -> Vec<Post> {
    let stamps: Vec<String> = forward.stamps.iter().map(Stamp::to_string).collect();
    let request = digest(&[
        forward.chat.as_str().as_bytes(),
        stamps.join(" ").as_bytes(),
    ]);
    let post = |(name, content, forwarded): &Said| Post {
        message: NewMessage {
            chat: chat.clone(),
            client_id: hashed_id(&["forward", forward.client_id.as_str(), chat.as_str(), name]),
            content: content.clone(),
            reply_to: None,
            thread: None,
            mentions: Vec::new(),
            mention_all: false,
        },
        forwarded: forwarded.clone(),
        digest: request.clone(),
        now_us,
    };
    said.iter().map(post).collect()
}

fn bounded(bundle: &Bundle) -> Result<(), ServiceError> {
    let bytes = serde_json::to_vec(bundle).map_or(usize::MAX, |json| json.len());
    if bytes > MAX_BUNDLE_BYTES {
        return Err(ServiceError::too_large(
            "stamps",
            "makes a bundle of more than 48 KiB",
        ));
    }
    if depth(bundle) > MAX_BUNDLE_DEPTH {
        return Err(ServiceError::invalid(
            "stamps",
            "would put bundles more than 3 deep into each other",
        ));
    }
    Ok(())
}

fn depth(bundle: &Bundle) -> usize {
    let inner = bundle.items.iter().map(|item| match &item.content {
        Content::Bundle(bundle) => depth(bundle),
        _ => 0,
    });
    1 + inner.max().unwrap_or(0)
}
