/** What is written but not sent: kept a moment after the last keystroke, shown in all tabs, told to other devices. */

import type { Mirror } from "../mirror";
import type { Notice } from "../notice";
import type { Cancel, Platform } from "../platform";
import type { Changes, DraftRecord } from "../store/records";
import type { Store } from "../store/store";

const PAUSE_MS = 300;

/** The drafts of one tab. */
export class Drafts {
    readonly #platform: Platform;
    readonly #store: Store;
    readonly #mirror: Mirror;
    readonly #tell: (notice: Notice) => void;
    /** What this tab has that is newer than what is kept. */
    readonly #written = new Map<string, { readonly draft: DraftRecord; readonly stopTimer: Cancel }>();

    constructor(platform: Platform, store: Store, mirror: Mirror, tell: (notice: Notice) => void) {
        this.#platform = platform;
        this.#store = store;
        this.#mirror = mirror;
        this.#tell = tell;
    }

    /** What is being written in this tab is newer than what any tab has kept: news of it are left out. */
    withoutWritten(changes: Changes): Changes {
        return { ...changes, drafts: changes.drafts.filter((draft) => !this.#written.has(draft.chat)) };
    }

    /**
     * Takes what is written now.
     *
     * @returns whether it is anything else than before.
     */
    set(chat: string, text: string, replyTo: number | null): boolean {
        const known = this.#mirror.drafts.get(chat);
        if ((known?.text ?? "") === text && (known?.replyTo ?? null) === replyTo) return false;
        const draft = { chat, text, replyTo, updatedMs: known?.updatedMs ?? 0, isPending: true };
        this.#mirror.setDraft(draft);
        this.#written.get(chat)?.stopTimer();
        const stopTimer = this.#platform.clock.after(PAUSE_MS, () => void this.#keep(chat));
        this.#written.set(chat, { draft, stopTimer });
        return true;
    }

    /** Keeps everything now: the tab is about to close. */
    async keepAll(): Promise<void> {
        for (const chat of [...this.#written.keys()]) await this.#keep(chat);
    }

    /** Forgets everything that is not kept yet. */
    clear(): void {
        for (const { stopTimer } of this.#written.values()) stopTimer();
        this.#written.clear();
    }

    async #keep(chat: string): Promise<void> {
        const written = this.#written.get(chat);
        const { session } = this.#mirror;
        this.#written.delete(chat);
        written?.stopTimer();
        if (!written || !session) return;
        try {
            this.#tell({ kind: "data", changes: await this.#store.write(session.id, (work) => work.putDraft(written.draft)) });
        } catch {
            // The session is over, or the store is full: a draft is not worth an error.
        }
    }
}
