/**
 * What the client keeps in IndexedDB.
 *
 * The token stands here and not in `localStorage`, so that one transaction erases it together with everything it
 * gave access to, and every write can check in its own transaction that the session it belongs to is still there:
 * nothing of an ended session can be written after it was erased, whichever tab ended it.
 */

import { ClientError } from "../error";
import type { Entry } from "../protocol.generated";
import { committed, entryKeys, openDatabase, result, TABLES, type TableName, threadKeys } from "./database";
import {
    type ActionRecord,
    type Changes,
    type ChatRecord,
    type DraftRecord,
    type EntryRecord,
    type LogPosition,
    noChanges,
    type OutboxRecord,
    type SessionRecord,
    type Snapshot,
    type StaleEntry,
    type UserRecord,
} from "./records";
import { Work } from "./work";

/** The database of one client. Shared by all tabs. */
export class Store {
    readonly #database: IDBDatabase;
    #isClosed = false;

    private constructor(database: IDBDatabase) {
        this.#database = database;
        database.addEventListener("versionchange", () => (this.#isClosed = true));
        database.addEventListener("close", () => (this.#isClosed = true));
    }

    /** Opens what is kept under `name`. */
    static async open(factory: IDBFactory, name: string): Promise<Store> {
        return new Store(await openDatabase(factory, name));
    }

    /** Closes the database; what is under way is still committed. */
    close(): void {
        this.#isClosed = true;
        this.#database.close();
    }

    /** @throws ClientError `offline` when the store is closed: its user is about to stop. */
    #begin(
        tables: TableName | readonly TableName[],
        mode: IDBTransactionMode = "readonly",
        durability: IDBTransactionDurability = "default",
    ): IDBTransaction {
        if (this.#isClosed) throw new ClientError("offline", "the store is closed");
        return this.#database.transaction(tables, mode, { durability });
    }

    /** Everything a tab keeps in memory, as it stood at one moment. */
    async load(): Promise<Snapshot> {
        const transaction = this.#begin(TABLES);
        const meta = transaction.objectStore("meta");
        const [session, hasMoreChats, chats, users, drafts, outbox, actions] = await Promise.all([
            result<SessionRecord | undefined>(meta.get("session")),
            result<boolean | undefined>(meta.get("hasMoreChats")),
            result<ChatRecord[]>(transaction.objectStore("chats").getAll()),
            result<UserRecord[]>(transaction.objectStore("users").getAll()),
            result<DraftRecord[]>(transaction.objectStore("drafts").getAll()),
            result<OutboxRecord[]>(transaction.objectStore("outbox").getAll()),
            result<ActionRecord[]>(transaction.objectStore("actions").getAll()),
        ]);
        return { session: session ?? null, hasMoreChats: hasMoreChats ?? false, chats, users, drafts, outbox, actions };
    }

    /** Up to where the change log is applied. */
    async log(): Promise<LogPosition | null> {
        const meta = this.#begin("meta").objectStore("meta");
        return (await result<LogPosition | undefined>(meta.get("log"))) ?? null;
    }

    /** Chats whose row must be asked for anew. */
    async stale(): Promise<string[]> {
        const keys = await result(this.#begin("stale").objectStore("stale").getAllKeys());
        return keys.map(String);
    }

    /** Entries that must be asked for anew, at most `limit`. */
    staleEntries(limit: number): Promise<StaleEntry[]> {
        return result<StaleEntry[]>(this.#begin("staleEntries").objectStore("staleEntries").getAll(null, limit));
    }

    /** Drafts the server has yet to be told of. */
    async pendingDrafts(): Promise<DraftRecord[]> {
        const drafts = await result<DraftRecord[]>(this.#begin("drafts").objectStore("drafts").getAll());
        return drafts.filter((draft) => draft.isPending);
    }

    /** What one has done to stored messages and is not seen yet, of one chat or of all, in the order of doing. */
    async actions(chat?: string): Promise<ActionRecord[]> {
        const table = this.#begin("actions").objectStore("actions");
        const records = chat === undefined ? table.getAll() : table.index("chat").getAll(chat);
        return (await result<ActionRecord[]>(records)).sort((a, b) => (a.seq ?? 0) - (b.seq ?? 0));
    }

    /** Messages that are not known to be stored by the server, of one chat or of all, in the order of writing. */
    async outbox(chat?: string): Promise<OutboxRecord[]> {
        const table = this.#begin("outbox").objectStore("outbox");
        const records = chat === undefined ? table.getAll() : table.index("chat").getAll(chat);
        const items = await result<OutboxRecord[]>(records);
        return items.sort((a, b) => (a.seq ?? 0) - (b.seq ?? 0));
    }

    /** Those of a chat's entries at the given stamps that are kept. */
    async at(chat: string, stamps: readonly number[]): Promise<Entry[]> {
        const table = this.#begin("entries").objectStore("entries");
        const found = stamps.map((stamp) => result<EntryRecord | undefined>(table.get([chat, stamp])));
        return (await Promise.all(found)).filter((entry) => entry !== undefined);
    }

    /** The kept entries of the thread under a message, ascending. */
    thread(chat: string, root: number): Promise<Entry[]> {
        const index = this.#begin("entries").objectStore("entries").index("thread");
        return result<EntryRecord[]>(index.getAll(threadKeys(chat, root)));
    }

    /** The oldest `limit` entries with `after < stamp ≤ through`, ascending. */
    async first(chat: string, after: number, through: number, limit: number): Promise<Entry[]> {
        if (after >= through) return [];
        const table = this.#begin("entries").objectStore("entries");
        return result<EntryRecord[]>(table.getAll(entryKeys(chat, after, through), limit));
    }

    /** The newest `limit` entries with `after < stamp ≤ through`, ascending. */
    async last(chat: string, after: number, through: number, limit: number): Promise<Entry[]> {
        if (after >= through) return [];
        const table = this.#begin("entries").objectStore("entries");
        const keys = entryKeys(chat, after, through);
        // Reading backwards goes one by one; stepping to the first key and reading forwards is three requests.
        const request = table.openKeyCursor(keys, "prev");
        let cursor = await result(request);
        if (cursor && limit > 1) {
            cursor.advance(limit - 1);
            cursor = await result(request);
        }
        const first = cursor && IDBKeyRange.bound(cursor.key, keys.upper);
        return result<EntryRecord[]>(table.getAll(first ?? keys));
    }

    /**
     * Changes what is kept, in one transaction.
     *
     * @param session id of the session the change belongs to.
     * @param durable whether to wait until the disk has it.
     * @returns what was changed.
     * @throws ClientError `unauthorized` when that session is over, `internal` when the browser refuses to store;
     * nothing is changed then.
     */
    async write(session: string, change: (work: Work) => Promise<void> | void, durable = false): Promise<Changes> {
        const transaction = this.#begin(TABLES, "readwrite", durable ? "strict" : "relaxed");
        const done = committed(transaction);
        try {
            const meta = transaction.objectStore("meta");
            const kept = await result<SessionRecord | undefined>(meta.get("session"));
            if (kept?.id !== session) throw new ClientError("unauthorized", "the session is over");
            const work = new Work(transaction, kept);
            await change(work);
            await done;
            return work.changes;
        } catch (error) {
            done.catch(() => {
                // The reason is the error that is thrown below.
            });
            abort(transaction);
            throw error instanceof DOMException ? new ClientError("internal", error.message) : error;
        }
    }

    /** Starts anew with a session; whatever was kept is erased. */
    async signIn(session: SessionRecord): Promise<Changes> {
        const transaction = this.#begin(TABLES, "readwrite", "strict");
        for (const table of TABLES) transaction.objectStore(table).clear();
        transaction.objectStore("meta").put(session, "session");
        await committed(transaction);
        return noChanges();
    }

    /**
     * Erases everything.
     *
     * @param session only if this session is still the one that is kept; absent: whichever.
     * @returns whether it was erased.
     */
    async erase(session?: string): Promise<boolean> {
        const transaction = this.#begin(TABLES, "readwrite", "strict");
        const done = committed(transaction);
        const kept = await result<SessionRecord | undefined>(transaction.objectStore("meta").get("session"));
        const isMeant = session === undefined || kept?.id === session;
        if (isMeant) for (const table of TABLES) transaction.objectStore(table).clear();
        await done;
        return isMeant;
    }
}

function abort(transaction: IDBTransaction): void {
    try {
        transaction.abort();
    } catch {
        // It had ended by itself.
    }
}
