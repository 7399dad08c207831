/** The client of one tab: what is kept, in memory; changes as they come; commands passed on to the leading tab. */

import type {
    ChatState,
    ClientChange,
    Connection,
    CurlewClient,
    ForwardOptions,
    SendOptions,
    TimelineItem,
} from "../client";
import { Host } from "../engine/host";
import { Mirror } from "../mirror";
import type { Notice } from "../notice";
import { newClientId, type Platform } from "../platform";
import type { Account, Member, Reactor, ReadMark, Revision, Role, ServerInfo, Session, User, WireError } from "../protocol.generated";
import type { Action, ActionRecord, Changes } from "../store/records";
import { Store } from "../store/store";
import { Cited } from "./cited";
import { Drafts } from "./drafts";
import { chatState } from "./rows";
import { Tabs } from "./tabs";
import { Thread } from "./thread";
import { Timeline } from "./timeline";
import { Unsent } from "./unsent";

/** What a client is made with. */
export interface TabClientOptions {
    readonly url: string;
    readonly storageName: string;
    readonly device: { readonly name: string; readonly platform: string };
}

/** Whom one has not seen for a day may have another name. */
const USER_FRESH_MS = 24 * 60 * 60 * 1000;

/** {@link CurlewClient} over a store shared by all tabs. */
export class TabClient implements CurlewClient {
    readonly #platform: Platform;
    readonly #options: TabClientOptions;
    readonly #mirror = new Mirror();
    readonly #listeners = new Set<(change: ClientChange) => void>();
    readonly #timelines = new Set<Timeline>();
    readonly #threads = new Set<Thread>();
    readonly #cited: Cited;
    readonly #rows = new Map<string, ChatState>();
    readonly #wanted = new Set<string>();
    #sorted: readonly ChatState[] | null = null;
    #store: Store | null = null;
    #tabs: Tabs | null = null;
    #drafts: Drafts | null = null;
    #unsent: Unsent | null = null;
    #early: Notice[] | null = [];
    #connection: Connection = { state: "offline" };

    constructor(platform: Platform, options: TabClientOptions) {
        this.#platform = platform;
        this.#options = options;
        this.#cited = new Cited({
            store: () => this.#opened,
            mirror: this.#mirror,
            fetch: (chat, stamps) => this.#running.call("fetchMessages", chat, stamps),
            changed: (chat, stamps) => this.#emit({ type: "messages", chat, stamps }),
        });
    }

    get connection(): Connection {
        return this.#connection;
    }

    get account(): Account | null {
        return this.#mirror.session?.account ?? null;
    }

    get sessionId(): string | null {
        return this.#mirror.session?.id ?? null;
    }

    get server(): ServerInfo | null {
        return this.#mirror.session?.server ?? null;
    }

    get hasMoreChats(): boolean {
        return this.#mirror.hasMoreChats;
    }

    async start(): Promise<void> {
        const store = await Store.open(this.#platform.indexedDB, this.#options.storageName);
        this.#store = store;
        // News are listened to before the store is read, so that nothing falls between the two.
        this.#tabs = new Tabs(this.#platform, this.#options.storageName, {
            heard: (notice) => this.#heard(notice),
            lead: () => this.#lead(store),
        });
        const tell = (notice: Notice): void => this.#tabs?.tell(notice);
        this.#drafts = new Drafts(this.#platform, store, this.#mirror, tell);
        this.#unsent = new Unsent(this.#platform, store, this.#mirror, tell, (chats) => this.#outboxChanged(chats));
        this.#mirror.load(await store.load());
        const early = this.#early ?? [];
        this.#early = null;
        for (const notice of early) this.#heard(notice);
        this.#tabs.start();
    }

    async stop(): Promise<void> {
        await this.#drafts?.keepAll();
        for (const view of [...this.#timelines, ...this.#threads]) view.close();
        this.#tabs?.stop();
        this.#store?.close();
        this.#listeners.clear();
    }

    subscribe(listener: (change: ClientChange) => void): () => void {
        this.#listeners.add(listener);
        return () => this.#listeners.delete(listener);
    }

    serverInfo(): Promise<ServerInfo> {
        return this.#running.call("serverInfo");
    }

    register(p: { username: string; password: string; displayName?: string; invite?: string }): Promise<void> {
        const { username, password, displayName, invite } = p;
        const optional = { ...(displayName && { display_name: displayName }), ...(invite && { invite }) };
        return this.#running.call("register", { username, password, ...optional });
    }

    login(p: { username: string; password: string }): Promise<void> {
        return this.#running.call("login", { username: p.username, password: p.password });
    }

    logout(): Promise<void> {
        return this.#running.call("logout");
    }

    changePassword(old: string, next: string): Promise<{ ended: number }> {
        return this.#running.call("changePassword", old, next);
    }

    sessions(): Promise<Session[]> {
        return this.#running.call("sessions");
    }

    endSession(id: string): Promise<void> {
        return this.#running.call("endSession", id);
    }

    updateProfile(p: { displayName?: string; hideReads?: boolean }): Promise<void> {
        const { displayName, hideReads } = p;
        return this.#running.call("updateProfile", {
            ...(displayName !== undefined && { display_name: displayName }),
            ...(hideReads !== undefined && { hide_reads: hideReads }),
        });
    }

    user(id: string): User | null {
        const known = this.#mirror.users.get(id);
        const isFresh = known && this.#platform.clock.now() - known.fetchedMs < USER_FRESH_MS;
        if (!isFresh) this.#want(id);
        return known?.user ?? null;
    }

    findUser(username: string): Promise<User | null> {
        return this.#running.call("findUser", username);
    }

    chats(): readonly ChatState[] {
        this.#sorted ??= [...this.#mirror.chats.keys()]
            .flatMap((id) => this.chat(id) ?? [])
            .sort((a, b) => b.activeAtMs - a.activeAtMs || (a.id < b.id ? -1 : 1));
        return this.#sorted;
    }

    chat(id: string): ChatState | null {
        const record = this.#mirror.chats.get(id);
        if (!record) return null;
        const row = this.#rows.get(id) ?? chatState(record, this.#mirror);
        this.#rows.set(id, row);
        return row;
    }

    loadMoreChats(): Promise<void> {
        return this.#running.call("loadMoreChats");
    }

    createDirect(user: string): Promise<string> {
        const client_id = newClientId(this.#platform);
        return this.#running.call("createChat", { kind: "direct", members: [user], client_id });
    }

    createGroup(title: string, users: string[]): Promise<string> {
        const client_id = newClientId(this.#platform);
        return this.#running.call("createChat", { kind: "group", title, members: users, client_id });
    }

    renameGroup(chat: string, title: string): Promise<void> {
        return this.#running.call("updateChat", { chat, title, client_id: newClientId(this.#platform) });
    }

    addMembers(chat: string, users: string[]): Promise<void> {
        return this.#running.call("addMembers", { chat, users, client_id: newClientId(this.#platform) });
    }

    removeMember(chat: string, user: string): Promise<void> {
        return this.#running.call("removeMember", { chat, user, client_id: newClientId(this.#platform) });
    }

    leaveChat(chat: string): Promise<void> {
        return this.#running.call("leaveChat", { chat, client_id: newClientId(this.#platform) });
    }

    setRole(chat: string, user: string, role: Role): Promise<void> {
        return this.#running.call("setRole", { chat, user, role, client_id: newClientId(this.#platform) });
    }

    setExpiry(chat: string, expireAfterS: number | null): Promise<void> {
        const client_id = newClientId(this.#platform);
        return this.#running.call("updateChat", { chat, expire_after_s: expireAfterS ?? 0, client_id });
    }

    members(chat: string): Promise<Member[]> {
        return this.#running.call("members", chat);
    }

    mentions(chat: string): Promise<number[]> {
        return this.#running.call("mentions", chat);
    }

    readers(chat: string, stamp: number): Promise<ReadMark[]> {
        return this.#running.call("readers", chat, stamp);
    }

    reactors(chat: string, stamp: number): Promise<Reactor[]> {
        return this.#running.call("reactors", chat, stamp);
    }

    history(chat: string, stamp: number): Promise<Revision[]> {
        return this.#running.call("history", chat, stamp);
    }

    open(chat: string): Timeline {
        const timeline = new Timeline(
            {
                store: () => this.#opened,
                mirror: this.#mirror,
                commands: {
                    older: (id, end) => this.#running.call("older", id, end),
                    newer: (id, start) => this.#running.call("newer", id, start),
                    around: (id, stamp) => this.#running.call("around", id, stamp),
                    latest: (id) => this.#running.call("latest", id),
                },
                changed: (id) => this.#emit({ type: "timeline", chat: id }),
                closed: (closed) => this.#timelines.delete(closed),
            },
            chat,
        );
        this.#timelines.add(timeline);
        return timeline;
    }

    openThread(chat: string, root: number): Thread {
        const thread = new Thread(
            {
                store: () => this.#opened,
                mirror: this.#mirror,
                pull: (...page) => this.#running.call("thread", ...page),
                changed: () => this.#emit({ type: "thread", chat, root }),
                closed: (closed) => this.#threads.delete(closed),
            },
            chat,
            root,
        );
        this.#threads.add(thread);
        return thread;
    }

    message(chat: string, stamp: number): TimelineItem | null {
        return this.#cited.get(chat, stamp);
    }

    send(chat: string, text: string, options: SendOptions = {}): void {
        void this.#unsent?.add(chat, { type: "text", text }, options);
    }

    edit(chat: string, stamp: number, text: string, mentions: string[] = []): void {
        this.#act(chat, { kind: "edit", stamp, content: { type: "text", text }, mentions });
    }

    retract(chat: string, stamp: number): void {
        this.#act(chat, { kind: "retract", stamp });
    }

    react(chat: string, stamp: number, reaction: string, on: boolean): void {
        this.#act(chat, { kind: "react", stamp, reaction, on });
    }

    pin(chat: string, stamp: number, pinned: boolean): void {
        this.#act(chat, { kind: "pin", stamp, pinned });
    }

    hide(chat: string, stamps: readonly number[]): void {
        this.#act(chat, { kind: "hide", stamps });
    }

    forward(p: ForwardOptions): void {
        void this.#unsent?.forward(p);
    }

    retry(chat: string, key: string): void {
        void this.#unsent?.retry(chat, key);
    }

    discard(chat: string, key: string): void {
        void this.#unsent?.discard(chat, key);
    }

    markRead(chat: string, stamp: number): void {
        if (stamp <= (this.#mirror.chats.get(chat)?.read ?? 0)) return;
        this.#running.call("markRead", chat, stamp).catch(() => {
            // Signed out meanwhile, or no tab leads: the mark moves the next time the chat is looked at.
        });
    }

    setDraft(chat: string, text: string, replyTo: number | null = null): void {
        if (this.#drafts?.set(chat, text, replyTo)) this.#rowsChanged([chat]);
    }

    #act(chat: string, action: Action): void {
        void this.#unsent?.act(chat, action);
    }

    get #running(): Tabs {
        if (!this.#tabs) throw new Error("start() comes first");
        return this.#tabs;
    }

    get #opened(): Store {
        if (!this.#store) throw new Error("start() comes first");
        return this.#store;
    }

    #lead(store: Store): Host {
        return new Host({
            platform: this.#platform,
            store,
            mirror: this.#mirror,
            url: this.#options.url,
            device: this.#options.device,
            notify: (notice) => this.#tabs?.tell(notice),
        });
    }

    #heard(notice: Notice): void {
        if (this.#early) {
            this.#early.push(notice);
            return;
        }
        const before = [...this.#mirror.chats.keys()];
        const news = notice.kind === "data" && this.#drafts ? { ...notice, changes: this.#drafts.withoutWritten(notice.changes) } : notice;
        this.#mirror.apply(news);
        switch (news.kind) {
            case "connection":
                this.#connection = news.connection;
                if (news.connection.state === "online") this.#connected();
                return this.#emit({ type: "connection" });
            case "session":
                return this.#emit({ type: "account" });
            case "sessions":
                return this.#emit({ type: "sessions" });
            case "reads":
                return this.#emit({ type: "reads", chat: news.chat });
            case "refused":
                return this.#emit(refusal(news.action, news.error));
            case "signedOut":
                this.#signedOut();
                this.#rowsChanged(before);
                return this.#emit({ type: "signedOut", reason: news.reason });
            case "hasMoreChats":
                return this.#rowsChanged([]);
            case "data":
                this.#dataChanged(news.changes);
        }
    }

    #dataChanged(changes: Changes): void {
        for (const view of [...this.#timelines, ...this.#threads, this.#cited]) view.apply(changes);
        const peers = new Set(changes.users.map((user) => user.id));
        const ofPeers = [...this.#mirror.chats.values()].filter((record) => peers.has(record.chat.peer?.id ?? ""));
        const ids = [...changes.chats.map((chat) => chat.id), ...changes.removed, ...ofPeers.map((chat) => chat.id)];
        ids.push(...changes.drafts.map((draft) => draft.chat));
        if (ids.length > 0) this.#rowsChanged([...new Set(ids)]);
        if (peers.size > 0) this.#emit({ type: "users", ids: [...peers] });
        if (changes.outbox.length > 0) void this.#unsent?.reload(changes.outbox);
    }

    /** What could not be asked for offline is asked for. */
    #connected(): void {
        for (const thread of [...this.#threads]) thread.retry();
        this.#cited.retry();
    }

    #outboxChanged(chats: readonly string[]): void {
        for (const view of [...this.#timelines, ...this.#threads]) if (chats.includes(view.chat)) view.refresh();
        this.#cited.actionsChanged(chats);
        this.#rowsChanged(chats);
    }

    #signedOut(): void {
        this.#drafts?.clear();
        this.#unsent?.clear();
        this.#connection = { state: "offline" };
        for (const view of [...this.#timelines, ...this.#threads, this.#cited]) view.clear();
    }

    #rowsChanged(ids: readonly string[]): void {
        for (const id of ids) this.#rows.delete(id);
        this.#sorted = null;
        this.#emit({ type: "chats", ids });
    }

    #emit(change: ClientChange): void {
        for (const listener of [...this.#listeners]) listener(change);
    }

    /** Names are asked for together, once the page has been drawn. */
    #want(id: string): void {
        if (this.#wanted.size === 0) queueMicrotask(() => this.#askForUsers());
        this.#wanted.add(id);
    }

    #askForUsers(): void {
        const ids = [...this.#wanted];
        this.#wanted.clear();
        this.#running.call("wantUsers", ids).catch(() => {
            // Asked for again the next time somebody is shown.
        });
    }
}

function refusal({ action, chat }: ActionRecord, error: WireError): ClientChange {
    const stamps = "stamps" in action ? action.stamps : [action.stamp];
    return { type: "refused", action: action.kind, chat, stamps, error };
}
