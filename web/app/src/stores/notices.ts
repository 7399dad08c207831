/** Short words about what was just done, shown for a moment and read out. */

import { makeAutoObservable } from "mobx";

const SHOWN_MS = 4000;

/** One notice. */
export interface Notice {
    readonly id: number;
    readonly text: string;
}

/** The notice shown at the moment, if any. */
export class Notices {
    current: Notice | null = null;
    private count = 0;
    private timer: ReturnType<typeof setTimeout> | undefined;

    constructor() {
        makeAutoObservable<this, "count" | "timer">(this, { count: false, timer: false });
    }

    /** Shows a text in place of the one before. */
    show(text: string): void {
        clearTimeout(this.timer);
        this.current = { id: ++this.count, text };
        this.timer = setTimeout(() => this.hide(), SHOWN_MS);
    }

    /** Hides what is shown. */
    hide(): void {
        this.current = null;
    }
}
