/** Removes messages that disappear when their time is over, by this device's own clock, also offline. */

import type { Cancel } from "../platform";
import type { ChatRecord } from "../store/records";
import { raiseFloor } from "../store/timeline";
import { type Core, unlessLost } from "./core";

/** The shortest time a chat can have: a message that comes after one look is still there at the next. */
const LOOK_MS = 60_000;

/** Disappearing messages of all chats. */
export class Expiry {
    readonly #core: Core;
    readonly #known = new Map<string, number>();
    #stopTimer: Cancel = () => undefined;
    #isStopped = false;

    constructor(core: Core) {
        this.#core = core;
    }

    /** Removes what is over now, and goes on. */
    start(): void {
        this.#look();
    }

    /** Stops for ever. */
    stop(): void {
        this.#isStopped = true;
        this.#stopTimer();
    }

    /** Takes in that chats have changed: their messages may disappear after another time. */
    chatsChanged(chats: readonly ChatRecord[]): void {
        if (chats.some(({ id, chat }) => (this.#known.get(id) ?? 0) !== (chat.expire_after_s ?? 0))) this.#plan(0);
    }

    #plan(ms: number): void {
        this.#stopTimer();
        if (!this.#isStopped) this.#stopTimer = this.#core.platform.clock.after(ms, () => this.#look());
    }

    #look(): void {
        void unlessLost(this.#sweep());
    }

    async #sweep(): Promise<void> {
        const now = this.#core.platform.clock.now();
        let dueMs = now + LOOK_MS;
        this.#known.clear();
        for (const record of [...this.#core.mirror.chats.values()]) {
            const expireMs = (record.chat.expire_after_s ?? 0) * 1000;
            if (expireMs === 0) continue;
            this.#known.set(record.id, expireMs / 1000);
            await this.#remove(record, (now - expireMs) * 1000);
            dueMs = Math.min(dueMs, (await this.#oldest(record)) / 1000 + expireMs);
        }
        this.#plan(Math.max(1, Math.ceil(dueMs - now)));
    }

    /** The floor rises to the newest entry that is over: entries are where floors stand. */
    async #remove(record: ChatRecord, limit: number): Promise<void> {
        const [over] = await this.#core.store.last(record.id, record.floor, limit, 1);
        if (!over) return;
        await this.#core.write(async (work) => {
            const kept = await work.chat(record.id);
            if (kept && kept.epoch === record.epoch) await raiseFloor(work, kept, over.stamp);
        });
    }

    async #oldest(record: ChatRecord): Promise<number> {
        const floor = this.#core.mirror.chats.get(record.id)?.floor ?? 0;
        const [oldest] = await this.#core.store.first(record.id, floor, Number.MAX_SAFE_INTEGER, 1);
        return oldest?.stamp ?? Infinity;
    }
}
