/** What an application sees of records: chat rows and timeline items. */

import type { ChatState, TimelineItem } from "../client";
import type { Mirror } from "../mirror";
import type { Entry } from "../protocol.generated";
import type { ChatRecord, OutboxRecord } from "../store/records";

/** Stamps are microseconds. */
const MICROS_PER_MS = 1000;

/** A stored entry as a row of a timeline. */
export function storedItem(entry: Entry, me: string | null): TimelineItem {
    const isOwn = entry.sender !== undefined && entry.sender === me;
    return {
        key: isOwn && entry.client_id !== undefined ? entry.client_id : String(entry.stamp),
        stamp: entry.stamp,
        kind: entry.kind,
        sender: entry.sender ?? null,
        content: entry.content ?? null,
        replyTo: entry.reply_to ?? null,
        sentAtMs: Math.floor(entry.stamp / MICROS_PER_MS),
        sendState: "sent",
        error: null,
        edited: entry.edited ?? false,
        retracted: entry.retracted ?? false,
    };
}

/** A message that is not known to be stored as a row of a timeline. */
export function unsentItem(message: OutboxRecord, me: string | null): TimelineItem {
    return {
        key: message.clientId,
        stamp: null,
        kind: "message",
        sender: me,
        content: message.content,
        replyTo: message.replyTo,
        sentAtMs: message.createdMs,
        sendState: message.error ? "failed" : "sending",
        error: message.error,
        edited: false,
        retracted: false,
    };
}

/** A chat as a row of the chat list. */
export function chatState(record: ChatRecord, mirror: Mirror): ChatState {
    const { chat } = record;
    const me = mirror.session?.account.id ?? null;
    const unsent = mirror.outbox(record.id).at(-1);
    const stored = record.last && storedItem(record.last, me);
    const last = unsent && unsent.clientId !== stored?.key ? unsentItem(unsent, me) : stored;
    return {
        id: record.id,
        kind: chat.kind,
        title: chat.title ?? null,
        peer: chat.peer ? (mirror.users.get(chat.peer.id)?.user ?? chat.peer) : null,
        role: chat.role,
        memberCount: chat.member_count,
        last,
        unread: record.unread,
        mentions: record.mentions,
        read: record.read,
        peerRead: record.peerRead,
        draft: mirror.drafts.get(record.id) ?? "",
        activeAtMs: last?.sentAtMs ?? chat.created_ms,
    };
}
