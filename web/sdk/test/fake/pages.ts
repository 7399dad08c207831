/** What the server lets its readers see. */

import type {
    Chat,
    ChatCursor,
    ChatRow,
    Entry,
    LogEntry,
    LogPage,
    PullThread,
    PullTimeline,
    Sync,
    Synced,
    SyncedChat,
    ThreadPage,
    TimelinePage,
} from "../../src/protocol.generated";
import type { FakeChat, Model } from "./model";
import { refuse } from "./refusal";

export const PAGE = 200;

/** Entries up to here are gone, or not for this reader. */
export function floorOf(model: Model, chat: FakeChat, user: string): number {
    raiseExpired(model, chat);
    return Math.max(chat.floor, chat.members.get(user)?.since ?? 0);
}

/** Messages that are past their time go, and with them everything up to them. */
function raiseExpired(model: Model, chat: FakeChat): void {
    if (chat.expireAfterS === undefined) return;
    const limit = (model.nowMs - chat.expireAfterS * 1000) * 1000;
    for (const gone of chat.entries.filter((entry) => entry.stamp <= limit)) chat.floor = gone.stamp;
    chat.entries = chat.entries.filter((entry) => entry.stamp > chat.floor);
}

/** What a member may see, as they see it. */
export function visible(model: Model, chat: FakeChat, user: string): Entry[] {
    const floor = floorOf(model, chat, user);
    return chat.entries.filter((entry) => entry.stamp > floor).map((entry) => seen(chat, entry, user));
}

function seen(chat: FakeChat, entry: Entry, user: string): Entry {
    const copy = { ...entry };
    const replies = chat.entries.filter((other) => other.thread === entry.stamp);
    const last = replies.at(-1)?.stamp;
    if (last !== undefined) copy.replies = { count: replies.filter((reply) => !reply.retracted).length, last };
    if (copy.reactions) {
        const own = chat.reactions.get(entry.stamp)?.find((reactor) => reactor.user === user)?.kinds ?? [];
        copy.reactions = copy.reactions.map((reaction) => ({ ...reaction, ...(own.includes(reaction.kind) && { mine: true }) }));
    }
    if (!chat.hidden.get(user)?.has(entry.stamp)) return copy;
    delete copy.content;
    return { ...copy, hidden: true };
}

export function pullTimeline(model: Model, chat: FakeChat, user: string, params: PullTimeline): TimelinePage {
    const limit = Math.min(params.limit, PAGE);
    if (params.after !== undefined) return after(model, chat, user, params.after, params.epoch, limit);
    const all = visible(model, chat, user);
    const page = { epoch: chat.epoch, floor: floorOf(model, chat, user) };
    if (params.around !== undefined) {
        const at = all.findIndex((entry) => entry.stamp >= (params.around ?? 0));
        const entries = all.slice(Math.max(0, at - limit / 2), at + limit / 2);
        return { ...page, entries, has_more: entries.length < all.length };
    }
    const before = all.filter((entry) => entry.stamp < (params.before ?? Infinity));
    return { ...page, entries: before.slice(-limit), has_more: before.length > limit };
}

function after(model: Model, chat: FakeChat, user: string, from: number, epoch: string | undefined, limit: number): TimelinePage {
    const all = visible(model, chat, user);
    const floor = floorOf(model, chat, user);
    const page = { epoch: chat.epoch, floor, entries: [], has_more: false };
    if (epoch !== undefined && epoch !== chat.epoch) return { ...page, reset: "epoch" };
    if (from !== 0 && from < chat.floor) return { ...page, reset: "floor" };
    if (from > floor && !chat.entries.some((entry) => entry.stamp === from)) return { ...page, reset: "rewound" };
    const left = all.filter((entry) => entry.stamp > from);
    return { ...page, entries: left.slice(0, limit), has_more: left.length > limit };
}

export function pullThread(model: Model, chat: FakeChat, user: string, params: PullThread): ThreadPage {
    const all = visible(model, chat, user);
    const root = all.find((entry) => entry.stamp === params.root) ?? refuse("not_found");
    const replies = all.filter((entry) => entry.thread === params.root);
    if (params.after !== undefined) {
        const left = replies.filter((entry) => entry.stamp > (params.after ?? 0));
        return { root, entries: left.slice(0, params.limit), has_more: left.length > params.limit };
    }
    const before = replies.filter((entry) => entry.stamp < (params.before ?? Infinity));
    return { root, entries: before.slice(-params.limit), has_more: before.length > params.limit };
}

/** The log of a person; of the reads and drafts of a chat a page has the newest only. */
export function pullLog(model: Model, user: string, from: number | undefined, epoch: string | undefined, limit: number): LogPage {
    const person = model.known(user);
    const { logEpoch, log, logFloor } = person;
    const page = logPage(log, logEpoch, logFloor, from, epoch, limit);
    const newest = new Map(page.entries.map((entry) => [coalesced(entry), entry]));
    return { ...page, entries: filledOnce(model, page.entries.filter((entry) => newest.get(coalesced(entry)) === entry)) };
}

function coalesced({ stamp, change }: LogEntry): string {
    return change.kind === "read" || change.kind === "draft" ? `${change.kind} ${change.chat}` : String(stamp);
}

export function pullChanges(model: Model, chat: FakeChat, from: number | undefined, epoch: string | undefined, limit: number): LogPage {
    const page = logPage(chat.changes, chat.epoch, chat.changesFloor, from, epoch, limit);
    return { ...page, entries: filledOnce(model, page.entries) };
}

function logPage(log: LogEntry[], life: string, floor: number, from: number | undefined, epoch: string | undefined, limit: number): LogPage {
    const end = log.at(-1)?.stamp ?? floor;
    const page = { epoch: life, floor, next: end, entries: [], has_more: false };
    if (from === undefined) return page;
    if (epoch !== life) return { ...page, reset: "epoch" };
    if (from < floor) return { ...page, reset: "floor" };
    if (from > floor && !log.some((entry) => entry.stamp === from)) return { ...page, reset: "rewound" };
    const left = log.filter((entry) => entry.stamp > from);
    const entries = left.slice(0, Math.min(limit, PAGE));
    return { ...page, entries, next: entries.at(-1)?.stamp ?? from, has_more: left.length > entries.length };
}

/** The last change of a message in a page carries the message as it stands. */
function filledOnce(model: Model, entries: LogEntry[]): LogEntry[] {
    const last = new Map<string, LogEntry>();
    const message = ({ change }: LogEntry): string | null => (change.kind === "message" ? `${change.chat} ${change.stamp}` : null);
    for (const entry of entries) last.set(message(entry) ?? "", entry);
    return entries.map((entry) => (last.get(message(entry) ?? "") === entry ? model.filled(entry) : entry));
}

export function list(model: Model, me: string, offset: number, limit: number): { chats: ChatRow[]; has_more: boolean } {
    const mine = [...model.chats.values()].filter((chat) => chat.members.has(me));
    const newest = (chat: FakeChat): number => chat.entries.at(-1)?.stamp ?? 0;
    mine.sort((a, b) => newest(b) - newest(a));
    const rows = mine.slice(offset, offset + limit).map((chat) => row(model, chat, me));
    return { chats: rows, has_more: mine.length > offset + limit };
}

export function row(model: Model, chat: FakeChat, me: string): ChatRow {
    const last = visible(model, chat, me).at(-1);
    const draft = chat.drafts.get(me);
    const others = [...chat.members.keys()].filter((user) => user !== me);
    const reads = others.map((user) => ({ user, stamp: chat.reads.get(user) ?? 0, delivered: chat.delivered.get(user) ?? 0 }));
    return {
        chat: chatOf(model, chat, me),
        unread: unread(model, chat, me).length,
        mentions: unread(model, chat, me).filter((entry) => entry.mention_all || chat.mentioned.get(me)?.has(entry.stamp)).length,
        read: chat.reads.get(me) ?? 0,
        ...(last && { last }),
        ...(chat.kind === "direct" && { reads }),
        ...(draft && { draft }),
    };
}

export function unread(model: Model, chat: FakeChat, me: string): Entry[] {
    const read = chat.reads.get(me) ?? 0;
    const others = visible(model, chat, me).filter((entry) => entry.kind === "message" && entry.sender !== me);
    return others.filter((entry) => entry.stamp > read && !entry.retracted);
}

export function chatOf(model: Model, chat: FakeChat, me: string): Chat {
    const peer = [...chat.members.keys()].find((id) => id !== me);
    return {
        id: chat.id,
        kind: chat.kind,
        role: chat.members.get(me)?.role ?? "member",
        member_count: chat.members.size,
        members_version: chat.version,
        epoch: chat.epoch,
        created_ms: 0,
        ...(chat.pins.length > 0 && { pins: chat.pins }),
        ...(chat.expireAfterS !== undefined && { expire_after_s: chat.expireAfterS }),
        ...(chat.title !== undefined && { title: chat.title }),
        ...(chat.kind === "direct" && peer !== undefined && { peer: model.known(peer).user }),
    };
}

export function sync(model: Model, me: string, params: Sync): Synced {
    const log = pullLog(model, me, params.log?.after, params.log?.epoch, PAGE);
    const window = list(model, me, params.window?.offset ?? 0, params.window?.limit ?? 50);
    const cursors = new Map((params.chats ?? []).map((cursor) => [cursor.chat, cursor]));
    const shown = new Set(window.chats.map((one) => one.chat.id));
    const named = [...cursors.keys()].filter((id) => !shown.has(id) && model.chats.get(id)?.members.has(me));
    const rows = [...window.chats, ...named.map((id) => row(model, model.member(id, me), me))];
    const chats = rows.map((one) => synced(model, one, me, cursors.get(one.chat.id)));
    return { log, chats, has_more: window.has_more };
}

function synced(model: Model, one: ChatRow, me: string, cursor: ChatCursor | undefined): SyncedChat {
    const chat = model.member(one.chat.id, me);
    const changes_next = chat.changes.at(-1)?.stamp ?? chat.changesFloor;
    if (!cursor) return { ...one, changes_next };
    const timeline = after(model, chat, me, cursor.after, cursor.epoch, PAGE);
    const changes = cursor.changes_after === undefined ? null : pullChanges(model, chat, cursor.changes_after, cursor.changes_epoch, PAGE);
    const isNews = changes && (changes.reset || changes.entries.length > 0);
    return { ...one, timeline, changes_next, ...(isNews && { changes }) };
}
