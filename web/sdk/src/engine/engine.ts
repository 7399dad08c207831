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
import type { Device, Push, ServerInfo, Welcome } from "../protocol.generated";
import { newest } from "../store/ranges";
import { type Changes, isChange, type SessionRecord } from "../store/records";
import type { Store } from "../store/store";
import { trim } from "../store/timeline";
import type { Work } from "../store/work";
import { Chats } from "./chats";
import { type Core, unlessLost } from "./core";
import { Log } from "./log";
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
    readonly reads: Reads;
    readonly people: People;
    readonly chats: Chats;
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
        this.chats = new Chats(this, (chat) => unlessLost(this.timelines.catchUp(chat)));
        this.timelines = new Timelines(this, (chat) => this.outbox.isSending(chat), (chat) => void this.chats.refresh(chat));
        this.reads = new Reads(this, (chat) => void this.chats.refresh(chat));
        this.people = new People(this);
        this.#log = new Log(this, () => this.chats.refreshStale());
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
        this.#link.start();
    }

    /** Stops for ever: nothing of this engine is sent or written from now on. */
    stop(): void {
        this.#isStopped = true;
        this.reads.stop();
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
        void unlessLost(this.reads.flush());
        this.people.flush();
    }

    async #syncOnce(connection: Connection): Promise<void> {
        const rest = await synchronise(this, connection);
        await this.chats.keepHasMore(rest.hasMoreChats);
        // What is far behind or had to be dropped does not keep the rest waiting.
        for (const chat of rest.reset) void unlessLost(this.timelines.reload(chat, false));
        for (const chat of rest.chats) void unlessLost(this.timelines.catchUp(chat));
        if (rest.hasMoreLog) void this.#log.pull();
        else void unlessLost(this.chats.refreshStale());
        void unlessLost(this.#tidy());
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
        for (const push of pushes) {
            if (push.push === "change") await this.#log.accept(push.data);
            if (push.push === "read") await this.reads.peerRead(push.data.chat, push.data.user, push.data.stamp);
            if (push.push === "resync") this.#resync(push.data.chat);
        }
    }

    #resync(chat: string | undefined): void {
        if (chat !== undefined) void this.timelines.heal(chat);
        else if (this.#connection) void this.#catchUpOrFail(this.#connection);
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
