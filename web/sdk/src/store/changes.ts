/**
 * Applies changes to what is kept: from one's own log and from the chats' change timelines. Applying one again does
 * no harm, so it does not matter by how many ways it comes.
 */

import type { Change, ChangePlace, LogEntry, LogPage, MessageChange } from "../protocol.generated";
import { PUSHED } from "./copies";
import { recount } from "./counts";
import { applyDraft } from "./drafts";
import { newest } from "./ranges";
import { noteLostReply } from "./replies";
import { hideSingles, keepSingles } from "./singles";
import { dropTimeline, moveRead } from "./timeline";
import type { Work } from "./work";

/** Applies changes in order; follows the chats' change timelines where the changes name their place there. */
export async function applyChanges(work: Work, entries: readonly LogEntry[]): Promise<void> {
    const uncounted = new Set<string>();
    for (const { change, place } of entries) {
        await applyChange(work, change, uncounted);
        if (place && "chat" in change) await follow(work, change.chat, place);
    }
    for (const chat of uncounted) await recount(work, chat);
}

/** A change as it stands in its chat's change timeline. */
export function placedChange(entry: LogEntry): LogEntry {
    return { ...entry, place: { stamp: entry.stamp, prev: entry.prev } };
}

/** Applies a page of a chat's change timeline, and moves the position behind it. */
export async function applyChangesPage(work: Work, chat: string, page: LogPage): Promise<void> {
    if (page.reset) {
        const record = await work.chat(chat);
        if (!record) return;
        work.markStale(chat);
        dropTimeline(work, record, page.epoch);
    } else {
        await applyChanges(work, page.entries);
    }
    const record = await work.chat(chat);
    if (!record) return;
    const heard = page.has_more ? Math.max(record.changes?.heard ?? 0, page.next + 1) : page.next;
    work.putChat({ ...record, changes: { after: page.next, epoch: page.epoch, heard } });
}

/** Moves the position by one change, or notes that there is a gap before it. */
async function follow(work: Work, chat: string, place: ChangePlace): Promise<void> {
    const record = await work.chat(chat);
    if (!record?.changes || place.stamp <= record.changes.after) return;
    const { changes } = record;
    const heard = Math.max(changes.heard, place.stamp);
    const after = place.prev === changes.after ? place.stamp : changes.after;
    work.putChat({ ...record, changes: { ...changes, after, heard } });
}

async function applyChange(work: Work, change: Change, uncounted: Set<string>): Promise<void> {
    switch (change.kind) {
        case "membership": {
            const isOut = change.event === "removed" || change.event === "left";
            if (isOut && change.users.includes(work.me)) await work.removeChat(change.chat);
            else work.markStale(change.chat);
            return;
        }
        case "message":
            return applyMessage(work, change, uncounted);
        case "mention":
            return applyMention(work, change.chat, change.stamp, uncounted);
        case "hidden":
            return hideSingles(work, change.chat, change.stamps);
        case "draft":
            return applyDraft(work, change.chat, change.draft ?? null);
        case "read":
            return applyRead(work, change.chat, change.stamp, uncounted);
        case "chat":
            return work.markStale(change.chat);
        case "account":
        case "session":
        case "unknown":
    }
}

async function applyMessage(work: Work, change: MessageChange, uncounted: Set<string>): Promise<void> {
    const { chat, stamp, revision, entry } = change;
    const record = await work.chat(chat);
    if (!record) return work.markStale(chat);
    const kept = await work.entries.at(chat, stamp);
    // What is not kept is of no use, unless it is new: then its first copy may still be on its way.
    const isWanted = kept !== undefined || stamp > (newest(record.ranges)?.through ?? 0);
    if (entry && isWanted) await keepSingles(work, chat, [entry], PUSHED);
    if (!entry && isWanted && (kept?.revision ?? -1) < revision) await work.entries.markStale(chat, stamp, revision);
    if (entry && isWanted && isUncertain(work.me, change)) await work.entries.markStale(chat, stamp);
    const copy = entry ?? kept;
    if (change.event === "retracted" && copy) await noteLostReply(work, chat, copy);
    if (change.event === "retracted") await unpin(work, chat, stamp);
    if (change.event !== "reacted" && stamp > record.read) uncounted.add(chat);
}

/** The server takes a retracted message off the pins without a word: it cannot be pinned again. */
async function unpin(work: Work, chat: string, stamp: number): Promise<void> {
    const record = await work.chat(chat);
    const pins = record?.chat.pins ?? [];
    if (record && pins.includes(stamp)) work.putChat({ ...record, chat: { ...record.chat, pins: pins.filter((pin) => pin !== stamp) } });
}

/** A push names the first members who react only: whether one still does so oneself it does not tell then. */
function isUncertain(me: string, { event, actor, entry }: MessageChange): boolean {
    const isLong = entry?.reactions?.some((reaction) => reaction.count > reaction.users.length) ?? false;
    return event === "reacted" && actor === me && isLong;
}

async function applyMention(work: Work, chat: string, stamp: number, uncounted: Set<string>): Promise<void> {
    const record = await work.chat(chat);
    if (!record) return work.markStale(chat);
    // A newer one is counted when it comes.
    if (stamp > record.read && stamp <= record.countedThrough) uncounted.add(chat);
}

async function applyRead(work: Work, chat: string, stamp: number, uncounted: Set<string>): Promise<void> {
    const record = await work.chat(chat);
    if (!record || stamp <= record.read) return;
    await moveRead(work, record, stamp, false);
    uncounted.add(chat);
}
