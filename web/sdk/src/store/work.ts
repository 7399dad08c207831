/** One transaction: everything in it happens, or nothing does. It notes what it changed. */

import type { Entry, User } from "../protocol.generated";
import { allEntryKeys, entryKeys, result, type TableName } from "./database";
import type { Run } from "./ranges";
import {
    type Changes,
    type ChatRecord,
    type EntryRecord,
    type LogPosition,
    noChanges,
    type OutboxRecord,
    type SessionRecord,
} from "./records";

/** Reads and writes inside one transaction. Nothing but its methods may be awaited while it is open. */
export class Work {
    /** What was changed so far. */
    readonly changes: Changes = noChanges();
    readonly #transaction: IDBTransaction;
    readonly #session: SessionRecord;

    constructor(transaction: IDBTransaction, session: SessionRecord) {
        this.#transaction = transaction;
        this.#session = session;
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
        this.#table("entries").delete(allEntryKeys(id));
        this.#table("drafts").delete(id);
        this.#table("stale").delete(id);
        const unsent = await result(this.#table("outbox").index("chat").getAllKeys(id));
        for (const key of unsent) this.#table("outbox").delete(key);
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

    /** Entries of a chat with `after < stamp ≤ through`, ascending. */
    entries(chat: string, after: number, through: number): Promise<EntryRecord[]> {
        if (after >= through) return Promise.resolve([]);
        return result<EntryRecord[]>(this.#table("entries").getAll(entryKeys(chat, after, through)));
    }

    /** Keeps the entries of a run, except where a newer revision is kept already. Own ones leave the outbox. */
    async putEntries(chat: string, run: Run): Promise<void> {
        const first = run.entries[0];
        const last = run.entries.at(-1);
        if (!first || !last) return;
        const kept = await this.entries(chat, first.stamp - 1, last.stamp);
        const revisions = new Map(kept.map((entry) => [entry.stamp, entry.revision]));
        for (const entry of run.entries) {
            if ((revisions.get(entry.stamp) ?? -1) < entry.revision) this.#table("entries").put({ ...entry, chat });
        }
        for (const entry of run.entries) {
            if (!revisions.has(entry.stamp)) await this.#arrived(chat, entry);
        }
    }

    async #arrived(chat: string, entry: Entry): Promise<void> {
        if (entry.sender !== this.me || entry.client_id === undefined) return;
        const seq = await result(this.#table("outbox").index("client").getKey(entry.client_id));
        if (seq === undefined) return;
        this.#table("outbox").delete(seq);
        this.#noteOutbox(chat);
    }

    /** Removes the entries of a chat with `after < stamp ≤ through`. */
    deleteEntries(chat: string, after: number, through: number): void {
        if (after < through) this.#table("entries").delete(entryKeys(chat, after, through));
    }

    /** The entry at a given place from the end, 0 being the newest. */
    async entryFromEnd(chat: string, place: number): Promise<EntryRecord | null> {
        const request = this.#table("entries").openCursor(allEntryKeys(chat), "prev");
        let cursor = await result(request);
        if (cursor && place > 0) {
            cursor.advance(place);
            cursor = await result(request);
        }
        return cursor ? (cursor.value as EntryRecord) : null;
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

    /** Keeps what the server said of a person. */
    putUser(user: User, nowMs: number): void {
        const record = { id: user.id, user, fetchedMs: nowMs };
        this.#table("users").put(record);
        this.changes.users.push(record);
    }

    /** Keeps what is written but not sent; nothing when the text is empty. */
    putDraft(chat: string, text: string): void {
        if (text === "") this.#table("drafts").delete(chat);
        else this.#table("drafts").put({ chat, text });
    }

    #noteOutbox(chat: string): void {
        if (!this.changes.outbox.includes(chat)) this.changes.outbox.push(chat);
    }
}
