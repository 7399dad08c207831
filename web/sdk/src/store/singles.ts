/** Copies of single messages, outside of any run. */

import type { Entry } from "../protocol.generated";
import type { Origin } from "./copies";
import type { Work } from "./work";

/** Keeps copies of single messages (ascending); the newest entry of the chat's row follows. */
export async function keepSingles(work: Work, chat: string, entries: readonly Entry[], origin: Origin): Promise<void> {
    const copies = await work.entries.put(chat, entries, origin);
    await showLast(work, chat, copies);
}

/** Hides messages for oneself. */
export async function hideSingles(work: Work, chat: string, stamps: readonly number[]): Promise<void> {
    await work.entries.hide(chat, stamps);
    const last = (await work.chat(chat))?.last?.stamp;
    const copy = last !== undefined && stamps.includes(last) ? await work.entries.at(chat, last) : undefined;
    if (copy) await showLast(work, chat, [copy]);
}

/** The newest entry of a row is a copy of its own. */
async function showLast(work: Work, chat: string, copies: readonly Entry[]): Promise<void> {
    const record = await work.chat(chat);
    const copy = copies.find((entry) => entry.stamp === record?.last?.stamp);
    if (record && copy) work.putChat({ ...record, last: copy });
}
