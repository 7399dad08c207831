/**
 * One socket for all tabs: the tab that holds a lock leads and carries out what the others ask for; every tab hears
 * the news. When the leading tab goes away the lock passes on. Where there are no locks every tab leads itself.
 */

import type { Connection } from "../client";
import { type CommandName, type Commands, UNREPEATABLE } from "../engine/commands";
import { ClientError, pack, type PortableError, unpack } from "../error";
import type { Notice } from "../notice";
import { type Cancel, type Channel, newClientId, type Platform } from "../platform";

/** What a leading tab runs. */
export interface Leader extends Commands {
    readonly state: Connection;
    start(): void;
    stop(): void;
    heard(notice: Notice): void;
}

/** What tabs tell their owner. */
export interface TabsEvents {
    /** News of any tab, this one included. */
    heard(notice: Notice): void;
    /** Makes what a leading tab runs. */
    lead(): Leader;
}

type Message =
    | { readonly type: "notice"; readonly notice: Notice }
    | { readonly type: "who" }
    | { readonly type: "leader"; readonly id: string; readonly connection: Connection }
    | { readonly type: "call"; readonly from: string; readonly id: number; readonly call: Call }
    | { readonly type: "result"; readonly to: string; readonly id: number; readonly ok: unknown }
    | { readonly type: "error"; readonly to: string; readonly id: number; readonly error: PortableError };

type Call = { readonly [N in CommandName]: { readonly name: N; readonly args: Parameters<Commands[N]> } }[CommandName];

interface Waiting {
    readonly call: Call;
    readonly resolve: (ok: unknown) => void;
    readonly reject: (error: ClientError) => void;
    readonly stopTimer: Cancel;
    isAsked: boolean;
}

/** Longer than any request takes that is asked for by a command. */
const CALL_TIMEOUT_MS = 60_000;

/** This tab among all tabs of one client. */
export class Tabs {
    readonly #platform: Platform;
    readonly #name: string;
    readonly #events: TabsEvents;
    readonly #id: string;
    readonly #channel: Channel;
    readonly #waiting = new Map<number, Waiting>();
    readonly #stopped = new AbortController();
    #nextId = 1;
    #leader: Leader | null = null;
    #leaderId: string | null = null;
    #release: Cancel = () => undefined;

    constructor(platform: Platform, name: string, events: TabsEvents) {
        this.#platform = platform;
        this.#name = name;
        this.#events = events;
        this.#id = newClientId(platform);
        this.#channel = platform.openChannel(name);
        this.#channel.listen((message) => this.#heard(message as Message));
    }

    /** Leads if nobody does, follows otherwise. */
    start(): void {
        if (!this.#platform.locks) return this.#lead();
        this.#post({ type: "who" });
        const held = (): Promise<void> => {
            const over = new Promise<void>((resolve) => (this.#release = resolve));
            if (!this.#stopped.signal.aborted) this.#lead();
            else this.#release();
            return over;
        };
        this.#platform.locks.hold(`${this.#name}.leader`, this.#stopped.signal, held).catch(() => {
            // Stopped while it waited for the lock.
        });
    }

    /** Leaves; another tab takes over. */
    stop(): void {
        this.#stopped.abort();
        this.#leader?.stop();
        this.#leader = null;
        for (const id of [...this.#waiting.keys()]) {
            this.#settle(id)?.reject(new ClientError("offline", "the client has stopped"));
        }
        this.#channel.close();
        this.#release();
    }

    /** Tells all tabs, this one first. */
    tell(notice: Notice): void {
        if (this.#stopped.signal.aborted) return;
        this.#events.heard(notice);
        this.#leader?.heard(notice);
        this.#post({ type: "notice", notice });
    }

    /**
     * Has the leading tab carry out a command.
     *
     * @throws ClientError of the command; `offline` when the leading tab went away and the command must not be
     * repeated; `timeout` when no tab answers.
     */
    call<N extends CommandName>(name: N, ...args: Parameters<Commands[N]>): ReturnType<Commands[N]> {
        // The pair fits by the signature; the compiler cannot follow it through the union.
        const call = { name, args } as unknown as Call;
        return this.#call(call) as ReturnType<Commands[N]>;
    }

    #call(call: Call): Promise<unknown> {
        if (this.#leader) return carryOut(this.#leader, call);
        return new Promise((resolve, reject) => {
            const id = this.#nextId++;
            const stopTimer = this.#platform.clock.after(CALL_TIMEOUT_MS, () =>
                this.#settle(id)?.reject(new ClientError("timeout", "no tab answers")),
            );
            this.#waiting.set(id, { call, resolve, reject, stopTimer, isAsked: false });
            if (this.#leaderId !== null) this.#ask(id);
        });
    }

    #lead(): void {
        this.#leader = this.#events.lead();
        this.#leaderId = this.#id;
        this.#announce();
        this.#leader.start();
        for (const [id, waiting] of [...this.#waiting]) {
            if (this.#isLost(id, waiting)) continue;
            this.#settle(id);
            carryOut(this.#leader, waiting.call).then(waiting.resolve, waiting.reject);
        }
    }

    #announce(): void {
        if (this.#leader && this.#platform.locks) {
            this.#post({ type: "leader", id: this.#id, connection: this.#leader.state });
        }
    }

    #heard(message: Message): void {
        switch (message.type) {
            case "notice":
                // Where every tab leads itself, each has a connection of its own.
                if (this.#leader && message.notice.kind === "connection") return;
                this.#events.heard(message.notice);
                this.#leader?.heard(message.notice);
                return;
            case "who":
                return this.#announce();
            case "leader":
                return this.#follow(message.id, message.connection);
            case "call":
                if (this.#platform.locks) void this.#serve(message.from, message.id, message.call);
                return;
            case "result":
                if (message.to === this.#id) this.#settle(message.id)?.resolve(message.ok);
                return;
            case "error":
                if (message.to === this.#id) this.#settle(message.id)?.reject(unpack(message.error));
        }
    }

    #follow(leader: string, connection: Connection): void {
        if (this.#leader) return;
        const isNew = this.#leaderId !== leader;
        this.#leaderId = leader;
        this.#events.heard({ kind: "connection", connection });
        if (!isNew) return;
        for (const [id, waiting] of [...this.#waiting]) {
            if (!this.#isLost(id, waiting)) this.#ask(id);
        }
    }

    /** Whether a command was given to a tab that went away and must not be given again. */
    #isLost(id: number, waiting: Waiting): boolean {
        if (!waiting.isAsked || !UNREPEATABLE.has(waiting.call.name)) return false;
        this.#settle(id)?.reject(new ClientError("offline", "the tab that was asked went away"));
        return true;
    }

    #ask(id: number): void {
        const waiting = this.#waiting.get(id);
        if (!waiting) return;
        waiting.isAsked = true;
        this.#post({ type: "call", from: this.#id, id, call: waiting.call });
    }

    async #serve(from: string, id: number, call: Call): Promise<void> {
        if (!this.#leader) return;
        try {
            this.#post({ type: "result", to: from, id, ok: await carryOut(this.#leader, call) });
        } catch (error) {
            this.#post({ type: "error", to: from, id, error: pack(error) });
        }
    }

    #settle(id: number): Waiting | undefined {
        const waiting = this.#waiting.get(id);
        waiting?.stopTimer();
        this.#waiting.delete(id);
        return waiting;
    }

    #post(message: Message): void {
        if (!this.#stopped.signal.aborted) this.#channel.post(message);
    }
}

async function carryOut(leader: Leader, call: Call): Promise<unknown> {
    // Name and arguments come as a pair from `Tabs.call`, which checked that they fit.
    const command = leader[call.name] as (this: Leader, ...args: readonly unknown[]) => Promise<unknown>;
    return command.apply(leader, [...call.args]);
}
