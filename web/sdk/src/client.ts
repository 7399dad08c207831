/**
 * What the client is to an application: live views over what is kept, and commands that work offline where they can.
 */

import type {
    Account,
    Member,
    Reactor,
    ReadMark,
    Revision,
    Role,
    ServerInfo,
    Session,
    User,
    WireError,
} from "./protocol.generated";
import type { ActionKind, ChatState, ThreadView, TimelineItem, TimelineView } from "./views";

export type * from "./views";

/**
 * How the connection stands: `offline` (no network, or signed out), `waiting` (for the next attempt), `connecting`,
 * `syncing` (connected, catching up), `online`.
 */
export type Connection =
    | { state: "offline" }
    | { state: "waiting"; retryAtMs: number }
    | { state: "connecting" }
    | { state: "syncing" }
    | { state: "online" };

/**
 * What changed: the connection; the account (signed in, profile or settings changed); sessions began or ended; signed
 * out, with everything local already erased; rows of the chat list (changed, appeared, disappeared); an open
 * {@link TimelineView}; an open {@link ThreadView}; messages asked for by {@link CurlewClient.message}; how far others
 * have read in a group; people; something one did to messages was refused for good and is undone here.
 */
export type ClientChange =
    | { type: "connection" }
    | { type: "account" }
    | { type: "sessions" }
    | { type: "signedOut"; reason: "logout" | "ended" | "expired" }
    | { type: "chats"; ids: readonly string[] }
    | { type: "timeline"; chat: string }
    | { type: "thread"; chat: string; root: number }
    | { type: "messages"; chat: string; stamps: readonly number[] }
    | { type: "reads"; chat: string }
    | { type: "users"; ids: readonly string[] }
    | { type: "refused"; action: ActionKind; chat: string; stamps: readonly number[]; error: WireError };

/** What goes with the text of a message. */
export interface SendOptions {
    /** Stamp of the message it answers. */
    replyTo?: number;
    /** Stamp of the message under which it stands in a thread. */
    thread?: number;
    /** User ids, at most 50. */
    mentions?: string[];
    /** Whether it speaks to all members; owners and admins of groups only. */
    mentionAll?: boolean;
}

/** Messages to forward. */
export interface ForwardOptions {
    /** Chat they stand in. */
    chat: string;
    /** 1 to 100. */
    stamps: readonly number[];
    /** Chats to forward to, 1 to 10. */
    to: readonly string[];
    /** As one message that holds them all. */
    merged: boolean;
}

/** One account on one server. Promises fail with `ClientError`; nothing else does. */
export interface CurlewClient {
    readonly connection: Connection;
    readonly account: Account | null;
    readonly sessionId: string | null;
    readonly server: ServerInfo | null;
    /** Opens what is kept, shows it, connects. Resolves when the local state can be shown (not when online). */
    start(): Promise<void>;
    stop(): Promise<void>;
    subscribe(listener: (change: ClientChange) => void): () => void;

    serverInfo(): Promise<ServerInfo>;
    register(p: { username: string; password: string; displayName?: string; invite?: string }): Promise<void>;
    login(p: { username: string; password: string }): Promise<void>;
    /** Ends the session and erases everything local, also when offline. */
    logout(): Promise<void>;
    changePassword(old: string, next: string): Promise<{ ended: number }>;
    sessions(): Promise<Session[]>;
    endSession(id: string): Promise<void>;
    updateProfile(p: { displayName?: string; hideReads?: boolean }): Promise<void>;

    /** Cached; unknown ones are fetched in the background ("users" change follows). */
    user(id: string): User | null;
    findUser(username: string): Promise<User | null>;

    /** Most recently active first. */
    chats(): readonly ChatState[];
    chat(id: string): ChatState | null;
    loadMoreChats(): Promise<void>;
    readonly hasMoreChats: boolean;
    /** Chat id. */
    createDirect(user: string): Promise<string>;
    createGroup(title: string, users: string[]): Promise<string>;
    renameGroup(chat: string, title: string): Promise<void>;
    addMembers(chat: string, users: string[]): Promise<void>;
    removeMember(chat: string, user: string): Promise<void>;
    leaveChat(chat: string): Promise<void>;
    setRole(chat: string, user: string, role: Role): Promise<void>;
    /** Has messages disappear after a time; null has them stay. */
    setExpiry(chat: string, expireAfterS: number | null): Promise<void>;
    /** All pages. */
    members(chat: string): Promise<Member[]>;

    open(chat: string): TimelineView;
    openThread(chat: string, root: number): ThreadView;
    /**
     * One message wherever it stands: a quoted or pinned one. Null while it is not known; it is fetched in the
     * background then ("messages" change follows). One that is not there any more comes as a tombstone.
     */
    message(chat: string, stamp: number): TimelineItem | null;
    /** Unread messages that speak to oneself: stamps, the oldest first. */
    mentions(chat: string): Promise<number[]>;
    /** Who has read a message, in groups up to `limits.reader_list_members`. */
    readers(chat: string, stamp: number): Promise<ReadMark[]>;
    /** All pages. */
    reactors(chat: string, stamp: number): Promise<Reactor[]>;
    /** What a message said before it was edited, the oldest first. */
    history(chat: string, stamp: number): Promise<Revision[]>;

    /** Durable at once; goes out now or later, same client id for ever. */
    send(chat: string, text: string, options?: SendOptions): void;
    retry(chat: string, key: string): void;
    discard(chat: string, key: string): void;

    // What follows is durable and shown at once, goes out now or later, and is undone with a "refused" change when
    // the server refuses it for good.

    edit(chat: string, stamp: number, text: string, mentions?: string[]): void;
    retract(chat: string, stamp: number): void;
    react(chat: string, stamp: number, reaction: string, on: boolean): void;
    pin(chat: string, stamp: number, pinned: boolean): void;
    /** For oneself only, on all devices, for ever. */
    hide(chat: string, stamps: readonly number[]): void;
    forward(p: ForwardOptions): void;

    markRead(chat: string, stamp: number): void;
    setDraft(chat: string, text: string, replyTo?: number | null): void;
}
