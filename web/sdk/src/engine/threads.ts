/** Pages of threads: what they bring is kept like any other message. */

import { sightOf, stepBack } from "../store/positions";
import { keepSingles } from "../store/singles";
import type { ChatChanges } from "./changes";
import { type Core, persist } from "./core";

const PAGE = 50;

/** A page of a thread; its messages are in the store. */
export interface KeptPage {
    /** Ascending. */
    readonly stamps: readonly number[];
    readonly hasMore: boolean;
}

/** Loads the page of a thread before a stamp, or its newest page, into the store. */
export async function pullThread(
    core: Core,
    changes: ChatChanges,
    chat: string,
    root: number,
    before: number | null,
): Promise<KeptPage> {
    await changes.place(chat);
    const sight = sightOf(core.mirror.chats.get(chat));
    const page = await persist(core, "thread.pull", { chat, root, limit: PAGE, ...(before !== null && { before }) });
    let isLate = false;
    await core.write(async (work) => {
        if (!(await work.chat(chat))) return;
        await keepSingles(work, chat, [page.root, ...page.entries], { kind: "page", through: sight.through });
        isLate = await stepBack(work, chat, sight);
    });
    if (isLate) void changes.pull(chat);
    return { stamps: page.entries.map((entry) => entry.stamp), hasMore: page.has_more };
}
