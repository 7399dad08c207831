/** Tasks for chats: one at a time for each chat, a few chats at once. */

import { Lane, unlessLost } from "./core";

/** Runs a task for one chat or another. Asked for again while it runs, it runs once more. */
export class Rounds {
    readonly #lane: Lane;
    readonly #task: (chat: string) => Promise<void>;
    readonly #running = new Map<string, Promise<void>>();
    readonly #again = new Set<string>();

    /** @param width chats at once. */
    constructor(width: number, task: (chat: string) => Promise<void>) {
        this.#lane = new Lane(width);
        this.#task = task;
    }

    /**
     * Runs the task for a chat.
     *
     * @throws what the round that is under way throws.
     */
    run(chat: string): Promise<void> {
        const running = this.#running.get(chat);
        if (running) {
            this.#again.add(chat);
            return running;
        }
        const round = this.#lane
            .run(() => {
                this.#again.delete(chat);
                return this.#task(chat);
            })
            .finally(() => {
                this.#running.delete(chat);
                if (this.#again.delete(chat)) void unlessLost(this.run(chat));
            });
        this.#running.set(chat, round);
        return round;
    }
}
