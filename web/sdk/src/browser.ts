/** The browser as a {@link Platform}. */

import type { Cancel, Channel, Locks, Platform, Socket, SocketEvents } from "./platform";

/**
 * The address of the socket.
 *
 * @param url what the application asked for: absolute or relative to the page; `/v1/ws` when absent.
 */
export function socketUrl(url: string | undefined): string {
    const address = new URL(url ?? "/v1/ws", globalThis.location.href);
    if (address.protocol === "http:") address.protocol = "ws:";
    if (address.protocol === "https:") address.protocol = "wss:";
    return address.href;
}

/** The browser this code runs in. */
export function browserPlatform(): Platform {
    return {
        clock: {
            now: () => Date.now(),
            after: (ms, run) => {
                const timer = setTimeout(run, ms);
                return () => clearTimeout(timer);
            },
        },
        indexedDB: globalThis.indexedDB,
        locks: webLocks(),
        random: () => Math.random(),
        randomBytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
        openSocket,
        openChannel,
        isOnline: () => navigator.onLine,
        onWake,
    };
}

function webLocks(): Locks | null {
    const manager: LockManager | undefined = navigator.locks;
    if (!manager) return null;
    return {
        async hold(name, signal, held) {
            await manager.request(name, { signal }, held);
        },
    };
}

function openSocket(url: string, events: SocketEvents): Socket {
    const socket = new WebSocket(url);
    let over = false;
    const end = (code: number): void => {
        if (over) return;
        over = true;
        events.closed(code);
    };
    socket.onopen = () => events.opened();
    socket.onmessage = (message: MessageEvent<unknown>) => {
        if (!over && typeof message.data === "string") events.received(message.data);
    };
    socket.onclose = (event) => end(event.code);
    return {
        send: (text) => socket.send(text),
        close: () => {
            socket.close();
            // A browser may take a minute to close a dead socket; nobody waits for that.
            end(1000);
        },
    };
}

function openChannel(name: string): Channel {
    const channel = new BroadcastChannel(name);
    return {
        post: (message) => channel.postMessage(message),
        listen: (heard) => {
            channel.onmessage = (event: MessageEvent<unknown>) => heard(event.data);
        },
        close: () => channel.close(),
    };
}

function onWake(woken: () => void): Cancel {
    const seen = (): void => {
        if (document.visibilityState === "visible") woken();
    };
    addEventListener("online", woken);
    document.addEventListener("visibilitychange", seen);
    return () => {
        removeEventListener("online", woken);
        document.removeEventListener("visibilitychange", seen);
    };
}
