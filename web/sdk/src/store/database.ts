/** The IndexedDB database: its object stores, and promises instead of events. */

import type { ChatRecord, DraftRecord, EntryRecord, OutboxRecord, UserRecord } from "./records";

/** Object stores: what stands in them and by which key. */
export interface Tables {
    /** By name: `session`, `log`, `hasMoreChats`. */
    meta: unknown;
    /** By id. */
    chats: ChatRecord;
    /** By chat and stamp. */
    entries: EntryRecord;
    /** By order of writing; index `client` by client id, `chat` by chat. */
    outbox: OutboxRecord;
    /** By id. */
    users: UserRecord;
    /** By chat. */
    drafts: DraftRecord;
    /** By chat: chats whose row must be asked for anew. */
    stale: { readonly chat: string };
}

/** Name of an object store. */
export type TableName = keyof Tables;

/** All object stores. */
export const TABLES: readonly TableName[] = ["meta", "chats", "entries", "outbox", "users", "drafts", "stale"];

const VERSION = 1;

/**
 * Opens the database and makes its object stores when it is new.
 *
 * @throws DOMException when the browser refuses storage.
 */
export function openDatabase(factory: IDBFactory, name: string): Promise<IDBDatabase> {
    return new Promise((resolve, reject) => {
        const request = factory.open(name, VERSION);
        request.onupgradeneeded = () => create(request.result);
        request.onsuccess = () => {
            const database = request.result;
            // A newer version of the client in another tab must not wait for this one.
            database.onversionchange = () => database.close();
            resolve(database);
        };
        request.onerror = () => reject(failure(request.error));
    });
}

function create(database: IDBDatabase): void {
    database.createObjectStore("meta");
    database.createObjectStore("chats", { keyPath: "id" });
    database.createObjectStore("entries", { keyPath: ["chat", "stamp"] });
    const outbox = database.createObjectStore("outbox", { keyPath: "seq", autoIncrement: true });
    outbox.createIndex("client", "clientId", { unique: true });
    outbox.createIndex("chat", "chat");
    database.createObjectStore("users", { keyPath: "id" });
    database.createObjectStore("drafts", { keyPath: "chat" });
    database.createObjectStore("stale", { keyPath: "chat" });
}

/** The result of a request. Only these may be awaited inside a transaction. */
export function result<T>(request: IDBRequest<T>): Promise<T> {
    return new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(failure(request.error));
    });
}

/** Ends when the transaction is committed. */
export function committed(transaction: IDBTransaction): Promise<void> {
    return new Promise((resolve, reject) => {
        transaction.oncomplete = () => resolve();
        transaction.onabort = () => reject(failure(transaction.error));
    });
}

/** All entries of a chat with `after < stamp ≤ through`, as a key range. */
export function entryKeys(chat: string, after: number, through: number): IDBKeyRange {
    return IDBKeyRange.bound([chat, after], [chat, through], true, false);
}

/** The keys of all entries of a chat. */
export function allEntryKeys(chat: string): IDBKeyRange {
    return IDBKeyRange.bound([chat, 0], [chat, Number.MAX_SAFE_INTEGER]);
}

function failure(error: DOMException | null): Error {
    return error ?? new Error("the transaction was aborted");
}
