/**
 * What the client needs from the place it runs in. Everything with a clock, a dice, a socket or a store comes in
 * through here, so that tests run without waiting and without a network.
 */

/** Undoes what returned it; doing it twice does no harm. */
export type Cancel = () => void;

/** Time. */
export interface Clock {
    /** Milliseconds since the Unix epoch. */
    now(): number;
    /** Calls `run` once after `ms` milliseconds, unless cancelled. */
    after(ms: number, run: () => void): Cancel;
}

/** What happens to a socket. `closed` comes exactly once and last, also when it never opened. */
export interface SocketEvents {
    opened(): void;
    received(text: string): void;
    closed(code: number): void;
}

/** A connection that carries text frames. */
export interface Socket {
    send(text: string): void;
    close(): void;
}

/** Locks shared by all tabs of one origin; one holder at a time, freed when its tab goes away. */
export interface Locks {
    /** Waits for the lock, then calls `held` and keeps the lock until its promise ends. `signal` ends the wait. */
    hold(name: string, signal: AbortSignal, held: () => Promise<void>): Promise<void>;
}

/** Messages between all tabs of one origin. A tab does not hear itself. */
export interface Channel {
    post(message: unknown): void;
    listen(heard: (message: unknown) => void): void;
    close(): void;
}

/** The place the client runs in. */
export interface Platform {
    readonly clock: Clock;
    readonly indexedDB: IDBFactory;
    /** Absent where the browser has none (no secure context): each tab then keeps a socket of its own. */
    readonly locks: Locks | null;
    /** At least 0, below 1. Not for secrets. */
    random(): number;
    /** Random bytes fit for identifiers. */
    randomBytes(count: number): Uint8Array;
    openSocket(url: string, events: SocketEvents): Socket;
    openChannel(name: string): Channel;
    /** False when the device knows that it has no network. */
    isOnline(): boolean;
    /** Calls `woken` when trying again may be worth it: the network came back, or somebody looks at the page. */
    onWake(woken: () => void): Cancel;
}

const BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/**
 * Makes an identifier for something this client makes or changes: 16 random bytes in unpadded URL-safe base64.
 *
 * @returns 22 characters; two are never the same.
 */
export function newClientId(platform: Platform): string {
    let text = "";
    let bits = 0;
    let held = 0;
    for (const byte of platform.randomBytes(16)) {
        held = (held << 8) | byte;
        bits += 8;
        while (bits >= 6) {
            bits -= 6;
            text += BASE64URL.charAt((held >> bits) & 63);
        }
        held &= (1 << bits) - 1;
    }
    return text + BASE64URL.charAt((held << (6 - bits)) & 63);
}
