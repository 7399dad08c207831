/** Read marks: moved here at once, told to the server a little later, and kept until it knows. */

import { ClientError } from "../error";
import type { Cancel } from "../platform";
import type { ChatRecord } from "../store/records";
import { isCountable, isMentionUnsure } from "../store/counts";
import { moveRead } from "../store/timeline";
import { type Core, persist, unlessLost } from "./core";

/** Scrolling through a chat moves its mark many times; the server hears of the last. */
const PAUSE_MS = 300;

/** One's own read marks. */
export class Reads {
    readonly #core: Core;
    readonly #refresh: (chat: string) => void;
    #isFlushing = false;
    #again = false;
    #stopPause: Cancel | null = null;

    /** @param refresh asks for a chat's row anew. */
    constructor(core: Core, refresh: (chat: string) => void) {
        this.#core = core;
        this.#refresh = refresh;
    }

    /** Moves one's own mark of a chat up to a stamp, at most to its newest entry. */
    async mark(chat: string, stamp: number): Promise<void> {
        await this.#core.write(async (work) => {
            const record = await work.chat(chat);
            if (record) await moveRead(work, record, Math.min(stamp, record.last?.stamp ?? 0), true);
        });
        this.#stopPause ??= this.#core.platform.clock.after(PAUSE_MS, () => {
            this.#stopPause = null;
            void this.flush();
        });
    }

    /** Takes in how far another person has read. */
    async peerRead(chat: string, user: string, stamp: number): Promise<void> {
        await this.#core.write(async (work) => {
            const record = await work.chat(chat);
            if (!record || record.chat.kind !== "direct" || user === work.me || stamp <= record.peerRead) return;
            work.putChat({ ...record, peerRead: stamp });
        });
    }

    /** Takes in how far messages have reached another person. */
    async peerDelivered(chat: string, user: string, stamp: number): Promise<void> {
        await this.#core.write(async (work) => {
            const record = await work.chat(chat);
            if (!record || user === work.me || stamp <= record.peerDelivered) return;
            work.putChat({ ...record, peerDelivered: stamp });
        });
    }

    /** Tells the server of all marks it does not know of. Asked again meanwhile, it looks again. */
    async flush(): Promise<void> {
        this.#again = this.#isFlushing;
        if (this.#isFlushing) return;
        this.#isFlushing = true;
        try {
            do {
                this.#again = false;
                for (const record of [...this.#core.mirror.chats.values()]) {
                    if (record.pendingRead > 0) await unlessLost(this.#tell(record));
                }
            } while (this.#again);
        } finally {
            this.#isFlushing = false;
        }
    }

    /** Forgets the pause: the engine stops. */
    stop(): void {
        this.#stopPause?.();
    }

    async #tell(record: ChatRecord): Promise<void> {
        const stamp = record.pendingRead;
        await this.#request(record.id, stamp);
        const outcome = { isExact: true };
        await this.#core.write(async (work) => {
            const kept = await work.chat(record.id);
            if (!kept) return;
            if (kept.pendingRead <= stamp) work.putChat({ ...kept, pendingRead: 0 });
            outcome.isExact = isCountable(kept) && !(await isMentionUnsure(work, kept));
        });
        // Where counting what is kept is not exact the row is asked for: the number in the reply does not say which
        // entries it has counted.
        if (!outcome.isExact) this.#refresh(record.id);
    }

    async #request(chat: string, stamp: number): Promise<void> {
        try {
            await persist(this.#core, "read.mark", { chat, stamp });
        } catch (error) {
            // Refused for good: the mark stays a local one.
            if (!(error instanceof ClientError) || !error.isFinal) throw error;
        }
    }
}
