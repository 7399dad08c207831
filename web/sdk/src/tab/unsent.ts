/** What one writes and does in this tab: kept first, shown then, sent by the leading tab. */

import type { ForwardOptions, SendOptions } from "../client";
import type { Mirror } from "../mirror";
import type { Notice } from "../notice";
import { newClientId, type Platform } from "../platform";
import type { Content, Entry, WireError } from "../protocol.generated";
import { type Action, type Forwarded, noChanges, type OutboxRecord } from "../store/records";
import type { Store } from "../store/store";
import type { Work } from "../store/work";

/** The browser does not store any more. */
const UNKEPT: WireError = { code: "internal", message: "not kept", retry: "later", outcome: "none" };

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

    /** Keeps something one does to stored messages. It is shown once it is kept. */
    async act(chat: string, action: Action): Promise<void> {
        const createdMs = this.#platform.clock.now();
        const record = { clientId: newClientId(this.#platform), chat, action, createdMs, doneAt: null, sent: [] };
        const chats = [chat, ...(action.kind === "forward" ? action.to : [])];
        const isKept = await this.#write(chats, (work) => work.addAction(record));
        if (!isKept && this.#mirror.session) this.#tell({ kind: "refused", action: record, error: UNKEPT });
    }

    /** Has messages of a chat sent to others as well; what is kept of them is shown there at once. */
    async forward({ chat, stamps, to, merged }: ForwardOptions): Promise<void> {
        const kept = await this.#store.at(chat, stamps).catch(() => []);
        await this.act(chat, { kind: "forward", stamps, to, merged, shown: this.#preview(kept, merged) });
    }

    #preview(entries: readonly Entry[], merged: boolean): Forwarded[] {
        const said = entries.flatMap((entry) => (entry.content ? [{ ...entry, content: entry.content }] : []));
        if (!merged) {
            return said.map(({ content, forwarded, sender = "", stamp }) => ({ content, source: forwarded ?? { sender, stamp } }));
        }
        const name = (user: string): string => this.#mirror.users.get(user)?.user.display_name ?? "";
        const items = said.map(({ sender = "", stamp, content }) => ({ sender, name: name(sender), stamp, content }));
        return [{ content: { type: "bundle", items }, source: null }];
    }

    /** Has a failed message sent again, under the same client id. */
    async retry(chat: string, key: string): Promise<void> {
        const unkept = this.#takeUnkept(key);
        if (unkept) return this.#keep({ ...unkept, error: null });
        await this.#write([chat], async (work) => {
            const item = await work.outboxItem(key);
            if (item?.error) work.putOutbox({ ...item, error: null });
        });
    }

    /** Forgets a failed message. One that is being sent stays: it may be stored already. */
    async discard(chat: string, key: string): Promise<void> {
        if (this.#takeUnkept(key)) return this.reload([chat]);
        await this.#write([chat], async (work) => {
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
                const actions = await this.#store.actions(chat).catch(() => null);
                // Stopped or signed out meanwhile.
                if (!kept || !actions || !this.#mirror.session) return;
                this.#mirror.setActions(chat, actions);
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
        const isKept = await this.#write([message.chat], (work) => work.addOutbox(message));
        if (isKept || !this.#mirror.session) return;
        this.#unkept.push({ ...message, error: UNKEPT });
        await this.reload([message.chat]);
    }

    #takeUnkept(key: string): OutboxRecord | null {
        const found = this.#unkept.find((message) => message.clientId === key) ?? null;
        this.#unkept = this.#unkept.filter((message) => message !== found);
        return found;
    }

    async #write(chats: string[], change: (work: Work) => Promise<void> | void): Promise<boolean> {
        const session = this.#mirror.session;
        if (!session) return false;
        try {
            await this.#store.write(session.id, change, true);
        } catch {
            return false;
        }
        this.#tell({ kind: "data", changes: { ...noChanges(), outbox: chats } });
        return true;
    }
}
