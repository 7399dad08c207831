/**
 * What the client is to an application: live views over what is kept, and commands that work offline where they can.
 */

import type { Account, Content, Member, Role, ServerInfo, Session, User, WireError } from "./protocol.generated";

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

/** How far a message of one's own has come. */
export type SendState = "sending" | "sent" | "failed";

/** One row of a timeline: a stored entry, or a message of one's own that is not stored yet (stamp null). */
export interface TimelineItem {
    /** Stable over sending → sent (client id when own, else stamp). */
    readonly key: string;
    readonly stamp: number | null;
    readonly kind: "message" | "system" | "tombstone";
    /** User id. */
    readonly sender: string | null;
    readonly content: Content | null;
    readonly replyTo: number | null;
    /** Stamp/1000, or local time while unsent. */
    readonly sentAtMs: number;
    readonly sendState: SendState;
    /** Why it failed. */
    readonly error: WireError | null;
    readonly edited: boolean;
    readonly retracted: boolean;
}

/** A chat as a row of the chat list. */
export interface ChatState {
    readonly id: string;
    readonly kind: "direct" | "group" | "channel";
    readonly title: string | null;
    readonly peer: User | null;
    readonly role: Role;
    readonly memberCount: number;
    readonly last: TimelineItem | null;
    /** Exact, as the server says, adjusted locally by what arrives and what is read. */
    readonly unread: number;
    readonly mentions: number;
    /** Own read stamp. */
    readonly read: number;
    /** Direct chats: how far the other has read, 0 when unknown. */
    readonly peerRead: number;
    readonly draft: string;
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
    jumpTo(stamp: number): Promise<void>;
    jumpToLatest(): Promise<void>;
    close(): void;
}

/**
 * What changed: the connection; the account (signed in, profile changed); signed out, with everything local already
 * erased; rows of the chat list (changed, appeared, disappeared); an open {@link TimelineView}; people.
 */
export type ClientChange =
    | { type: "connection" }
    | { type: "account" }
    | { type: "signedOut"; reason: "logout" | "ended" | "expired" }
    | { type: "chats"; ids: readonly string[] }
    | { type: "timeline"; chat: string }
    | { type: "users"; ids: readonly string[] };

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
    updateProfile(p: { displayName: string }): Promise<void>;

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
    /** All pages. */
    members(chat: string): Promise<Member[]>;

    open(chat: string): TimelineView;
    /** Durable at once; goes out now or later, same client id for ever. */
    send(chat: string, text: string, options?: { replyTo?: number; mentions?: string[] }): void;
    retry(chat: string, key: string): void;
    discard(chat: string, key: string): void;
    markRead(chat: string, stamp: number): void;
    setDraft(chat: string, text: string): void;
}
