/**
 * Positions in the chats' change timelines. The one rule: every kept copy was read when the position, or a later one,
 * had been reached already. So whatever is kept becomes right by applying the changes after the position.
 */

import { newest } from "./ranges";
import type { ChatRecord } from "./records";
import type { Work } from "./work";

/** What was known of a chat when something of it was asked for. */
export interface Sight {
    /** Changes up to here were applied. */
    readonly changes: number;
    /** The newest entry of the newest range. */
    readonly through: number;
}

/** What is known of a chat now. */
export function sightOf(record: ChatRecord | undefined): Sight {
    return { changes: record?.changes?.after ?? 0, through: newest(record?.ranges ?? [])?.through ?? 0 };
}

/** Whether changes are missing. */
export function isBehind(record: ChatRecord): boolean {
    return record.changes === null || record.changes.heard > record.changes.after;
}

/**
 * Steps back to where an answer was asked for: what the answer brought may be older than changes that were applied
 * since. They are applied again, which does no harm.
 *
 * @returns whether there is anything to apply again.
 */
export async function stepBack(work: Work, chat: string, sight: Sight): Promise<boolean> {
    const record = await work.chat(chat);
    if (!record?.changes || record.changes.after <= sight.changes) return false;
    const heard = Math.max(record.changes.heard, record.changes.after);
    work.putChat({ ...record, changes: { ...record.changes, after: sight.changes, heard } });
    return true;
}
