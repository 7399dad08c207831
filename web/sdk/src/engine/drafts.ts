/** Tells the server what is written but not sent, so that other devices can go on with it. */

import { ClientError } from "../error";
import type { Cancel } from "../platform";
import type { Draft } from "../protocol.generated";
import type { DraftRecord } from "../store/records";
import { type Core, persist, unlessLost } from "./core";

/** The server hears of a draft when writing has paused, or at once when it is gone. */
const PAUSE_MS = 2_000;

/** One's own drafts on their way to the server. */
export class DraftSync {
    readonly #core: Core;
    #stopPause: Cancel | null = null;
    #isFlushing = false;
    #again = false;

    constructor(core: Core) {
        this.#core = core;
    }

    /** Takes in that drafts were written. */
    poke(drafts: readonly DraftRecord[]): void {
        const pending = drafts.filter((draft) => draft.isPending);
        if (pending.length === 0) return;
        this.#stopPause?.();
        const ms = pending.some((draft) => draft.text === "") ? 0 : PAUSE_MS;
        this.#stopPause = this.#core.platform.clock.after(ms, () => void unlessLost(this.flush()));
    }

    /** Tells the server of all drafts it does not know. Asked again meanwhile, it looks again. */
    async flush(): Promise<void> {
        this.#again = this.#isFlushing;
        if (this.#isFlushing) return;
        this.#isFlushing = true;
        try {
            do {
                this.#again = false;
                for (const draft of await this.#core.store.pendingDrafts()) await this.#send(draft);
            } while (this.#again);
        } finally {
            this.#isFlushing = false;
        }
    }

    /** Forgets the pause: the engine stops. */
    stop(): void {
        this.#stopPause?.();
    }

    async #send(draft: DraftRecord): Promise<void> {
        const kept = await this.#ask(draft);
        await this.#core.write(async (work) => {
            const now = await work.draft(draft.chat);
            const isSame = now?.text === draft.text && now.replyTo === draft.replyTo;
            if (now && isSame) work.putDraft({ ...now, updatedMs: kept?.updated_ms ?? 0, isPending: false });
        });
    }

    async #ask({ chat, text, replyTo }: DraftRecord): Promise<Draft | null> {
        try {
            const params = { chat, text, ...(replyTo !== null && { reply_to: replyTo }) };
            return (await persist(this.#core, "draft.set", params)).draft ?? null;
        } catch (error) {
            // Refused for good: the draft stays a local one.
            if (!(error instanceof ClientError) || !error.isFinal) throw error;
            return null;
        }
    }
}
