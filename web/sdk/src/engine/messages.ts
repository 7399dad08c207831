/** Single messages, asked for by their stamps: those of which there are newer copies, and those somebody looks at. */

import { ClientError } from "../error";
import type { Entry, Messages as Answer } from "../protocol.generated";
import { recount } from "../store/counts";
import { sightOf, stepBack } from "../store/positions";
import type { StaleEntry } from "../store/records";
import { keepSingles } from "../store/singles";
import type { Work } from "../store/work";
import type { ChatChanges } from "./changes";
import { type Core, persist, unlessLost } from "./core";

/** Most messages the server gives at once. */
const BATCH = 100;
const MAX_NOTES = 1_000;

/** Fetches messages by stamp. */
export class Messages {
    readonly #core: Core;
    readonly #changes: ChatChanges;
    readonly #settle: () => void;
    #refreshing: Promise<void> | null = null;
    #again = false;

    /** @param settle asks for what the messages say is to be asked for. */
    constructor(core: Core, changes: ChatChanges, settle: () => void) {
        this.#core = core;
        this.#changes = changes;
        this.#settle = settle;
    }

    /** Fetches messages that are not kept. @returns the stamps at which there are none. */
    async fetch(chat: string, stamps: readonly number[]): Promise<number[]> {
        await this.#changes.place(chat);
        const missing: number[] = [];
        for (let start = 0; start < stamps.length; start += BATCH) {
            const batch = stamps.slice(start, start + BATCH);
            const found = new Set((await this.#get(chat, batch, [])).entries.map((entry) => entry.stamp));
            missing.push(...batch.filter((stamp) => !found.has(stamp)));
        }
        return missing;
    }

    /** Fetches all of which there are newer copies, also those noted by earlier runs of the program. */
    refreshStale(): Promise<void> {
        this.#again = this.#refreshing !== null;
        this.#refreshing ??= unlessLost(this.#refreshAll()).finally(() => {
            this.#refreshing = null;
            if (this.#again) void this.refreshStale();
        });
        return this.#refreshing;
    }

    async #refreshAll(): Promise<void> {
        for (;;) {
            this.#again = false;
            const notes = await this.#core.store.staleEntries(MAX_NOTES);
            const chat = notes[0]?.chat;
            if (chat === undefined) return;
            await this.#refresh(chat, notes.filter((note) => note.chat === chat).slice(0, BATCH));
            this.#settle();
        }
    }

    async #refresh(chat: string, notes: readonly StaleEntry[]): Promise<void> {
        const kept = await this.#core.store.at(chat, notes.map((note) => note.stamp));
        const revisions = new Map(kept.map((entry) => [entry.stamp, entry.revision]));
        const isStale = ({ stamp, revision }: StaleEntry): boolean => (revisions.get(stamp) ?? -1) < revision;
        const stale = notes.filter(isStale);
        if (stale.length > 0) await this.#getOrLeave(chat, notes, stale);
        else await this.#core.write((work) => clearAll(work, notes));
    }

    async #getOrLeave(chat: string, notes: readonly StaleEntry[], stale: readonly StaleEntry[]): Promise<void> {
        try {
            await this.#get(chat, stale.map((note) => note.stamp), notes);
        } catch (error) {
            if (!(error instanceof ClientError) || !error.isFinal) throw error;
            // No longer a member, most likely: the row will tell.
            await this.#core.write(async (work) => {
                work.markStale(chat);
                await clearAll(work, notes);
            });
        }
    }

    async #get(chat: string, stamps: readonly number[], notes: readonly StaleEntry[]): Promise<Answer> {
        const sight = sightOf(this.#core.mirror.chats.get(chat));
        const answer = await persist(this.#core, "message.get", { chat, stamps: [...stamps] });
        // A full answer says nothing about what comes after its last message.
        const last = answer.has_more ? (answer.entries.at(-1)?.stamp ?? Infinity) : Infinity;
        const rest = stamps.filter((stamp) => stamp > last);
        const answered = stamps.filter((stamp) => stamp <= last);
        const outcome = { isLate: false };
        await this.#core.write(async (work) => {
            if (!(await work.chat(chat))) return;
            await keepSingles(work, chat, answer.entries, { kind: "page", through: sight.through });
            await removeMissing(work, chat, answered, answer.entries);
            if (rest.length === 0) await clearAll(work, notes);
            if (notes.length > 0) await recount(work, chat);
            outcome.isLate = await stepBack(work, chat, sight);
        });
        if (outcome.isLate) void this.#changes.pull(chat);
        if (rest.length === 0) return answer;
        const more = await this.#get(chat, rest, notes);
        return { ...more, entries: [...answer.entries, ...more.entries] };
    }
}

/** What one may not see, or is not there any more, is kept no longer. */
async function removeMissing(work: Work, chat: string, asked: readonly number[], found: readonly Entry[]): Promise<void> {
    const there = new Set(found.map((entry) => entry.stamp));
    for (const stamp of asked.filter((one) => !there.has(one))) {
        if (!(await work.entries.at(chat, stamp))) continue;
        work.entries.remove(chat, stamp);
        work.markStale(chat);
    }
}

async function clearAll(work: Work, notes: readonly StaleEntry[]): Promise<void> {
    for (const note of notes) await work.entries.clearStale(note);
}
