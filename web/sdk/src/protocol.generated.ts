/**
 * What the bytes on a connection mean. Made from the Rust types by `make docs`: change those, not this file.
 */

/** Asks what this server is and allows. Open before authentication. */
export type GetServerInfo = Record<string, never>;

/** What this server is and allows. */
export interface ServerInfo {
    /** `curlew`. */
    name: string;
    /** Version of the server, as in semantic versioning. */
    version: string;
    /** Names of the optional parts it offers. */
    features: string[];
    /** Who may register. */
    registration: RegistrationMode;
    /** The server's clock, in microseconds since the Unix epoch. */
    time_us: number;
    /** Bounds that clients should know. */
    limits: Limits;
}

/** Who may register. */
export type RegistrationMode =
    /** Everybody. */
    | "open"
    /** Who has an invitation. */
    | "invite"
    /** Nobody. */
    | "closed";

/** Bounds that clients should know. */
export interface Limits {
    /** Largest frame a client may send, in bytes. */
    frame_bytes: number;
    /** Longest text of a message, in bytes of UTF-8. */
    text_bytes: number;
    /** Most entries in a page; larger wishes are clamped. */
    page: number;
    /** Most members of a group. */
    group_members: number;
    /** Most people added by one request. */
    members_per_request: number;
    /** Most requests of one connection that may be unanswered. */
    requests_in_flight: number;
    /** Messages one person may send in a second, on the long run. */
    sends_per_second: number;
    /** Messages one person may send at once before that limit shows. */
    sends_burst: number;
    /** How long one's own message may be edited after it was sent, in seconds; 0 for ever. */
    edit_window_s: number;
    /** How long one's own message may be taken back after it was sent, in seconds; 0 for ever. */
    retract_window_s: number;
    /** Groups up to this size tell who has read a message. */
    reader_list_members: number;
    /** A connection that is silent for longer is pinged, in milliseconds. */
    ping_ms: number;
}

/** Makes an account and logs in. Open before authentication. */
export interface Register {
    /** 3 to 32 characters of `a-z 0-9 . _ -`; capital letters are made small. */
    username: string;
    /** 8 to 256 bytes, not one of the most common passwords. */
    password: string;
    /** Name to show; the user name when absent. */
    display_name?: string;
    /** An invitation, or the code of the set-up link, which makes an administrator. */
    invite?: string;
    /** The device that registers. */
    device?: Device;
}

/** An installation of a client, as it describes itself. */
export interface Device {
    /** What its owner would call it, for example "Firefox on Linux". At most 64 characters. */
    name?: string;
    /** Kind of client: `web`, `ios`, `android`, `desktop`, `bot`, … At most 32 characters. */
    platform?: string;
}

/** The connection is authenticated. */
export interface Welcome {
    /** One's own account. */
    user: Account;
    /** The session of this device. */
    session: SessionGrant;
    /** The server. */
    server: ServerInfo;
}

/** One's own account: what only its owner sees beside the `User`. */
export interface Account {
    /** Names this user for ever. */
    id: string;
    /** Unique name to log in and to be found by: 3 to 32 characters of `a-z 0-9 . _ -`. */
    username: string;
    /** Name to show: 1 to 64 characters of any script, at most 256 bytes. */
    display_name: string;
    /** When the account was made, in milliseconds since the Unix epoch. */
    created_ms: number;
    /** Whether this account administers the server. */
    admin?: boolean;
    /** Whether others are not shown what this account has read, nor this account what they have read. */
    hide_reads?: boolean;
}

/** A session as it is handed to the device it belongs to. */
export interface SessionGrant {
    /** Names the session. */
    id: string;
    /** Proves it: keep it secret. Absent when the device came with it. */
    token?: string;
    /** When the session ends unless it is used, in milliseconds since the Unix epoch. */
    expires_ms: number;
}

/** Logs in with a password. Open before authentication. */
export interface Login {
    /** Name of the account. */
    username: string;
    /** Its password. */
    password: string;
    /** The device that logs in. */
    device?: Device;
}

/** Comes back with the token of a session. Open before authentication. */
export interface Hello {
    /** The session's token. */
    token: string;
    /** The device, when its description changed. */
    device?: Device;
    /** Name and version of the client program. */
    client?: string;
    /** Optional parts of the protocol the client knows. */
    features?: string[];
}

/** Asks for one's own sessions. */
export type ListSessions = Record<string, never>;

/** One's own sessions, newest first. */
export interface Sessions {
    /** All of them, the asking one included. */
    sessions: Session[];
}

/** A logged-in device. */
export interface Session {
    /** Names this session. */
    id: string;
    /** The device it belongs to. */
    device: Device;
    /** When it logged in, in milliseconds since the Unix epoch. */
    created_ms: number;
    /** When it was last seen to connect, in milliseconds since the Unix epoch. */
    seen_ms: number;
    /** When it ends unless it is used, in milliseconds since the Unix epoch. */
    expires_ms: number;
    /** Whether it is the one that asks. */
    current?: boolean;
}

/** Ends a session: its token is void and its connections close. Ending one's own session logs out. */
export interface EndSession {
    /** The session to end. Ending one that is gone already succeeds. */
    id: string;
}

/** The session is ended. */
export type SessionEnded = Record<string, never>;

/** Changes one's own password and ends all other sessions. */
export interface ChangePassword {
    /** The password until now. */
    old: string;
    /** The password from now on: 8 to 256 bytes, not one of the most common passwords. */
    new: string;
}

/** The password is changed. */
export interface PasswordChanged {
    /** How many other sessions were ended. */
    ended: number;
}

/** Asks for a person by id. */
export interface GetUser {
    /** Whom to get. */
    id: string;
}

/** A person. */
export interface FoundUser {
    /** Who it is. */
    user: User;
}

/** A person or bot, as everybody may see them. */
export interface User {
    /** Names this user for ever. */
    id: string;
    /** Unique name to log in and to be found by: 3 to 32 characters of `a-z 0-9 . _ -`. */
    username: string;
    /** Name to show: 1 to 64 characters of any script, at most 256 bytes. */
    display_name: string;
    /** When the account was made, in milliseconds since the Unix epoch. */
    created_ms: number;
}

/** Asks for a person by exact user name. */
export interface FindUser {
    /** The name, in any case. */
    username: string;
}

/** Changes one's own profile. Absent fields stay as they are. */
export interface UpdateUser {
    /** New name to show: 1 to 64 characters, at most 256 bytes. */
    display_name?: string;
    /** Whether others are not shown what one has read, nor oneself what they have read. */
    hide_reads?: boolean;
}

/** One's own profile after the change. */
export interface UpdatedUser {
    /** One's own account. */
    user: Account;
}

/** Makes a chat. A direct chat with somebody exists once: making it again gives the same chat. */
export interface CreateChat {
    /** `direct` or `group`. */
    kind: ChatKind;
    /** The other people: exactly one in a direct chat (oneself for notes), up to 100 in a group. */
    members: string[];
    /** Name of a group: 1 to 128 characters, at most 512 bytes. Not for direct chats. */
    title?: string;
    /** Making the same chat again with the same id gives the first one. */
    client_id: string;
}

/** What sort of chat it is. */
export type ChatKind =
    /** Two people; one chat for each pair. */
    | "direct"
    /** Members with roles. */
    | "group"
    /** Many readers, few who post. Not offered yet. */
    | "channel";

/** A chat. */
export interface OneChat {
    /** The chat as the asking member sees it. */
    chat: Chat;
}

/** A chat as one of its members sees it. */
export interface Chat {
    /** Names this chat for ever. */
    id: string;
    /** What sort of chat it is. */
    kind: ChatKind;
    /** Name of a group, at most 128 characters; absent in a direct chat. */
    title?: string;
    /** The other person of a direct chat; absent in a group. */
    peer?: User;
    /** What the asking member may do. */
    role: Role;
    /** How many members the chat has. */
    member_count: number;
    /** Rises with every change of membership. */
    members_version: number;
    /** This life of the chat's timeline. */
    epoch: string;
    /** When the chat was made, in milliseconds since the Unix epoch. */
    created_ms: number;
    /** Stamps of pinned messages, the newest pin first, at most 20. */
    pins?: number[];
    /** Messages disappear after this time, in seconds; absent when they stay. */
    expire_after_s?: number;
}

/** What a member may do. */
export type Role =
    /** May do everything. */
    | "owner"
    /** May do everything but remove owners and give roles. */
    | "admin"
    /** May read, write, add others and leave. */
    | "member";

/** Asks for one's chats, most recently active first. */
export interface ListChats {
    /** Which part of the list. */
    window?: Window;
}

/** A part of a list ordered by newest activity. */
export interface Window {
    /** How many to leave out at the top. */
    offset?: number;
    /** How many to give: 1 to 200, larger wishes are clamped. */
    limit?: number;
}

/** A part of one's chats. */
export interface ChatPage {
    /** Most recently active first. */
    chats: ChatRow[];
    /** Whether there are more. */
    has_more: boolean;
}

/** A chat with what a chat list shows of it. */
export interface ChatRow {
    /** The chat itself. */
    chat: Chat;
    /** Its newest entry the asking member may see. */
    last?: Entry;
    /** Exact number of unread messages of others. */
    unread: number;
    /** Exact number of unread messages that mention the asking member. */
    mentions: number;
    /** How far the asking member has read. */
    read: number;
    /** How far the others have read, in direct chats. */
    reads?: ReadMark[];
    /** What the asking member has begun to write there. */
    draft?: Draft;
}

/** What stands at one stamp of a chat's timeline. */
export interface Entry {
    /** Its position. */
    stamp: number;
    /** Position of the entry before it; 0 for the first. A reader whose newest stamp is another has a gap. */
    prev: number;
    /** How many counting entries the chat has had up to and including this one. */
    ordinal: number;
    /** What sort of entry it is. */
    kind: EntryKind;
    /** Who wrote it; absent in a tombstone. */
    sender?: string;
    /** The id its sender chose for it. */
    client_id?: string;
    /** How often it was changed (edited, retracted, reacted to); 0 at first. Of two copies the one with the higher revision is the newer. */
    revision: number;
    /** What it says; absent once retracted, in a tombstone, and when one has hidden it for oneself. */
    content?: Content;
    /** Stamp of the entry it answers. */
    reply_to?: number;
    /** Stamp of the message under which it stands in a thread. */
    thread?: number;
    /** The thread under it, once there is one. */
    replies?: Replies;
    /** Members it speaks to. */
    mentions?: string[];
    /** Whether it speaks to all members. */
    mention_all?: boolean;
    /** Where it was forwarded from; stated by the server. */
    forwarded?: Source;
    /** Reactions to it, the oldest kind first. */
    reactions?: Reaction[];
    /** Whether its content was changed by an edit. */
    edited?: boolean;
    /** Whether it was taken back. */
    retracted?: boolean;
    /** Whether the asking member has hidden it for themselves. */
    hidden?: boolean;
}

/** What sort of entry it is. */
export type EntryKind =
    /** Something a member said. Counts as unread for the others. */
    | "message"
    /** Something that happened to the chat. */
    | "system"
    /** An entry whose record cannot be read any more. Its place stays, so nothing seems missing. */
    | "tombstone";

/** What an entry says, told apart by its `type`. Types this server does not know pass through intact. */
export type Content =
    /** `type: "text"`: words. */
    | Text
    /** `type: "system"`: something that happened to the chat, written by the server. */
    | SystemEvent
    /** `type: "bundle"`: several messages forwarded as one, put together by the server. */
    | Bundle
    /** Anything else. */
    | Opaque;

/** Words: any Unicode, kept unchanged. */
export interface Text {
    type: "text";
    /** 1 to 16,384 bytes of UTF-8. */
    text: string;
}

/** Something that happened to the chat, shown between its messages. */
export type SystemEvent =
    /** The chat was made. */
    | {
        type: "system";
        event: "created";
        /** Who made it. */
        actor: string;
    }
    /** People were added. */
    | {
        type: "system";
        event: "added";
        /** Who added them. */
        actor: string;
        /** Who was added. */
        users: string[];
    }
    /** Somebody was removed. */
    | {
        type: "system";
        event: "removed";
        /** Who removed them. */
        actor: string;
        /** Who was removed. */
        users: string[];
    }
    /** Somebody left by themselves. */
    | {
        type: "system";
        event: "left";
        /** Who left. */
        actor: string;
    }
    /** The chat was given another title. */
    | {
        type: "system";
        event: "renamed";
        /** Who renamed it. */
        actor: string;
        /** The new title. */
        title: string;
    }
    /** A message was pinned. */
    | {
        type: "system";
        event: "pinned";
        /** Who pinned it. */
        actor: string;
        /** The message. */
        stamp: number;
    }
    /** Messages disappear after another time from now on, or stay. */
    | {
        type: "system";
        event: "expiry";
        /** Who decided it. */
        actor: string;
        /** The time, in seconds; absent when messages stay. */
        expire_after_s?: number;
    };

/** Several messages forwarded as one: a snapshot that later changes of the messages do not touch. */
export interface Bundle {
    type: "bundle";
    /** Title of the group they were said in; absent for a direct chat. */
    title?: string;
    /** The messages in their order: 1 to 100, at most 48 KiB in all. */
    items: BundleItem[];
}

/** One message of a `Bundle`. */
export interface BundleItem {
    /** Who wrote it. */
    sender: string;
    /** The name they showed when it was forwarded. */
    name: string;
    /** Where it stood; also the time it was written at. */
    stamp: number;
    /** What it said. */
    content: Content;
}

/** Content of a type this server does not know: kept and delivered as it came. At most depth 8, 256 values, 16 KiB. */
export interface Opaque {
    /** Any other type: 1 to 64 characters. */
    type: string;
    [field: string]: unknown;
}

/** The thread under a message. */
export interface Replies {
    /** How many messages stand in it; retracted ones are left out. */
    count: number;
    /** Stamp of the newest one. */
    last: number;
}

/** Who said first what was forwarded. */
export interface Source {
    /** Who wrote it. */
    sender: string;
    /** Where it stood in the chat it was written in; also the time it was written at. */
    stamp: number;
}

/** One kind of reaction to a message. */
export interface Reaction {
    /** The reaction itself: 1 to 32 bytes, usually one emoji. */
    kind: string;
    /** How many members react with it. */
    count: number;
    /** The first of them, at most 20. */
    users: string[];
    /** Whether the asking member is one of them. In pushes only `users` tells. */
    mine?: boolean;
}

/** How far somebody has read a chat. */
export interface ReadMark {
    /** Whose mark it is. */
    user: string;
    /** Everything up to here is read. */
    stamp: number;
    /** Everything up to here has reached one of their devices; known in direct chats. */
    delivered?: number;
}

/** A message somebody has begun to write, the same on all their devices. */
export interface Draft {
    /** What it says so far: at most 16,384 bytes of UTF-8. */
    text: string;
    /** Stamp of the message it answers. */
    reply_to?: number;
    /** When it was written, in milliseconds since the Unix epoch. */
    updated_ms: number;
}

/** Asks for one chat. Reply: `ChatRow`. */
export interface GetChat {
    /** Which chat. */
    chat: string;
}

/** Asks for the members of a chat, ordered by id. */
export interface ListMembers {
    /** Which chat. */
    chat: string;
    /** Give those after this member. */
    after?: string;
    /** How many to give: 1 to 200, larger wishes are clamped. */
    limit: number;
}

/** A part of a chat's members. */
export interface MemberPage {
    /** Ordered by id. */
    members: Member[];
    /** The version of the membership they were read at. */
    members_version: number;
    /** Whether there are more. */
    has_more: boolean;
}

/** One member of a chat. */
export interface Member {
    /** Who it is. */
    user: User;
    /** What they may do. */
    role: Role;
    /** Entries up to this stamp were before their time and stay hidden from them. */
    since: number;
}

/** Changes a chat's title or settings; absent fields stay as they are. In groups owners and admins only; a direct chat has no title. */
export interface UpdateChat {
    /** Which chat. */
    chat: string;
    /** New title of a group: 1 to 128 characters, at most 512 bytes. */
    title?: string;
    /** Messages disappear this many seconds after they were sent: 60 to 31,536,000, or 0 for never. Holds for those that are there already as well. */
    expire_after_s?: number;
    /** Makes the request repeatable. */
    client_id: string;
}

/** The chat after the change. */
export interface UpdatedChat {
    /** The chat as the asking member sees it. */
    chat: Chat;
}

/** Adds people to a group. They see what is said from now on. */
export interface AddMembers {
    /** Which chat. */
    chat: string;
    /** Whom to add: 1 to 100. Those who are members already are left as they are. */
    users: string[];
    /** Makes the request repeatable. */
    client_id: string;
}

/** The membership has changed. */
export interface MembersChanged {
    /** Version of the membership after the change. */
    members_version: number;
}

/** Removes somebody from a group. Owners only. */
export interface RemoveMember {
    /** Which chat. */
    chat: string;
    /** Whom to remove. */
    user: string;
    /** Makes the request repeatable. */
    client_id: string;
}

/** The member is removed. */
export interface MemberRemoved {
    /** Version of the membership after the change. */
    members_version: number;
}

/** Leaves a group. When the last owner leaves, the member who has been there longest becomes owner. */
export interface LeaveChat {
    /** Which chat. */
    chat: string;
    /** Makes the request repeatable. */
    client_id: string;
}

/** The chat is left. */
export type ChatLeft = Record<string, never>;

/** Gives a member of a group another role. Owners only; a group keeps at least one owner. */
export interface SetRole {
    /** Which chat. */
    chat: string;
    /** Whose role. */
    user: string;
    /** The role. */
    role: Role;
    /** Makes the request repeatable. */
    client_id: string;
}

/** The role is given. */
export interface RoleSet {
    /** Version of the membership after the change. */
    members_version: number;
}

/** Sends one message. Reply: `MessageSent`; pushed to the others, and to one's other connections, as `entry`. */
export interface SendMessage {
    /** Chat to append to. */
    chat: string;
    /** Chosen by the client, unique per sender. Sending it again returns the first reply. */
    client_id: string;
    /** What to say. */
    content: Content;
    /** Stamp of the message this one answers. */
    reply_to?: number;
    /** Stamp of the message under which this one stands in a thread. Threads do not nest. */
    thread?: number;
    /** Members this message speaks to, at most 50. */
    mentions?: string[];
    /** Whether it speaks to all members; owners and admins of groups only. */
    mention_all?: boolean;
}

/** The message is stored. */
export interface MessageSent {
    /** The chat it was appended to. */
    chat: string;
    /** Its position. */
    stamp: number;
    /** Position of the entry before it. */
    prev: number;
    /** Its number among the counting entries. */
    ordinal: number;
    /** The life of the chat's timeline. */
    epoch: string;
    /** Whether it had been stored before and this reply repeats the first. */
    duplicate: boolean;
    /** How firmly it is kept. */
    level: Level;
}

/** How firmly the store keeps a write by the time it is acknowledged. */
export type Level =
    /** Handed to the store, which hands it to the operating system: survives the kill of any gateway, and of the store as far as its own settings promise; a power cut after about a second. */
    | "stored"
    /** On disk (fsync done): survives a power cut. */
    | "synced";

/** Replaces what one's own message says, within `limits.edit_window_s`. Told as a `message` change. */
export interface EditMessage {
    /** Where it stands. */
    chat: string;
    /** The message. */
    stamp: number;
    /** Makes the request repeatable. */
    client_id: string;
    /** What it shall say. */
    content: Content;
    /** Members it speaks to from now on, at most 50. Those it spoke to before keep their mention. */
    mentions?: string[];
    /** The revision that is to be replaced; another one there is a `conflict`. Absent: whatever is there. */
    revision?: number;
}

/** The message is changed. */
export interface MessageChanged {
    /** The message. */
    stamp: number;
    /** Its revision after the change. */
    revision: number;
}

/** Takes a message back: one's own within `limits.retract_window_s`, anybody's as owner or admin of a group. Its place stays, what it said is gone. */
export interface RetractMessage {
    /** Where it stands. */
    chat: string;
    /** The message. */
    stamp: number;
    /** Makes the request repeatable. */
    client_id: string;
}

/** Reacts to a message, or takes a reaction back. What is so already stays so. */
export interface ReactToMessage {
    /** Where it stands. */
    chat: string;
    /** The message. */
    stamp: number;
    /** Makes the request repeatable. */
    client_id: string;
    /** The reaction: 1 to 32 bytes without control characters. A message has at most 20 kinds of reactions, a member at most 5 on one message. */
    kind: string;
    /** Whether to react with it, or not any more. */
    on: boolean;
}

/** Pins a message to its chat, or takes it down: any member of a direct chat, owners and admins of a group. */
export interface PinMessage {
    /** Where it stands. */
    chat: string;
    /** The message. */
    stamp: number;
    /** Makes the request repeatable. */
    client_id: string;
    /** Whether it shall be pinned. A chat has at most 20 pins. */
    pinned: boolean;
}

/** What is pinned now. */
export interface MessagesPinned {
    /** Stamps of pinned messages, the newest pin first. */
    pins: number[];
}

/** Hides messages for oneself, on all one's devices. Doing it again changes nothing. */
export interface HideMessages {
    /** Where they stand. */
    chat: string;
    /** The messages: 1 to 100. */
    stamps: number[];
}

/** The messages are hidden. */
export type MessagesHidden = Record<string, never>;

/** Forwards messages to other chats, one by one or as one bundle. */
export interface ForwardMessages {
    /** Where they stand. */
    chat: string;
    /** The messages: 1 to 100. Those that are retracted, hidden or not messages are refused. */
    stamps: number[];
    /** Where to: 1 to 10 chats. */
    to: string[];
    /** Whether they become one message that holds them all. */
    merged?: boolean;
    /** Makes the request repeatable. */
    client_id: string;
}

/** The messages are forwarded. */
export interface MessagesForwarded {
    /** What was stored, chat by chat, in the order asked for. */
    sent: MessageSent[];
}

/** Asks for some messages of a chat by their stamps. */
export interface GetMessages {
    /** Where they stand. */
    chat: string;
    /** Their stamps: 1 to 100. */
    stamps: number[];
}

/** Some messages of a chat. */
export interface Messages {
    /** Those that are there, ascending. */
    entries: Entry[];
    /** Whether the answer was full before its end: ask again for those after the last one. */
    has_more: boolean;
}

/** Asks what a message said before it was edited: its author, owners and admins may. */
export interface GetHistory {
    /** Where it stands. */
    chat: string;
    /** The message. */
    stamp: number;
}

/** What a message said before. */
export interface MessageHistory {
    /** The oldest first, without what it says now; at most the last 20. */
    revisions: Revision[];
}

/** What a message said before it was edited. */
export interface Revision {
    /** What it said. */
    content: Content;
    /** Since when it said that, in milliseconds since the Unix epoch. */
    since_ms: number;
}

/** Asks who reacts to a message. */
export interface ListReactions {
    /** Where it stands. */
    chat: string;
    /** The message. */
    stamp: number;
    /** Give those after this member. */
    after?: string;
    /** How many members to give: 1 or more; above the maximum it is clamped. */
    limit: number;
}

/** Who reacts to a message. */
export interface Reactors {
    /** Ordered by id. */
    reactors: Reactor[];
    /** Whether there are more. */
    has_more: boolean;
}

/** All that one member reacts with to a message. */
export interface Reactor {
    /** Who reacts. */
    user: string;
    /** With what. */
    kinds: string[];
}

/** Asks who has read a message, in groups up to `limits.reader_list_members` members. */
export interface ListReaders {
    /** Where it stands. */
    chat: string;
    /** The message. */
    stamp: number;
}

/** Who has read a message. */
export interface Readers {
    /** Marks at or after the message, of members other than its author who do not hide what they read. */
    readers: ReadMark[];
}

/** Asks for a page of a thread: after a stamp, before a stamp, or its newest messages. */
export interface PullThread {
    /** Where it stands. */
    chat: string;
    /** The message it stands under. */
    root: number;
    /** Give the messages right after this stamp. */
    after?: number;
    /** Give the messages right before this stamp. */
    before?: number;
    /** How many to give: 1 or more; above the maximum it is clamped. */
    limit: number;
}

/** A page of a thread. */
export interface ThreadPage {
    /** The message it stands under, with the count of what stands there. */
    root: Entry;
    /** Ascending. Between two of them stand no other messages of the thread. */
    entries: Entry[];
    /** Whether there are more in the direction asked for. */
    has_more: boolean;
}

/** Asks for unread messages that speak to oneself. */
export interface ListMentions {
    /** In which chat. */
    chat: string;
    /** How many to give, the oldest first: 1 or more; above the maximum it is clamped. */
    limit: number;
}

/** Unread messages that speak to oneself. */
export interface Mentions {
    /** Their stamps, ascending. */
    stamps: number[];
}

/** Asks for a page of a chat's timeline: after a stamp, before a stamp, around a stamp, or the newest. Give at most one of `after`, `before` and `around`. */
export interface PullTimeline {
    /** Which chat. */
    chat: string;
    /** Give the entries right after this stamp; 0 gives the oldest still kept. */
    after?: number;
    /** Give the entries right before this stamp. */
    before?: number;
    /** Give the entries on both sides of this stamp, its own included. */
    around?: number;
    /** The life of the timeline that `after` belongs to. */
    epoch?: string;
    /** How many entries to give: 1 or more; above the maximum it is clamped. */
    limit: number;
}

/** A page of a chat's timeline. */
export interface TimelinePage {
    /** Why the reader's cursor is of no use; `entries` is empty then. Drop the cached timeline and pull anew. */
    reset?: Reset;
    /** The life of the timeline. */
    epoch: string;
    /** Entries up to this stamp are not kept, or are hidden from the asking member. */
    floor: number;
    /** Ascending and without a gap. */
    entries: Entry[];
    /** Whether there are more in the direction asked for. */
    has_more: boolean;
}

/** Why a cursor is of no use any more. */
export type Reset =
    /** The timeline was made anew. */
    | "epoch"
    /** Entries after the cursor are no longer kept. */
    | "floor"
    /** The cursor's own entry does not exist: the store lost its newest entries. */
    | "rewound";

/** Asks for a page of a chat's change timeline. Reply: a `LogPage`. */
export interface PullChanges {
    /** Which chat. */
    chat: string;
    /** Give the changes after this stamp; absent gives an empty page with the newest position. */
    after?: number;
    /** The life of the chat that `after` belongs to. */
    epoch?: string;
    /** How many changes to give: 1 or more; above the maximum it is clamped. */
    limit: number;
}

/** A page of a change log, or of a chat's change timeline. */
export interface LogPage {
    /** Why the reader's cursor is of no use; drop what is cached and `sync` without it. */
    reset?: Reset;
    /** The life of the log, or of the chat. */
    epoch: string;
    /** Entries up to this stamp are not kept. */
    floor: number;
    /** Position after this page: the next cursor. */
    next: number;
    /** Ascending and without a gap. */
    entries: LogEntry[];
    /** Whether there are more. */
    has_more: boolean;
}

/** What stands at one stamp of a change log. */
export interface LogEntry {
    /** Its position in the log. */
    stamp: number;
    /** Position of the log entry before it; 0 for the first. */
    prev: number;
    /** Its place in its chat's change timeline, when it is a copy of a change there. */
    place?: ChangePlace;
    /** What changed. */
    change: Change;
}

/** Where a change stands in its chat's change timeline. */
export interface ChangePlace {
    /** Its position there. */
    stamp: number;
    /** Position of the change before it; 0 for the first. A reader whose newest one is another has a gap. */
    prev: number;
}

/** Something that changed what a client may have cached. Clients ignore kinds they do not know. */
export type Change =
    /** Who belongs to a chat. */
    | ({
        kind: "membership";
    } & MembershipChange)
    /** A message was edited, retracted or reacted to. */
    | ({
        kind: "message";
    } & MessageChange)
    /** A message speaks to oneself. */
    | {
        kind: "mention";
        /** Where it stands. */
        chat: string;
        /** The message. */
        stamp: number;
        /** Who wrote it. */
        sender: string;
    }
    /** Messages were hidden for oneself, on this or another device. */
    | {
        kind: "hidden";
        /** Where they stand. */
        chat: string;
        /** The messages. */
        stamps: number[];
    }
    /** One's own draft changed, on this or another device. Only the newest of a chat counts. */
    | {
        kind: "draft";
        /** The chat it is for. */
        chat: string;
        /** The draft; absent when there is none any more. */
        draft?: Draft;
    }
    /** One's own read mark moved, on this or another device. Only the newest of a chat counts. */
    | {
        kind: "read";
        /** The chat that was read. */
        chat: string;
        /** Everything up to here is read. */
        stamp: number;
    }
    /** A chat's title, pins, roles or settings; read the chat again. */
    | {
        kind: "chat";
        /** The chat that changed. */
        chat: string;
    }
    /** One's own profile or settings; read them again. */
    | {
        kind: "account";
    }
    /** One of one's own sessions began or ended. */
    | {
        kind: "session";
        /** The session. */
        session: string;
        /** Whether it lives now. */
        alive: boolean;
    }
    /** A kind written by a newer server, or a record that cannot be read any more. */
    | {
        kind: "unknown";
    };

/** What happened to the members of a chat. */
export type MembershipEvent =
    /** The chat was made with them. */
    | "created"
    /** They were added. */
    | "added"
    /** They were removed. */
    | "removed"
    /** They left. */
    | "left";

/** Who belongs to a chat changed. */
export interface MembershipChange {
    /** The chat concerned. */
    chat: string;
    /** What happened. */
    event: MembershipEvent;
    /** Who did it. */
    actor: string;
    /** Whom it happened to. */
    users: string[];
    /** Version of the membership after it. */
    members_version: number;
}

/** What happened to a message. */
export type MessageEvent =
    /** Its content was replaced. */
    | "edited"
    /** It was taken back. */
    | "retracted"
    /** Somebody reacted to it or took a reaction back. */
    | "reacted";

/** A message was changed. */
export interface MessageChange {
    /** Where it stands. */
    chat: string;
    /** The message. */
    stamp: number;
    /** Its revision after the change. */
    revision: number;
    /** What happened to it. */
    event: MessageEvent;
    /** Who did it. */
    actor: string;
    /** The message as it stands now, at this revision or a later one. Absent when a later change of the same page or push carries it, and when the asking member may not read it any more. */
    entry?: Entry;
}

/** Asks for a page of one's own change log. */
export interface PullLog {
    /** Give the entries after this stamp; absent gives an empty page with the newest position. */
    after?: number;
    /** The life of the log that `after` belongs to. */
    epoch?: string;
    /** How many entries to give: 1 or more; above the maximum it is clamped. */
    limit: number;
}

/** Brings a client up to date in one round trip: its log, its chat list, and the chats it names. */
export interface Sync {
    /** Where the client is in its own change log; absent on first use. */
    log?: LogCursor;
    /** Where the client is in chats it has cached, at most 200. Chats named here that one is no longer in are left out. */
    chats?: ChatCursor[];
    /** Which part of the chat list to give. */
    window?: Window;
}

/** A position up to which a reader has everything. */
export interface LogCursor {
    /** Everything up to this stamp is known. */
    after: number;
    /** The life of the log that `after` belongs to. */
    epoch: string;
}

/** Where a client is in one chat. */
export interface ChatCursor {
    /** Which chat. */
    chat: string;
    /** Everything up to this stamp is known. */
    after: number;
    /** The life of the timeline that `after` belongs to. */
    epoch: string;
    /** Every change up to this stamp is known. */
    changes_after?: number;
    /** The life of the chat that `changes_after` belongs to. */
    changes_epoch?: string;
}

/** What brings a client up to date. */
export interface Synced {
    /** The change log since the client's cursor; without a cursor an empty page with the newest position. */
    log: LogPage;
    /** The window of the chat list, most recently active first, each with what the client lacks of it. */
    chats: SyncedChat[];
    /** Whether the chat list has more below the window. */
    has_more: boolean;
}

/** A chat of a `Synced` reply. */
export interface SyncedChat {
    /** The chat itself. */
    chat: Chat;
    /** Its newest entry the asking member may see. */
    last?: Entry;
    /** Exact number of unread messages of others. */
    unread: number;
    /** Exact number of unread messages that mention the asking member. */
    mentions: number;
    /** How far the asking member has read. */
    read: number;
    /** How far the others have read, in direct chats. */
    reads?: ReadMark[];
    /** What the asking member has begun to write there. */
    draft?: Draft;
    /** What comes after the client's cursor, when it named one for this chat. */
    timeline?: TimelinePage;
    /** Changes after the client's `changes_after`, when it named one for this chat and there are any. */
    changes?: LogPage;
    /** Newest position of the chat's change timeline: the `changes_after` of whoever has read the chat only now. */
    changes_next: number;
}

/** Marks a chat as read up to a stamp. The mark never falls: an older stamp changes nothing. */
export interface MarkRead {
    /** Which chat. */
    chat: string;
    /** Everything up to here is read. Beyond the newest entry: `bad_request`. */
    stamp: number;
}

/** The read mark as it stands now. */
export interface MarkedRead {
    /** Everything up to here is read. */
    stamp: number;
    /** Exact number of unread messages left. */
    unread: number;
}

/** Says that everything up to a stamp has reached a device. Never falls; told to the other person of a direct chat as `delivered`, without effect elsewhere. */
export interface MarkDelivered {
    /** Which chat. */
    chat: string;
    /** Everything up to here has arrived. Beyond the newest entry: `bad_request`. */
    stamp: number;
}

/** The mark as it stands now. */
export interface MarkedDelivered {
    /** Everything up to here has arrived. */
    stamp: number;
}

/** Keeps what one has begun to write in a chat, for all one's devices. An empty text removes it. */
export interface SetDraft {
    /** Which chat. */
    chat: string;
    /** What it says so far: at most 16,384 bytes of UTF-8. */
    text: string;
    /** Stamp of the message it answers. */
    reply_to?: number;
}

/** The draft as it is kept. */
export interface DraftSet {
    /** The draft; absent when there is none. */
    draft?: Draft;
}

/** The error of a reply. */
export interface WireError {
    /** Which error it is. */
    code: ErrorCode;
    /** For people who develop clients; not to be parsed, not to be shown. */
    message: string;
    /** Path of the param at fault. */
    field?: string;
    /** What the client may do next. */
    retry: Retry;
    /** How long to wait before trying again, in milliseconds. */
    retry_after_ms?: number;
    /** What is known of the effect. */
    outcome: Outcome;
}

/** Every error code there is. */
export type ErrorCode =
    /** A param is missing, of the wrong type or out of bounds; `field` names it. */
    | "bad_request"
    /** Not authenticated, or user name, password or token not accepted. */
    | "unauthorized"
    /** Known and visible, but not allowed. */
    | "forbidden"
    /** Absent, or not visible to the one who asks: the two are not told apart. */
    | "not_found"
    /** The client id was used for another request, or the name is taken. */
    | "conflict"
    /** What the request was based on has changed. */
    | "stale"
    /** A param is longer than allowed; `field` names it. */
    | "too_large"
    /** Too many requests; `retry_after_ms` says when to try again. */
    | "rate_limited"
    /** The server has too much to do at the moment. */
    | "overloaded"
    /** The store did not answer in time. */
    | "unavailable"
    /** No such method. */
    | "unknown_method"
    /** A fault of the server. */
    | "internal";

/** What the client may do after an error. */
export type Retry =
    /** The same request will fail again. */
    | "never"
    /** The same request may succeed later. */
    | "later"
    /** Bring the local copy up to date first. */
    | "resync";

/** What is known of the effect of a request that failed. */
export type Outcome =
    /** Nothing was changed. */
    | "none"
    /** It may or may not have taken effect; send it again with the same client id. */
    | "unknown";

/** Why pushes may have been lost. */
export type ResyncReason =
    /** The position check found something newer than what was pushed. */
    | "position"
    /** The store was set back to an older copy and has lost what was pushed: a pull says `reset`. */
    | "rewound"
    /** Hints between gateways were lost. */
    | "hints_lost"
    /** The gateway lost its lease and was not notified for a while. */
    | "lease_lost"
    /** This connection read too slowly, and what waited for it was dropped. */
    | "slow";

/** Why the server closes a connection. */
export type ByeReason =
    /** The server stops or restarts. */
    | "shutdown"
    /** The session was ended by its owner, by a change of password or by an administrator. */
    | "session_ended"
    /** This connection read too slowly. */
    | "slow";

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
    "chat.role": { params: SetRole; ok: RoleSet };
    "message.send": { params: SendMessage; ok: MessageSent };
    "message.edit": { params: EditMessage; ok: MessageChanged };
    "message.retract": { params: RetractMessage; ok: MessageChanged };
    "message.react": { params: ReactToMessage; ok: MessageChanged };
    "message.pin": { params: PinMessage; ok: MessagesPinned };
    "message.hide": { params: HideMessages; ok: MessagesHidden };
    "message.forward": { params: ForwardMessages; ok: MessagesForwarded };
    "message.get": { params: GetMessages; ok: Messages };
    "message.history": { params: GetHistory; ok: MessageHistory };
    "message.reactions": { params: ListReactions; ok: Reactors };
    "message.readers": { params: ListReaders; ok: Readers };
    "thread.pull": { params: PullThread; ok: ThreadPage };
    "mention.list": { params: ListMentions; ok: Mentions };
    "timeline.pull": { params: PullTimeline; ok: TimelinePage };
    "changes.pull": { params: PullChanges; ok: LogPage };
    "log.pull": { params: PullLog; ok: LogPage };
    "sync": { params: Sync; ok: Synced };
    "read.mark": { params: MarkRead; ok: MarkedRead };
    "delivered.mark": { params: MarkDelivered; ok: MarkedDelivered };
    "draft.set": { params: SetDraft; ok: DraftSet };
}

/** What the server sends unasked. Clients ignore kinds they do not know. */
export type Push =
    /** A new entry in a chat. When `entry.prev` is not the newest stamp one has: pull. */
    | {
        push: "entry";
        data: {
            /** The chat it belongs to. */
            chat: string;
            /** The life of the chat's timeline. */
            epoch: string;
            /** The entry itself. */
            entry: Entry;
        };
    }
    /** A new entry in one's own change log. When `entry.prev` is not the newest stamp one has: pull the log. */
    | {
        push: "change";
        data: {
            /** The life of the log. */
            epoch: string;
            /** The log entry itself. */
            entry: LogEntry;
        };
    }
    /** A new change in a chat's change timeline, unless it comes through one's own log. When `entry.prev` is not the newest change one has of that chat: pull its changes. */
    | {
        push: "changed";
        data: {
            /** The chat it belongs to. */
            chat: string;
            /** The life of the chat. */
            epoch: string;
            /** The change itself. */
            entry: LogEntry;
        };
    }
    /** Everything up to a stamp has reached a device of the other person of a direct chat. */
    | {
        push: "delivered";
        data: {
            /** The chat. */
            chat: string;
            /** Whom it has reached. */
            user: string;
            /** Everything up to here has arrived. */
            stamp: number;
        };
    }
    /** Somebody in a direct chat, or in a small group, has read up to a stamp. */
    | {
        push: "read";
        data: {
            /** The chat that was read. */
            chat: string;
            /** Who read it. */
            user: string;
            /** Everything up to here is read. */
            stamp: number;
        };
    }
    /** Pushes may have been lost: pull. */
    | {
        push: "resync";
        data: {
            /** Why. */
            reason: ResyncReason;
            /** The only chat concerned; absent when everything is. */
            chat?: string;
        };
    }
    /** The server closes this connection next. */
    | {
        push: "bye";
        data: {
            /** Why. */
            reason: ByeReason;
            /** Whether to connect again. */
            reconnect: boolean;
            /** How long to wait before that, in milliseconds. */
            after_ms: number;
        };
    };

/** Why the server closes a connection: WebSocket close codes. */
export const CLOSE_CODES = {
    /** Do this: connect again after the hint of `bye`. */
    going_away: 1001,
    /** Do this: mend the client; the envelope was not understood. */
    protocol: 1002,
    /** Do this: mend the client; text frames are UTF-8. */
    not_utf8: 1007,
    /** Do this: send less; connect again with back-off. */
    policy: 1008,
    /** Do this: mend the client; see `server.info` for limits. */
    too_large: 1009,
    /** Do this: authenticate sooner. */
    handshake_timeout: 4001,
    /** Do this: erase what is kept and log in anew. */
    session_ended: 4002,
    /** Do this: connect again. */
    dead: 4003,
    /** Do this: connect again and pull. */
    too_slow: 4004,
} as const;
