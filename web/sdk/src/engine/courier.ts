/**
 * Carries what waits to the server: in each chat one thing after the other in the order they were done, each with the
 * client id it was given then, until the server has it or refuses it for good.
 */

import { ClientError } from "../error";
import type { WireError } from "../protocol.generated";
import { type Core, retryWait, unlessLost } from "./core";
import { Rounds } from "./rounds";

/** Answers of `internal` after which something counts as refused. */
const MAX_FAULTS = 8;

/** What a courier carries and how. */
export interface Load<T> {
    /** What waits in a chat, or in all, in order. */
    waiting(chat?: string): Promise<readonly T[]>;
    /** Hands one over; fails with the server's reason. */
    deliver(item: T): Promise<void>;
    /** The server refused one for good. */
    refuse(item: T, error: WireError): Promise<void>;
}

/** Hands over, waits, tries again. */
export class Courier<T extends { readonly chat: string }> {
    readonly #core: Core;
    readonly #load: Load<T>;
    readonly #rounds: Rounds;
    readonly #pauses = new Set<() => void>();

    constructor(core: Core, load: Load<T>) {
        this.#core = core;
        this.#load = load;
        this.#rounds = new Rounds(4, (chat) => this.#deliverAll(chat));
    }

    /** Looks for what waits in all chats: there is a new connection, so nothing waits any longer. */
    async pokeAll(): Promise<void> {
        for (const end of [...this.#pauses]) end();
        const items = await this.#load.waiting();
        for (const chat of new Set(items.map((item) => item.chat))) this.poke(chat);
    }

    /** Looks for what waits in a chat. */
    poke(chat: string): void {
        void unlessLost(this.#rounds.run(chat));
    }

    async #deliverAll(chat: string): Promise<void> {
        for (;;) {
            // Read once for many: with hundreds waiting, reading them anew for each would cost more than sending.
            const waiting = await this.#load.waiting(chat);
            if (waiting.length === 0) return;
            for (const item of waiting) await this.#deliverOne(item);
        }
    }

    async #deliverOne(item: T): Promise<void> {
        for (let failures = 1; ; failures += 1) {
            try {
                return await this.#load.deliver(item);
            } catch (error) {
                if (!(error instanceof ClientError) || error.code === "offline") throw error;
                if (error.code === "unauthorized") throw error;
                if (error.isFinal || (error.code === "internal" && failures >= MAX_FAULTS)) {
                    return this.#load.refuse(item, wireOf(error));
                }
                await this.#pause(retryWait(this.#core.platform, failures, error));
            }
        }
    }

    #pause(ms: number): Promise<void> {
        return new Promise((resolve) => {
            const end = (): void => {
                stopTimer();
                this.#pauses.delete(end);
                resolve();
            };
            const stopTimer = this.#core.platform.clock.after(ms, end);
            this.#pauses.add(end);
        });
    }
}

function wireOf(error: ClientError): WireError {
    return error.wire ?? { code: "internal", message: error.message, retry: "never", outcome: "unknown" };
}
