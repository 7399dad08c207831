/** What the client keeps: one record for each thing. */

import type { Account, Chat, Content, Entry, ServerInfo, User, WireError } from "../protocol.generated";
import type { Range } from "./ranges";

/** The session of this browser. */
export interface SessionRecord {
    readonly id: string;
    /** Secret. */
    readonly token: string;
    readonly expiresMs: number;
    readonly account: Account;
    readonly server: ServerInfo | null;
}

/** Up to where one's own change log is applied. */
export interface LogPosition {
    readonly after: number;
    readonly epoch: string;
}

/** A chat: its row and which parts of its timeline are kept. */
export interface ChatRecord {
    readonly id: string;
    /** Rises with each change of the record, so that news that come late are recognised. */
    readonly version: number;
    readonly chat: Chat;
    /** Life of the timeline that the ranges belong to. */
    readonly epoch: string;
    /** Entries up to here are not kept by the server, as far as it has said. */
    readonly floor: number;
    readonly ranges: readonly Range[];
    /** The newest entry heard of. It may lie beyond the ranges while the client catches up. */
    readonly last: Entry | null;
    readonly read: number;
    readonly peerRead: number;
    readonly unread: number;
    readonly mentions: number;
    /** Entries up to here are already in `unread` and `mentions`. */
    readonly countedThrough: number;
    /** A read mark the server does not know of yet; 0 for none. */
    readonly pendingRead: number;
}

/** An entry as it is kept. */
export interface EntryRecord extends Entry {
    readonly chat: string;
}

/** A message that is not known to be stored by the server. */
export interface OutboxRecord {
    /** Order of writing; given by the store. */
    readonly seq?: number;
    readonly clientId: string;
    readonly chat: string;
    readonly content: Content;
    readonly replyTo: number | null;
    /** Stamp of the message under which it stands in a thread. */
    readonly thread: number | null;
    readonly mentions: readonly string[];
    readonly mentionAll: boolean;
    readonly createdMs: number;
    /** Why it was refused for good; `null` while it waits to be sent. */
    readonly error: WireError | null;
}

/** A person. */
export interface UserRecord {
    readonly id: string;
    readonly user: User;
    readonly fetchedMs: number;
}

/** Text written but not sent. */
export interface DraftRecord {
    readonly chat: string;
    readonly text: string;
}

/** Entries that came, with the range they prove. */
export interface Slice {
    readonly chat: string;
    readonly epoch: string;
    readonly after: number;
    readonly through: number;
    readonly entries: readonly Entry[];
}

/** What one transaction changed. */
export interface Changes {
    chats: ChatRecord[];
    removed: string[];
    /** Chats whose kept timeline was dropped; slices of theirs come after it. */
    dropped: string[];
    slices: Slice[];
    users: UserRecord[];
    /** Chats whose unsent messages changed. */
    outbox: string[];
}

/** Nothing changed yet. */
export function noChanges(): Changes {
    return { chats: [], removed: [], dropped: [], slices: [], users: [], outbox: [] };
}

/** Whether anything changed. */
export function isChange(changes: Changes): boolean {
    return Object.values(changes).some((list: readonly unknown[]) => list.length > 0);
}

/** Everything a tab keeps in memory, as it stands in the store. */
export interface Snapshot {
    readonly session: SessionRecord | null;
    readonly chats: readonly ChatRecord[];
    readonly users: readonly UserRecord[];
    readonly drafts: readonly DraftRecord[];
    readonly outbox: readonly OutboxRecord[];
    readonly hasMoreChats: boolean;
}
