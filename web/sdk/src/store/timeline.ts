/** Steps on a chat's record and entries, each within a transaction. */

import type { ChatRow, Entry } from "../protocol.generated";
import { addRange, newest, type Run, runOfEntry, touches } from "./ranges";
import type { ChatRecord } from "./records";
import type { Work } from "./work";

/** Most ranges kept of one timeline; the oldest goes first. */
const MAX_RANGES = 8;

/**
 * Adds a run to what is kept of a timeline: entries, ranges, newest entry and counts move together.
 *
 * @param floor what the server said of the floor; absent when it said nothing.
 * @returns the record after it.
 */
export async function mergeRun(work: Work, record: ChatRecord, run: Run, floor = 0): Promise<ChatRecord> {
    await work.putEntries(record.id, run);
    const ranges = addRange(record.ranges, run);
    const surplus = ranges.splice(0, Math.max(0, ranges.length - MAX_RANGES));
    for (const range of surplus) work.deleteEntries(record.id, range.after, range.through);
    work.changes.slices.push({ chat: record.id, epoch: record.epoch, ...run });
    const next = { ...record, ranges, floor: Math.max(record.floor, floor) };
    return work.putChat(counted(work.me, next, run.entries));
}

/** Takes the entries nobody counted yet into the newest entry and the counts. */
function counted(me: string, record: ChatRecord, entries: readonly Entry[]): ChatRecord {
    let { last, unread, mentions, countedThrough } = record;
    for (const entry of entries) {
        if (!last || entry.stamp > last.stamp || (entry.stamp === last.stamp && entry.revision > last.revision)) {
            last = entry;
        }
        if (entry.stamp <= countedThrough) continue;
        countedThrough = entry.stamp;
        if (!isUnread(entry, me, record.read)) continue;
        unread += 1;
        if (entry.mentions?.includes(me)) mentions += 1;
    }
    return { ...record, last, unread, mentions, countedThrough };
}

function isUnread(entry: Entry, me: string, read: number): boolean {
    return entry.kind === "message" && entry.sender !== me && !entry.retracted && entry.stamp > read;
}

/** Drops what is kept of a timeline, for it has another life or lost its end. */
export function dropTimeline(work: Work, record: ChatRecord, epoch: string): ChatRecord {
    work.deleteEntries(record.id, 0, Number.MAX_SAFE_INTEGER);
    work.changes.slices = work.changes.slices.filter((slice) => slice.chat !== record.id);
    work.changes.dropped.push(record.id);
    return work.putChat({ ...record, epoch, floor: 0, ranges: [], last: null, countedThrough: 0 });
}

/**
 * Takes in what the server says of a chat.
 *
 * The row may be older than entries that were pushed since: those are counted on top of it.
 */
export async function applyRow(work: Work, row: ChatRow, nowMs: number): Promise<ChatRecord> {
    let record = (await work.chat(row.chat.id)) ?? newRecord(row);
    if (record.epoch !== row.chat.epoch) record = dropTimeline(work, record, row.chat.epoch);
    if (row.chat.peer) work.putUser(row.chat.peer, nowMs);
    const last = row.last ?? null;
    const peerRead = (row.reads ?? []).filter((mark) => mark.user !== work.me).map((mark) => mark.stamp);
    const next = await recount(
        work,
        {
            ...record,
            chat: row.chat,
            last: record.last && last && record.last.stamp > last.stamp ? record.last : (last ?? record.last),
            read: Math.max(record.read, record.pendingRead, row.read),
            peerRead: Math.max(record.peerRead, ...peerRead),
        },
        row,
    );
    const known = newest(next.ranges);
    if (last && (!known || touches(known, runOfEntry(last)))) return mergeRun(work, next, runOfEntry(last));
    return work.putChat(next);
}

function newRecord(row: ChatRow): ChatRecord {
    return {
        id: row.chat.id,
        version: 0,
        chat: row.chat,
        epoch: row.chat.epoch,
        floor: 0,
        ranges: [],
        last: null,
        read: 0,
        peerRead: 0,
        unread: 0,
        mentions: 0,
        countedThrough: 0,
        pendingRead: 0,
    };
}

async function recount(work: Work, record: ChatRecord, row: ChatRow): Promise<ChatRecord> {
    // The row is older than one's own mark: its numbers start from another place than ours.
    if (record.read > row.read) return { ...record, ...(await countFrom(work, record)) };
    const through = row.last?.stamp ?? 0;
    const newer = await count(work, record, Math.max(through, record.read), record.countedThrough);
    return {
        ...record,
        unread: row.unread + newer.unread,
        mentions: row.mentions + newer.mentions,
        countedThrough: Math.max(through, record.countedThrough),
    };
}

/** Whether what is kept reaches from the read mark to the newest entry, so that counting it is exact. */
export function isCountable(record: ChatRecord): boolean {
    const known = newest(record.ranges);
    return known !== null && known.after <= record.read && known.through >= (record.last?.stamp ?? 0);
}

/** Counts from the read mark on by what is kept; `null` when that would not be exact. */
async function countFrom(
    work: Work,
    record: ChatRecord,
): Promise<Pick<ChatRecord, "unread" | "mentions" | "countedThrough"> | null> {
    const through = newest(record.ranges)?.through ?? 0;
    if (!isCountable(record)) return null;
    return { ...(await count(work, record, record.read, through)), countedThrough: through };
}

async function count(
    work: Work,
    record: ChatRecord,
    after: number,
    through: number,
): Promise<{ unread: number; mentions: number }> {
    const entries = (await work.entries(record.id, after, through)).filter((entry) => isUnread(entry, work.me, after));
    return { unread: entries.length, mentions: entries.filter((entry) => entry.mentions?.includes(work.me)).length };
}

/**
 * Moves one's own read mark; it never falls. Where the count is not exact afterwards (see {@link isCountable}) and
 * something is left unread, the row must be asked for.
 *
 * @param pending whether the server has yet to be told.
 */
export async function moveRead(work: Work, record: ChatRecord, stamp: number, pending: boolean): Promise<ChatRecord> {
    if (stamp <= record.read) return record;
    const next = { ...record, read: stamp, pendingRead: pending ? stamp : record.pendingRead };
    const own = await countFrom(work, next);
    if (own) return work.putChat({ ...next, ...own });
    const isAllRead = stamp >= (record.last?.stamp ?? 0);
    return work.putChat(isAllRead ? { ...next, unread: 0, mentions: 0 } : next);
}

/** Keeps only the newest `keep` entries of a chat. */
export async function trim(work: Work, id: string, keep: number): Promise<void> {
    const record = await work.chat(id);
    const oldest = record && (await work.entryFromEnd(id, keep - 1));
    if (!record || !oldest) return;
    if ((record.ranges[0]?.after ?? 0) >= oldest.prev) return;
    work.deleteEntries(id, 0, oldest.prev);
    const ranges = record.ranges
        .filter((range) => range.through >= oldest.stamp)
        .map((range) => ({ ...range, after: Math.max(range.after, oldest.prev) }));
    work.putChat({ ...record, ranges });
}
