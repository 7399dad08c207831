/** What other devices and other people changed: pushed, or pulled from one's own change log. */

import type { LogEntry, LogPage, Push } from "../protocol.generated";
import { applyChanges, placedChange } from "../store/changes";
import { dropTimeline } from "../store/timeline";
import type { Work } from "../store/work";
import { type Core, persist, unlessLost } from "./core";

/** A change as it is pushed: from one's own log, or from a chat's change timeline. */
export type ChangePush = Extract<Push, { push: "change" | "changed" }>;

const PAGE = 200;

/** What the log leaves to others. */
export interface LogEvents {
    /** Asks for what the changes say is to be asked for. */
    settle(): void;
    /** A chat has another life than the one that is kept. */
    reborn(chat: string): void;
    /** One's own profile or settings are others now. */
    accountChanged(): void;
    /** Sessions of one's own began or ended. */
    sessionsChanged(): void;
    /** The log starts anew: everything is asked for again. */
    restart(): void;
}

/** Applies changes in order, each once. Effects and cursors are saved in one transaction. */
export class Log {
    readonly #core: Core;
    readonly #events: LogEvents;
    #pulling: Promise<void> | null = null;
    #again = false;

    constructor(core: Core, events: LogEvents) {
        this.#core = core;
        this.#events = events;
    }

    /** Takes pushed changes in, all in one transaction; pulls the log when one is missing there. */
    async accept(pushes: readonly ChangePush[]): Promise<void> {
        const told = { hasGap: false, reborn: new Set<string>(), entries: [] as LogEntry[] };
        await this.#core.write(async (work) => {
            for (const push of pushes) {
                const { epoch, entry } = push.data;
                const isNext = push.push === "change" ? await followLog(work, epoch, entry) : await isAlive(work, push.data);
                if (isNext === "gap" && push.push === "change") told.hasGap = true;
                if (isNext === "gap" && push.push === "changed") told.reborn.add(push.data.chat);
                if (isNext === "next") told.entries.push(push.push === "change" ? entry : placedChange(entry));
            }
            await applyChanges(work, told.entries);
        });
        this.#tell(told.entries);
        for (const chat of told.reborn) this.#events.reborn(chat);
        if (told.hasGap) void this.pull();
        else this.#events.settle();
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
            if (page.reset) return this.#events.restart();
            this.#tell(page.entries);
            hasMore = page.has_more && page.next > (position?.after ?? 0);
        }
        this.#events.settle();
    }

    #tell(entries: readonly LogEntry[]): void {
        const kinds = new Set(entries.map((entry) => entry.change.kind));
        if (kinds.has("account")) this.#events.accountChanged();
        if (kinds.has("session")) this.#events.sessionsChanged();
    }
}

type Place = "next" | "old" | "gap";

async function followLog(work: Work, epoch: string, entry: LogEntry): Promise<Place> {
    const known = await work.log();
    if (known?.epoch !== epoch) return "gap";
    if (entry.stamp <= known.after) return "old";
    if (entry.prev > known.after) return "gap";
    work.putLog({ after: entry.stamp, epoch });
    return "next";
}

/** A chat's own change timeline may be of another life than what is kept; gaps in it are noted when it is followed. */
async function isAlive(work: Work, push: { readonly chat: string; readonly epoch: string }): Promise<Place> {
    const record = await work.chat(push.chat);
    return !record || record.epoch === push.epoch ? "next" : "gap";
}

/**
 * Applies a page of the log. After a reset nobody can say what changed (only the log tells what one has hidden): what
 * is kept of the timelines goes, and every row is asked for anew.
 */
export async function applyLog(work: Work, page: LogPage): Promise<void> {
    if (page.reset) await forgetTimelines(work);
    else await applyChanges(work, page.entries);
    work.putLog({ after: page.next, epoch: page.epoch });
}

async function forgetTimelines(work: Work): Promise<void> {
    for (const chat of await work.chatIds()) {
        const record = await work.chat(chat);
        if (record) dropTimeline(work, record, record.epoch);
        work.markStale(chat);
    }
}
