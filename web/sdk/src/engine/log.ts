/** One's own change log: what other devices and other people changed about one's chats. */

import type { LogEntry, LogPage } from "../protocol.generated";
import { isCountable, moveRead } from "../store/timeline";
import type { Work } from "../store/work";
import { type Core, persist, unlessLost } from "./core";

/** A log entry as it is pushed. */
export interface ChangePush {
    readonly epoch: string;
    readonly entry: LogEntry;
}

const PAGE = 200;

/** Applies the change log in order, each entry once. Effects and cursor are saved in one transaction. */
export class Log {
    readonly #core: Core;
    readonly #refreshStale: () => Promise<void>;
    #pulling: Promise<void> | null = null;
    #again = false;

    /** @param refreshStale asks for the rows that changed. */
    constructor(core: Core, refreshStale: () => Promise<void>) {
        this.#core = core;
        this.#refreshStale = refreshStale;
    }

    /** Takes a pushed entry in, or pulls when it is not the next one. */
    async accept(push: ChangePush): Promise<void> {
        const outcome = { isNext: true };
        await this.#core.write(async (work) => {
            const known = await work.log();
            if (known?.epoch === push.epoch && push.entry.stamp <= known.after) return;
            outcome.isNext = known?.epoch === push.epoch && push.entry.prev <= known.after;
            if (!outcome.isNext) return;
            await applyChange(work, push.entry);
            work.putLog({ after: push.entry.stamp, epoch: push.epoch });
        });
        if (outcome.isNext) void unlessLost(this.#refreshStale());
        else void this.pull();
    }

    /** Pulls until the end of the log. */
    pull(): Promise<void> {
        this.#again = this.#pulling !== null;
        this.#pulling ??= unlessLost(this.#pullAll()).finally(() => {
            this.#pulling = null;
            if (this.#again) void this.pull();
        });
        return this.#pulling;
    }

    async #pullAll(): Promise<void> {
        for (let hasMore = true; hasMore; ) {
            this.#again = false;
            const position = await this.#core.store.log();
            const page = await persist(this.#core, "log.pull", { ...position, limit: PAGE });
            await this.#core.write((work) => applyLog(work, page));
            hasMore = page.has_more && !page.reset && page.next > (position?.after ?? 0);
        }
        await this.#refreshStale();
    }
}

/** Applies a page of the log. After a reset nobody can say what changed: every row is asked for anew. */
export async function applyLog(work: Work, page: LogPage): Promise<void> {
    if (page.reset) for (const chat of await work.chatIds()) work.markStale(chat);
    else for (const entry of page.entries) await applyChange(work, entry);
    work.putLog({ after: page.next, epoch: page.epoch });
}

async function applyChange(work: Work, { change }: LogEntry): Promise<void> {
    switch (change.kind) {
        case "membership": {
            const isOut = change.event === "removed" || change.event === "left";
            if (isOut && change.users.includes(work.me)) await work.removeChat(change.chat);
            else work.markStale(change.chat);
            return;
        }
        case "read":
            return applyRead(work, change.chat, change.stamp);
        case "chat":
            return work.markStale(change.chat);
        case "unknown":
    }
}

async function applyRead(work: Work, chat: string, stamp: number): Promise<void> {
    const record = await work.chat(chat);
    if (!record || stamp <= record.read) return;
    const next = await moveRead(work, record, stamp, false);
    if (!isCountable(next)) work.markStale(chat);
}
