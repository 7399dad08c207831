/** What an application sees of records: chat rows and timeline items. */

import type { ActionKind, ChatState, ReactionState, TimelineItem } from "../views";
import { overlaidPins, overlay } from "./overlay";
import type { Mirror } from "../mirror";
import type { Content, Entry, Reaction } from "../protocol.generated";
import type { ChatRecord, OutboxRecord } from "../store/records";

/** Stamps are microseconds. */
const MICROS_PER_MS = 1000;

/** A stored entry as a row of a timeline. */
export function storedItem(
    entry: Entry,
    me: string | null,
    isPinned = false,
    pending: readonly ActionKind[] = [],
): TimelineItem {
    const isOwn = entry.sender !== undefined && entry.sender === me;
    const mentions = entry.mentions ?? [];
    return {
        key: isOwn && entry.client_id !== undefined ? entry.client_id : String(entry.stamp),
        stamp: entry.stamp,
        kind: entry.kind,
        sender: entry.sender ?? null,
        content: entry.content ?? null,
        replyTo: entry.reply_to ?? null,
        thread: entry.thread ?? null,
        replies: entry.replies ?? null,
        mentions,
        mentionAll: entry.mention_all ?? false,
        mentionsMe: !isOwn && me !== null && (entry.mention_all === true || mentions.includes(me)),
        forwarded: entry.forwarded ?? null,
        reactions: (entry.reactions ?? []).map((reaction) => reactionState(reaction, me)),
        sentAtMs: Math.floor(entry.stamp / MICROS_PER_MS),
        sendState: "sent",
        error: null,
        edited: entry.edited ?? false,
        retracted: entry.retracted ?? false,
        hidden: entry.hidden ?? false,
        pinned: isPinned,
        pending,
    };
}

/** In pushes only the users tell whether one reacts oneself. */
function reactionState(reaction: Reaction, me: string | null): ReactionState {
    const { kind, count, users } = reaction;
    return { kind, count, users, mine: reaction.mine === true || (me !== null && users.includes(me)) };
}

/** A message that is not known to be stored as a row of a timeline. */
export function unsentItem(message: OutboxRecord, me: string | null): TimelineItem {
    return {
        ...newItem(message.clientId, message.content, me, message.createdMs),
        replyTo: message.replyTo,
        thread: message.thread,
        mentions: message.mentions,
        mentionAll: message.mentionAll,
        sendState: message.error ? "failed" : "sending",
        error: message.error,
    };
}

/**
 * Messages that are being forwarded to a chat, as rows of its timeline.
 *
 * @param through the newest entry that is shown: what is stored up to there is among the entries.
 */
export function forwardedItems(mirror: Mirror, chat: string, through: number): TimelineItem[] {
    const me = mirror.session?.account.id ?? null;
    return mirror.forwards(chat).flatMap(({ clientId, createdMs, action, sent }) => {
        const stored = sent.filter((place) => place.chat === chat).map((place) => place.stamp);
        if (stored.length > 0 && Math.max(...stored) <= through) return [];
        return action.shown.map(({ content, source }, place) => ({
            ...newItem(`${clientId} ${chat} ${place}`, content, me, createdMs),
            forwarded: source,
        }));
    });
}

/** What stands where there is no message any more. */
export function tombstone(stamp: number): TimelineItem {
    return {
        ...newItem(String(stamp), null, null, Math.floor(stamp / MICROS_PER_MS)),
        kind: "tombstone",
        stamp,
        sendState: "sent",
    };
}

function newItem(key: string, content: Content | null, sender: string | null, sentAtMs: number): TimelineItem {
    return {
        key,
        stamp: null,
        kind: "message",
        sender,
        content,
        replyTo: null,
        thread: null,
        replies: null,
        mentions: [],
        mentionAll: false,
        mentionsMe: false,
        forwarded: null,
        reactions: [],
        sentAtMs,
        sendState: "sending",
        error: null,
        edited: false,
        retracted: false,
        hidden: false,
        pinned: false,
        pending: [],
    };
}

/** A chat as a row of the chat list. */
export function chatState(record: ChatRecord, mirror: Mirror): ChatState {
    const { chat } = record;
    const me = mirror.session?.account.id ?? null;
    const actions = mirror.actions(record.id);
    const unsent = mirror.outbox(record.id).at(-1);
    const laid = record.last && overlay(record.last, actions, me);
    const stored = laid && storedItem(laid.entry, me, false, laid.pending);
    const last = unsent && unsent.clientId !== stored?.key ? unsentItem(unsent, me) : stored;
    return {
        id: record.id,
        kind: chat.kind,
        title: chat.title ?? null,
        peer: chat.peer ? (mirror.users.get(chat.peer.id)?.user ?? chat.peer) : null,
        role: chat.role,
        memberCount: chat.member_count,
        membersVersion: chat.members_version,
        last,
        unread: record.unread,
        mentions: record.mentions,
        read: record.read,
        peerRead: record.peerRead,
        peerDelivered: Math.max(record.peerRead, record.peerDelivered),
        draft: mirror.drafts.get(record.id)?.text ?? "",
        draftReplyTo: mirror.drafts.get(record.id)?.replyTo ?? null,
        pins: overlaidPins(chat.pins ?? [], actions),
        expireAfterS: chat.expire_after_s ?? null,
        activeAtMs: last?.sentAtMs ?? chat.created_ms,
    };
}
