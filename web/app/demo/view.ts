/** A window over an invented timeline that grows a page at a time. */

import type { TimelineItem, TimelineView } from "@curlew/sdk";
import type { DemoChat } from "./world";

const PAGE = 100;
const LATENCY_MS = 60;

/** Plays the part of a timeline view. */
export class DemoView implements TimelineView {
    items: readonly TimelineItem[] = [];
    loading: TimelineView["loading"] = "initial";
    readonly firstUnread: number | null;
    private from: number;
    private to: number;

    constructor(
        readonly chat: string,
        private readonly row: DemoChat | null,
        slow: boolean,
        private readonly changed: () => void,
        private readonly closed: () => void,
    ) {
        this.to = row?.history.length ?? 0;
        this.from = Math.max(0, this.to - PAGE);
        this.firstUnread = row && row.state.unread > 0 ? row.state.read : null;
        if (!slow) setTimeout(() => this.load("none"), LATENCY_MS);
    }

    get hasOlder(): boolean {
        return this.from > 0;
    }

    get hasNewer(): boolean {
        return this.to < (this.row?.history.length ?? 0);
    }

    refresh(): void {
        const { row } = this;
        if (!row || this.loading === "initial") return;
        const items: TimelineItem[] = [];
        for (let index = this.from; index < this.to; index++) items.push(row.history.at(index));
        const all = this.hasNewer ? items : [...items, ...row.added];
        this.items = all.flatMap((item) => row.changed.get(item.key) ?? (row.changed.has(item.key) ? [] : item));
    }

    async loadOlder(): Promise<void> {
        await this.move("older", () => (this.from = Math.max(0, this.from - PAGE)));
    }

    async loadNewer(): Promise<void> {
        await this.move("newer", () => (this.to = Math.min(this.row?.history.length ?? 0, this.to + PAGE)));
    }

    async jumpTo(stamp: number): Promise<void> {
        await this.move("initial", () => {
            const history = this.row?.history;
            let low = 0;
            let high = history?.length ?? 0;
            while (low < high) {
                const middle = (low + high) >> 1;
                if ((history?.at(middle).stamp ?? 0) < stamp) low = middle + 1;
                else high = middle;
            }
            this.from = Math.max(0, low - PAGE / 2);
            this.to = Math.min(history?.length ?? 0, low + PAGE / 2);
        });
    }

    async jumpToFirstUnread(): Promise<void> {
        if (this.firstUnread !== null) await this.jumpTo(this.firstUnread);
    }

    async jumpToLatest(): Promise<void> {
        await this.move("initial", () => {
            this.to = this.row?.history.length ?? 0;
            this.from = Math.max(0, this.to - PAGE);
        });
    }

    close(): void {
        this.closed();
    }

    private async move(loading: TimelineView["loading"], step: () => void): Promise<void> {
        this.loading = loading;
        await new Promise((resolve) => setTimeout(resolve, LATENCY_MS));
        step();
        this.load("none");
    }

    private load(loading: TimelineView["loading"]): void {
        this.loading = loading;
        this.refresh();
        this.changed();
    }
}
