/** The chat list: rows that must be asked for anew, and more of it. */

import { ClientError } from "../error";
import type { ChatRow } from "../protocol.generated";
import { applyRow } from "../store/timeline";
import { type Core, Lane, persist, unlessLost } from "./core";

const WINDOW = 50;

/** The rows of one's chats. */
export class Chats {
    readonly #core: Core;
    readonly #catchUp: (chat: string) => Promise<void>;
    readonly #lane = new Lane(4);
    readonly #running = new Map<string, Promise<void>>();
    readonly #again = new Set<string>();

    /** @param catchUp brings a chat's timeline up to date with its row. */
    constructor(core: Core, catchUp: (chat: string) => Promise<void>) {
        this.#core = core;
        this.#catchUp = catchUp;
    }

    /** Notes that a row must be asked for, and asks; later again when that does not succeed now. */
    refresh(chat: string): Promise<void> {
        return unlessLost(this.#core.write((work) => work.markStale(chat)).then(() => this.#refresh(chat)));
    }

    /** Asks for every row that was noted, also by earlier runs of the program. */
    async refreshStale(): Promise<void> {
        const chats = await this.#core.store.stale();
        await Promise.all(chats.map((chat) => unlessLost(this.#refresh(chat))));
    }

    /** Loads the next part of the list. */
    async loadMore(): Promise<void> {
        const offset = this.#core.mirror.chats.size;
        const page = await persist(this.#core, "chat.list", { window: { offset, limit: WINDOW } });
        await this.apply(page.chats);
        await this.keepHasMore(page.has_more);
    }

    /** Keeps whether the list goes on. */
    async keepHasMore(hasMore: boolean): Promise<void> {
        await this.#core.write((work) => work.putHasMoreChats(hasMore));
        this.#core.tellHasMore(hasMore);
    }

    /** Takes rows in and catches up with them. */
    async apply(rows: readonly ChatRow[]): Promise<void> {
        await this.#core.write(async (work) => {
            for (const row of rows) {
                work.clearStale(row.chat.id);
                await applyRow(work, row, this.#core.platform.clock.now());
            }
        });
        for (const row of rows) void this.#catchUp(row.chat.id);
    }

    #refresh(chat: string): Promise<void> {
        const running = this.#running.get(chat);
        if (running) {
            this.#again.add(chat);
            return running;
        }
        const refreshing = this.#lane
            .run(() => this.#ask(chat))
            .finally(() => {
                this.#running.delete(chat);
                if (this.#again.delete(chat)) void unlessLost(this.#refresh(chat));
            });
        this.#running.set(chat, refreshing);
        return refreshing;
    }

    async #ask(chat: string): Promise<void> {
        this.#again.delete(chat);
        try {
            const row = await persist(this.#core, "chat.get", { chat });
            await this.apply([row]);
        } catch (error) {
            if (!(error instanceof ClientError) || !error.isFinal) throw error;
            await this.#core.write((work) => work.removeChat(chat));
        }
    }
}
