//! Messages and the timelines they stand in.

use super::Member;
use crate::{
    model::{ChatId, LogPage, TimelinePage},
    protocol::{
        ForwardMessages, GetMessages, ListMentions, Mentions, MessageSent, Messages,
        MessagesForwarded, PullChanges, PullThread, PullTimeline, SendMessage, ThreadPage,
    },
    service::{Forward, NewMessage, SentMessage, ServiceError, TimelineQuery},
};

pub(super) async fn send(member: Member, params: SendMessage) -> Result<MessageSent, ServiceError> {
    let chat = params.chat.clone();
    let message = NewMessage {
        chat: params.chat,
        client_id: params.client_id,
        content: params.content,
        reply_to: params.reply_to,
        thread: params.thread,
        mentions: params.mentions,
        mention_all: params.mention_all,
    };
    let sent = member.service().send(&member.caller, message).await?;
    Ok(told(chat, sent))
}

pub(super) async fn forward(
    member: Member,
    params: ForwardMessages,
) -> Result<MessagesForwarded, ServiceError> {
    let forward = Forward {
        chat: params.chat,
        stamps: params.stamps,
        to: params.to,
        merged: params.merged,
        client_id: params.client_id,
    };
    let sent = member.service().forward(&member.caller, forward).await?;
    let sent = sent.into_iter().map(|(chat, sent)| told(chat, sent));
    Ok(MessagesForwarded {
        sent: sent.collect(),
    })
}

fn told(chat: ChatId, sent: SentMessage) -> MessageSent {
    MessageSent {
        chat,
        stamp: sent.stamp,
        prev: sent.prev,
        ordinal: sent.ordinal,
        epoch: sent.epoch,
        duplicate: sent.duplicate,
        level: sent.level,
    }
}

pub(super) async fn pull_thread(
    member: Member,
    params: PullThread,
) -> Result<ThreadPage, ServiceError> {
    let service = member.service();
    let place = (params.after, params.before);
    let thread = service
        .pull_thread(
            &member.caller,
            &params.chat,
            params.root,
            place,
            params.limit,
        )
        .await?;
    Ok(ThreadPage {
        root: thread.root,
        entries: thread.entries,
        has_more: thread.has_more,
    })
}

pub(super) async fn pull(
    member: Member,
    params: PullTimeline,
) -> Result<TimelinePage, ServiceError> {
    let query = TimelineQuery {
        after: params.after,
        before: params.before,
        around: params.around,
        epoch: params.epoch,
        limit: params.limit,
    };
    let service = member.service();
    service
        .pull_timeline(&member.caller, &params.chat, query)
        .await
}

pub(super) async fn get(member: Member, params: GetMessages) -> Result<Messages, ServiceError> {
    let service = member.service();
    let (entries, has_more) = service
        .messages(&member.caller, &params.chat, params.stamps)
        .await?;
    Ok(Messages { entries, has_more })
}

pub(super) async fn pull_changes(
    member: Member,
    params: PullChanges,
) -> Result<LogPage, ServiceError> {
    let service = member.service();
    service
        .pull_changes(
            &member.caller,
            &params.chat,
            params.after,
            params.epoch,
            params.limit,
        )
        .await
}

pub(super) async fn mentions(
    member: Member,
    params: ListMentions,
) -> Result<Mentions, ServiceError> {
    let service = member.service();
    let stamps = service
        .mentions(&member.caller, &params.chat, params.limit)
        .await?;
    Ok(Mentions { stamps })
}
