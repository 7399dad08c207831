/** The IndexedDB database: its object stores, and promises instead of events. */

import type {
    ActionRecord,
    ChatRecord,
    DraftRecord,
    EntryRecord,
    OutboxRecord,
    StaleEntry,
    UserRecord,
} from "./records";

/** Object stores: what stands in them and by which key. */
export interface Tables {
    /** By name: `session`, `log`, `hasMoreChats`. */
    meta: unknown;
    /** By id. */
    chats: ChatRecord;
    /** By chat and stamp; index `thread` by chat, root and stamp. Those outside a chat's ranges were asked for singly. */
    entries: EntryRecord;
    /** By order of writing; index `client` by client id, `chat` by chat. */
    outbox: OutboxRecord;
    /** By order of doing; index `client` by client id, `chat` by chat. */
    actions: ActionRecord;
    /** By id. */
    users: UserRecord;
    /** By chat. */
    drafts: DraftRecord;
    /** By chat: chats whose row must be asked for anew. */
    stale: { readonly chat: string };
    /** By chat and stamp: entries that must be asked for anew. */
    staleEntries: StaleEntry;
    /** By chat and stamp: entries hidden for oneself, whether they are kept or not. */
    hidden: { readonly chat: string; readonly stamp: number };
}

/** Name of an object store. */
export type TableName = keyof Tables;

/** All object stores. */
export const TABLES: readonly TableName[] = [
    "meta",
    "chats",
    "entries",
    "outbox",
    "actions",
    "users",
    "drafts",
    "stale",
    "staleEntries",
    "hidden",
];

const VERSION = 2;

/**
 * Opens the database and makes its object stores when it is new.
 *
 * @throws DOMException when the browser refuses storage.
 */
export function openDatabase(factory: IDBFactory, name: string): Promise<IDBDatabase> {
    return new Promise((resolve, reject) => {
        const request = factory.open(name, VERSION);
        request.onupgradeneeded = (event) => {
            if (event.oldVersion === 1) leaveFirstVersion(request);
            create(request.result);
        };
        request.onsuccess = () => {
            const database = request.result;
            // A newer version of the client in another tab must not wait for this one.
            database.onversionchange = () => database.close();
            resolve(database);
        };
        request.onerror = () => reject(failure(request.error));
    });
}

/** What can be asked for again goes; the session, unsent messages and people stay. */
function leaveFirstVersion(request: IDBOpenDBRequest): void {
    for (const table of ["chats", "entries", "drafts", "stale"]) request.result.deleteObjectStore(table);
    request.transaction?.objectStore("meta").delete("log");
    const unsent = request.transaction?.objectStore("outbox").openCursor();
    if (!unsent) return;
    unsent.onsuccess = () => {
        const cursor = unsent.result;
        cursor?.update({ ...(cursor.value as OutboxRecord), thread: null, mentionAll: false });
        cursor?.continue();
    };
}

function create(database: IDBDatabase): void {
    const table = (name: TableName, options?: IDBObjectStoreParameters): IDBObjectStore | null =>
        database.objectStoreNames.contains(name) ? null : database.createObjectStore(name, options);
    table("meta");
    table("chats", { keyPath: "id" });
    table("entries", { keyPath: ["chat", "stamp"] })?.createIndex("thread", ["chat", "thread", "stamp"]);
    for (const name of ["outbox", "actions"] as const) {
        const queue = table(name, { keyPath: "seq", autoIncrement: true });
        queue?.createIndex("client", "clientId", { unique: true });
        queue?.createIndex("chat", "chat");
    }
    table("users", { keyPath: "id" });
    table("drafts", { keyPath: "chat" });
    table("stale", { keyPath: "chat" });
    table("staleEntries", { keyPath: ["chat", "stamp"] });
    table("hidden", { keyPath: ["chat", "stamp"] });
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

/** The keys of all entries in the thread under a message, in the index `thread`. */
export function threadKeys(chat: string, root: number): IDBKeyRange {
    return IDBKeyRange.bound([chat, root, 0], [chat, root, Number.MAX_SAFE_INTEGER]);
}

function failure(error: DOMException | null): Error {
    return error ?? new Error("the transaction was aborted");
}
