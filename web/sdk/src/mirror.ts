/** What a tab keeps in memory of the store: everything but the entries. */

import type { Notice } from "./notice";
import type { ActionRecord, ChatRecord, DraftRecord, ForwardRecord, OutboxRecord, SessionRecord, Snapshot, UserRecord } from "./store/records";

/** The kept records, as far as this tab has heard. Changed by news only. */
export class Mirror {
    session: SessionRecord | null = null;
    hasMoreChats = false;
    readonly chats = new Map<string, ChatRecord>();
    readonly users = new Map<string, UserRecord>();
    readonly drafts = new Map<string, DraftRecord>();
    readonly #outbox = new Map<string, readonly OutboxRecord[]>();
    readonly #actions = new Map<string, readonly ActionRecord[]>();

    /** Replaces everything by what the store has. */
    load(snapshot: Snapshot): void {
        this.clear();
        this.session = snapshot.session;
        this.hasMoreChats = snapshot.hasMoreChats;
        for (const chat of snapshot.chats) this.chats.set(chat.id, chat);
        for (const user of snapshot.users) this.users.set(user.id, user);
        for (const draft of snapshot.drafts) this.setDraft(draft);
        for (const item of snapshot.outbox) this.setOutbox(item.chat, [...this.outbox(item.chat), item]);
        for (const done of snapshot.actions) this.setActions(done.chat, [...this.actions(done.chat), done]);
    }

    /** Forgets everything. */
    clear(): void {
        this.session = null;
        this.hasMoreChats = false;
        for (const map of [this.chats, this.users, this.drafts, this.#outbox, this.#actions]) map.clear();
    }

    /** Takes news in. */
    apply(notice: Notice): void {
        switch (notice.kind) {
            case "connection":
            case "sessions":
            case "reads":
            case "refused":
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
            case "data":
                for (const id of notice.changes.removed) this.#forget(id);
                for (const chat of notice.changes.chats) this.#keep(chat);
                for (const user of notice.changes.users) this.users.set(user.id, user);
                for (const draft of notice.changes.drafts) this.setDraft(draft);
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

    /** What one has done to messages of a chat and what is kept does not show, in the order of doing. */
    actions(chat: string): readonly ActionRecord[] {
        return this.#actions.get(chat) ?? [];
    }

    /** Messages that are being forwarded to a chat. */
    forwards(chat: string): readonly ForwardRecord[] {
        const all = [...this.#actions.values()].flat();
        return all.filter((done): done is ForwardRecord => done.action.kind === "forward" && done.action.to.includes(chat));
    }

    /** Takes in what one has done to messages of a chat. */
    setActions(chat: string, actions: readonly ActionRecord[]): void {
        if (actions.length > 0) this.#actions.set(chat, actions);
        else this.#actions.delete(chat);
    }

    /** Takes in what is written but not sent. */
    setDraft(draft: DraftRecord): void {
        if (draft.text === "") this.drafts.delete(draft.chat);
        else this.drafts.set(draft.chat, draft);
    }

    #keep(chat: ChatRecord): void {
        if ((this.chats.get(chat.id)?.version ?? -1) < chat.version) this.chats.set(chat.id, chat);
    }

    #forget(id: string): void {
        this.chats.delete(id);
        this.drafts.delete(id);
        this.#outbox.delete(id);
        this.#actions.delete(id);
    }
}
