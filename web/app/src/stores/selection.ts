/** Messages chosen together, to do the same with all of them. */

import { makeAutoObservable, observable } from "mobx";
import type { TimelineItem } from "@curlew/sdk";

/** Most messages that may be forwarded or hidden at once. */
export const MOST_CHOSEN = 100;

/** The chosen messages of one timeline. */
export class Selection {
    active = false;
    private readonly keys = observable.set<string>();
    private last: string | null = null;

    /** @param items all loaded messages, ascending. */
    constructor(private readonly items: () => readonly TimelineItem[]) {
        makeAutoObservable<this, "keys" | "last" | "items">(this, { keys: false, last: false, items: false });
    }

    /** The chosen messages that are still there, ascending. */
    get chosen(): readonly TimelineItem[] {
        return this.items().filter((item) => this.keys.has(item.key) && isSelectable(item));
    }

    /** Whether no more may be chosen. */
    get isFull(): boolean {
        return this.keys.size >= MOST_CHOSEN;
    }

    /** Whether a message is chosen. */
    has(item: TimelineItem): boolean {
        return this.keys.has(item.key);
    }

    /** Begins with one message. */
    begin(item: TimelineItem): void {
        this.end();
        this.active = true;
        this.toggle(item);
    }

    /** Chooses a message or takes the choice back; choosing none ends it. */
    toggle(item: TimelineItem): void {
        if (!isSelectable(item)) return;
        if (this.keys.delete(item.key)) this.active = this.keys.size > 0;
        else if (!this.isFull) this.keys.add(item.key);
        this.last = item.key;
    }

    /** Chooses everything between the last choice and a message. */
    extend(item: TimelineItem): void {
        const items = this.items();
        const from = items.findIndex(({ key }) => key === this.last);
        const to = items.indexOf(item);
        if (from < 0 || to < 0) return this.toggle(item);
        for (const one of items.slice(Math.min(from, to), Math.max(from, to) + 1)) {
            if (isSelectable(one) && !this.isFull) this.keys.add(one.key);
        }
        this.last = item.key;
    }

    /** Chooses nothing any more. */
    end(): void {
        this.active = false;
        this.keys.clear();
        this.last = null;
    }
}

/** Whether a message can be chosen: it is stored and says something. */
export function isSelectable(item: TimelineItem): boolean {
    return item.kind === "message" && item.stamp !== null && !item.retracted;
}
