/**
 * Everything that talks to the server for one session: connects, says hello, catches up, and then keeps what is
 * stored equal to what the server has. One tab runs it for all tabs.
 */

import type { Connection as ConnectionState } from "../client";
import type { Connection, MethodName, Ok, Params } from "../connection";
import { ClientError } from "../error";
import { Link, type LinkState } from "../link";
import type { Mirror } from "../mirror";
import type { Notice } from "../notice";
import type { Platform } from "../platform";
import type { Account, Device, Push, ServerInfo, UpdateUser, Welcome } from "../protocol.generated";
import { newest } from "../store/ranges";
import { type Changes, isChange, type SessionRecord } from "../store/records";
import type { Store } from "../store/store";
import { trim } from "../store/timeline";
import type { Work } from "../store/work";
import { Actions } from "./actions";
import { ChatChanges } from "./changes";
import { Chats } from "./chats";
import { type Core, unlessLost } from "./core";
import { Delivered } from "./delivered";
import { DraftSync } from "./drafts";
import { Expiry } from "./expiry";
import { Log } from "./log";
import { Messages } from "./messages";
import { Outbox } from "./outbox";
import { People } from "./people";
import { Reads } from "./reads";
import { synchronise } from "./sync";
import { type EntryPush, Timelines } from "./timelines";

/** What an engine needs. */
export interface EngineOptions {
    readonly platform: Platform;
    readonly store: Store;
    readonly mirror: Mirror;
    readonly url: string;
    readonly device: Device;
    /** Tells all tabs. */
    readonly notify: (notice: Notice) => void;
    /** The server refused the session or ended it. */
    readonly ended: (reason: "ended" | "expired") => void;
}

/** Newest entries kept of each chat. */
const KEPT_ENTRIES = 2_000;
/** Chats of which a first screen is loaded to be read offline. */
const PREFETCHED_CHATS = 20;
/** Pushes gathered while catching up; beyond it they are dropped and pulled instead. */
const MAX_GATHERED = 5_000;

/** The engine of one session. */
export class Engine implements Core {
    readonly platform: Platform;
    readonly store: Store;
    readonly mirror: Mirror;
    readonly timelines: Timelines;
    readonly outbox: Outbox;
    readonly actions: Actions;
    readonly reads: Reads;
    readonly drafts: DraftSync;
    readonly delivered: Delivered;
    readonly expiry: Expiry;
    readonly people: People;
    readonly chats: Chats;
    readonly messages: Messages;
    readonly changes: ChatChanges;
    readonly #log: Log;
    readonly #options: EngineOptions;
    readonly #session: SessionRecord;
    readonly #link: Link;
    #server: ServerInfo | null;
    #connection: Connection | null = null;
    #isStopped = false;
    /** The connection that is catching up; another one starts anew. */
    #syncing: Connection | null = null;
    #syncAgain = false;
    #isDraining = false;
    #isTidied = false;
    #gathered: Push[] = [];
    #state: ConnectionState = { state: "offline" };

    constructor(options: EngineOptions, session: SessionRecord) {
        this.#options = options;
        this.platform = options.platform;
        this.store = options.store;
        this.mirror = options.mirror;
        this.#session = session;
        this.#server = session.server;
        this.outbox = new Outbox(this, (item, reply) => this.timelines.sent(item, reply));
        const refresh = (chat: string): void => void this.chats.refresh(chat);
        this.changes = new ChatChanges(this, () => this.#settle());
        this.chats = new Chats(this, this.changes, (chat) => unlessLost(this.timelines.catchUp(chat)));
        this.timelines = new Timelines(this, this.changes, (chat) => this.outbox.isSending(chat), refresh);
        this.messages = new Messages(this, this.changes, () => this.#settle());
        this.actions = new Actions(this, {
            refused: (action, error) => options.notify({ kind: "refused", action, error }),
            heal: (chat) => this.timelines.heal(chat),
        });
        this.reads = new Reads(this, refresh);
        this.drafts = new DraftSync(this);
        this.delivered = new Delivered(this);
        this.expiry = new Expiry(this);
        this.people = new People(this);
        this.#log = new Log(this, {
            settle: () => this.#settle(),
            reborn: (chat) => void this.timelines.heal(chat),
            accountChanged: () => void unlessLost(this.#readAccount()),
            sessionsChanged: () => options.notify({ kind: "sessions" }),
            restart: () => this.#resync(undefined),
        });
        this.#link = new Link(options.platform, options.url, {
            changed: (state) => this.#linkChanged(state),
            opened: (connection) => void this.#greet(connection),
            pushed: (push) => this.#pushed(push),
            closed: () => this.#closed(),
            ended: () => options.ended("ended"),
        });
    }

    /** How the connection stands. */
    get state(): ConnectionState {
        return this.#state;
    }

    /** The secret of the session, to end it with. */
    get session(): SessionRecord {
        return this.#session;
    }

    /** Starts connecting. */
    start(): void {
        this.expiry.start();
        this.#link.start();
    }

    /** Stops for ever: nothing of this engine is sent or written from now on. */
    stop(): void {
        this.#isStopped = true;
        this.reads.stop();
        this.drafts.stop();
        this.delivered.stop();
        this.expiry.stop();
        this.#link.stop();
        this.timelines.reset();
    }

    limits(): ServerInfo["limits"] | null {
        return this.#server?.limits ?? null;
    }

    request<M extends MethodName>(method: M, params: Params<M>): Promise<Ok<M>> {
        if (this.#connection) return this.#connection.request(method, params);
        return Promise.reject(new ClientError("offline", "there is no connection"));
    }

    async write(change: (work: Work) => Promise<void> | void): Promise<Changes> {
        if (this.#isStopped) throw new ClientError("offline", "the client has stopped");
        const changes = await this.store.write(this.#session.id, change);
        if (isChange(changes)) this.#options.notify({ kind: "data", changes });
        this.expiry.chatsChanged(changes.chats);
        if (this.#connection) this.delivered.chatsChanged(changes.chats);
        return changes;
    }

    tellHasMore(hasMore: boolean): void {
        this.#options.notify({ kind: "hasMoreChats", hasMore });
    }

    async #greet(connection: Connection): Promise<void> {
        try {
            const { token } = this.#session;
            const welcome = await connection.request("session.hello", { token, device: this.#options.device });
            await this.#welcomed(connection, welcome);
            await this.#catchUp(connection);
        } catch (error) {
            if (!(error instanceof ClientError)) throw error;
            if (error.code === "unauthorized" && !this.#connection) return this.#refused();
            this.#link.fail(connection);
        }
    }

    #refused(): void {
        if (this.#isStopped) return;
        this.#options.ended(this.#session.expiresMs <= this.platform.clock.now() ? "expired" : "ended");
    }

    async #welcomed(connection: Connection, welcome: Welcome): Promise<void> {
        if (connection.isClosed) throw new ClientError("offline", "the connection closed");
        connection.learn(welcome.server.limits);
        this.#server = welcome.server;
        this.#connection = connection;
        const session = {
            ...this.#session,
            account: welcome.user,
            server: welcome.server,
            expiresMs: welcome.session.expires_ms,
        };
        await this.write((work) => {
            work.putSession(session);
            work.putUser(welcome.user, this.platform.clock.now());
        });
        this.#options.notify({ kind: "session", session });
    }

    /** Syncs, then takes in what was pushed meanwhile, then sends what waited. */
    async #catchUp(connection: Connection): Promise<void> {
        if (this.#syncing === connection) {
            this.#syncAgain = true;
            return;
        }
        this.#syncing = connection;
        this.#enter({ state: "syncing" });
        try {
            do {
                this.#syncAgain = false;
                await this.#syncOnce(connection);
            } while (this.#syncAgain && connection === this.#connection);
        } finally {
            if (this.#syncing === connection) this.#syncing = null;
        }
        if (connection !== this.#connection) return;
        this.#enter({ state: "online" });
        void this.#drain();
        void unlessLost(this.outbox.pokeAll());
        void unlessLost(this.actions.pokeAll());
        void unlessLost(this.reads.flush());
        void unlessLost(this.drafts.flush());
        this.delivered.chatsChanged([...this.mirror.chats.values()]);
        this.people.flush();
    }

    async #syncOnce(connection: Connection): Promise<void> {
        const rest = await synchronise(this, connection);
        await this.chats.keepHasMore(rest.hasMoreChats);
        // What is far behind does not keep the rest waiting.
        for (const chat of rest.chats) void unlessLost(this.timelines.catchUp(chat));
        if (rest.hasMoreLog) void this.#log.pull();
        this.#settle();
        void unlessLost(this.#tidy());
    }

    /** Asks for what was noted to be asked for: rows, messages, changes. */
    #settle(): void {
        if (!this.#connection) return;
        void unlessLost(this.chats.refreshStale());
        void this.messages.refreshStale();
        void unlessLost(this.changes.pullMissing());
    }

    /** Changes one's own profile or settings. */
    async updateAccount(params: UpdateUser): Promise<void> {
        await this.#keepAccount((await this.request("user.update", params)).user);
    }

    /** Another device changed one's own profile. Settings nobody else sees come with the next connection. */
    async #readAccount(): Promise<void> {
        const { account } = this.mirror.session ?? this.#session;
        const { user } = await this.request("user.get", { id: account.id });
        await this.#keepAccount({ ...account, ...user });
    }

    async #keepAccount(user: Account): Promise<void> {
        const session = { ...(this.mirror.session ?? this.#session), account: user };
        await this.write((work) => {
            work.putSession(session);
            work.putUser(user, this.platform.clock.now());
        });
        this.#options.notify({ kind: "session", session });
    }

    /** Once in a run of the program: keeps less of long chats, and a first screen of those never looked at. */
    async #tidy(): Promise<void> {
        if (this.#isTidied) return;
        this.#isTidied = true;
        for (const chat of [...this.mirror.chats.keys()]) await this.write((work) => trim(work, chat, KEPT_ENTRIES));
        const byActivity = [...this.mirror.chats.values()].sort((a, b) => (b.last?.stamp ?? 0) - (a.last?.stamp ?? 0));
        for (const record of byActivity.slice(0, PREFETCHED_CHATS)) {
            const known = newest(record.ranges);
            const isOneEntry = known !== null && known.after === record.last?.prev;
            if (isOneEntry && known.after > record.floor) await this.timelines.older(record.id, known.after);
        }
    }

    #closed(): void {
        this.#connection = null;
        this.#syncing = null;
        this.#gathered = [];
        this.timelines.reset();
    }

    #pushed(push: Push): void {
        if (this.#gathered.length >= MAX_GATHERED) {
            this.#gathered = [{ push: "resync", data: { reason: "slow" } }];
        } else {
            this.#gathered.push(push);
        }
        if (this.#connection && !this.#syncing) void this.#drain();
    }

    async #drain(): Promise<void> {
        if (this.#isDraining) return;
        this.#isDraining = true;
        try {
            while (this.#gathered.length > 0 && this.#connection && !this.#syncing) {
                await unlessLost(this.#takeIn(this.#gathered.splice(0)));
            }
        } finally {
            this.#isDraining = false;
        }
    }

    async #takeIn(pushes: readonly Push[]): Promise<void> {
        const entries = pushes.flatMap((push): EntryPush[] => (push.push === "entry" ? [push.data] : []));
        if (entries.length > 0) await this.timelines.accept(entries);
        const changes = pushes.filter((push) => push.push === "change" || push.push === "changed");
        if (changes.length > 0) await this.#log.accept(changes);
        for (const push of pushes) {
            if (push.push === "read") await this.#peerRead(push.data);
            if (push.push === "delivered") await this.reads.peerDelivered(push.data.chat, push.data.user, push.data.stamp);
            if (push.push === "resync") this.#resync(push.data.chat);
        }
    }

    async #peerRead({ chat, user, stamp }: { chat: string; user: string; stamp: number }): Promise<void> {
        await this.reads.peerRead(chat, user, stamp);
        this.#options.notify({ kind: "reads", chat });
    }

    #resync(chat: string | undefined): void {
        if (chat !== undefined) {
            void this.timelines.heal(chat);
            void this.changes.pull(chat);
        } else if (this.#connection) {
            void this.#catchUpOrFail(this.#connection);
        }
    }

    async #catchUpOrFail(connection: Connection): Promise<void> {
        try {
            await this.#catchUp(connection);
        } catch {
            this.#link.fail(connection);
        }
    }

    #linkChanged(state: LinkState): void {
        if (state.state === "open") return;
        if (state.state === "connecting") return this.#enter({ state: "connecting" });
        const isKnownOffline = state.state === "stopped" || !this.platform.isOnline();
        this.#enter(isKnownOffline ? { state: "offline" } : { state: "waiting", retryAtMs: state.retryAtMs });
    }

    #enter(state: ConnectionState): void {
        this.#state = state;
        if (!this.#isStopped) this.#options.notify({ kind: "connection", connection: state });
    }
}
