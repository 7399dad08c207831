/** A client without a server: invented data, real behaviour. For development, pictures and visual tests only. */

import { ClientError, type Account, type ChatState, type ClientChange, type Connection, type CurlewClient, type ForwardOptions, type Member, type Reactor, type ReadMark, type Revision, type Role, type SendOptions, type ServerInfo, type Session, type ThreadView, type TimelineItem, type TimelineView, type User } from "@curlew/sdk";
import * as deeds from "./deeds";
import { listed, message, note } from "./history";
import { PEOPLE, person } from "./people";
import { DemoThread } from "./thread";
import { DemoView } from "./view";
import { untouched, world, type DemoChat } from "./world";

const DAY = 86_400_000;

function pause(ms: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, ms));
}

function refusal(code: ClientError["code"], field: string | null = null): ClientError {
    const retryAfterMs = code === "rate_limited" ? 30_000 : null;
    return new ClientError(code, code, field, retryAfterMs);
}

/** Plays the part of the protocol client. */
export class DemoClient implements CurlewClient {
    connection: Connection = { state: "online" };
    account: Account | null = { ...person(0), admin: true };
    sessionId: string | null = "s1";
    readonly server: ServerInfo;
    readonly hasMoreChats = false;
    private readonly listeners = new Set<(change: ClientChange) => void>();
    private readonly views = new Set<DemoView>();
    private readonly threads = new Set<DemoThread>();
    private rows: DemoChat[] = [];
    private ended = new Set<string>();
    private count = 0;

    /** @param scene what to show: see `screens.mjs`. */
    constructor(private readonly scene: string) {
        const registration = scene === "invite" ? "invite" : scene === "closed" ? "closed" : "open";
        const limits = { frame_bytes: 65_536, text_bytes: 16_384, page: 200, group_members: 10_000, members_per_request: 100, requests_in_flight: 32, sends_per_second: 5, sends_burst: 20, edit_window_s: 172_800, retract_window_s: 172_800, reader_list_members: 50, ping_ms: 30_000 };
        this.server = { name: "curlew", version: "0.1.0", features: [], registration, time_us: Date.now() * 1000, limits };
        if (["signin", "invite", "closed", "unreachable"].includes(scene)) this.account = null;
        if (scene !== "empty") this.rows = world(Date.now());
        if (scene === "offline") this.connection = { state: "offline" };
        if (scene === "waiting") this.connection = { state: "waiting", retryAtMs: Date.now() + 45_000 };
        if (scene === "connecting") this.connection = { state: "connecting" };
    }

    async start(): Promise<void> {
        if (this.scene === "starting") await new Promise(() => undefined);
        if (this.scene === "broken") throw refusal("internal");
        await pause(10);
    }

    async stop(): Promise<void> {}

    subscribe(listener: (change: ClientChange) => void): () => void {
        this.listeners.add(listener);
        return () => this.listeners.delete(listener);
    }

    async serverInfo(): Promise<ServerInfo> {
        await pause(60);
        if (this.scene === "unreachable") throw refusal("offline");
        return this.server;
    }

    async register(p: { username: string; password: string; displayName?: string; invite?: string }): Promise<void> {
        await pause(400);
        if (PEOPLE.some((user) => user.username === p.username)) throw refusal("conflict", "username");
        if (p.password === "password") throw refusal("bad_request", "password");
        if (p.invite === "wrong") throw refusal("forbidden", "invite");
        this.account = { ...person(0), username: p.username, display_name: p.displayName ?? p.username };
        this.emit({ type: "account" });
    }

    async login(p: { username: string; password: string }): Promise<void> {
        await pause(400);
        if (p.password === "wrong") throw refusal("unauthorized");
        if (p.password === "often") throw refusal("rate_limited");
        this.account = { ...person(0), admin: true };
        this.emit({ type: "account" });
    }

    async logout(): Promise<void> {
        await pause(200);
        this.account = null;
        this.rows = [];
        this.emit({ type: "signedOut", reason: "logout" });
    }

    async changePassword(old: string): Promise<{ ended: number }> {
        await pause(400);
        if (old === "wrong") throw refusal("unauthorized", "old");
        return { ended: 2 };
    }

    async sessions(): Promise<Session[]> {
        await pause(this.scene === "slow" ? 60_000 : 150);
        if (this.scene === "offline") throw refusal("offline");
        const now = Date.now();
        const session = (id: string, name: string, platform: string, seenMs: number, createdMs: number): Session => ({ id, device: { name, platform }, created_ms: now - createdMs, seen_ms: now - seenMs, expires_ms: now + 60 * DAY, current: id === "s1" });
        const all = [session("s1", "Chromium on Linux", "web", 0, 3 * DAY), session("s2", "Safari on iPhone", "ios", 42 * 60_000, 40 * DAY), session("s3", "Firefox on Windows", "web", 9 * DAY, 120 * DAY)];
        return all.filter(({ id }) => !this.ended.has(id));
    }

    async endSession(id: string): Promise<void> {
        await pause(300);
        this.ended.add(id);
    }

    async updateProfile(p: { displayName?: string; hideReads?: boolean }): Promise<void> {
        await pause(300);
        const { account } = this;
        if (account) {
            const { displayName = account.display_name, hideReads = account.hide_reads } = p;
            this.account = { ...account, display_name: displayName, hide_reads: hideReads ?? false };
        }
        this.emit({ type: "account" });
    }

    user(id: string): User | null {
        return id === this.account?.id ? this.account : (PEOPLE.find((user) => user.id === id) ?? null);
    }

    async findUser(username: string): Promise<User | null> {
        await pause(250);
        if (this.scene === "offline") throw refusal("offline");
        return PEOPLE.find((user) => user.username === username) ?? null;
    }

    chats(): readonly ChatState[] {
        return this.rows.map((row) => row.state).sort((a, b) => b.activeAtMs - a.activeAtMs);
    }

    chat(id: string): ChatState | null {
        return this.row(id)?.state ?? null;
    }

    async loadMoreChats(): Promise<void> {}

    async createDirect(user: string): Promise<string> {
        await pause(200);
        const known = this.rows.find((row) => row.state.peer?.id === user);
        if (known) return known.state.id;
        const peer = this.user(user);
        return this.create({ kind: "direct", peer, memberCount: 2 }, [0, Number(user.slice(1))]);
    }

    async createGroup(title: string, users: string[]): Promise<string> {
        await pause(300);
        const id = this.create({ kind: "group", title, role: "owner", memberCount: users.length + 1 }, [0, ...users.map((user) => Number(user.slice(1)))]);
        this.row(id)?.added.push(note(Date.now() * 1000, { event: "created", actor: "u0" }), note(Date.now() * 1000 + 1, { event: "added", actor: "u0", users }));
        return id;
    }

    async renameGroup(chat: string, title: string): Promise<void> {
        await pause(300);
        this.change(chat, { title });
        this.append(chat, note(Date.now() * 1000, { event: "renamed", actor: "u0", title }));
    }

    async addMembers(chat: string, users: string[]): Promise<void> {
        await pause(300);
        this.row(chat)?.members.push(...users.map((user) => Number(user.slice(1))));
        this.change(chat, { memberCount: this.row(chat)?.members.length ?? 0 });
        this.append(chat, note(Date.now() * 1000, { event: "added", actor: "u0", users }));
    }

    async removeMember(chat: string, user: string): Promise<void> {
        await pause(300);
        const row = this.row(chat);
        if (row) row.members = row.members.filter((index) => `u${index}` !== user);
        this.change(chat, { memberCount: row?.members.length ?? 0 });
        this.append(chat, note(Date.now() * 1000, { event: "removed", actor: "u0", users: [user] }));
    }

    async leaveChat(chat: string): Promise<void> {
        await pause(300);
        this.rows = this.rows.filter((row) => row.state.id !== chat);
        this.emit({ type: "chats", ids: [chat] });
    }

    async members(chat: string): Promise<Member[]> {
        await pause(150);
        if (this.scene === "offline") throw refusal("offline");
        const row = this.row(chat);
        const owner = row?.state.role === "owner" ? 0 : row?.members[1];
        const role = (index: number) => (index === owner ? "owner" : row?.admins.includes(index) ? "admin" : "member");
        return (row?.members ?? []).map((index) => ({ user: person(index), role: role(index), since: 0 }));
    }

    async setRole(chat: string, user: string, role: Role): Promise<void> {
        await pause(200);
        const row = this.row(chat);
        const index = Number(user.slice(1));
        if (row) row.admins = [...row.admins.filter((admin) => admin !== index), ...(role === "admin" ? [index] : [])];
    }

    async setExpiry(chat: string, expireAfterS: number | null): Promise<void> {
        await pause(200);
        this.change(chat, { expireAfterS });
    }

    async mentions(chat: string): Promise<number[]> {
        const row = this.row(chat);
        const { read = 0 } = row?.state ?? {};
        const stamps: number[] = [];
        for (let index = Math.max(0, (row?.history.length ?? 0) - 240); row && index < row.history.length; index++) {
            const item = row.history.at(index);
            if ((item.stamp ?? 0) > read && (item.mentionsMe || index % 97 === 0)) stamps.push(item.stamp ?? 0);
        }
        return stamps;
    }

    async readers(chat: string, stamp: number): Promise<ReadMark[]> {
        await pause(150);
        return deeds.readers(this.known(chat), stamp);
    }

    async reactors(chat: string, stamp: number): Promise<Reactor[]> {
        await pause(150);
        return deeds.reactors(this.message(chat, stamp));
    }

    async history(chat: string, stamp: number): Promise<Revision[]> {
        await pause(150);
        return deeds.revisions(this.known(chat), stamp);
    }

    openThread(chat: string, root: number): ThreadView {
        const view = new DemoThread(chat, root, this.row(chat) ?? null, () => this.emit({ type: "thread", chat, root }), () => this.threads.delete(view));
        this.threads.add(view);
        return view;
    }

    message(chat: string, stamp: number): TimelineItem | null {
        const row = this.row(chat);
        return row ? deeds.at(row, stamp) : null;
    }

    edit(chat: string, stamp: number, text: string, mentions: string[] = []): void {
        deeds.edit(this.known(chat), stamp, text, mentions);
        this.refresh(chat);
    }

    retract(chat: string, stamp: number): void {
        this.alter(chat, stamp, deeds.retract);
    }

    react(chat: string, stamp: number, reaction: string, on: boolean): void {
        this.alter(chat, stamp, (item) => deeds.react(item, reaction, on));
    }

    pin(chat: string, stamp: number, pinned: boolean): void {
        const others = this.known(chat).state.pins.filter((pin) => pin !== stamp);
        this.change(chat, { pins: pinned ? [stamp, ...others] : others });
        if (pinned) this.append(chat, note(Date.now() * 1000, { event: "pinned", actor: "u0", stamp }));
    }

    hide(chat: string, stamps: readonly number[]): void {
        for (const stamp of stamps) this.alter(chat, stamp, () => null);
    }

    forward({ chat, stamps, to, merged }: ForwardOptions): void {
        const items = stamps.flatMap((stamp) => this.message(chat, stamp) ?? []);
        for (const target of to) {
            const stamp = Date.now() * 1000;
            if (merged) this.append(target, message(stamp, "u0", "", { content: deeds.bundle(this.known(chat).state.title, items) }));
            else items.forEach((item, index) => this.append(target, message(stamp + index, "u0", "", { content: item.content, forwarded: item.forwarded ?? { sender: item.sender ?? "u0", stamp: item.stamp ?? 0 } })));
        }
    }

    open(chat: string): TimelineView {
        const row = this.row(chat);
        const view = new DemoView(chat, row ?? null, this.scene === "slow", () => this.emit({ type: "timeline", chat }), () => this.views.delete(view));
        this.views.add(view);
        return view;
    }

    send(chat: string, text: string, options: SendOptions = {}): void {
        const now = Date.now();
        const { replyTo = null, thread = null, mentions = [], mentionAll = false } = options;
        const item: TimelineItem = { ...message(now * 1000, "u0", text), key: `c${++this.count}`, stamp: null, sentAtMs: now, sendState: "sending", replyTo, thread, mentions, mentionAll };
        this.append(chat, item);
        if (this.connection.state === "online") setTimeout(() => this.deliver(chat, item), 350);
    }

    retry(chat: string, key: string): void {
        const item = this.row(chat)?.added.find((one) => one.key === key);
        if (!item) return;
        this.swap(chat, { ...item, sendState: "sending", error: null });
        setTimeout(() => this.deliver(chat, item), 600);
    }

    discard(chat: string, key: string): void {
        const row = this.row(chat);
        if (row) row.added = row.added.filter((item) => item.key !== key);
        this.refresh(chat);
    }

    markRead(chat: string, stamp: number): void {
        this.change(chat, { read: stamp, unread: 0, mentions: 0 });
    }

    setDraft(chat: string, text: string, replyTo: number | null = null): void {
        this.change(chat, { draft: text, draftReplyTo: replyTo });
    }

    private deliver(chat: string, item: TimelineItem): void {
        this.swap(chat, { ...item, stamp: Date.now() * 1000, sendState: "sent", error: null });
        const peer = this.row(chat)?.state.peer;
        if (!peer || peer.id === "u0") return;
        setTimeout(() => this.change(chat, { peerDelivered: Date.now() * 1000 }), 300);
        setTimeout(() => this.change(chat, { peerRead: Date.now() * 1000 }), 900);
        setTimeout(() => this.append(chat, message(Date.now() * 1000, peer.id, "Got it!")), 1800);
    }

    private create(fields: Partial<ChatState>, members: number[]): string {
        const id = `n${++this.count}`;
        const state: ChatState = { id, kind: "direct", title: null, peer: null, role: "member", memberCount: 1, membersVersion: 1, last: null, unread: 0, mentions: 0, read: 0, peerRead: 0, peerDelivered: 0, draft: "", draftReplyTo: null, pins: [], expireAfterS: null, activeAtMs: Date.now(), ...fields };
        this.rows.push({ state, history: listed([]), members, ...untouched() });
        this.emit({ type: "chats", ids: [id] });
        return id;
    }

    private append(chat: string, item: TimelineItem): void {
        this.row(chat)?.added.push(item);
        this.refresh(chat);
    }

    private swap(chat: string, item: TimelineItem): void {
        const row = this.row(chat);
        if (row) row.added = row.added.map((one) => (one.key === item.key ? item : one));
        this.refresh(chat);
    }

    private alter(chat: string, stamp: number, become: (item: TimelineItem) => TimelineItem | null): void {
        deeds.alter(this.known(chat), stamp, become);
        this.refresh(chat);
    }

    private known(chat: string): DemoChat {
        const row = this.row(chat);
        if (!row) throw refusal("not_found");
        return row;
    }

    private refresh(chat: string): void {
        for (const view of [...this.views, ...this.threads]) if (view.chat === chat) view.refresh();
        for (const { root } of this.threads) this.emit({ type: "thread", chat, root });
        const last = this.row(chat)?.added.at(-1);
        this.change(chat, last ? { last, activeAtMs: last.sentAtMs } : {});
        this.emit({ type: "timeline", chat });
    }

    private change(chat: string, fields: Partial<ChatState>): void {
        const row = this.row(chat);
        if (row) row.state = { ...row.state, ...fields };
        this.emit({ type: "chats", ids: [chat] });
    }

    private row(id: string): DemoChat | undefined {
        return this.rows.find((row) => row.state.id === id);
    }

    private emit(change: ClientChange): void {
        for (const listener of [...this.listeners]) listener(change);
    }
}
