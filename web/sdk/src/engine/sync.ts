/** One round trip that brings the client up to date after connecting. */

import type { Connection } from "../connection";
import type { ChatCursor, Synced, SyncedChat } from "../protocol.generated";
import { newest, runAfter } from "../store/ranges";
import type { ChatRecord } from "../store/records";
import { applyRow, dropTimeline, mergeRun } from "../store/timeline";
import type { Work } from "../store/work";
import { type Core, persist } from "./core";
import { applyLog } from "./log";

const WINDOW = 50;
/** Most chats the server takes cursors for; the least recently active ones wait until they are looked at. */
const MAX_CURSORS = 200;

/** What is left to do after a sync. */
export interface SyncRest {
    /** Whether the change log goes on. */
    readonly hasMoreLog: boolean;
    /** Whether the chat list goes on. */
    readonly hasMoreChats: boolean;
    /** Chats whose timelines may have more. */
    readonly chats: readonly string[];
    /** Chats whose kept timelines were of no use. */
    readonly reset: readonly string[];
}

/**
 * Asks for everything that changed and applies it in one transaction.
 *
 * @param connection the one to ask over: with another one, pushes might be missing between the answer and its start.
 * @throws ClientError when the server does not answer.
 */
export async function synchronise(core: Core, connection: Connection): Promise<SyncRest> {
    const log = await core.store.log();
    const cursors = newestCursors([...core.mirror.chats.values()]);
    const window = { offset: 0, limit: WINDOW };
    const synced = await persist(overOnly(core, connection), "sync", { ...(log && { log }), chats: cursors, window });
    await core.write((work) => applySynced(work, synced, cursors, core.platform.clock.now()));
    const reset = synced.chats.filter((chat) => chat.timeline?.reset).map((chat) => chat.chat.id);
    return {
        hasMoreLog: synced.log.has_more && !synced.log.reset,
        hasMoreChats: synced.has_more,
        chats: synced.chats.map((chat) => chat.chat.id).filter((id) => !reset.includes(id)),
        reset,
    };
}

function overOnly(core: Core, connection: Connection): Pick<Core, "platform" | "request"> {
    return { platform: core.platform, request: (method, params) => connection.request(method, params) };
}

function newestCursors(chats: readonly ChatRecord[]): ChatCursor[] {
    return [...chats]
        .sort((a, b) => (b.last?.stamp ?? 0) - (a.last?.stamp ?? 0))
        .flatMap((record) => {
            const known = newest(record.ranges);
            return known ? [{ chat: record.id, after: known.through, epoch: record.epoch }] : [];
        })
        .slice(0, MAX_CURSORS);
}

async function applySynced(
    work: Work,
    synced: Synced,
    cursors: readonly ChatCursor[],
    nowMs: number,
): Promise<void> {
    // The log first: the rows were read after it and are right where the two differ.
    await applyLog(work, synced.log);
    const named = new Map(cursors.map((cursor) => [cursor.chat, cursor]));
    for (const chat of synced.chats) {
        work.clearStale(chat.chat.id);
        await applyChat(work, chat, named.get(chat.chat.id), nowMs);
        named.delete(chat.chat.id);
    }
    // Left out of the answer: most likely one is no longer a member. Asking for the row decides it.
    for (const chat of named.keys()) work.markStale(chat);
}

async function applyChat(work: Work, chat: SyncedChat, cursor: ChatCursor | undefined, nowMs: number): Promise<void> {
    const page = chat.timeline;
    if (page?.reset) {
        const kept = await work.chat(chat.chat.id);
        if (kept) dropTimeline(work, kept, page.epoch);
    }
    const record = await applyRow(work, chat, nowMs);
    if (!page || page.reset || !cursor || record.epoch !== page.epoch || cursor.epoch !== page.epoch) return;
    const run = runAfter(cursor.after, page);
    if (run && run.entries.length > 0) await mergeRun(work, record, run, page.floor);
}
