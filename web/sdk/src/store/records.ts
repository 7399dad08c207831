/** What the client keeps: one record for each thing. */

import type { Account, Chat, Content, Entry, ServerInfo, Source, User, WireError } from "../protocol.generated";
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

/** Up to where a chat's change timeline is applied to everything that is kept of the chat. */
export interface ChangePosition {
    readonly after: number;
    readonly epoch: string;
    /** The newest change heard of; while it is beyond `after`, changes are missing. */
    readonly heard: number;
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
    /** Absent until the position is known; nothing is kept of the timeline until then. */
    readonly changes: ChangePosition | null;
    readonly read: number;
    readonly peerRead: number;
    readonly peerDelivered: number;
    /** Direct chats: up to where the server was told that messages have arrived here. */
    readonly toldDelivered: number;
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

/** A kept entry of which there is a newer copy. */
export interface StaleEntry {
    readonly chat: string;
    readonly stamp: number;
    /** A copy of this revision is new enough. */
    readonly revision: number;
    /** How often it was noted: an answer asked for before the last time does not count. */
    readonly times: number;
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

/** What one does to messages that are stored. */
export type Action =
    | { readonly kind: "edit"; readonly stamp: number; readonly content: Content; readonly mentions: readonly string[] }
    | { readonly kind: "retract"; readonly stamp: number }
    | { readonly kind: "react"; readonly stamp: number; readonly reaction: string; readonly on: boolean }
    | { readonly kind: "pin"; readonly stamp: number; readonly pinned: boolean }
    | { readonly kind: "hide"; readonly stamps: readonly number[] }
    | {
          readonly kind: "forward";
          readonly stamps: readonly number[];
          readonly to: readonly string[];
          readonly merged: boolean;
          /** What is shown in each of those chats until it is stored there. */
          readonly shown: readonly Forwarded[];
      };

/** A message that is being forwarded. */
export interface Forwarded {
    readonly content: Content;
    readonly source: Source | null;
}

/** Something one has done that the server does not know of, or the kept copy of the message does not show. */
export interface ActionRecord {
    /** Order of doing; given by the store. */
    readonly seq?: number;
    readonly clientId: string;
    readonly chat: string;
    readonly action: Action;
    readonly createdMs: number;
    /** Revision of the message that shows it, once the server has said so. */
    readonly doneAt: number | null;
    /** Where forwarded messages are stored, once the server has said so. */
    readonly sent: readonly { readonly chat: string; readonly stamp: number }[];
}

/** Messages one has forwarded. */
export interface ForwardRecord extends ActionRecord {
    readonly action: Extract<Action, { kind: "forward" }>;
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
    readonly replyTo: number | null;
    /** When it was written, by the server's clock; 0 while the server does not have it. */
    readonly updatedMs: number;
    /** Whether the server has yet to be told. */
    readonly isPending: boolean;
}

/** Entries that came, with the range they prove. */
export interface Slice {
    readonly chat: string;
    readonly epoch: string;
    readonly after: number;
    readonly through: number;
    readonly entries: readonly Entry[];
}

/** A kept entry that is another now; none when it is gone. */
export interface EntryNews {
    readonly chat: string;
    readonly stamp: number;
    readonly entry: Entry | null;
}

/** What one transaction changed. */
export interface Changes {
    chats: ChatRecord[];
    removed: string[];
    /** Chats whose kept timeline was dropped; slices of theirs come after it. */
    dropped: string[];
    slices: Slice[];
    entries: EntryNews[];
    users: UserRecord[];
    drafts: DraftRecord[];
    /** Chats whose unsent messages or actions changed. */
    outbox: string[];
}

/** Nothing changed yet. */
export function noChanges(): Changes {
    return { chats: [], removed: [], dropped: [], slices: [], entries: [], users: [], drafts: [], outbox: [] };
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
    readonly actions: readonly ActionRecord[];
    readonly hasMoreChats: boolean;
}
