/** What an application is shown: rows of the chat list, rows of timelines, and live windows over them. */

import type { Content, Replies, Role, Source, User, WireError } from "./protocol.generated";

/** How far a message of one's own has come. */
export type SendState = "sending" | "sent" | "failed";

/** What somebody does to messages that are stored. */
export type ActionKind = "edit" | "retract" | "react" | "pin" | "hide" | "forward";

/** One kind of reaction to a message. */
export interface ReactionState {
    readonly kind: string;
    readonly count: number;
    /** The first of those who react with it, at most 20. User ids. */
    readonly users: readonly string[];
    /** Whether one does so oneself. */
    readonly mine: boolean;
}

/**
 * One row of a timeline: a stored entry, or a message of one's own that is not stored yet (stamp null). What one has
 * done to it oneself is shown at once, also offline. Entries one has hidden for oneself are no rows.
 */
export interface TimelineItem {
    /** Stable over sending → sent (client id when own, else stamp). */
    readonly key: string;
    readonly stamp: number | null;
    readonly kind: "message" | "system" | "tombstone";
    /** User id. */
    readonly sender: string | null;
    /** What it says; for merged forwards of type `bundle`. */
    readonly content: Content | null;
    /** Stamp of the message it answers: see `CurlewClient.message`. */
    readonly replyTo: number | null;
    /** Stamp of the message under which it stands in a thread. */
    readonly thread: number | null;
    /** The thread under it. */
    readonly replies: Replies | null;
    /** User ids. */
    readonly mentions: readonly string[];
    readonly mentionAll: boolean;
    /** Whether it speaks to oneself, by name or with everybody. */
    readonly mentionsMe: boolean;
    /** Who said it first, when it was forwarded. */
    readonly forwarded: Source | null;
    /** The oldest kind first. */
    readonly reactions: readonly ReactionState[];
    /** Stamp/1000, or local time while unsent. */
    readonly sentAtMs: number;
    readonly sendState: SendState;
    /** Why it failed. */
    readonly error: WireError | null;
    readonly edited: boolean;
    readonly retracted: boolean;
    readonly hidden: boolean;
    readonly pinned: boolean;
    /** What one has done to it and the server does not know yet. */
    readonly pending: readonly ActionKind[];
}

/** A chat as a row of the chat list. */
export interface ChatState {
    readonly id: string;
    readonly kind: "direct" | "group" | "channel";
    readonly title: string | null;
    readonly peer: User | null;
    readonly role: Role;
    readonly memberCount: number;
    /** Rises with every change of membership or roles. */
    readonly membersVersion: number;
    readonly last: TimelineItem | null;
    /** Exact, as the server says, adjusted locally by what arrives and what is read. */
    readonly unread: number;
    /** Unread messages that speak to oneself. */
    readonly mentions: number;
    /** Own read stamp. */
    readonly read: number;
    /** Direct chats: how far the other has read, 0 when unknown. */
    readonly peerRead: number;
    /** Direct chats: how far messages have reached a device of the other, 0 when unknown; at least `peerRead`. */
    readonly peerDelivered: number;
    /** What one has begun to write, on whichever device. */
    readonly draft: string;
    /** Stamp of the message the draft answers. */
    readonly draftReplyTo: number | null;
    /** Stamps of pinned messages, the newest pin first: see `CurlewClient.message`. */
    readonly pins: readonly number[];
    /** Messages disappear after this time; null when they stay. */
    readonly expireAfterS: number | null;
    /** For ordering. */
    readonly activeAtMs: number;
}

/** A live window over one chat's timeline; works offline on what is cached. */
export interface TimelineView {
    readonly chat: string;
    /** Ascending; unsent ones last; a new array after each change. */
    readonly items: readonly TimelineItem[];
    readonly hasOlder: boolean;
    /** False when the window ends at the newest entry. */
    readonly hasNewer: boolean;
    readonly loading: "none" | "older" | "newer" | "initial";
    /** Stamp after which the new-message marker stands, fixed when the view was opened. */
    readonly firstUnread: number | null;
    loadOlder(): Promise<void>;
    loadNewer(): Promise<void>;
    /** Fails as `not_found` when there is no such entry any more. */
    jumpTo(stamp: number): Promise<void>;
    /** Shows what stands at the new-message marker; does nothing without one. */
    jumpToFirstUnread(): Promise<void>;
    jumpToLatest(): Promise<void>;
    close(): void;
}

/** A live window over the thread under one message; offline it shows what is cached. */
export interface ThreadView {
    readonly chat: string;
    /** Stamp of the message the thread stands under. */
    readonly root: number;
    /** That message with the count of replies; null while it is not known. */
    readonly rootItem: TimelineItem | null;
    /** Replies, ascending; unsent ones last; a new array after each change. */
    readonly items: readonly TimelineItem[];
    readonly hasOlder: boolean;
    readonly loading: "none" | "older" | "initial";
    loadOlder(): Promise<void>;
    close(): void;
}
