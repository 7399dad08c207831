/** Steps on a chat's record and entries, each within a transaction. */

import type { ChatRow, ReadMark } from "../protocol.generated";
import { newerCopy, type Origin, PUSHED } from "./copies";
import { count, counted, countFrom, isMentionUnsure } from "./counts";
import { addRange, newest, type Run, runOfEntry, touches } from "./ranges";
import type { ChatRecord } from "./records";
import { noteReplies } from "./replies";
import type { Work } from "./work";

/** Most ranges kept of one timeline; the oldest goes first. */
const MAX_RANGES = 8;

/**
 * Adds a run to what is kept of a timeline: entries, ranges, newest entry and counts move together.
 *
 * @param floor what the server said of the floor; absent when it said nothing.
 * @returns the record after it.
 */
export async function mergeRun(
    work: Work,
    record: ChatRecord,
    run: Run,
    origin: Origin,
    floor = 0,
): Promise<ChatRecord> {
    const base = floor > record.floor ? await raiseFloor(work, record, floor) : record;
    const entries = await work.entries.put(base.id, run.entries, origin);
    const ranges = addRange(base.ranges, run);
    const surplus = ranges.splice(0, Math.max(0, ranges.length - MAX_RANGES));
    for (const range of surplus) work.entries.delete(base.id, range.after, range.through);
    work.changes.slices.push({ chat: base.id, epoch: base.epoch, after: run.after, through: run.through, entries });
    await noteReplies(work, base.id, entries, origin);
    return work.putChat(counted(work.me, { ...base, ranges }, entries));
}

/** Drops what is kept of a timeline, for it has another life, lost its end, or is too far behind to be joined. */
export function dropTimeline(work: Work, record: ChatRecord, epoch: string): ChatRecord {
    work.entries.delete(record.id, 0, Number.MAX_SAFE_INTEGER);
    work.changes.slices = work.changes.slices.filter((slice) => slice.chat !== record.id);
    work.changes.entries = work.changes.entries.filter((news) => news.chat !== record.id);
    work.changes.dropped.push(record.id);
    const changes = record.epoch === epoch ? record.changes : null;
    return work.putChat({ ...record, epoch, changes, floor: 0, ranges: [], last: null, countedThrough: 0 });
}

/** Removes the entries up to the floor: they are not there any more, or not for oneself. It never falls. */
export async function raiseFloor(work: Work, record: ChatRecord, floor: number): Promise<ChatRecord> {
    if (floor <= record.floor) return record;
    work.entries.delete(record.id, 0, floor);
    const ranges = record.ranges
        .filter((range) => range.through >= floor)
        .map((range) => ({ ...range, after: Math.max(range.after, floor) }));
    const last = record.last && record.last.stamp > floor ? record.last : null;
    const next = { ...record, floor, ranges, last };
    const own = await countFrom(work, next);
    if (record.unread > 0 && (!own || (await isMentionUnsure(work, next)))) work.markStale(record.id);
    return work.putChat({ ...next, ...own });
}

/**
 * Takes in what the server says of a chat.
 *
 * The row may be older than entries that were pushed since: those are counted on top of it.
 *
 * @param changesNext newest change of the chat when the row was read; absent when the row did not say.
 */
export async function applyRow(work: Work, row: ChatRow, nowMs: number, changesNext?: number): Promise<ChatRecord> {
    let record = (await work.chat(row.chat.id)) ?? newRecord(row);
    if (record.epoch !== row.chat.epoch) record = dropTimeline(work, record, row.chat.epoch);
    if (row.chat.peer) work.putUser(row.chat.peer, nowMs);
    record = placed(record, row.chat.epoch, changesNext);
    const next = await recounted(work, { ...record, ...heardOf(work.me, record, row) }, row);
    const known = newest(next.ranges);
    const last = next.changes && row.last && runOfEntry(row.last);
    if (last && (!known || touches(known, last))) return mergeRun(work, next, last, PUSHED);
    return work.putChat(next);
}

/** Who keeps nothing of a chat yet knows all changes up to now. */
function placed(record: ChatRecord, epoch: string, changesNext: number | undefined): ChatRecord {
    if (changesNext === undefined) return record;
    const isNew = record.changes?.epoch !== epoch || record.ranges.length === 0;
    if (isNew) return { ...record, changes: { after: changesNext, epoch, heard: changesNext } };
    const { changes } = record;
    return changes && { ...record, changes: { ...changes, heard: Math.max(changes.heard, changesNext) } } || record;
}

/** What a row says, where it is newer than what is known. */
function heardOf(me: string, record: ChatRecord, row: ChatRow): Partial<ChatRecord> {
    const { last } = record;
    const marks = (row.reads ?? []).filter((mark) => mark.user !== me);
    const furthest = (of: (mark: ReadMark) => number): number => Math.max(0, ...marks.map(of));
    const isLater = last && row.last && last.stamp > row.last.stamp;
    const isSame = last && row.last && last.stamp === row.last.stamp;
    return {
        chat: row.chat,
        last: isSame ? newerCopy(last, row.last as typeof last, PUSHED) : isLater ? last : (row.last ?? last),
        read: Math.max(record.read, record.pendingRead, row.read),
        peerRead: Math.max(record.peerRead, furthest((mark) => mark.stamp)),
        peerDelivered: Math.max(record.peerDelivered, furthest((mark) => mark.delivered ?? 0)),
    };
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
        changes: null,
        read: 0,
        peerRead: 0,
        peerDelivered: 0,
        toldDelivered: 0,
        unread: 0,
        mentions: 0,
        countedThrough: 0,
        pendingRead: 0,
    };
}

async function recounted(work: Work, record: ChatRecord, row: ChatRow): Promise<ChatRecord> {
    // The row is older than one's own mark: its numbers start from another place than ours.
    if (record.read > row.read) return { ...record, ...(await countFrom(work, record)) };
    const through = row.last?.stamp ?? 0;
    const newer = await count(work, record, through, record.countedThrough);
    return {
        ...record,
        unread: row.unread + newer.unread,
        mentions: row.mentions + newer.mentions,
        countedThrough: Math.max(through, record.countedThrough),
    };
}

/**
 * Moves one's own read mark; it never falls. Where the count is not exact afterwards (see `isCountable`) and
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
    const oldest = record && (await work.entries.fromEnd(id, keep - 1));
    if (!record || !oldest) return;
    if ((record.ranges[0]?.after ?? 0) >= oldest.prev) return;
    work.entries.delete(id, 0, oldest.prev);
    const ranges = record.ranges
        .filter((range) => range.through >= oldest.stamp)
        .map((range) => ({ ...range, after: Math.max(range.after, oldest.prev) }));
    work.putChat({ ...record, ranges });
}
