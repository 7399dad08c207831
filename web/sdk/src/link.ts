/** Keeps one connection to the server alive: tries, waits, tries again. */

import { Connection } from "./connection";
import type { Cancel, Platform } from "./platform";
import type { Push } from "./protocol.generated";

/** What the link is doing, as far as the link can tell. */
export type LinkState =
    | { readonly state: "stopped" }
    | { readonly state: "waiting"; readonly retryAtMs: number }
    | { readonly state: "connecting" }
    | { readonly state: "open" };

/** What a link tells its owner. */
export interface LinkEvents {
    changed(state: LinkState): void;
    /** A connection is open and wants to be authenticated. */
    opened(connection: Connection): void;
    pushed(push: Push, connection: Connection): void;
    closed(connection: Connection): void;
    /** The server says the session is over. The link has stopped. */
    ended(): void;
}

const FIRST_DELAY_MS = 500;
const MAX_DELAY_MS = 30_000;
/** A connection that held this long proves the server well: the next failure starts from a short wait again. */
const PROOF_MS = 5_000;
const SESSION_ENDED = 4002;

/** One connection after the other, with a growing random wait between failures. */
export class Link {
    readonly #platform: Platform;
    readonly #url: string;
    readonly #events: LinkEvents;
    #state: LinkState = { state: "stopped" };
    #connection: Connection | null = null;
    #failures = 0;
    #openedAtMs = 0;
    #bidden: number | null = null;
    #stopWaiting: Cancel = () => undefined;
    #stopWaking: Cancel = () => undefined;

    constructor(platform: Platform, url: string, events: LinkEvents) {
        this.#platform = platform;
        this.#url = url;
        this.#events = events;
    }

    /** Starts connecting and goes on until {@link Link.stop}. */
    start(): void {
        if (this.#state.state !== "stopped") return;
        this.#stopWaking = this.#platform.onWake(() => this.#wake());
        this.#connect();
    }

    /** Closes and stays closed. */
    stop(): void {
        if (this.#state.state === "stopped") return;
        this.#stopWaiting();
        this.#stopWaking();
        this.#failures = 0;
        const connection = this.#connection;
        this.#connection = null;
        this.#enter({ state: "stopped" });
        if (!connection) return;
        connection.close();
        this.#events.closed(connection);
    }

    /** Gives the connection up, for it is of no use, and tries again after a wait. */
    fail(connection: Connection): void {
        if (connection === this.#connection) connection.close();
    }

    #connect(): void {
        this.#bidden = null;
        this.#enter({ state: "connecting" });
        const connection: Connection = new Connection(this.#platform, this.#url, {
            opened: () => this.#opened(connection),
            pushed: (push) => this.#pushed(connection, push),
            closed: (code) => this.#closed(connection, code),
        });
        this.#connection = connection;
    }

    #opened(connection: Connection): void {
        if (connection !== this.#connection) return;
        this.#openedAtMs = this.#platform.clock.now();
        this.#enter({ state: "open" });
        this.#events.opened(connection);
    }

    #pushed(connection: Connection, push: Push): void {
        if (connection !== this.#connection) return;
        if (push.push !== "bye") return this.#events.pushed(push, connection);
        if (push.data.reason === "session_ended") return this.#end();
        this.#bidden = push.data.reconnect ? push.data.after_ms : MAX_DELAY_MS;
    }

    #closed(connection: Connection, code: number): void {
        if (connection !== this.#connection) return;
        if (code === SESSION_ENDED) return this.#end();
        this.#connection = null;
        const held = this.#platform.clock.now() - this.#openedAtMs;
        if (this.#state.state === "open" && held >= PROOF_MS) this.#failures = 0;
        this.#wait(this.#bidden ?? this.#backOff());
        this.#events.closed(connection);
    }

    #end(): void {
        this.stop();
        this.#events.ended();
    }

    /** Full jitter: any wait up to a bound that doubles with each failure, so that many clients do not come at once. */
    #backOff(): number {
        const bound = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** this.#failures);
        this.#failures = Math.min(this.#failures + 1, 10);
        return Math.round(this.#platform.random() * bound);
    }

    #wait(ms: number): void {
        this.#enter({ state: "waiting", retryAtMs: this.#platform.clock.now() + ms });
        this.#stopWaiting = this.#platform.clock.after(ms, () => this.#connect());
    }

    #wake(): void {
        if (this.#state.state === "open") this.#connection?.probe(0);
        if (this.#state.state !== "waiting") return;
        this.#stopWaiting();
        this.#connect();
    }

    #enter(state: LinkState): void {
        this.#state = state;
        this.#events.changed(state);
    }
}
