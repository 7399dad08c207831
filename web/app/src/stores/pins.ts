/** The pinned messages of the open chat, shown one at a time. */

import { makeAutoObservable } from "mobx";
import type { TimelineItem } from "@curlew/sdk";
import type { Cited } from "./cited";

/** The pins, the newest first. */
export class Pins {
    private turn = 0;

    /**
     * @param read stamps of all pins, the newest pin first.
     * @param cited knows the messages.
     */
    constructor(
        private readonly read: () => readonly number[],
        private readonly cited: Cited,
    ) {
        makeAutoObservable<this, "read" | "cited">(this, { read: false, cited: false });
    }

    /** Stamps of all pins, the newest pin first. */
    get stamps(): readonly number[] {
        return this.read();
    }

    /** Which of them is shown. */
    get index(): number {
        return this.stamps.length === 0 ? 0 : this.turn % this.stamps.length;
    }

    /** Stamp of the pin that is shown. */
    get current(): number | null {
        return this.stamps[this.index] ?? null;
    }

    /** The message of the pin that is shown, once it is known. */
    get item(): TimelineItem | null {
        return this.current === null ? null : this.cited.at(this.current);
    }

    /** Whether a message is pinned. */
    has(item: TimelineItem): boolean {
        return item.stamp !== null && this.stamps.includes(item.stamp);
    }

    /** Shows the next older pin, after the oldest the newest. */
    next(): void {
        this.turn = this.index + 1;
    }
}
