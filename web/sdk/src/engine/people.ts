/** Gets people one knows only by id. */

import { ClientError } from "../error";
import { type Core, Lane, persist, unlessLost } from "./core";

/** A day: names change seldom. */
const FRESH_MS = 24 * 60 * 60 * 1000;

/** People whose names are shown somewhere. */
export class People {
    readonly #core: Core;
    readonly #lane = new Lane(3);
    readonly #asked = new Set<string>();
    readonly #wanted = new Set<string>();

    constructor(core: Core) {
        this.#core = core;
    }

    /** Gets those of `ids` that are not known or not known freshly, now or when there is a connection. */
    want(ids: readonly string[]): void {
        for (const id of ids) {
            if (!this.#asked.has(id)) this.#wanted.add(id);
        }
        this.flush();
    }

    /** Asks for everybody who is wanted. */
    flush(): void {
        for (const id of this.#wanted) {
            this.#wanted.delete(id);
            const known = this.#core.mirror.users.get(id);
            if (known && this.#core.platform.clock.now() - known.fetchedMs < FRESH_MS) continue;
            this.#asked.add(id);
            void unlessLost(this.#lane.run(() => this.#get(id)));
        }
    }

    async #get(id: string): Promise<void> {
        try {
            const found = await persist(this.#core, "user.get", { id });
            this.#asked.delete(id);
            await this.#core.write((work) => work.putUser(found.user, this.#core.platform.clock.now()));
        } catch (error) {
            // Somebody who does not exist is asked for once; anybody else again with the next connection.
            if (error instanceof ClientError && error.isFinal) return;
            this.#asked.delete(id);
            this.#wanted.add(id);
            throw error;
        }
    }
}
