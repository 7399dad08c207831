/** The messages of this tab on their way into the outbox: kept first, shown then, sent by the leading tab. */

import type { SendOptions } from "../client";
import type { Mirror } from "../mirror";
import type { Notice } from "../notice";
import { newClientId, type Platform } from "../platform";
import type { Content } from "../protocol.generated";
import { noChanges, type OutboxRecord } from "../store/records";
import type { Store } from "../store/store";
import type { Work } from "../store/work";

/** Writes to the outbox and reads what it holds. */
export class Unsent {
    readonly #platform: Platform;
    readonly #store: Store;
    readonly #mirror: Mirror;
    readonly #tell: (notice: Notice) => void;
    readonly #changed: (chats: readonly string[]) => void;
    /** Messages the store refused to keep; they would be lost in silence otherwise. */
    readonly #stale = new Set<string>();
    #reading: Promise<void> | null = null;
    #unkept: OutboxRecord[] = [];

    /** @param changed the mirror has the outbox of these chats as it is now. */
    constructor(
        platform: Platform,
        store: Store,
        mirror: Mirror,
        tell: (notice: Notice) => void,
        changed: (chats: readonly string[]) => void,
    ) {
        this.#platform = platform;
        this.#store = store;
        this.#mirror = mirror;
        this.#tell = tell;
        this.#changed = changed;
    }

    /** Keeps a new message. It is shown once it is kept, or as failed when it cannot be. */
    add(chat: string, content: Content, options: SendOptions): Promise<void> {
        return this.#keep({
            clientId: newClientId(this.#platform),
            chat,
            content,
            replyTo: options.replyTo ?? null,
            thread: options.thread ?? null,
            mentions: options.mentions ?? [],
            mentionAll: options.mentionAll ?? false,
            createdMs: this.#platform.clock.now(),
            error: null,
        });
    }

    /** Has a failed message sent again, under the same client id. */
    async retry(chat: string, key: string): Promise<void> {
        const unkept = this.#takeUnkept(key);
        if (unkept) return this.#keep({ ...unkept, error: null });
        await this.#write(chat, async (work) => {
            const item = await work.outboxItem(key);
            if (item?.error) work.putOutbox({ ...item, error: null });
        });
    }

    /** Forgets a failed message. One that is being sent stays: it may be stored already. */
    async discard(chat: string, key: string): Promise<void> {
        if (this.#takeUnkept(key)) return this.reload([chat]);
        await this.#write(chat, async (work) => {
            const item = await work.outboxItem(key);
            if (item?.error) work.removeOutbox(item);
        });
    }

    /** Reads what the outbox holds of some chats. Calls that come meanwhile share one further reading. */
    async reload(chats: readonly string[]): Promise<void> {
        for (const chat of chats) this.#stale.add(chat);
        this.#reading ??= this.#readStale().finally(() => (this.#reading = null));
        await this.#reading;
    }

    async #readStale(): Promise<void> {
        while (this.#stale.size > 0) {
            const chats = [...this.#stale];
            this.#stale.clear();
            for (const chat of chats) {
                const kept = await this.#store.outbox(chat).catch(() => null);
                // Stopped or signed out meanwhile.
                if (!kept || !this.#mirror.session) return;
                this.#mirror.setOutbox(chat, [...kept, ...this.#unkept.filter((message) => message.chat === chat)]);
            }
            this.#changed(chats);
        }
    }

    /** Forgets what could not be kept. */
    clear(): void {
        this.#unkept = [];
    }

    async #keep(message: OutboxRecord): Promise<void> {
        const isKept = await this.#write(message.chat, (work) => work.addOutbox(message));
        if (isKept || !this.#mirror.session) return;
        const error = { code: "internal", message: "not kept", retry: "later", outcome: "none" } as const;
        this.#unkept.push({ ...message, error });
        await this.reload([message.chat]);
    }

    #takeUnkept(key: string): OutboxRecord | null {
        const found = this.#unkept.find((message) => message.clientId === key) ?? null;
        this.#unkept = this.#unkept.filter((message) => message !== found);
        return found;
    }

    async #write(chat: string, change: (work: Work) => Promise<void> | void): Promise<boolean> {
        const session = this.#mirror.session;
        if (!session) return false;
        try {
            await this.#store.write(session.id, change, true);
        } catch {
            return false;
        }
        this.#tell({ kind: "data", changes: { ...noChanges(), outbox: [chat] } });
        return true;
    }
}
