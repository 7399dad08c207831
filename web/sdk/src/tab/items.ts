/** Rows of a timeline or thread, made of entries; the same row as long as nothing about it changes. */

import type { Mirror } from "../mirror";
import type { Entry } from "../protocol.generated";
import type { TimelineItem } from "../views";
import { overlaidPins, overlay } from "./overlay";
import { forwardedItems, storedItem, unsentItem } from "./rows";

/** Makes the rows of one chat. */
export class Items {
    readonly #mirror: Mirror;
    readonly #chat: string;
    readonly #made = new WeakMap<Entry, TimelineItem>();

    constructor(mirror: Mirror, chat: string) {
        this.#mirror = mirror;
        this.#chat = chat;
    }

    get #me(): string | null {
        return this.#mirror.session?.account.id ?? null;
    }

    /** Rows of stored entries; those one has hidden are left out. */
    stored(entries: readonly Entry[]): TimelineItem[] {
        return entries.map((entry) => this.one(entry)).filter((item) => !item.hidden);
    }

    /** The row of one stored entry. */
    one(entry: Entry): TimelineItem {
        const actions = this.#mirror.actions(this.#chat);
        const pins = overlaidPins(this.#mirror.chats.get(this.#chat)?.chat.pins ?? [], actions);
        const isPinned = pins.includes(entry.stamp);
        const shown = overlay(entry, actions, this.#me);
        const known = this.#made.get(entry);
        const isSame = known?.pinned === isPinned && shown.entry === entry && shown.pending.length === 0;
        if (known && isSame) return known;
        const item = storedItem(shown.entry, this.#me, isPinned, shown.pending);
        if (shown.entry === entry && shown.pending.length === 0) this.#made.set(entry, item);
        return item;
    }

    /**
     * Rows of messages that are not known to be stored. One may be stored already while the outbox still has it: it
     * is shown once.
     *
     * @param thread only those of this thread; null for all.
     * @param through the newest entry that is shown.
     */
    unsent(entries: readonly Entry[], thread: number | null, through: number): TimelineItem[] {
        const waiting = this.#mirror.outbox(this.#chat).filter((item) => thread === null || item.thread === thread);
        const forwarded = thread === null ? forwardedItems(this.#mirror, this.#chat, through) : [];
        if (waiting.length === 0) return forwarded;
        const stored = new Set(entries.map((entry) => entry.client_id));
        const unsent = waiting.filter((item) => !stored.has(item.clientId)).map((item) => unsentItem(item, this.#me));
        return [...unsent, ...forwarded];
    }
}
