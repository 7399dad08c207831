/** One round trip that brings the client up to date after connecting. */

import type { Connection } from "../connection";
import type { ChatCursor, Synced, SyncedChat } from "../protocol.generated";
import { applyChangesPage } from "../store/changes";
import type { Origin } from "../store/copies";
import { applyDraft } from "../store/drafts";
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
    const named = new Map(cursors.map((cursor) => [cursor.chat, cursor]));
    await core.write((work) => applySynced(work, synced, named, core.platform.clock.now()));
    return {
        hasMoreLog: synced.log.has_more && !synced.log.reset,
        hasMoreChats: synced.has_more,
        chats: synced.chats.map((chat) => chat.chat.id),
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
            const { changes } = record;
            if (!known || !changes) return [];
            const place = { changes_after: changes.after, changes_epoch: changes.epoch };
            return [{ chat: record.id, after: known.through, epoch: record.epoch, ...place }];
        })
        .slice(0, MAX_CURSORS);
}

async function applySynced(
    work: Work,
    synced: Synced,
    cursors: ReadonlyMap<string, ChatCursor>,
    nowMs: number,
): Promise<void> {
    // The log first: the rows were read after it and are right where the two differ.
    await applyLog(work, synced.log);
    for (const chat of synced.chats) {
        work.clearStale(chat.chat.id);
        const isNew = synced.log.reset !== undefined || !(await work.chat(chat.chat.id));
        await applyChat(work, chat, synced.log.reset ? undefined : cursors.get(chat.chat.id), nowMs);
        if (isNew) await applyDraft(work, chat.chat.id, chat.draft ?? null);
    }
    // Left out of the answer: most likely one is no longer a member. Asking for the row decides it.
    const answered = new Set(synced.chats.map((chat) => chat.chat.id));
    for (const chat of cursors.keys()) if (!answered.has(chat)) work.markStale(chat);
}

async function applyChat(work: Work, chat: SyncedChat, cursor: ChatCursor | undefined, nowMs: number): Promise<void> {
    const { timeline, changes, changes_next, ...row } = chat;
    const id = chat.chat.id;
    const kept = await work.chat(id);
    const reset = timeline?.reset ?? changes?.reset;
    if (reset && kept) dropTimeline(work, kept, chat.chat.epoch);
    const record = await applyRow(work, row, nowMs, changes_next);
    if (!cursor || reset || record.epoch !== cursor.epoch) return;
    const run = timeline?.epoch === cursor.epoch ? runAfter(cursor.after, timeline) : null;
    const origin: Origin = { kind: "page", through: cursor.after };
    if (run && timeline) await mergeRun(work, record, run, origin, timeline.floor);
    // The changes last: the entries may have been read before them.
    if (changes) await applyChangesPage(work, id, changes);
    await hear(work, id, changes_next);
}

/** A page of changes may end before the newest. */
async function hear(work: Work, chat: string, newestChange: number): Promise<void> {
    const record = await work.chat(chat);
    if (!record?.changes || record.changes.heard >= newestChange) return;
    work.putChat({ ...record, changes: { ...record.changes, heard: newestChange } });
}
