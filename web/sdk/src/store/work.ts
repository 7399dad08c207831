/** One transaction: everything in it happens, or nothing does. It notes what it changed. */

import type { Entry, User } from "../protocol.generated";
import { result, type TableName } from "./database";
import { Entries } from "./entries";
import {
    type ActionRecord,
    type Changes,
    type ChatRecord,
    type DraftRecord,
    type LogPosition,
    noChanges,
    type OutboxRecord,
    type SessionRecord,
} from "./records";

/** Reads and writes inside one transaction. Nothing but its methods may be awaited while it is open. */
export class Work {
    /** What was changed so far. */
    readonly changes: Changes = noChanges();
    readonly entries: Entries;
    readonly #transaction: IDBTransaction;
    readonly #session: SessionRecord;

    constructor(transaction: IDBTransaction, session: SessionRecord) {
        this.#transaction = transaction;
        this.#session = session;
        this.entries = new Entries(transaction, this.changes, (chat, entry) => this.#arrived(chat, entry));
    }

    /** The session the transaction belongs to. */
    get session(): SessionRecord {
        return this.#session;
    }

    /** Oneself. */
    get me(): string {
        return this.#session.account.id;
    }

    #table(name: TableName): IDBObjectStore {
        return this.#transaction.objectStore(name);
    }

    /** Replaces what is kept of the session. */
    putSession(session: SessionRecord): void {
        this.#table("meta").put(session, "session");
    }

    /** Up to where the change log is applied. */
    log(): Promise<LogPosition | undefined> {
        return result<LogPosition | undefined>(this.#table("meta").get("log"));
    }

    /** Moves the cursor of the change log. */
    putLog(position: LogPosition): void {
        this.#table("meta").put(position, "log");
    }

    /** Keeps whether the server's chat list goes on below what is kept. */
    putHasMoreChats(hasMore: boolean): void {
        this.#table("meta").put(hasMore, "hasMoreChats");
    }

    /** The record of a chat. */
    chat(id: string): Promise<ChatRecord | undefined> {
        return result<ChatRecord | undefined>(this.#table("chats").get(id));
    }

    /** Ids of all chats that are kept. */
    async chatIds(): Promise<string[]> {
        const keys = await result(this.#table("chats").getAllKeys());
        return keys.map(String);
    }

    /** Writes a chat's record and returns it with its new version. */
    putChat(record: ChatRecord): ChatRecord {
        const next = { ...record, version: record.version + 1 };
        this.#table("chats").put(next);
        this.changes.chats = [...this.changes.chats.filter((chat) => chat.id !== next.id), next];
        return next;
    }

    /** Removes a chat with everything that belongs to it. */
    async removeChat(id: string): Promise<void> {
        this.#table("chats").delete(id);
        this.entries.forget(id);
        this.#table("drafts").delete(id);
        this.#table("stale").delete(id);
        for (const queue of ["outbox", "actions"] as const) {
            const waiting = await result(this.#table(queue).index("chat").getAllKeys(id));
            for (const key of waiting) this.#table(queue).delete(key);
        }
        this.changes.chats = this.changes.chats.filter((chat) => chat.id !== id);
        this.changes.removed.push(id);
    }

    /** Notes that a chat's row must be asked for anew, however long that takes. */
    markStale(chat: string): void {
        this.#table("stale").put({ chat });
    }

    /** The chat's row was asked for. */
    clearStale(chat: string): void {
        this.#table("stale").delete(chat);
    }

    /** Puts a message into the outbox. */
    addOutbox(record: OutboxRecord): void {
        this.#table("outbox").add(record);
        this.#noteOutbox(record.chat);
    }

    /** The message with this client id, while it is in the outbox. */
    outboxItem(clientId: string): Promise<OutboxRecord | undefined> {
        return result<OutboxRecord | undefined>(this.#table("outbox").index("client").get(clientId));
    }

    /** Replaces a message of the outbox. */
    putOutbox(record: OutboxRecord): void {
        this.#table("outbox").put(record);
        this.#noteOutbox(record.chat);
    }

    /** Takes a message out of the outbox. */
    removeOutbox(record: OutboxRecord): void {
        if (record.seq === undefined) return;
        this.#table("outbox").delete(record.seq);
        this.#noteOutbox(record.chat);
    }

    /** Notes something one has done to stored messages. */
    addAction(record: ActionRecord): void {
        this.#table("actions").add(record);
        this.#noteAction(record);
    }

    /** The action with this client id, while it is noted. */
    action(clientId: string): Promise<ActionRecord | undefined> {
        return result<ActionRecord | undefined>(this.#table("actions").index("client").get(clientId));
    }

    /** Replaces a noted action. */
    putAction(record: ActionRecord): void {
        this.#table("actions").put(record);
        this.#noteAction(record);
    }

    /** Forgets an action: what is kept shows it, or it was refused. */
    removeAction(record: ActionRecord): void {
        if (record.seq === undefined) return;
        this.#table("actions").delete(record.seq);
        this.#noteAction(record);
    }

    /** Own messages leave the outbox when they are stored, and actions when the message shows them. */
    async #arrived(chat: string, entry: Entry): Promise<void> {
        if (entry.sender === this.me && entry.client_id !== undefined) {
            const sent = await this.outboxItem(entry.client_id);
            if (sent) this.removeOutbox(sent);
        }
        if (entry.revision === 0) return;
        for (const done of await result<ActionRecord[]>(this.#table("actions").index("chat").getAll(chat))) {
            const isShown = done.doneAt !== null && done.doneAt <= entry.revision;
            if (isShown && "stamp" in done.action && done.action.stamp === entry.stamp) this.removeAction(done);
        }
    }

    /** Keeps what the server said of a person. */
    putUser(user: User, nowMs: number): void {
        const record = { id: user.id, user, fetchedMs: nowMs };
        this.#table("users").put(record);
        this.changes.users.push(record);
    }

    /** What is written but not sent. */
    draft(chat: string): Promise<DraftRecord | undefined> {
        return result<DraftRecord | undefined>(this.#table("drafts").get(chat));
    }

    /** Keeps what is written but not sent. An empty text that the server knows of leaves nothing. */
    putDraft(draft: DraftRecord): void {
        if (draft.text === "" && !draft.isPending) this.#table("drafts").delete(draft.chat);
        else this.#table("drafts").put(draft);
        this.changes.drafts = [...this.changes.drafts.filter((other) => other.chat !== draft.chat), draft];
    }

    /** What is forwarded is seen in the chats it goes to. */
    #noteAction({ chat, action }: ActionRecord): void {
        this.#noteOutbox(chat);
        if (action.kind === "forward") for (const other of action.to) this.#noteOutbox(other);
    }

    #noteOutbox(chat: string): void {
        if (!this.changes.outbox.includes(chat)) this.changes.outbox.push(chat);
    }
}
