/** Tells the other person of a direct chat that messages have arrived: the newest only, every few seconds at most. */

import { ClientError } from "../error";
import type { Cancel } from "../platform";
import { newest } from "../store/ranges";
import type { ChatRecord } from "../store/records";
import { type Core, persist, unlessLost } from "./core";

const PAUSE_MS = 3_000;

/** What has arrived on this device. */
export class Delivered {
    readonly #core: Core;
    #stopPause: Cancel | null = null;

    constructor(core: Core) {
        this.#core = core;
    }

    /** Takes in that chats have changed. */
    chatsChanged(chats: readonly ChatRecord[]): void {
        if (this.#stopPause || !chats.some((record) => this.#untold(record) !== null)) return;
        this.#stopPause = this.#core.platform.clock.after(PAUSE_MS, () => {
            this.#stopPause = null;
            void unlessLost(this.#tellAll());
        });
    }

    /** Forgets the pause: the engine stops. */
    stop(): void {
        this.#stopPause?.();
    }

    async #tellAll(): Promise<void> {
        for (const record of [...this.#core.mirror.chats.values()]) {
            const stamp = this.#untold(record);
            if (stamp !== null) await this.#tell(record.id, stamp);
        }
    }

    /** The newest message, if it is the other's and they do not know that it is here. Who reads it says so as well. */
    #untold({ chat, last, ranges, read, toldDelivered }: ChatRecord): number | null {
        const me = this.#core.mirror.session?.account.id;
        if (chat.kind !== "direct" || !last || last.sender === me) return null;
        const isHere = newest(ranges)?.through === last.stamp;
        return isHere && last.stamp > Math.max(read, toldDelivered) ? last.stamp : null;
    }

    async #tell(chat: string, stamp: number): Promise<void> {
        try {
            await persist(this.#core, "delivered.mark", { chat, stamp });
        } catch (error) {
            // Refused for good: nobody asks again.
            if (!(error instanceof ClientError) || !error.isFinal) throw error;
        }
        await this.#core.write(async (work) => {
            const record = await work.chat(chat);
            if (record) work.putChat({ ...record, toldDelivered: Math.max(record.toldDelivered, stamp) });
        });
    }
}
