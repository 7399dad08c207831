/** Unread messages and mentions, counted by what is kept. */

import type { Entry } from "../protocol.generated";
import { newest } from "./ranges";
import type { ChatRecord } from "./records";
import type { Work } from "./work";

/** What is counted of a chat. */
export type Counts = Pick<ChatRecord, "unread" | "mentions">;

/** Counts start here: what one has read, or may not see any more, is not counted. */
function start(record: ChatRecord): number {
    return Math.max(record.read, record.floor);
}

function isUnread(entry: Entry, me: string, after: number): boolean {
    return entry.kind === "message" && entry.sender !== me && !entry.retracted && entry.stamp > after;
}

function mentions(entry: Entry, me: string): boolean {
    return entry.mention_all === true || (entry.mentions?.includes(me) ?? false);
}

/** Takes the entries nobody counted yet into the newest entry and the counts. */
export function counted(me: string, record: ChatRecord, entries: readonly Entry[]): ChatRecord {
    let { last, unread, mentions: mentioned, countedThrough } = record;
    for (const entry of entries) {
        if (!last || entry.stamp >= last.stamp) last = entry;
        if (entry.stamp <= countedThrough) continue;
        countedThrough = entry.stamp;
        if (!isUnread(entry, me, start(record))) continue;
        unread += 1;
        if (mentions(entry, me)) mentioned += 1;
    }
    return { ...record, last, unread, mentions: mentioned, countedThrough };
}

/** Whether what is kept reaches from the read mark to the newest entry, so that counting it is exact. */
export function isCountable(record: ChatRecord): boolean {
    const known = newest(record.ranges);
    return known !== null && known.after <= start(record) && known.through >= (record.last?.stamp ?? 0);
}

/** Counts unread entries with `after < stamp ≤ through` that are kept. */
export async function count(work: Work, record: ChatRecord, after: number, through: number): Promise<Counts> {
    const from = Math.max(after, start(record));
    const unread = (await work.entries.between(record.id, from, through)).filter((entry) => isUnread(entry, work.me, from));
    return { unread: unread.length, mentions: unread.filter((entry) => mentions(entry, work.me)).length };
}

/** Counts from the read mark on by what is kept; `null` when that would not be exact. */
export async function countFrom(work: Work, record: ChatRecord): Promise<(Counts & { countedThrough: number }) | null> {
    const through = newest(record.ranges)?.through ?? 0;
    if (!isCountable(record)) return null;
    return { ...(await count(work, record, 0, through)), countedThrough: through };
}

/**
 * Whether the server may count mentions that are not seen here: a message goes on to speak to those it spoke to before
 * an edit took their names out.
 */
export async function isMentionUnsure(work: Work, record: ChatRecord): Promise<boolean> {
    const from = start(record);
    const kept = await work.entries.between(record.id, from, newest(record.ranges)?.through ?? 0);
    return kept.some((entry) => entry.edited && isUnread(entry, work.me, from) && !mentions(entry, work.me));
}

/** Counts anew by what is kept, or has the row asked for when that would not be exact. */
export async function recount(work: Work, chat: string): Promise<void> {
    const record = await work.chat(chat);
    if (!record) return;
    const own = await countFrom(work, record);
    if (!own || (await isMentionUnsure(work, record))) work.markStale(chat);
    else if (own.unread !== record.unread || own.mentions !== record.mentions) work.putChat({ ...record, ...own });
}
