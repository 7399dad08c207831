/**
 * Wire types: names and fields are those of the Rust types in `src/model` and `src/protocol`, which say more.
 */

/** What sort of chat it is. */
export type ChatKind = "direct" | "group" | "channel";
/** What a member may do. */
export type Role = "owner" | "member";
/** What sort of entry it is. */
export type EntryKind = "message" | "system" | "tombstone";
/** How firmly a write is kept. */
export type Level = "stored" | "synced";
/** Why a cursor is of no use any more. */
export type Reset = "epoch" | "floor" | "rewound";
/** What happened to the members of a chat. */
export type MembershipEvent = "created" | "added" | "removed" | "left";
/** Who may register. */
export type Registration = "open" | "invite" | "closed";
/** What the client may do after an error. */
export type Retry = "never" | "later" | "resync";
/** What is known of the effect of a request that failed. */
export type Outcome = "none" | "unknown";
/** Why pushes may have been lost. */
export type ResyncReason = "position" | "hints_lost" | "lease_lost" | "slow";
/** Why the server closes a connection. */
export type ByeReason = "shutdown" | "session_ended" | "slow";
/** Every error code there is. */
export type ErrorCode =
    | "bad_request"
    | "unauthorized"
    | "forbidden"
    | "not_found"
    | "conflict"
    | "stale"
    | "too_large"
    | "rate_limited"
    | "overloaded"
    | "unavailable"
    | "unknown_method"
    | "internal";

/** The error of a reply. */
export interface WireError {
    code: ErrorCode;
    message: string;
    field?: string;
    retry: Retry;
    retry_after_ms?: number;
    outcome: Outcome;
}

/** A person or bot, as everybody may see them. */
export interface User {
    id: string;
    username: string;
    display_name: string;
    created_ms: number;
}

/** One's own account. */
export interface Account extends User {
    admin?: boolean;
}

/** An installation of a client, as it describes itself. */
export interface Device {
    name?: string;
    platform?: string;
}

/** A logged-in device. */
export interface Session {
    id: string;
    device: Device;
    created_ms: number;
    seen_ms: number;
    expires_ms: number;
    current?: boolean;
}

/** A chat as one of its members sees it. */
export interface Chat {
    id: string;
    kind: ChatKind;
    title?: string;
    peer?: User;
    role: Role;
    member_count: number;
    members_version: number;
    epoch: string;
    created_ms: number;
}

/** One member of a chat. */
export interface Member {
    user: User;
    role: Role;
    since: number;
}

/** How far somebody has read a chat. */
export interface ReadMark {
    user: string;
    stamp: number;
}

/** Words. */
export interface Text {
    type: "text";
    text: string;
}

/** Something that happened to the chat, written by the server. */
export type SystemEvent = { type: "system" } & (
    | { event: "created"; actor: string }
    | { event: "added"; actor: string; users: string[] }
    | { event: "removed"; actor: string; users: string[] }
    | { event: "left"; actor: string }
    | { event: "renamed"; actor: string; title: string }
);

/** Content of a type this client does not know: kept as it came. */
export interface Opaque {
    type: string;
    [field: string]: unknown;
}

/** What an entry says, told apart by its `type`. */
export type Content = Text | SystemEvent | Opaque;

/** What stands at one stamp of a chat's timeline. */
export interface Entry {
    stamp: number;
    prev: number;
    ordinal: number;
    kind: EntryKind;
    sender?: string;
    client_id?: string;
    revision: number;
    content?: Content;
    reply_to?: number;
    mentions?: string[];
    edited?: boolean;
    retracted?: boolean;
}

/** Who belongs to a chat changed. */
export interface MembershipChange {
    chat: string;
    event: MembershipEvent;
    actor: string;
    users: string[];
    members_version: number;
}

/** Something that changed what a client may have cached. */
export type Change =
    | ({ kind: "membership" } & MembershipChange)
    | { kind: "read"; chat: string; stamp: number }
    | { kind: "chat"; chat: string }
    | { kind: "unknown" };

/** What stands at one stamp of a change log. */
export interface LogEntry {
    stamp: number;
    prev: number;
    change: Change;
}

/** A position in a change log. */
export interface LogCursor {
    after: number;
    epoch: string;
}

/** A page of a change log, or of a chat's change timeline. */
export interface LogPage {
    reset?: Reset;
    epoch: string;
    floor: number;
    next: number;
    entries: LogEntry[];
    has_more: boolean;
}

/** Where a client is in one chat. */
export interface ChatCursor {
    chat: string;
    after: number;
    epoch: string;
    changes_after?: number;
    changes_epoch?: string;
}

/** A page of a chat's timeline. */
export interface TimelinePage {
    reset?: Reset;
    epoch: string;
    floor: number;
    entries: Entry[];
    has_more: boolean;
}

/** A chat with what a chat list shows of it. */
export interface ChatRow {
    chat: Chat;
    last?: Entry;
    unread: number;
    mentions: number;
    read: number;
    reads?: ReadMark[];
}

/** A chat of a `Synced` reply. */
export interface SyncedChat extends ChatRow {
    timeline?: TimelinePage;
    changes_next: number;
}

/** What brings a client up to date. */
export interface Synced {
    log: LogPage;
    chats: SyncedChat[];
    has_more: boolean;
}

/** A part of a list ordered by newest activity. */
export interface Window {
    offset?: number;
    limit?: number;
}

/** A part of one's chats. */
export interface ChatPage {
    chats: ChatRow[];
    has_more: boolean;
}

/** A part of a chat's members. */
export interface MemberPage {
    members: Member[];
    members_version: number;
    has_more: boolean;
}

/** Bounds that clients should know. */
export interface Limits {
    frame_bytes: number;
    text_bytes: number;
    page: number;
    group_members: number;
    members_per_request: number;
    requests_in_flight: number;
    sends_per_second: number;
    sends_burst: number;
    ping_ms: number;
}

/** What a server is and allows. */
export interface ServerInfo {
    name: string;
    version: string;
    features: string[];
    registration: Registration;
    time_us: number;
    limits: Limits;
}

/** A session as it is handed to the device it belongs to. */
export interface SessionGrant {
    id: string;
    token?: string;
    expires_ms: number;
}

/** The connection is authenticated. */
export interface Welcome {
    user: Account;
    session: SessionGrant;
    server: ServerInfo;
}

/** Asks what this server is and allows. */
export type GetServerInfo = Record<string, never>;

/** Makes an account and logs in. */
export interface Register {
    username: string;
    password: string;
    display_name?: string;
    invite?: string;
    device?: Device;
}

/** Logs in with a password. */
export interface Login {
    username: string;
    password: string;
    device?: Device;
}

/** Comes back with the token of a session. */
export interface Hello {
    token: string;
    device?: Device;
    client?: string;
    features?: string[];
}

/** Asks for one's own sessions. */
export type ListSessions = Record<string, never>;

/** One's own sessions, newest first. */
export interface Sessions {
    sessions: Session[];
}

/** Ends a session. */
export interface EndSession {
    id: string;
}

/** The session is ended. */
export type SessionEnded = Record<string, never>;

/** Changes one's own password and ends all other sessions. */
export interface ChangePassword {
    old: string;
    new: string;
}

/** The password is changed. */
export interface PasswordChanged {
    ended: number;
}

/** Asks for a person by id. */
export interface GetUser {
    id: string;
}

/** Asks for a person by exact user name. */
export interface FindUser {
    username: string;
}

/** A person. */
export interface FoundUser {
    user: User;
}

/** Changes one's own profile. */
export interface UpdateUser {
    display_name?: string;
}

/** One's own profile after the change. */
export interface UpdatedUser {
    user: Account;
}

/** Makes a chat. */
export interface CreateChat {
    kind: ChatKind;
    members: string[];
    title?: string;
    client_id: string;
}

/** A chat. */
export interface OneChat {
    chat: Chat;
}

/** Asks for one's chats, most recently active first. */
export interface ListChats {
    window?: Window;
}

/** Asks for one chat. */
export interface GetChat {
    chat: string;
}

/** Asks for the members of a chat, ordered by id. */
export interface ListMembers {
    chat: string;
    after?: string;
    limit: number;
}

/** Changes a group's title. */
export interface UpdateChat {
    chat: string;
    title: string;
    client_id: string;
}

/** The chat after the change. */
export interface UpdatedChat {
    chat: Chat;
}

/** Adds people to a group. */
export interface AddMembers {
    chat: string;
    users: string[];
    client_id: string;
}

/** The membership has changed. */
export interface MembersChanged {
    members_version: number;
}

/** Removes somebody from a group. */
export interface RemoveMember {
    chat: string;
    user: string;
    client_id: string;
}

/** The member is removed. */
export interface MemberRemoved {
    members_version: number;
}

/** Leaves a group. */
export interface LeaveChat {
    chat: string;
    client_id: string;
}

/** The chat is left. */
export type ChatLeft = Record<string, never>;

/** Sends one message. */
export interface SendMessage {
    chat: string;
    client_id: string;
    content: Content;
    reply_to?: number;
    mentions?: string[];
}

/** The message is stored. */
export interface MessageSent {
    chat: string;
    stamp: number;
    prev: number;
    ordinal: number;
    epoch: string;
    duplicate: boolean;
    level: Level;
}

/** Asks for a page of a chat's timeline. */
export interface PullTimeline {
    chat: string;
    after?: number;
    before?: number;
    around?: number;
    epoch?: string;
    limit: number;
}

/** Asks for a page of one's own change log. */
export interface PullLog {
    after?: number;
    epoch?: string;
    limit: number;
}

/** Asks for a page of a chat's change timeline. */
export interface PullChanges {
    chat: string;
    after?: number;
    epoch?: string;
    limit: number;
}

/** Brings a client up to date in one round trip. */
export interface Sync {
    log?: LogCursor;
    chats?: ChatCursor[];
    window?: Window;
}

/** Marks a chat as read up to a stamp. */
export interface MarkRead {
    chat: string;
    stamp: number;
}

/** The read mark as it stands now. */
export interface MarkedRead {
    stamp: number;
    unread: number;
}

/** Every method: what it takes and what it answers. */
export interface Methods {
    "server.info": { params: GetServerInfo; ok: ServerInfo };
    "account.register": { params: Register; ok: Welcome };
    "session.login": { params: Login; ok: Welcome };
    "session.hello": { params: Hello; ok: Welcome };
    "session.list": { params: ListSessions; ok: Sessions };
    "session.end": { params: EndSession; ok: SessionEnded };
    "account.password": { params: ChangePassword; ok: PasswordChanged };
    "user.get": { params: GetUser; ok: FoundUser };
    "user.find": { params: FindUser; ok: FoundUser };
    "user.update": { params: UpdateUser; ok: UpdatedUser };
    "chat.create": { params: CreateChat; ok: OneChat };
    "chat.list": { params: ListChats; ok: ChatPage };
    "chat.get": { params: GetChat; ok: ChatRow };
    "chat.members": { params: ListMembers; ok: MemberPage };
    "chat.update": { params: UpdateChat; ok: UpdatedChat };
    "chat.add": { params: AddMembers; ok: MembersChanged };
    "chat.remove": { params: RemoveMember; ok: MemberRemoved };
    "chat.leave": { params: LeaveChat; ok: ChatLeft };
    "message.send": { params: SendMessage; ok: MessageSent };
    "timeline.pull": { params: PullTimeline; ok: TimelinePage };
    "changes.pull": { params: PullChanges; ok: LogPage };
    "log.pull": { params: PullLog; ok: LogPage };
    sync: { params: Sync; ok: Synced };
    "read.mark": { params: MarkRead; ok: MarkedRead };
}

/** What the server sends unasked. */
export type Push =
    | { push: "entry"; data: { chat: string; epoch: string; entry: Entry } }
    | { push: "change"; data: { epoch: string; entry: LogEntry } }
    | { push: "read"; data: { chat: string; user: string; stamp: number } }
    | { push: "resync"; data: { reason: ResyncReason; chat?: string } }
    | { push: "bye"; data: { reason: ByeReason; reconnect: boolean; after_ms: number } };
