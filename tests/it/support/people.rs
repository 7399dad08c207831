//! People with a connection, and the shortest way to let them do something.

use std::{
    ops::Deref,
    sync::atomic::{AtomicU64, Ordering},
};

use curlew::{
    model::{ChatId, ChatKind, ClientId, Content, Device, Entry, SessionId, Stamp, User, UserId},
    protocol::{self as p, MessageSent, Push, WireError},
};

use super::{Client, Format, Server};

/// A client id nobody used before in this run.
pub(crate) fn fresh_client_id() -> ClientId {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    ClientId::parse(&format!("story-{number:016}")).expect("a client id")
}

/// The password of everybody.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// Somebody with an account, logged in, with one connection.
pub(crate) struct Person {
    client: Client,
    /// Their account.
    pub(crate) user: User,
    /// Their session.
    pub(crate) session: SessionId,
    /// Its token.
    pub(crate) token: String,
}

impl Deref for Person {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

impl Person {
    /// Registers `name`; JSON.
    pub(crate) async fn new(server: &Server, name: &str) -> Self {
        Self::speaking(server, name, Format::Json).await
    }

    /// Registers `name`, who speaks `format`.
    pub(crate) async fn speaking(server: &Server, name: &str, format: Format) -> Self {
        let client = connect(server, format).await;
        let welcome = client.call(registration(name)).await.expect("registers");
        Self::welcomed(client, welcome)
    }

    /// Logs in again, as another device of the same person would.
    pub(crate) async fn device(&self, server: &Server, format: Format) -> Self {
        let client = connect(server, format).await;
        let welcome = client
            .call(login(&self.user.username, PASSWORD))
            .await
            .expect("logs in");
        Self::welcomed(client, welcome)
    }

    /// Comes back with the same session on a new connection.
    pub(crate) async fn again(&self, server: &Server) -> Self {
        let client = connect(server, self.format()).await;
        client.call(hello(&self.token)).await.expect("comes back");
        Self {
            client,
            user: self.user.clone(),
            session: self.session.clone(),
            token: self.token.clone(),
        }
    }

    fn welcomed(client: Client, welcome: p::Welcome) -> Self {
        Self {
            client,
            user: welcome.user.user,
            session: welcome.session.id,
            token: welcome.session.token.expect("a new session has a token"),
        }
    }

    /// Their id.
    pub(crate) fn id(&self) -> UserId {
        self.user.id.clone()
    }

    /// Makes the direct chat with somebody, or finds it.
    pub(crate) async fn direct(&self, other: &Self) -> ChatId {
        let new = new_chat(ChatKind::Direct, &[other], None);
        self.call(new).await.expect("makes a direct chat").chat.id
    }

    /// Makes a group.
    pub(crate) async fn group(&self, title: &str, others: &[&Self]) -> ChatId {
        let new = new_chat(ChatKind::Group, others, Some(title));
        self.call(new).await.expect("makes a group").chat.id
    }

    /// Sends a text.
    pub(crate) async fn say(&self, chat: &ChatId, text: &str) -> MessageSent {
        self.call(text_message(chat, text)).await.expect("sends")
    }

    /// Every entry of a chat, pulled oldest first in pages of `limit`.
    pub(crate) async fn pull_all(&self, chat: &ChatId, limit: u32) -> Vec<Entry> {
        let mut entries: Vec<Entry> = Vec::new();
        loop {
            let after = entries.last().map_or(Stamp::ZERO, |entry| entry.stamp);
            let page = self
                .call(pull_after(chat, after, limit))
                .await
                .expect("pulls");
            assert_eq!(page.reset, None);
            entries.extend(page.entries);
            if !page.has_more {
                return entries;
            }
        }
    }

    /// The texts of a chat's messages, oldest first.
    pub(crate) async fn texts(&self, chat: &ChatId) -> Vec<String> {
        let entries = self.pull_all(chat, 200).await;
        entries
            .iter()
            .filter_map(|entry| text_of(entry).map(str::to_owned))
            .collect()
    }

    /// How many messages of a chat they have not read.
    pub(crate) async fn unread(&self, chat: &ChatId) -> u64 {
        self.call(p::GetChat { chat: chat.clone() })
            .await
            .expect("gets the chat")
            .unread
    }

    /// Marks a chat as read; the mark and the unread count after it.
    pub(crate) async fn read(
        &self,
        chat: &ChatId,
        stamp: Stamp,
    ) -> Result<(Stamp, u64), WireError> {
        let marked = self
            .call(p::MarkRead {
                chat: chat.clone(),
                stamp,
            })
            .await?;
        Ok((marked.stamp, marked.unread))
    }

    /// The next message pushed in `chat`.
    pub(crate) async fn next_message(&self, chat: &ChatId) -> Entry {
        self.push_where(|push| match push {
            Push::Entry {
                chat: of, entry, ..
            } if of == *chat && text_of(&entry).is_some() => Some(entry),
            _ => None,
        })
        .await
    }
}

/// A connection without an account.
pub(crate) async fn connect(server: &Server, format: Format) -> Client {
    Client::connect(&server.url(), format)
        .await
        .expect("connects")
}

/// Params to register `name`.
pub(crate) fn registration(name: &str) -> p::Register {
    p::Register {
        username: name.to_owned(),
        password: PASSWORD.to_owned(),
        display_name: None,
        invite: None,
        device: Device {
            name: "test".to_owned(),
            platform: "bot".to_owned(),
        },
    }
}

/// Params to log in.
pub(crate) fn login(name: &str, password: &str) -> p::Login {
    let device = Device {
        name: "another".to_owned(),
        platform: "bot".to_owned(),
    };
    p::Login {
        username: name.to_owned(),
        password: password.to_owned(),
        device,
    }
}

/// Params to come back.
pub(crate) fn hello(token: &str) -> p::Hello {
    p::Hello {
        token: token.to_owned(),
        device: None,
        client: None,
        features: Vec::new(),
    }
}

/// Params to make a chat.
pub(crate) fn new_chat(kind: ChatKind, others: &[&Person], title: Option<&str>) -> p::CreateChat {
    p::CreateChat {
        kind,
        members: others.iter().map(|person| person.id()).collect(),
        title: title.map(str::to_owned),
        client_id: fresh_client_id(),
    }
}

/// Params to send a text.
pub(crate) fn text_message(chat: &ChatId, text: &str) -> p::SendMessage {
    p::SendMessage::new(chat.clone(), fresh_client_id(), Content::text(text))
}

/// Params to pull the newest page.
pub(crate) fn pull_newest(chat: &ChatId, limit: u32) -> p::PullTimeline {
    p::PullTimeline {
        chat: chat.clone(),
        after: None,
        before: None,
        around: None,
        epoch: None,
        limit,
    }
}

/// Params to pull what comes after a stamp.
pub(crate) fn pull_after(chat: &ChatId, after: Stamp, limit: u32) -> p::PullTimeline {
    p::PullTimeline {
        after: Some(after),
        ..pull_newest(chat, limit)
    }
}

/// The text of an entry, if it is a text.
pub(crate) fn text_of(entry: &Entry) -> Option<&str> {
    match entry.content.as_ref()? {
        Content::Text(text) => Some(&text.text),
        _ => None,
    }
}
