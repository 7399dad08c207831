/**
 * The messages of the open chat as a list that can be scrolled: a window that grows at both ends without moving
 * what is on the screen.
 */

import { makeAutoObservable, observableRef, reaction, runInAction } from "mobx";
import type { TimelineItem, TimelineView } from "@curlew/sdk";
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
    /** What was sent before this time has disappeared, in milliseconds; 0 when messages stay. */
    readonly goneBeforeMs: number;
    /** A message one wanted to see is not there any more. */
    missed(): void;
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
    /** Offset of the first row the list keeps on the page. */
    private top = 0;
    /** Whether one went past the mark of new messages without having seen what follows it. */
    private skipped = false;
    /** Where one came from when one jumped to an older message, the last one last. */
    private trail: readonly number[] = [];
    /** All items of the view as they were last looked at. */
    private all: readonly TimelineItem[] = [];
    private settled = false;
    private scroller: Scroller | null = null;
    private flashTimer: ReturnType<typeof setTimeout> | undefined;
    private readonly stop: () => void;

    constructor(
        private readonly view: TimelineView,
        private readonly host: TimelineHost,
    ) {
        this.marker = view.firstUnread;
        makeAutoObservable<this, "host" | "view" | "all" | "settled" | "scroller" | "flashTimer" | "stop" | "trail">(this, {
            items: observableRef,
            trail: observableRef,
            host: false,
            view: false,
            all: false,
            settled: false,
            scroller: false,
            flashTimer: false,
            stop: false,
        });
        this.sync();
        this.stop = reaction(
            () => host.goneBeforeMs,
            () => this.look(true),
        );
    }

    /** Stops following the chat. */
    dispose(): void {
        this.stop();
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
        const { hasOlder, hasNewer, loading } = this.view;
        this.look(false);
        this.hasOlder = hasOlder;
        this.hasNewer = hasNewer;
        this.loading = loading;
        if (!this.settled && loading !== "initial") void this.settle();
    }

    /** Whether the mark of new messages is out of view, above. */
    get isMarkAbove(): boolean {
        return this.skipped && this.marker !== null && this.ready && !this.isMarkBelow(this.top);
    }

    private isMarkBelow(top: number): boolean {
        const marker = this.marker ?? 0;
        const oldest = this.items[0]?.stamp ?? Infinity;
        return (oldest <= marker || !this.hasOlder) && indexAtOrAfter(this.items, marker + 1) >= top;
    }

    /** Whether one came from another message. */
    get canGoBack(): boolean {
        return this.trail.length > 0;
    }

    /** Rows from an offset on are on the page. */
    setTop(offset: number): void {
        this.top = offset;
        if (this.marker !== null && this.isMarkBelow(offset)) this.skipped = false;
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

    /** Goes to where new messages begin. */
    async jumpToMark(): Promise<void> {
        const { marker } = this;
        if (marker === null) return;
        if ((this.items[0]?.stamp ?? 0) > marker && this.hasOlder) await this.attempt(() => this.view.jumpTo(marker));
        this.reanchor(marker + 1, "start");
    }

    /** Shows a message that another one names; the way back leads to that one. */
    async jumpFrom(from: number, stamp: number): Promise<void> {
        this.trail = [...this.trail, from];
        await this.jumpTo(stamp);
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
        else this.host.missed();
    }

    /** Goes back to where one came from, or down to the newest message. */
    async goDown(): Promise<void> {
        const back = this.trail.at(-1);
        this.trail = this.trail.slice(0, -1);
        if (back === undefined) await this.jumpToLatest();
        else await this.jumpTo(back);
    }

    /** Shows the newest message. */
    async jumpToLatest(): Promise<void> {
        this.trail = [];
        if (!this.atEnd || this.hasNewer) this.skipped = this.marker !== null;
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
        if (atEnd && !this.hasNewer) this.trail = [];
    }

    /** Own words were sent: whatever was new has been seen. */
    sent(): void {
        this.marker = null;
        this.sync();
        void this.jumpToLatest();
    }

    /** Leaves out what has disappeared, and takes the rest over. */
    private look(again: boolean): void {
        const { items } = this.view;
        if (items === this.all && !again) return;
        this.all = items;
        const { goneBeforeMs } = this.host;
        const left = goneBeforeMs === 0 ? items : items.filter((item) => item.kind === "system" || item.sentAtMs > goneBeforeMs);
        if (left.length !== this.items.length || left.some((item, index) => item !== this.items[index])) this.replace(left);
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
        if (arrived && !this.host.watched && this.host.read >= newest && wasRead) {
            this.marker = newest;
            this.skipped = true;
        }
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
