//! What people do. A new operation is one variant here, one arm in `perform`, and one way to choose it.

use std::sync::Arc;

use crate::{
    model::{ChatId, ChatKind, ClientId, Content, Stamp, TimelinePage, UserId},
    service::{
        Caller, ChatUpdate, NewChat, NewMessage, SentMessage, Service, ServiceError, TimelineQuery,
    },
};

/// Something a person asks for.
#[derive(Debug, Clone)]
pub(super) enum Act {
    Send {
        chat: ChatId,
        text: String,
        mentions: Vec<UserId>,
    },
    Read {
        chat: ChatId,
        stamp: Stamp,
    },
    Pull {
        chat: ChatId,
        after: Stamp,
        limit: u32,
    },
    Rename {
        chat: ChatId,
        title: String,
    },
    Add {
        chat: ChatId,
        user: UserId,
    },
    Remove {
        chat: ChatId,
        user: UserId,
    },
    Leave {
        chat: ChatId,
    },
    Make {
        members: Vec<UserId>,
        title: String,
    },
}

/// What came of it.
#[derive(Debug, Clone)]
pub(super) enum Done {
    Sent(SentMessage),
    /// The read mark as it stands.
    Read(Stamp),
    Page(TimelinePage),
    Changed,
    Made(ChatId),
}

impl Act {
    /// The chat it is about, but for one that is only made by it.
    pub(super) fn chat(&self) -> Option<&ChatId> {
        match self {
            Self::Send { chat, .. }
            | Self::Read { chat, .. }
            | Self::Pull { chat, .. }
            | Self::Rename { chat, .. }
            | Self::Add { chat, .. }
            | Self::Remove { chat, .. }
            | Self::Leave { chat } => Some(chat),
            Self::Make { .. } => None,
        }
    }

    /// Asks a gateway for it.
    pub(super) async fn perform(
        self,
        service: Arc<Service>,
        caller: Caller,
        id: ClientId,
    ) -> Result<Done, ServiceError> {
        match self {
            Self::Send {
                chat,
                text,
                mentions,
            } => {
                let message = NewMessage {
                    chat,
                    client_id: id,
                    content: Content::text(text),
                    reply_to: None,
                    thread: None,
                    mentions,
                    mention_all: false,
                };
                service.send(&caller, message).await.map(Done::Sent)
            }
            Self::Read { chat, stamp } => {
                let marked = service.mark_read(&caller, &chat, stamp).await?;
                Ok(Done::Read(marked.0))
            }
            Self::Pull { chat, after, limit } => {
                let query = super::super::page_after(after, limit);
                let page = service.pull_timeline(&caller, &chat, query).await;
                page.map(Done::Page)
            }
            Self::Rename { chat, title } => {
                let update = ChatUpdate {
                    title: Some(title),
                    expire_after_s: None,
                };
                let renamed = service.update_chat(&caller, &chat, update, &id).await;
                renamed.map(|_| Done::Changed)
            }
            Self::Add { chat, user } => {
                let added = service.add_members(&caller, &chat, vec![user], &id).await;
                added.map(|_| Done::Changed)
            }
            Self::Remove { chat, user } => {
                let removed = service.remove_member(&caller, &chat, &user, &id).await;
                removed.map(|_| Done::Changed)
            }
            Self::Leave { chat } => {
                let left = service.leave_chat(&caller, &chat, &id).await;
                left.map(|()| Done::Changed)
            }
            Self::Make { members, title } => {
                let new = NewChat {
                    kind: ChatKind::Group,
                    members,
                    title: Some(title),
                    client_id: id,
                };
                let made = service.create_chat(&caller, new).await;
                made.map(|chat| Done::Made(chat.id))
            }
        }
    }
}

/// Everything after a stamp, as `Act::Pull` asks for it.
pub(super) async fn pull_all(
    service: &Service,
    caller: &Caller,
    chat: &ChatId,
    mut after: Stamp,
    limit: u32,
) -> Result<Vec<crate::model::Entry>, ServiceError> {
    let mut entries = Vec::new();
    loop {
        let query: TimelineQuery = super::super::page_after(after, limit);
        let page = service.pull_timeline(caller, chat, query).await?;
        assert_eq!(page.reset, None, "a cursor of no use: {after:?}");
        after = page.entries.last().map_or(after, |entry| entry.stamp);
        entries.extend(page.entries);
        if !page.has_more {
            return Ok(entries);
        }
    }
}
