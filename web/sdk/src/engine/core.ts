/** What the parts of the engine share. */

import type { MethodName, Ok, Params } from "../connection";
import { ClientError } from "../error";
import type { Mirror } from "../mirror";
import type { Platform } from "../platform";
import type { Limits } from "../protocol.generated";
import type { Changes } from "../store/records";
import type { Store } from "../store/store";
import type { Work } from "../store/work";

/** The means by which a part of the engine works. */
export interface Core {
    readonly platform: Platform;
    readonly store: Store;
    readonly mirror: Mirror;
    /** What the server allows; `null` until it has said so. */
    limits(): Limits | null;
    /** Asks the server. Fails as `offline` when there is no authenticated connection. */
    request<M extends MethodName>(method: M, params: Params<M>): Promise<Ok<M>>;
    /** Changes what is kept and tells all tabs. */
    write(change: (work: Work) => Promise<void> | void): Promise<Changes>;
    /** Tells all tabs whether the chat list goes on below what is kept. */
    tellHasMore(hasMore: boolean): void;
}

const FIRST_WAIT_MS = 500;
const MAX_WAIT_MS = 30_000;

/** How long to wait before the attempt after `failures` failures: what the server asked for, else full jitter. */
export function retryWait(platform: Platform, failures: number, error: ClientError): number {
    const bound = Math.min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(failures, 10));
    const jitter = Math.round(platform.random() * bound);
    return error.retryAfterMs === null ? jitter : error.retryAfterMs + Math.min(jitter, 500);
}

/** Ends after `ms` milliseconds. */
export function wait(platform: Platform, ms: number): Promise<void> {
    return new Promise((resolve) => platform.clock.after(ms, resolve));
}

const MAX_ATTEMPTS = 8;

/**
 * Asks the server, and asks again while it says that this may help.
 *
 * @throws ClientError when it does not help, or at once when there is no connection: the next one starts anew.
 */
export async function persist<M extends MethodName>(
    core: Pick<Core, "platform" | "request">,
    method: M,
    params: Params<M>,
): Promise<Ok<M>> {
    for (let failures = 0; ; failures += 1) {
        try {
            return await core.request(method, params);
        } catch (error) {
            const mayHelp = error instanceof ClientError && !error.isFinal && error.code !== "offline";
            if (!mayHelp || error.code === "unauthorized" || failures >= MAX_ATTEMPTS) throw error;
            await wait(core.platform, retryWait(core.platform, failures, error));
        }
    }
}

/**
 * Waits for something that may be given up when the connection is lost or the session ends.
 *
 * @throws whatever is no {@link ClientError}: a fault of this program.
 */
export async function unlessLost(task: Promise<unknown>): Promise<void> {
    try {
        await task;
    } catch (error) {
        if (!(error instanceof ClientError)) throw error;
    }
}

/** Runs tasks, a few at a time. */
export class Lane {
    readonly #width: number;
    readonly #waiting: (() => void)[] = [];
    #running = 0;

    constructor(width: number) {
        this.#width = width;
    }

    /** Runs `task` when its turn comes. */
    async run<T>(task: () => Promise<T>): Promise<T> {
        if (this.#running >= this.#width) await new Promise<void>((resolve) => this.#waiting.push(resolve));
        else this.#running += 1;
        try {
            return await task();
        } finally {
            const next = this.#waiting.shift();
            if (next) next();
            else this.#running -= 1;
        }
    }
}
