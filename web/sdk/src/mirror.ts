/** What a tab keeps in memory of the store: everything but the entries. */

import type { Notice } from "./notice";
import type { ChatRecord, OutboxRecord, SessionRecord, Snapshot, UserRecord } from "./store/records";

/** The kept records, as far as this tab has heard. Changed by news only. */
export class Mirror {
    session: SessionRecord | null = null;
    hasMoreChats = false;
    readonly chats = new Map<string, ChatRecord>();
    readonly users = new Map<string, UserRecord>();
    readonly drafts = new Map<string, string>();
    readonly #outbox = new Map<string, readonly OutboxRecord[]>();

    /** Replaces everything by what the store has. */
    load(snapshot: Snapshot): void {
        this.clear();
        this.session = snapshot.session;
        this.hasMoreChats = snapshot.hasMoreChats;
        for (const chat of snapshot.chats) this.chats.set(chat.id, chat);
        for (const user of snapshot.users) this.users.set(user.id, user);
        for (const draft of snapshot.drafts) this.drafts.set(draft.chat, draft.text);
        for (const item of snapshot.outbox) this.setOutbox(item.chat, [...this.outbox(item.chat), item]);
    }

    /** Forgets everything. */
    clear(): void {
        this.session = null;
        this.hasMoreChats = false;
        for (const map of [this.chats, this.users, this.drafts, this.#outbox]) map.clear();
    }

    /** Takes news in. */
    apply(notice: Notice): void {
        switch (notice.kind) {
            case "connection":
                return;
            case "session":
                if (this.session?.id !== notice.session.id) this.clear();
                this.session = notice.session;
                return;
            case "signedOut":
                return this.clear();
            case "hasMoreChats":
                this.hasMoreChats = notice.hasMore;
                return;
            case "draft":
                this.setDraft(notice.chat, notice.text);
                return;
            case "data":
                for (const id of notice.changes.removed) this.#forget(id);
                for (const chat of notice.changes.chats) this.#keep(chat);
                for (const user of notice.changes.users) this.users.set(user.id, user);
        }
    }

    /** Messages of a chat that are not known to be stored, in the order of writing. */
    outbox(chat: string): readonly OutboxRecord[] {
        return this.#outbox.get(chat) ?? [];
    }

    /** Takes in what the outbox holds of a chat. */
    setOutbox(chat: string, items: readonly OutboxRecord[]): void {
        if (items.length > 0) this.#outbox.set(chat, items);
        else this.#outbox.delete(chat);
    }

    /** Takes in what is written but not sent. */
    setDraft(chat: string, text: string): void {
        if (text === "") this.drafts.delete(chat);
        else this.drafts.set(chat, text);
    }

    #keep(chat: ChatRecord): void {
        if ((this.chats.get(chat.id)?.version ?? -1) < chat.version) this.chats.set(chat.id, chat);
    }

    #forget(id: string): void {
        this.chats.delete(id);
        this.drafts.delete(id);
        this.#outbox.delete(id);
    }
}
