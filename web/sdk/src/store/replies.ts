/** Counts of replies, kept with the message a thread stands under. */

import type { Entry } from "../protocol.generated";
import type { Origin } from "./copies";
import type { Work } from "./work";

/**
 * Takes replies that came into the counts of their roots. One that was pushed is counted here; where a page brought
 * it the root is asked for anew, since nobody knows what the page passed over.
 */
export async function noteReplies(work: Work, chat: string, entries: readonly Entry[], origin: Origin): Promise<void> {
    for (const { thread, stamp, retracted } of entries) {
        const root = thread !== undefined && !retracted ? await work.entries.at(chat, thread) : undefined;
        if (!root || (root.replies?.last ?? 0) >= stamp) continue;
        if (origin.kind === "page") await work.entries.markStale(chat, root.stamp);
        else await work.entries.replace(chat, root, { ...root, replies: { count: (root.replies?.count ?? 0) + 1, last: stamp } });
    }
}

/** A reply was taken back: its root is asked for anew if it is kept. */
export async function noteLostReply(work: Work, chat: string, reply: Entry): Promise<void> {
    if (reply.thread === undefined) return;
    const root = await work.entries.at(chat, reply.thread);
    if (root) await work.entries.markStale(chat, root.stamp);
}
