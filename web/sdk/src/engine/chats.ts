/** The chat list: rows that must be asked for anew, and more of it. */

import { ClientError } from "../error";
import type { ChatRow } from "../protocol.generated";
import { applyDraft } from "../store/drafts";
import { applyRow } from "../store/timeline";
import type { Work } from "../store/work";
import { sightOf, stepBack } from "../store/positions";
import type { ChatChanges } from "./changes";
import { type Core, persist, unlessLost } from "./core";
import { Rounds } from "./rounds";

const WINDOW = 50;

/** The rows of one's chats. */
export class Chats {
    readonly #core: Core;
    readonly #catchUp: (chat: string) => Promise<void>;
    readonly #changes: ChatChanges;
    readonly #rounds: Rounds;

    /** @param catchUp brings a chat's timeline up to date with its row. */
    constructor(core: Core, changes: ChatChanges, catchUp: (chat: string) => Promise<void>) {
        this.#core = core;
        this.#changes = changes;
        this.#rounds = new Rounds(4, (chat) => this.#ask(chat));
        this.#catchUp = catchUp;
    }

    /** Notes that a row must be asked for, and asks; later again when that does not succeed now. */
    refresh(chat: string): Promise<void> {
        return unlessLost(this.#core.write((work) => work.markStale(chat)).then(() => this.#rounds.run(chat)));
    }

    /** Asks for every row that was noted, also by earlier runs of the program. */
    async refreshStale(): Promise<void> {
        const chats = await this.#core.store.stale();
        await Promise.all(chats.map((chat) => unlessLost(this.#rounds.run(chat))));
    }

    /** Loads the next part of the list. */
    async loadMore(): Promise<void> {
        const offset = this.#core.mirror.chats.size;
        const page = await persist(this.#core, "sync", { window: { offset, limit: WINDOW } });
        await this.#core.write(async (work) => {
            for (const { changes_next, ...row } of page.chats) await this.#take(work, row, changes_next);
        });
        await this.keepHasMore(page.has_more);
        for (const row of page.chats) void this.#catchUp(row.chat.id);
    }

    /** Keeps whether the list goes on. */
    async keepHasMore(hasMore: boolean): Promise<void> {
        await this.#core.write((work) => work.putHasMoreChats(hasMore));
        this.#core.tellHasMore(hasMore);
    }

    async #ask(chat: string): Promise<void> {
        const known = this.#core.mirror.chats.get(chat);
        try {
            // The position first: what is read of the chat then is as new as that, or newer.
            const position = known?.changes ? null : await persist(this.#core, "changes.pull", { chat, limit: 1 });
            const sight = sightOf(known);
            const row = await persist(this.#core, "chat.get", { chat });
            const outcome = { isLate: false };
            await this.#core.write(async (work) => {
                const isSame = position?.epoch === row.chat.epoch;
                const brings = await isNews(work, row);
                await this.#take(work, row, isSame ? position.next : undefined);
                if (!position && brings) outcome.isLate = await stepBack(work, chat, sight);
            });
            if (outcome.isLate) void this.#changes.pull(chat);
            void this.#catchUp(chat);
        } catch (error) {
            if (!(error instanceof ClientError) || !error.isFinal) throw error;
            await this.#core.write((work) => work.removeChat(chat));
        }
    }

    async #take(work: Work, row: ChatRow, changesNext: number | undefined): Promise<void> {
        work.clearStale(row.chat.id);
        const isNew = (await work.chat(row.chat.id)) === undefined;
        await applyRow(work, row, this.#core.platform.clock.now(), changesNext);
        if (isNew) await applyDraft(work, row.chat.id, row.draft ?? null);
    }
}

/** Whether a row brings a copy of its newest entry that is not kept. */
async function isNews(work: Work, { chat, last }: ChatRow): Promise<boolean> {
    const kept = last && (await work.entries.at(chat.id, last.stamp));
    return last !== undefined && (kept?.revision ?? -1) < last.revision;
}
