/** The kept entries of all chats, within one transaction. */

import type { Entry } from "../protocol.generated";
import { hiddenCopy, newerCopy, type Origin } from "./copies";
import { allEntryKeys, entryKeys, result } from "./database";
import type { Changes, EntryRecord, StaleEntry } from "./records";

/** Reads and writes entries inside one transaction, and notes what it changed. */
export class Entries {
    readonly #transaction: IDBTransaction;
    readonly #changes: Changes;
    readonly #arrived: (chat: string, entry: Entry) => Promise<void>;

    /** @param arrived an entry is kept that was not kept before, or is another now. */
    constructor(transaction: IDBTransaction, changes: Changes, arrived: (chat: string, entry: Entry) => Promise<void>) {
        this.#transaction = transaction;
        this.#changes = changes;
        this.#arrived = arrived;
    }

    get #entries(): IDBObjectStore {
        return this.#transaction.objectStore("entries");
    }

    get #stale(): IDBObjectStore {
        return this.#transaction.objectStore("staleEntries");
    }

    get #hidden(): IDBObjectStore {
        return this.#transaction.objectStore("hidden");
    }

    /** The entry at a stamp, if it is kept. */
    at(chat: string, stamp: number): Promise<EntryRecord | undefined> {
        return result<EntryRecord | undefined>(this.#entries.get([chat, stamp]));
    }

    /** Entries of a chat with `after < stamp ≤ through`, ascending. */
    between(chat: string, after: number, through: number): Promise<EntryRecord[]> {
        if (after >= through) return Promise.resolve([]);
        return result<EntryRecord[]>(this.#entries.getAll(entryKeys(chat, after, through)));
    }

    /** The entry at a given place from the end, 0 being the newest. */
    async fromEnd(chat: string, place: number): Promise<EntryRecord | null> {
        const request = this.#entries.openCursor(allEntryKeys(chat), "prev");
        let cursor = await result(request);
        if (cursor && place > 0) {
            cursor.advance(place);
            cursor = await result(request);
        }
        return cursor ? (cursor.value as EntryRecord) : null;
    }

    /**
     * Keeps entries (ascending) as far as they are newer than what is kept.
     *
     * @returns the entries as they are kept now.
     */
    async put(chat: string, entries: readonly Entry[], origin: Origin): Promise<Entry[]> {
        const first = entries[0];
        const last = entries.at(-1);
        if (!first || !last) return [];
        const kept = await this.between(chat, first.stamp - 1, last.stamp);
        const known = new Map(kept.map((entry) => [entry.stamp, entry]));
        const hidden = await this.#hiddenBetween(chat, first.stamp, last.stamp);
        const copies = entries.map((entry) => {
            const old = known.get(entry.stamp);
            const copy = old ? newerCopy(old, entry, origin) : entry;
            return hidden.has(entry.stamp) ? hiddenCopy(copy) : copy;
        });
        for (const copy of copies) await this.#keep(chat, copy, known.get(copy.stamp));
        return copies;
    }

    async #keep(chat: string, copy: Entry, old: EntryRecord | undefined): Promise<void> {
        if (old && JSON.stringify(old) === JSON.stringify({ ...copy, chat })) return;
        this.#entries.put({ ...copy, chat });
        if (old) this.#changes.entries.push({ chat, stamp: copy.stamp, entry: copy });
        await this.#arrived(chat, copy);
    }

    async #hiddenBetween(chat: string, first: number, last: number): Promise<ReadonlySet<number>> {
        const keys = (await result(this.#hidden.getAllKeys(entryKeys(chat, first - 1, last)))) as [string, number][];
        return new Set(keys.map(([, stamp]) => stamp));
    }

    /** Hides entries for oneself, whether they are kept or not. */
    async hide(chat: string, stamps: readonly number[]): Promise<void> {
        for (const stamp of stamps) {
            this.#hidden.put({ chat, stamp });
            const kept = await this.at(chat, stamp);
            if (kept) await this.#keep(chat, hiddenCopy(kept), kept);
        }
    }

    /** Replaces a kept entry. */
    replace(chat: string, old: EntryRecord, entry: Entry): Promise<void> {
        return this.#keep(chat, entry, old);
    }

    /** Removes one entry, for it is not there any more. */
    remove(chat: string, stamp: number): void {
        this.#entries.delete([chat, stamp]);
        this.#changes.entries.push({ chat, stamp, entry: null });
    }

    /** Removes the entries of a chat with `after < stamp ≤ through`. */
    delete(chat: string, after: number, through: number): void {
        if (after >= through) return;
        this.#entries.delete(entryKeys(chat, after, through));
        this.#stale.delete(entryKeys(chat, after, through));
    }

    /** Removes everything that is known of the entries of a chat. */
    forget(chat: string): void {
        for (const table of [this.#entries, this.#stale, this.#hidden]) table.delete(allEntryKeys(chat));
    }

    /**
     * Notes that an entry must be asked for anew, however long that takes.
     *
     * @param revision a copy of this revision is new enough; absent: only an answer of the server is.
     */
    async markStale(chat: string, stamp: number, revision = Number.MAX_SAFE_INTEGER): Promise<void> {
        const noted = await result<StaleEntry | undefined>(this.#stale.get([chat, stamp]));
        const times = (noted?.times ?? 0) + 1;
        this.#stale.put({ chat, stamp, revision: Math.max(revision, noted?.revision ?? 0), times });
    }

    /** An entry was asked for as it was noted; later notes stay. */
    async clearStale(asked: StaleEntry): Promise<void> {
        const noted = await result<StaleEntry | undefined>(this.#stale.get([asked.chat, asked.stamp]));
        if (noted?.times === asked.times) this.#stale.delete([asked.chat, asked.stamp]);
    }
}
