/** Everything a client shows, so that two clients can be compared. */

import type { CurlewClient, TimelineItem } from "../../src";
import type { World } from "./world";

/** What one chat looks like: its row, and its whole timeline. */
export interface ChatPortrait {
    readonly row: unknown;
    readonly items: readonly TimelineItem[];
}

/** Looks at every chat of a client, scrolled up to its beginning. */
export async function portrait(world: World, client: CurlewClient): Promise<Record<string, ChatPortrait>> {
    const seen: Record<string, ChatPortrait> = {};
    for (const { id } of client.chats()) {
        const view = client.open(id);
        await world.until(() => view.loading === "none", "opened");
        while (view.hasOlder) await world.done(view.loadOlder());
        await world.settle();
        seen[id] = { row: client.chat(id), items: view.items };
        view.close();
    }
    return seen;
}
