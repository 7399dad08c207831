/** A client that does nothing by itself, for tests of the stores. */

import { vi } from "vitest";
import type { Account, ChatState, ClientChange, Connection, CurlewClient, ServerInfo, ThreadView, TimelineItem, TimelineView } from "@curlew/sdk";

export function item(stamp: number, sender = "u1", more: Partial<TimelineItem> = {}): TimelineItem {
    return { key: `s${stamp}`, stamp, kind: "message", sender, content: { type: "text", text: "hello" }, replyTo: null, thread: null, replies: null, mentions: [], mentionAll: false, mentionsMe: false, forwarded: null, reactions: [], sentAtMs: stamp / 1000, sendState: "sent", error: null, edited: false, retracted: false, hidden: false, pinned: false, pending: [], ...more };
}

export function chatState(more: Partial<ChatState> = {}): ChatState {
    return { id: "c1", kind: "group", title: "Group", peer: null, role: "member", memberCount: 2, membersVersion: 1, last: null, unread: 0, mentions: 0, read: 0, peerRead: 0, peerDelivered: 0, draft: "", draftReplyTo: null, pins: [], expireAfterS: null, activeAtMs: 0, ...more };
}

export class FakeView implements TimelineView {
    items: readonly TimelineItem[] = [];
    hasOlder = false;
    hasNewer = false;
    loading: TimelineView["loading"] = "none";
    firstUnread: number | null = null;
    loadOlder = vi.fn(async () => undefined);
    loadNewer = vi.fn(async () => undefined);
    jumpTo = vi.fn(async (_: number) => undefined);
    jumpToFirstUnread = vi.fn(async () => undefined);
    jumpToLatest = vi.fn(async () => undefined);
    close = vi.fn();

    constructor(readonly chat: string) {}
}

export const SERVER: ServerInfo = {
    name: "curlew",
    version: "0.1.0",
    features: [],
    registration: "open",
    time_us: 0,
    limits: { frame_bytes: 65_536, text_bytes: 100, page: 200, group_members: 10, members_per_request: 100, requests_in_flight: 32, sends_per_second: 5, sends_burst: 20, edit_window_s: 172_800, retract_window_s: 172_800, reader_list_members: 50, ping_ms: 30_000 },
};

export const ACCOUNT: Account = { id: "u0", username: "ada", display_name: "Ada", created_ms: 0, admin: false };

export class FakeClient implements CurlewClient {
    connection: Connection = { state: "online" };
    account: Account | null = ACCOUNT;
    sessionId = "s1";
    server: ServerInfo | null = SERVER;
    hasMoreChats = false;
    rows: ChatState[] = [];
    view = new FakeView("c1");
    private listener: (change: ClientChange) => void = () => undefined;

    start = vi.fn(async () => undefined);
    stop = vi.fn(async () => undefined);
    serverInfo = vi.fn(async () => SERVER);
    register = vi.fn(async () => undefined);
    login = vi.fn(async () => undefined);
    logout = vi.fn(async () => undefined);
    changePassword = vi.fn(async () => ({ ended: 2 }));
    sessions = vi.fn(async () => []);
    endSession = vi.fn(async () => undefined);
    updateProfile = vi.fn(async () => undefined);
    findUser = vi.fn(async () => null);
    loadMoreChats = vi.fn(async () => undefined);
    createDirect = vi.fn(async () => "c2");
    createGroup = vi.fn(async () => "c3");
    renameGroup = vi.fn(async () => undefined);
    addMembers = vi.fn(async () => undefined);
    removeMember = vi.fn(async () => undefined);
    leaveChat = vi.fn(async () => undefined);
    setRole = vi.fn(async () => undefined);
    setExpiry = vi.fn(async () => undefined);
    members = vi.fn(async () => []);
    mentions = vi.fn(async () => []);
    readers = vi.fn(async () => []);
    reactors = vi.fn(async () => []);
    history = vi.fn(async () => []);
    edit = vi.fn();
    retract = vi.fn();
    react = vi.fn();
    pin = vi.fn();
    hide = vi.fn();
    forward = vi.fn();
    send = vi.fn();
    retry = vi.fn();
    discard = vi.fn();
    markRead = vi.fn();
    setDraft = vi.fn((chat: string, draft: string) => {
        this.rows = this.rows.map((row) => (row.id === chat ? { ...row, draft } : row));
    });

    subscribe(listener: (change: ClientChange) => void): () => void {
        this.listener = listener;
        return () => undefined;
    }

    emit(change: ClientChange): void {
        this.listener(change);
    }

    user(): null {
        return null;
    }

    chats(): readonly ChatState[] {
        return this.rows;
    }

    chat(id: string): ChatState | null {
        return this.rows.find((row) => row.id === id) ?? null;
    }

    open(): TimelineView {
        return this.view;
    }

    openThread(chat: string, root: number): ThreadView {
        return { chat, root, rootItem: null, items: [], hasOlder: false, loading: "none", loadOlder: vi.fn(), close: vi.fn() };
    }

    message(): TimelineItem | null {
        return null;
    }
}
