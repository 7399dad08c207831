/** Carries out what tabs ask for; starts and ends the engine with the session. */

import type { Connection as ConnectionState } from "../client";
import { Connection, requestOnce } from "../connection";
import { ClientError } from "../error";
import type { Notice, SignOutReason } from "../notice";
import type {
    AddMembers,
    CreateChat,
    LeaveChat,
    Login,
    Member,
    Reactor,
    ReadMark,
    Register,
    RemoveMember,
    Revision,
    ServerInfo,
    Session,
    SetRole,
    UpdateChat,
    UpdateUser,
    User,
    Welcome,
} from "../protocol.generated";
import type { SessionRecord } from "../store/records";
import type { Commands } from "./commands";
import { unlessLost, wait } from "./core";
import { Engine, type EngineOptions } from "./engine";
import { type KeptPage, pullThread } from "./threads";
import { history, members, mentions, reactors, readers } from "./lists";

/** How long logging out waits for the server; the local data goes in any case. */
const LOGOUT_WAIT_MS = 3_000;

/** The leading tab's side of every command. */
export class Host implements Commands {
    readonly #options: EngineOptions;
    #engine: Engine | null = null;

    constructor(options: Omit<EngineOptions, "ended">) {
        this.#options = { ...options, ended: (reason) => void this.#signOut(reason) };
    }

    /** How the connection stands. */
    get state(): ConnectionState {
        return this.#engine?.state ?? { state: "offline" };
    }

    /** Connects with the session that is kept, if there is one. */
    start(): void {
        const { session } = this.#options.mirror;
        if (session) this.#begin(session);
    }

    /** Disconnects; what is kept stays. */
    stop(): void {
        this.#engine?.stop();
        this.#engine = null;
    }

    /** Takes in what another part or tab has told everybody. */
    heard(notice: Notice): void {
        if (notice.kind === "signedOut") return this.stop();
        if (notice.kind === "session" && this.#engine?.session.id !== notice.session.id) this.#begin(notice.session);
        if (notice.kind !== "data") return;
        for (const chat of notice.changes.outbox) {
            this.#engine?.outbox.poke(chat);
            this.#engine?.actions.poke(chat);
        }
        this.#engine?.drafts.poke(notice.changes.drafts);
    }

    serverInfo(): Promise<ServerInfo> {
        const { platform, url } = this.#options;
        if (this.#engine?.state.state === "online") return this.#engine.request("server.info", {});
        return requestOnce(platform, url, "server.info", {});
    }

    async register(params: Register): Promise<void> {
        const { platform, url, device } = this.#options;
        await this.#signIn(await requestOnce(platform, url, "account.register", { ...params, device }));
    }

    async login(params: Login): Promise<void> {
        const { platform, url, device } = this.#options;
        await this.#signIn(await requestOnce(platform, url, "session.login", { ...params, device }));
    }

    async logout(): Promise<void> {
        const engine = this.#engine;
        const session = this.#options.mirror.session;
        this.#engine = null;
        if (engine && session) {
            const isConnected = engine.state.state === "online" || engine.state.state === "syncing";
            if (isConnected) {
                const ended = unlessLost(engine.request("session.end", { id: session.id }));
                await Promise.race([ended, wait(this.#options.platform, LOGOUT_WAIT_MS)]);
            } else {
                void unlessLost(this.#endQuietly(session));
            }
        }
        engine?.stop();
        await this.#options.store.erase();
        this.#options.notify({ kind: "signedOut", reason: "logout" });
    }

    changePassword(old: string, next: string): Promise<{ ended: number }> {
        return this.#online.request("account.password", { old, new: next });
    }

    async sessions(): Promise<Session[]> {
        return (await this.#online.request("session.list", {})).sessions;
    }

    async endSession(id: string): Promise<void> {
        if (id === this.#options.mirror.session?.id) return this.logout();
        await this.#online.request("session.end", { id });
    }

    async updateProfile(params: UpdateUser): Promise<void> {
        await this.#online.updateAccount(params);
    }

    wantUsers(ids: readonly string[]): Promise<void> {
        this.#engine?.people.want(ids);
        return Promise.resolve();
    }

    async findUser(username: string): Promise<User | null> {
        const engine = this.#online;
        try {
            const { user } = await engine.request("user.find", { username });
            await engine.write((work) => work.putUser(user, engine.platform.clock.now()));
            return user;
        } catch (error) {
            if (error instanceof ClientError && error.code === "not_found") return null;
            throw error;
        }
    }

    loadMoreChats(): Promise<void> {
        return this.#online.chats.loadMore();
    }

    async createChat(params: CreateChat): Promise<string> {
        const engine = this.#online;
        const { chat } = await engine.request("chat.create", params);
        await engine.chats.refresh(chat.id);
        return chat.id;
    }

    async updateChat(params: UpdateChat): Promise<void> {
        await this.#online.request("chat.update", params);
        await this.#online.chats.refresh(params.chat);
    }

    async addMembers(params: AddMembers): Promise<void> {
        await this.#online.request("chat.add", params);
        await this.#online.chats.refresh(params.chat);
    }

    async removeMember(params: RemoveMember): Promise<void> {
        await this.#online.request("chat.remove", params);
        await this.#online.chats.refresh(params.chat);
    }

    async leaveChat(params: LeaveChat): Promise<void> {
        await this.#online.request("chat.leave", params);
        await this.#online.write((work) => work.removeChat(params.chat));
    }

    async setRole(params: SetRole): Promise<void> {
        await this.#online.request("chat.role", params);
        await this.#online.chats.refresh(params.chat);
    }

    async members(chat: string): Promise<Member[]> {
        return members(this.#online, chat);
    }

    async mentions(chat: string): Promise<number[]> {
        return mentions(this.#online, chat);
    }

    async readers(chat: string, stamp: number): Promise<ReadMark[]> {
        return readers(this.#online, chat, stamp);
    }

    async reactors(chat: string, stamp: number): Promise<Reactor[]> {
        return reactors(this.#online, chat, stamp);
    }

    async history(chat: string, stamp: number): Promise<Revision[]> {
        return history(this.#online, chat, stamp);
    }

    older(chat: string, end: number): Promise<void> {
        return this.#online.timelines.older(chat, end);
    }

    newer(chat: string, start: number): Promise<void> {
        return this.#online.timelines.newer(chat, start);
    }

    around(chat: string, stamp: number): Promise<void> {
        return this.#online.timelines.around(chat, stamp);
    }

    latest(chat: string): Promise<void> {
        return this.#online.timelines.reload(chat);
    }

    async thread(chat: string, root: number, before: number | null): Promise<KeptPage> {
        return pullThread(this.#online, this.#online.changes, chat, root, before);
    }

    fetchMessages(chat: string, stamps: readonly number[]): Promise<number[]> {
        return this.#online.messages.fetch(chat, stamps);
    }

    async markRead(chat: string, stamp: number): Promise<void> {
        await this.#engine?.reads.mark(chat, stamp);
    }

    get #online(): Engine {
        if (this.#engine) return this.#engine;
        throw new ClientError("unauthorized", "not signed in");
    }

    #begin(session: SessionRecord): void {
        this.#engine?.stop();
        this.#engine = new Engine(this.#options, session);
        this.#engine.start();
    }

    async #signIn(welcome: Welcome): Promise<void> {
        const { id, token, expires_ms } = welcome.session;
        if (token === undefined) throw new ClientError("internal", "the server gave no token");
        const session = { id, token, expiresMs: expires_ms, account: welcome.user, server: welcome.server };
        this.stop();
        await this.#options.store.signIn(session);
        // Everybody hears of it, this host included, which begins with it.
        this.#options.notify({ kind: "session", session });
    }

    async #signOut(reason: SignOutReason): Promise<void> {
        const engine = this.#engine;
        if (!engine) return;
        this.stop();
        if (await this.#options.store.erase(engine.session.id)) this.#options.notify({ kind: "signedOut", reason });
    }

    /** Ends a session on the server, if it can be reached now. Nothing waits for it and nothing is kept for it. */
    async #endQuietly(session: SessionRecord): Promise<void> {
        const nothing = (): void => undefined;
        const { platform, url } = this.#options;
        const connection = new Connection(platform, url, { opened: nothing, pushed: nothing, closed: nothing });
        try {
            await connection.request("session.hello", { token: session.token });
            await connection.request("session.end", { id: session.id });
        } finally {
            connection.close();
        }
    }
}
