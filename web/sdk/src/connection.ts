/** One socket: requests and their replies, pushes, and whether the other side is still there. */

import { ClientError } from "./error";
import type { Cancel, Platform, Socket } from "./platform";
import type { Limits, Methods, Push, WireError } from "./protocol.generated";

/** Name of a method. */
export type MethodName = keyof Methods;
/** What a method takes. */
export type Params<M extends MethodName> = Methods[M]["params"];
/** What a method answers. */
export type Ok<M extends MethodName> = Methods[M]["ok"];

/** What a connection tells its owner. */
export interface ConnectionEvents {
    opened(): void;
    pushed(push: Push): void;
    /** Comes once and last; requests without an answer have failed as `offline` before. */
    closed(code: number): void;
}

interface Request {
    readonly id: number;
    readonly text: string;
    readonly resolve: (ok: unknown) => void;
    readonly reject: (error: ClientError) => void;
}

interface Pending extends Request {
    readonly sentAtMs: number;
    readonly stopTimer: Cancel;
}

interface Frame {
    readonly id?: number;
    readonly ok?: unknown;
    readonly error?: WireError;
    readonly push?: string;
}

const REPLY_TIMEOUT_MS = 15_000;
const OPEN_TIMEOUT_MS = 15_000;
const MAX_WAITING = 1_000;

/** One socket from opening to close. Never reused. */
export class Connection {
    readonly #platform: Platform;
    readonly #events: ConnectionEvents;
    readonly #socket: Socket;
    readonly #pending = new Map<number, Pending>();
    readonly #waiting: Request[] = [];
    #nextId = 1;
    #isOpen = false;
    #isClosed = false;
    #heardAtMs: number;
    #stopWatch: Cancel;
    #maxInFlight = 8;
    #pingMs = 25_000;

    constructor(platform: Platform, url: string, events: ConnectionEvents) {
        this.#platform = platform;
        this.#events = events;
        this.#heardAtMs = platform.clock.now();
        this.#stopWatch = platform.clock.after(OPEN_TIMEOUT_MS, () => this.close());
        this.#socket = platform.openSocket(url, {
            opened: () => this.#opened(),
            received: (text) => this.#received(text),
            closed: (code) => this.#closed(code),
        });
    }

    /** Whether it is over. */
    get isClosed(): boolean {
        return this.#isClosed;
    }

    /** Takes the server's word on how much may be in flight and how often it would ping. */
    learn(limits: Limits): void {
        this.#maxInFlight = Math.max(1, limits.requests_in_flight);
        this.#pingMs = Math.max(1_000, limits.ping_ms);
    }

    /**
     * Asks the server. Requests beyond the number it takes at once wait their turn.
     *
     * @throws ClientError with the server's code, `offline` when the connection closed first, `timeout`, or
     * `overloaded` when a thousand requests wait already.
     */
    request<M extends MethodName>(method: M, params: Params<M>): Promise<Ok<M>> {
        return new Promise((resolve, reject) => {
            if (this.#isClosed) return reject(new ClientError("offline", "the connection is closed"));
            if (this.#waiting.length >= MAX_WAITING) {
                return reject(new ClientError("overloaded", "too many requests are waiting"));
            }
            const id = this.#nextId++;
            const text = JSON.stringify({ id, method, params });
            // The server's types are trusted here: they come from the same source as ours.
            this.#waiting.push({ id, text, resolve: (ok) => resolve(ok as Ok<M>), reject });
            this.#flush();
        });
    }

    /** Asks for a sign of life when none came for longer than `silentMs`; without an answer the connection closes. */
    probe(silentMs: number): void {
        if (!this.#isOpen || this.#isClosed) return;
        if (this.#platform.clock.now() - this.#heardAtMs < silentMs) return;
        this.request("server.info", {}).catch(() => {
            // An answer that does not come closes the connection by itself.
        });
    }

    /** Closes now. */
    close(): void {
        if (!this.#isClosed) this.#socket.close();
    }

    #opened(): void {
        this.#isOpen = true;
        this.#heardAtMs = this.#platform.clock.now();
        this.#stopWatch();
        this.#watch();
        this.#flush();
        this.#events.opened();
    }

    #watch(): void {
        if (this.#isClosed) return;
        // A browser does not show pings to us, so silence alone proves nothing: it is a reason to ask.
        this.#stopWatch = this.#platform.clock.after(this.#pingMs, () => {
            this.probe(2 * this.#pingMs);
            this.#watch();
        });
    }

    #received(text: string): void {
        this.#heardAtMs = this.#platform.clock.now();
        const frame = parse(text);
        if (!frame) return this.close();
        if (frame.push !== undefined) return this.#events.pushed(frame as Push);
        const pending = frame.id === undefined ? undefined : this.#pending.get(frame.id);
        if (!pending) return;
        this.#settle(pending);
        if (frame.error) pending.reject(ClientError.of(frame.error));
        else pending.resolve(frame.ok);
        this.#flush();
    }

    #flush(): void {
        while (this.#isOpen && !this.#isClosed && this.#pending.size < this.#maxInFlight) {
            const request = this.#waiting.shift();
            if (!request) return;
            const sentAtMs = this.#platform.clock.now();
            const stopTimer = this.#platform.clock.after(REPLY_TIMEOUT_MS, () => this.#timedOut(request.id));
            this.#pending.set(request.id, { ...request, sentAtMs, stopTimer });
            this.#socket.send(request.text);
        }
    }

    #timedOut(id: number): void {
        const pending = this.#pending.get(id);
        if (!pending) return;
        this.#settle(pending);
        pending.reject(new ClientError("timeout", "no answer in time"));
        if (this.#heardAtMs <= pending.sentAtMs) this.close();
        else this.#flush();
    }

    #settle(pending: Pending): void {
        this.#pending.delete(pending.id);
        pending.stopTimer();
    }

    #closed(code: number): void {
        if (this.#isClosed) return;
        this.#isClosed = true;
        this.#stopWatch();
        const lost = [...this.#pending.values(), ...this.#waiting.splice(0)];
        for (const pending of this.#pending.values()) pending.stopTimer();
        this.#pending.clear();
        for (const request of lost) request.reject(new ClientError("offline", "the connection closed"));
        this.#events.closed(code);
    }
}

function parse(text: string): Frame | null {
    try {
        const frame: unknown = JSON.parse(text);
        return typeof frame === "object" && frame !== null ? frame : null;
    } catch {
        return null;
    }
}

/**
 * Opens a connection for one request and closes it again: for what is asked before there is a session.
 *
 * @throws ClientError as {@link Connection.request} does.
 */
export async function requestOnce<M extends MethodName>(
    platform: Platform,
    url: string,
    method: M,
    params: Params<M>,
): Promise<Ok<M>> {
    const nothing = (): void => undefined;
    const connection = new Connection(platform, url, { opened: nothing, pushed: nothing, closed: nothing });
    try {
        return await connection.request(method, params);
    } finally {
        connection.close();
    }
}
