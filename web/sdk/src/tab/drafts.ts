/** What is written but not sent: kept a moment after the last keystroke, shown in all tabs. */

import type { Mirror } from "../mirror";
import type { Notice } from "../notice";
import type { Cancel, Platform } from "../platform";
import type { Store } from "../store/store";

const PAUSE_MS = 300;

/** The drafts of one tab. */
export class Drafts {
    readonly #platform: Platform;
    readonly #store: Store;
    readonly #mirror: Mirror;
    readonly #tell: (notice: Notice) => void;
    readonly #timers = new Map<string, Cancel>();

    constructor(platform: Platform, store: Store, mirror: Mirror, tell: (notice: Notice) => void) {
        this.#platform = platform;
        this.#store = store;
        this.#mirror = mirror;
        this.#tell = tell;
    }

    /** Whether this tab has something newer than what is kept. */
    isBeingWritten(chat: string): boolean {
        return this.#timers.has(chat);
    }

    /**
     * Takes what is written now.
     *
     * @returns whether it is another text than before.
     */
    set(chat: string, text: string): boolean {
        if ((this.#mirror.drafts.get(chat) ?? "") === text) return false;
        this.#mirror.setDraft(chat, text);
        this.#timers.get(chat)?.();
        this.#timers.set(chat, this.#platform.clock.after(PAUSE_MS, () => void this.#keep(chat)));
        return true;
    }

    /** Keeps everything now: the tab is about to close. */
    async keepAll(): Promise<void> {
        for (const chat of [...this.#timers.keys()]) await this.#keep(chat);
    }

    /** Forgets everything that is not kept yet. */
    clear(): void {
        for (const stopTimer of this.#timers.values()) stopTimer();
        this.#timers.clear();
    }

    async #keep(chat: string): Promise<void> {
        this.#timers.get(chat)?.();
        this.#timers.delete(chat);
        const session = this.#mirror.session;
        if (!session) return;
        const text = this.#mirror.drafts.get(chat) ?? "";
        try {
            await this.#store.write(session.id, (work) => work.putDraft(chat, text));
        } catch {
            // The session is over, or the store is full: a draft is not worth an error.
            return;
        }
        this.#tell({ kind: "draft", chat, text });
    }
}
