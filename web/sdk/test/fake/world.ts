/** A world without waiting: a clock that moves when told, sockets in memory, locks and channels of one browser. */

import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import type { Cancel, Channel, Clock, Locks, Platform, Socket, SocketEvents } from "../../src/platform";
import { TabClient } from "../../src/tab/client";
import { FakeServer } from "./server";

declare function setImmediate(run: () => void): void;

/** Repeatable dice. */
export function dice(seed: number): () => number {
    let state = seed >>> 0;
    return () => {
        state = (state + 0x6d2b79f5) >>> 0;
        let mixed = Math.imul(state ^ (state >>> 15), state | 1);
        mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
        return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
    };
}

/** Time that passes when told. */
export class FakeClock implements Clock {
    #nowMs = 1_700_000_000_000;
    #timers: { atMs: number; run: () => void }[] = [];

    now(): number {
        return this.#nowMs;
    }

    after(ms: number, run: () => void): Cancel {
        const timer = { atMs: this.#nowMs + ms, run };
        this.#timers.push(timer);
        return () => {
            this.#timers = this.#timers.filter((other) => other !== timer);
        };
    }

    advance(ms: number): void {
        const endMs = this.#nowMs + ms;
        for (;;) {
            const next = this.#timers.filter((timer) => timer.atMs <= endMs).sort((a, b) => a.atMs - b.atMs)[0];
            if (!next) break;
            this.#timers = this.#timers.filter((timer) => timer !== next);
            this.#nowMs = Math.max(this.#nowMs, next.atMs);
            next.run();
        }
        this.#nowMs = endMs;
    }

    /** Moves to the next timer, a little at a time. */
    step(): void {
        const nextMs = Math.min(...this.#timers.map((timer) => timer.atMs));
        this.advance(Number.isFinite(nextMs) ? Math.min(Math.max(nextMs - this.#nowMs, 0), 100) : 0);
    }
}

/** One turn of the real event loop, in which the store gets on with its work. */
export function turn(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
}

class FakeLocks implements Locks {
    readonly #queues = new Map<string, Promise<void>>();

    async hold(name: string, signal: AbortSignal, held: () => Promise<void>): Promise<void> {
        const before = this.#queues.get(name) ?? Promise.resolve();
        const mine = before.then(() => (signal.aborted ? undefined : held()));
        this.#queues.set(name, mine.catch(() => undefined));
        await mine;
    }
}

/** One browser: what its tabs share. */
export class Browser {
    readonly indexedDB = new IDBFactory();
    readonly locks = new FakeLocks();
    readonly channels = new Map<string, Set<FakeChannel>>();
    isOnline = true;
    hasLocks = true;
    readonly wakers = new Set<() => void>();
}

class FakeChannel implements Channel {
    readonly #peers: Set<FakeChannel>;
    #heard: (message: unknown) => void = () => undefined;

    constructor(peers: Set<FakeChannel>) {
        this.#peers = peers;
        peers.add(this);
    }

    post(message: unknown): void {
        const copy: unknown = structuredClone(message);
        for (const peer of this.#peers) {
            if (peer !== this) queueMicrotask(() => this.#peers.has(peer) && peer.#heard(copy));
        }
    }

    listen(heard: (message: unknown) => void): void {
        this.#heard = heard;
    }

    close(): void {
        this.#peers.delete(this);
    }
}

/** A server, browsers, and time. */
export class World {
    readonly clock = new FakeClock();
    readonly random: () => number;
    readonly server: FakeServer;
    readonly #tabs = new Set<TabClient>();

    constructor(seed = 1) {
        this.random = dice(seed);
        this.server = new FakeServer(this.clock);
    }

    platform(browser: Browser): Platform {
        return {
            clock: this.clock,
            indexedDB: browser.indexedDB,
            locks: browser.hasLocks ? browser.locks : null,
            random: this.random,
            randomBytes: (count) => Uint8Array.from({ length: count }, () => Math.floor(this.random() * 256)),
            openSocket: (_, events) => this.#socket(browser, events),
            openChannel: (name) => {
                const peers = browser.channels.get(name) ?? new Set();
                browser.channels.set(name, peers);
                return new FakeChannel(peers);
            },
            isOnline: () => browser.isOnline,
            onWake: (woken) => {
                browser.wakers.add(woken);
                return () => browser.wakers.delete(woken);
            },
        };
    }

    #socket(browser: Browser, events: SocketEvents): Socket {
        if (browser.isOnline) return this.server.accept(events);
        const stop = this.clock.after(1, () => events.closed(1006));
        return { send: () => undefined, close: stop };
    }

    /** A tab that has started. */
    async tab(browser: Browser): Promise<TabClient> {
        const tab = new TabClient(this.platform(browser), {
            url: "ws://test/v1/ws",
            storageName: "curlew",
            device: { name: "test", platform: "web" },
        });
        this.#tabs.add(tab);
        await tab.start();
        return tab;
    }

    /** A tab of a new browser, signed in as `username`. */
    async signedIn(username: string, browser = new Browser()): Promise<TabClient> {
        this.server.person(username);
        const tab = await this.tab(browser);
        await this.done(tab.login({ username, password: "password" }));
        await this.until(() => tab.connection.state === "online", "online");
        return tab;
    }

    /** Takes a browser off the network. */
    unplug(browser: Browser): void {
        browser.isOnline = false;
        this.server.cutAll();
    }

    /** Puts it back. */
    plug(browser: Browser): void {
        browser.isOnline = true;
        for (const woken of [...browser.wakers]) woken();
    }

    /** Lets time pass until something holds. */
    async until(holds: () => boolean, what: string): Promise<void> {
        for (let round = 0; round < 1_500; round += 1) {
            for (let turns = 0; turns < 8; turns += 1) {
                if (holds()) return;
                await turn();
            }
            this.clock.step();
        }
        throw new Error(`never came to hold: ${what}`);
    }

    /** Lets time pass until a promise ends. */
    async done<T>(promise: Promise<T>): Promise<T> {
        let isOver = false;
        const over = promise.finally(() => (isOver = true));
        over.catch(() => undefined);
        await this.until(() => isOver, "the promise");
        return over;
    }

    /** Lets the work at hand finish and `ms` pass. */
    async pass(ms: number): Promise<void> {
        const endMs = this.clock.now() + ms;
        this.clock.after(ms, () => undefined);
        await this.until(() => this.clock.now() >= endMs, "time");
    }

    /** Lets everything settle that was set going, however many steps it takes. */
    async settle(): Promise<void> {
        for (let round = 0; round < 40; round += 1) {
            for (let turns = 0; turns < 40; turns += 1) await turn();
            this.clock.advance(50);
        }
    }

    async stop(): Promise<void> {
        for (const tab of this.#tabs) await tab.stop();
    }
}

/** The texts of a timeline. */
export function texts(items: readonly { readonly content?: unknown }[]): string[] {
    return items.map(({ content }) => String((content as { text?: string } | null)?.text ?? "-"));
}
