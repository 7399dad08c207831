/** Keeps up with the chats' change timelines: pulls what no push brought. */

import { applyChangesPage } from "../store/changes";
import { isBehind } from "../store/positions";
import { type Core, persist, unlessLost } from "./core";
import { Rounds } from "./rounds";

const PAGE = 200;
const MAX_ROUNDS = 100;

/** The change timelines of all chats. */
export class ChatChanges {
    readonly #core: Core;
    readonly #settle: () => void;
    readonly #rounds: Rounds;

    /** @param settle asks for what the changes say is to be asked for. */
    constructor(core: Core, settle: () => void) {
        this.#core = core;
        this.#settle = settle;
        this.#rounds = new Rounds(4, (chat) => this.#pull(chat));
    }

    /** Pulls a chat's changes up to the newest. */
    pull(chat: string): Promise<void> {
        return unlessLost(this.#rounds.run(chat));
    }

    /** Pulls where changes are missing. */
    async pullMissing(): Promise<void> {
        const behind = [...this.#core.mirror.chats.values()].filter(isBehind);
        await Promise.all(behind.map((record) => this.pull(record.id)));
    }

    /** Makes sure that a chat has a position, before anything of its timeline is asked for. */
    async place(chat: string): Promise<void> {
        if (this.#core.mirror.chats.get(chat)?.changes !== null) return;
        const page = await persist(this.#core, "changes.pull", { chat, limit: 1 });
        await this.#core.write(async (work) => {
            const record = await work.chat(chat);
            if (record && record.changes === null && record.epoch === page.epoch) await applyChangesPage(work, chat, page);
        });
    }

    async #pull(chat: string): Promise<void> {
        for (let round = 0; round < MAX_ROUNDS; round += 1) {
            const position = this.#core.mirror.chats.get(chat)?.changes;
            if (position === undefined) return;
            if (position === null) return this.place(chat);
            const params = { chat, after: position.after, epoch: position.epoch, limit: PAGE };
            const page = await persist(this.#core, "changes.pull", params);
            await this.#core.write((work) => applyChangesPage(work, chat, page));
            if (!page.has_more || page.reset) break;
        }
        this.#settle();
    }
}
