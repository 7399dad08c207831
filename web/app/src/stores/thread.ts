/** A thread as a timeline: the message it stands under, then the replies. */

import type { ThreadView, TimelineItem, TimelineView } from "@curlew/sdk";

/** What a thread does not have: anything newer than what is loaded. */
async function nothing(): Promise<void> {}

/** Shows a {@link ThreadView} as a {@link TimelineView}. */
export class ThreadWindow implements TimelineView {
    readonly hasNewer = false;
    readonly firstUnread = null;
    readonly loadNewer = nothing;
    readonly jumpTo = nothing;
    readonly jumpToFirstUnread = nothing;
    readonly jumpToLatest = nothing;
    private joined: { root: TimelineItem | null; replies: readonly TimelineItem[]; items: readonly TimelineItem[] } = { root: null, replies: [], items: [] };

    constructor(private readonly view: ThreadView) {}

    get chat(): string {
        return this.view.chat;
    }

    get hasOlder(): boolean {
        return this.view.hasOlder;
    }

    get loading(): TimelineView["loading"] {
        return this.view.loading;
    }

    get items(): readonly TimelineItem[] {
        const { hasOlder, rootItem, items: replies } = this.view;
        const root = hasOlder ? null : rootItem;
        if (root !== this.joined.root || replies !== this.joined.replies) {
            this.joined = { root, replies, items: root ? [root, ...replies] : replies };
        }
        return this.joined.items;
    }

    loadOlder(): Promise<void> {
        return this.view.loadOlder();
    }

    close(): void {
        this.view.close();
    }
}
