/** A window over an invented thread. */

import type { ThreadView, TimelineItem } from "@curlew/sdk";
import { at, thread } from "./deeds";
import type { DemoChat } from "./world";

const LATENCY_MS = 60;

/** Plays the part of a thread view. */
export class DemoThread implements ThreadView {
    items: readonly TimelineItem[] = [];
    rootItem: TimelineItem | null = null;
    readonly hasOlder = false;
    loading: ThreadView["loading"] = "initial";

    constructor(
        readonly chat: string,
        readonly root: number,
        private readonly row: DemoChat | null,
        changed: () => void,
        private readonly closed: () => void,
    ) {
        setTimeout(() => {
            this.loading = "none";
            this.refresh();
            changed();
        }, LATENCY_MS);
    }

    refresh(): void {
        if (!this.row || this.loading !== "none") return;
        const { items, replies } = thread(this.row, this.root);
        const root = at(this.row, this.root);
        this.items = items;
        this.rootItem = root && { ...root, replies };
    }

    async loadOlder(): Promise<void> {}

    close(): void {
        this.closed();
    }
}
