/** A window over the thread under one message: what is kept of it at once, then what the server has. */

import { unlessLost } from "../engine/core";
import type { KeptPage } from "../engine/threads";
import type { Mirror } from "../mirror";
import type { Entry } from "../protocol.generated";
import type { Changes } from "../store/records";
import type { Store } from "../store/store";
import type { ThreadView, TimelineItem } from "../views";
import { Items } from "./items";

/** What a window works with. */
export interface ThreadContext {
    readonly store: () => Store;
    readonly mirror: Mirror;
    /** Loads the page before a stamp, or the newest, into the store. */
    readonly pull: (chat: string, root: number, before: number | null) => Promise<KeptPage>;
    /** Items or flags are others now. */
    readonly changed: (thread: Thread) => void;
    readonly closed: (thread: Thread) => void;
}

/** One open thread. */
export class Thread implements ThreadView {
    readonly chat: string;
    readonly root: number;
    rootItem: TimelineItem | null = null;
    items: readonly TimelineItem[] = [];
    hasOlder = true;
    loading: ThreadView["loading"] = "initial";
    readonly #context: ThreadContext;
    readonly #items: Items;
    readonly #entries = new Map<number, Entry>();
    #rootEntry: Entry | null = null;
    /** Everything from here on is known; null while only what was kept is shown. */
    #from: number | null = null;
    #busy: Promise<void>;
    #isClosed = false;

    constructor(context: ThreadContext, chat: string, root: number) {
        this.#context = context;
        this.chat = chat;
        this.root = root;
        this.#items = new Items(context.mirror, chat);
        this.#busy = this.#open();
        this.refresh();
    }

    loadOlder(): Promise<void> {
        if (this.loading !== "none" || !this.hasOlder) return this.#busy;
        this.#busy = this.#load("older", () => this.#pull(this.#from));
        return this.#busy;
    }

    close(): void {
        this.#isClosed = true;
        this.#context.closed(this);
    }

    /** Takes news in. */
    apply(changes: Changes): void {
        if (changes.dropped.includes(this.chat)) this.#startAnew();
        const slices = changes.slices.filter((slice) => slice.chat === this.chat);
        for (const entry of slices.flatMap((slice) => slice.entries)) this.#take(entry.stamp, entry);
        for (const news of changes.entries) if (news.chat === this.chat) this.#take(news.stamp, news.entry);
        const isMine = slices.length > 0 || changes.entries.some((news) => news.chat === this.chat);
        if (isMine || changes.chats.some((chat) => chat.id === this.chat)) this.refresh();
    }

    /** There is a connection: what was kept is made complete. */
    retry(): void {
        if (this.#from === null && this.loading === "none") this.#busy = this.#load("initial", () => this.#pull(null));
    }

    /** Shows nothing any more: everything local was erased. */
    clear(): void {
        this.#entries.clear();
        this.#rootEntry = null;
        this.refresh();
    }

    /** Shows what is known now. */
    refresh(): void {
        const floor = this.#context.mirror.chats.get(this.chat)?.floor ?? 0;
        const shown = [...this.#entries.values()]
            .filter((entry) => entry.stamp > floor && entry.stamp >= (this.#from ?? 0))
            .sort((a, b) => a.stamp - b.stamp);
        this.rootItem = this.#rootEntry && this.#items.one(this.#rootEntry);
        this.items = [...this.#items.stored(shown), ...this.#items.unsent(shown, this.root, Infinity)];
        if (!this.#isClosed) this.#context.changed(this);
    }

    async #open(): Promise<void> {
        await this.#load("initial", async () => {
            const kept = await this.#context.store().thread(this.chat, this.root);
            const [root] = await this.#context.store().at(this.chat, [this.root]);
            for (const entry of root ? [root, ...kept] : kept) if (!this.#entries.has(entry.stamp)) this.#take(entry.stamp, entry);
            this.refresh();
            await unlessLost(this.#pull(null));
        });
    }

    #startAnew(): void {
        this.#entries.clear();
        this.#from = null;
        this.hasOlder = true;
        this.#busy = this.#load("initial", () => this.#pull(null));
    }

    async #load(what: ThreadView["loading"], load: () => Promise<void>): Promise<void> {
        this.loading = what;
        try {
            await (what === "initial" ? unlessLost(load()) : load());
        } finally {
            this.loading = "none";
            this.refresh();
        }
    }

    async #pull(before: number | null): Promise<void> {
        const page = await this.#context.pull(this.chat, this.root, before);
        const entries = await this.#context.store().at(this.chat, [this.root, ...page.stamps]);
        const through = page.stamps.at(-1) ?? 0;
        const from = page.stamps[0] ?? before ?? 0;
        for (const stamp of [...this.#entries.keys()]) {
            const isGone = stamp >= from && stamp <= through && !page.stamps.includes(stamp);
            if (isGone) this.#entries.delete(stamp);
        }
        for (const entry of entries) this.#take(entry.stamp, entry);
        this.#from = page.hasMore ? from : 0;
        this.hasOlder = page.hasMore;
    }

    #take(stamp: number, entry: Entry | null): void {
        if (stamp === this.root) this.#rootEntry = entry;
        else if (!entry) this.#entries.delete(stamp);
        else if (entry.thread === this.root && (this.#entries.get(stamp)?.revision ?? 0) <= entry.revision) {
            this.#entries.set(stamp, entry);
        }
    }
}
