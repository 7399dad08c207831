/** Single messages somebody looks at: quoted, pinned, mentioned. Found in the store, else fetched in the background. */

import { unlessLost } from "../engine/core";
import { ClientError } from "../error";
import type { Mirror } from "../mirror";
import type { Entry } from "../protocol.generated";
import type { Changes } from "../store/records";
import type { Store } from "../store/store";
import type { TimelineItem } from "../views";
import { Items } from "./items";
import { tombstone } from "./rows";

/** What cited messages are found with. */
export interface CitedContext {
    readonly store: () => Store;
    readonly mirror: Mirror;
    /** Loads messages into the store; answers with the stamps at which there are none. */
    readonly fetch: (chat: string, stamps: readonly number[]) => Promise<readonly number[]>;
    /** Messages are others now. */
    readonly changed: (chat: string, stamps: readonly number[]) => void;
}

/** Most messages held in memory; the chat looked at longest ago goes first. */
const MAX_HELD = 500;

interface Held {
    readonly items: Items;
    /** By stamp; null where there is none. */
    readonly entries: Map<number, Entry | null>;
    readonly wanted: Set<number>;
    readonly asked: Set<number>;
}

/** The cited messages of one tab. */
export class Cited {
    readonly #context: CitedContext;
    readonly #chats = new Map<string, Held>();

    constructor(context: CitedContext) {
        this.#context = context;
    }

    /** A message; null while it is not known. */
    get(chat: string, stamp: number): TimelineItem | null {
        const held = this.#held(chat);
        const entry = held.entries.get(stamp);
        if (entry) return held.items.one(entry);
        if (entry === null) return tombstone(stamp);
        this.#want(chat, held, stamp);
        return null;
    }

    /** Takes news in. */
    apply(changes: Changes): void {
        for (const { chat, stamp, entry } of changes.entries) {
            const held = this.#chats.get(chat);
            if (!held?.entries.has(stamp)) continue;
            held.entries.set(stamp, entry);
            this.#context.changed(chat, [stamp]);
        }
        for (const chat of [...changes.dropped, ...changes.removed]) this.#forget(chat);
        for (const { id, floor } of changes.chats) this.#cut(id, floor);
    }

    /** What one has done to messages of a chat is laid over them anew. */
    actionsChanged(chats: readonly string[]): void {
        for (const chat of chats) {
            const stamps = [...(this.#chats.get(chat)?.entries.keys() ?? [])];
            if (stamps.length > 0) this.#context.changed(chat, stamps);
        }
    }

    /** There is a connection: what could not be asked for is asked for. */
    retry(): void {
        for (const [chat, { asked }] of [...this.#chats]) {
            const stamps = [...asked];
            asked.clear();
            if (stamps.length > 0) this.#context.changed(chat, stamps);
        }
    }

    /** Forgets everything. */
    clear(): void {
        this.#chats.clear();
    }

    #held(chat: string): Held {
        const known = this.#chats.get(chat);
        const held = known ?? {
            items: new Items(this.#context.mirror, chat),
            entries: new Map(),
            wanted: new Set(),
            asked: new Set(),
        };
        // The one looked at last stands last.
        this.#chats.delete(chat);
        this.#chats.set(chat, held);
        return held;
    }

    #want(chat: string, held: Held, stamp: number): void {
        if (held.asked.has(stamp)) return;
        held.asked.add(stamp);
        if (held.wanted.size === 0) queueMicrotask(() => void unlessLost(this.#find(chat, held)));
        held.wanted.add(stamp);
    }

    /** Asks the store, then the server; what cannot be asked for now stays asked until {@link Cited.retry}. */
    async #find(chat: string, held: Held): Promise<void> {
        const stamps = [...held.wanted];
        held.wanted.clear();
        const unkept = this.#keep(chat, held, stamps, await this.#context.store().at(chat, stamps));
        if (unkept.length === 0) return;
        const missing = await this.#fetch(chat, unkept);
        for (const stamp of missing) held.entries.set(stamp, null);
        this.#keep(chat, held, unkept, await this.#context.store().at(chat, unkept));
        if (missing.length > 0) this.#context.changed(chat, missing);
    }

    async #fetch(chat: string, stamps: readonly number[]): Promise<readonly number[]> {
        try {
            return await this.#context.fetch(chat, stamps);
        } catch (error) {
            if (error instanceof ClientError && error.isFinal) return stamps;
            throw error;
        }
    }

    /** @returns the stamps that are still unknown. */
    #keep(chat: string, held: Held, stamps: readonly number[], found: readonly Entry[]): number[] {
        for (const entry of found) {
            held.entries.set(entry.stamp, entry);
            held.asked.delete(entry.stamp);
        }
        if (found.length > 0) this.#context.changed(chat, found.map((entry) => entry.stamp));
        this.#trim(chat);
        return stamps.filter((stamp) => !held.entries.has(stamp));
    }

    #trim(current: string): void {
        let count = [...this.#chats.values()].reduce((sum, { entries }) => sum + entries.size, 0);
        for (const [chat, { entries }] of [...this.#chats]) {
            if (count <= MAX_HELD || chat === current) return;
            count -= entries.size;
            this.#chats.delete(chat);
        }
    }

    #forget(chat: string): void {
        const stamps = [...(this.#chats.get(chat)?.entries.keys() ?? [])];
        this.#chats.delete(chat);
        if (stamps.length > 0) this.#context.changed(chat, stamps);
    }

    #cut(chat: string, floor: number): void {
        const entries = this.#chats.get(chat)?.entries;
        const gone = [...(entries ?? [])].filter(([stamp, entry]) => entry && stamp <= floor).map(([stamp]) => stamp);
        for (const stamp of gone) entries?.set(stamp, null);
        if (gone.length > 0) this.#context.changed(chat, gone);
    }
}
