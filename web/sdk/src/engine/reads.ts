/** Read marks: moved here at once, told to the server a little later, and kept until it knows. */

import { ClientError } from "../error";
import type { Cancel } from "../platform";
import { newest } from "../store/ranges";
import type { ChatRecord } from "../store/records";
import { moveRead } from "../store/timeline";
import { type Core, persist, unlessLost } from "./core";

/** Scrolling through a chat moves its mark many times; the server hears of the last. */
const PAUSE_MS = 300;

/** One's own read marks. */
export class Reads {
    readonly #core: Core;
    #isFlushing = false;
    #stopPause: Cancel | null = null;

    constructor(core: Core) {
        this.#core = core;
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
            if (!record || user === work.me || stamp <= record.peerRead) return;
            work.putChat({ ...record, peerRead: stamp });
        });
    }

    /** Tells the server of all marks it does not know of. */
    async flush(): Promise<void> {
        if (this.#isFlushing) return;
        this.#isFlushing = true;
        try {
            for (const record of [...this.#core.mirror.chats.values()]) {
                if (record.pendingRead > 0) await unlessLost(this.#tell(record));
            }
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
        const unread = await this.#request(record.id, stamp);
        await this.#core.write(async (work) => {
            const kept = await work.chat(record.id);
            if (!kept) return;
            const pendingRead = kept.pendingRead > stamp ? kept.pendingRead : 0;
            // What is kept counts exactly where it reaches down to the mark; elsewhere only the server can count.
            const isCovered = (newest(kept.ranges)?.after ?? Infinity) <= kept.read;
            const known = unread === null || isCovered || pendingRead > 0 ? kept.unread : unread;
            work.putChat({ ...kept, pendingRead, unread: known });
        });
    }

    async #request(chat: string, stamp: number): Promise<number | null> {
        try {
            return (await persist(this.#core, "read.mark", { chat, stamp })).unread;
        } catch (error) {
            if (error instanceof ClientError && error.isFinal) return null;
            throw error;
        }
    }
}
