/**
 * The messages of the open chat as a list that can be scrolled: a window that grows at both ends without moving
 * what is on the screen.
 */

import { makeAutoObservable, observableRef, runInAction } from "mobx";
import type { CurlewClient, TimelineItem, TimelineView } from "@curlew/sdk";
import { indexAtOrAfter, rowAt, shiftBetween, type Row } from "./rows";

/** The list numbers its rows from here, so that rows put before the first still have a number. */
const FIRST_INDEX = 100_000_000;
const FLASH_MS = 1600;

/** What the list on the screen can do. */
export interface Scroller {
    toRow(offset: number, align: "start" | "center" | "end"): void;
    toEnd(): void;
}

/** Where a freshly shown list stands. */
export interface Anchor {
    readonly offset: number | "end";
    readonly align: "start" | "center" | "end";
}

/** What the timeline asks of its surroundings. */
export interface TimelineHost {
    readonly me: string | null;
    /** Somebody looks at the chat. */
    readonly watched: boolean;
    /** Own read mark. */
    readonly read: number;
    readonly unread: number;
}

/** The open timeline. */
export class Timeline {
    items: readonly TimelineItem[] = [];
    hasOlder = false;
    hasNewer = false;
    loading: TimelineView["loading"] = "initial";
    failed = false;
    firstIndex = FIRST_INDEX;
    /** Rises whenever the list must be shown anew instead of moved. */
    generation = 0;
    anchor: Anchor = { offset: "end", align: "end" };
    marker: number | null;
    /** Whether the list stands at its end. */
    atEnd = false;
    /** Whether the first window is there and it is known where in it to stand. */
    ready = false;
    /** Key of the message to draw attention to. */
    flash: string | null = null;
    private settled = false;
    private scroller: Scroller | null = null;
    private flashTimer: ReturnType<typeof setTimeout> | undefined;
    private readonly view: TimelineView;

    constructor(
        client: CurlewClient,
        readonly chat: string,
        private readonly host: TimelineHost,
    ) {
        this.view = client.open(chat);
        this.marker = this.view.firstUnread;
        makeAutoObservable<this, "host" | "view" | "settled" | "scroller" | "flashTimer">(this, {
            items: observableRef,
            host: false,
            view: false,
            settled: false,
            scroller: false,
            flashTimer: false,
        });
        this.sync();
    }

    /** Stops following the chat. */
    dispose(): void {
        clearTimeout(this.flashTimer);
        this.view.close();
    }

    /** The list on the screen comes and goes. */
    attach(scroller: Scroller | null): void {
        this.scroller = scroller;
    }

    /**
     * How many items at the front are held back. What stands above the oldest item is not known while there are
     * older ones: shown too early, it would change its height when they come.
     */
    get held(): number {
        return this.hasOlder && this.items.length > 1 ? 1 : 0;
    }

    /** The items to show. */
    get shown(): readonly TimelineItem[] {
        return this.held > 0 ? this.items.slice(this.held) : this.items;
    }

    /** One row, by its offset in {@link items}. */
    row(offset: number): Row | null {
        return rowAt(this.items, offset, this.marker, this.host.me);
    }

    /** The item at a stamp, if it is loaded. */
    at(stamp: number): TimelineItem | null {
        const item = this.items[indexAtOrAfter(this.items, stamp)];
        return item?.stamp === stamp ? item : null;
    }

    /** Stamp of the newest stored item in the window. */
    get newest(): number {
        return this.items.findLast((item) => item.stamp !== null)?.stamp ?? 0;
    }

    /** Takes over what the client has. */
    sync(): void {
        const { items, hasOlder, hasNewer, loading } = this.view;
        if (items !== this.items) this.replace(items);
        this.hasOlder = hasOlder;
        this.hasNewer = hasNewer;
        this.loading = loading;
        if (!this.settled && loading !== "initial") void this.settle();
    }

    /** The list reached its upper end. */
    async loadOlder(): Promise<void> {
        if (!this.hasOlder || this.loading !== "none") return;
        await this.attempt(() => this.view.loadOlder());
    }

    /** The list reached its lower end. */
    async loadNewer(): Promise<void> {
        if (!this.hasNewer || this.loading !== "none") return;
        await this.attempt(() => this.view.loadNewer());
    }

    /** Shows the message at a stamp, loading what is around it if need be. */
    async jumpTo(stamp: number): Promise<void> {
        const here = this.at(stamp);
        if (here) {
            this.scroller?.toRow(this.items.indexOf(here) - this.held, "center");
        } else {
            await this.attempt(() => this.view.jumpTo(stamp));
            this.reanchor(stamp, "center");
        }
        const item = this.at(stamp);
        if (item) this.flashItem(item.key);
    }

    /** Shows the newest message. */
    async jumpToLatest(): Promise<void> {
        if (this.hasNewer) {
            await this.attempt(() => this.view.jumpToLatest());
            runInAction(() => this.show({ offset: "end", align: "end" }));
        } else {
            this.scroller?.toEnd();
        }
    }

    /** The list stands at its end, or left it. */
    setAtEnd(atEnd: boolean): void {
        this.atEnd = atEnd;
    }

    /** Own words were sent: whatever was new has been seen. */
    sent(): void {
        this.marker = null;
        this.sync();
        void this.jumpToLatest();
    }

    private replace(next: readonly TimelineItem[]): void {
        const shift = shiftBetween(this.items, next);
        if (shift === null) this.show({ offset: "end", align: "end" });
        else this.firstIndex -= shift;
        if (this.settled) this.markArrivals(next);
        this.items = next;
    }

    /** What arrives while nobody looks is new when somebody looks again. */
    private markArrivals(next: readonly TimelineItem[]): void {
        const newest = this.newest;
        const last = next.at(-1);
        const arrived = last !== undefined && last.stamp !== null && last.stamp > newest && last.sender !== this.host.me;
        const wasRead = this.marker === null || this.host.read > this.marker;
        if (arrived && !this.host.watched && this.host.read >= newest && wasRead) this.marker = newest;
    }

    /** The first window is there: stand where new messages begin. */
    private async settle(): Promise<void> {
        this.settled = true;
        const { marker } = this;
        if (marker !== null && this.host.unread > 0) {
            const oldest = this.items[0]?.stamp ?? 0;
            if (oldest > marker && this.hasOlder) await this.attempt(() => this.view.jumpTo(marker));
            this.reanchor(marker + 1, "start");
        }
        runInAction(() => (this.ready = true));
    }

    private reanchor(stamp: number, align: Anchor["align"]): void {
        const offset = indexAtOrAfter(this.items, stamp);
        if (offset < this.items.length) this.show({ offset, align });
    }

    private show(anchor: Anchor): void {
        this.anchor = anchor;
        this.atEnd = false;
        this.firstIndex = FIRST_INDEX;
        this.generation += 1;
    }

    private async attempt(load: () => Promise<void>): Promise<void> {
        this.failed = false;
        try {
            const loaded = load();
            this.sync();
            await loaded;
        } catch {
            runInAction(() => (this.failed = true));
        }
        this.sync();
    }

    private flashItem(key: string): void {
        clearTimeout(this.flashTimer);
        this.flash = key;
        this.flashTimer = setTimeout(() => runInAction(() => (this.flash = null)), FLASH_MS);
    }
}
