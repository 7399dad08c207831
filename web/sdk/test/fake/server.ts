/** A small model of the server: connections that can be disturbed, over what `model.ts` keeps. */

import type { Clock, Socket, SocketEvents } from "../../src/platform";
import type { Entry, Methods, Push, ServerInfo } from "../../src/protocol.generated";
import { type Answers, answers, type Name } from "./answers";
import * as deeds from "./deeds";
import { type FakeChat, Model } from "./model";
import { PAGE } from "./pages";
import { Refusal, refuse } from "./refusal";

export type { FakeChat } from "./model";
export { refuse } from "./refusal";

/** One connection, seen from the server. */
export interface Wire {
    readonly events: SocketEvents;
    user: string | null;
    session: string | null;
    isOpen: boolean;
}

/** What becomes of a reply. */
export type Fate = "deliver" | "lose" | "cut" | "twice";

export class FakeServer {
    readonly model: Model;
    readonly sessions = new Map<string, { id: string; user: string }>();
    readonly wires = new Set<Wire>();
    readonly requests: { method: Name; params: unknown }[] = [];
    /** Bytes of all frames sent to clients. */
    sentBytes = 0;
    accepted = 0;
    maxInFlight = 0;
    /** Decides over each push: how many milliseconds until each copy arrives. */
    pushDelays: (push: Push) => number[] = () => [1];
    /** Decides over each reply. */
    fate: (method: Name) => Fate = () => "deliver";
    replyDelay: (method: Name) => number = () => 1;
    /** How long a reply is on its way, after it was made. */
    replyAfter: (method: Name) => number = () => 0;
    /** Called before a request is answered; may refuse. */
    before: (method: Name, params: unknown) => void = () => undefined;
    readonly limits: ServerInfo["limits"] = {
        frame_bytes: 65_536,
        text_bytes: 16_384,
        page: PAGE,
        group_members: 1000,
        members_per_request: 100,
        requests_in_flight: 8,
        sends_per_second: 20,
        sends_burst: 60,
        edit_window_s: 172_800,
        retract_window_s: 172_800,
        reader_list_members: 50,
        ping_ms: 25_000,
    };
    readonly #clock: Clock;
    readonly #inFlight = new Map<Wire, number>();
    readonly #answers: Answers;

    constructor(clock: Clock) {
        this.#clock = clock;
        this.model = new Model(clock, (user, push, except) => this.#push(user, push, except));
        this.#answers = answers(this);
    }

    get people(): Model["people"] {
        return this.model.people;
    }

    get chats(): Model["chats"] {
        return this.model.chats;
    }

    // ---- what tests do ----

    person(username: string): string {
        return this.model.person(username);
    }

    group(title: string, ...usernames: string[]): FakeChat {
        return this.model.makeChat("group", title, usernames.map((username) => this.person(username)));
    }

    direct(a: string, b: string): FakeChat {
        return this.model.makeChat("direct", undefined, [this.person(a), this.person(b)]);
    }

    say(chat: FakeChat, username: string, text: string, more: Partial<Entry> = {}): Entry {
        return this.model.say(chat, this.person(username), { type: "text", text }, more);
    }

    /** Adds a member; the timeline tells. */
    join(chat: FakeChat, username: string): void {
        deeds.join(this.model, chat, this.person(username), this.person(username));
    }

    /** Removes a member, who hears of it through the log alone. */
    remove(chat: FakeChat, username: string): void {
        deeds.part(this.model, chat, "u-somebody", this.person(username));
    }

    endSessions(username: string): void {
        const id = this.person(username);
        for (const [token, session] of this.sessions) if (session.user === id) this.sessions.delete(token);
        for (const wire of [...this.wires]) if (wire.user === id) this.close(wire, 4002);
    }

    push(username: string, push: Push): void {
        this.#push(this.person(username), push, null);
    }

    cutAll(): void {
        for (const wire of [...this.wires]) this.close(wire, 1006);
    }

    close(wire: Wire, code: number): void {
        if (!this.wires.delete(wire)) return;
        wire.isOpen = false;
        wire.events.closed(code);
    }

    /** Closes the connections of a session, after what is being answered. */
    closeSession(id: string): void {
        for (const wire of [...this.wires]) if (wire.session === id) this.#clock.after(2, () => this.close(wire, 4002));
    }

    count(method: Name): number {
        return this.requests.filter((request) => request.method === method).length;
    }

    info(): ServerInfo {
        const time_us = this.#clock.now() * 1000;
        return { name: "curlew", version: "0.0.0", features: [], registration: "open", time_us, limits: this.limits };
    }

    welcome(wire: Wire, user: string, session: string | null): Methods["session.hello"]["ok"] {
        const id = session ?? this.model.newId("session");
        const token = session === null ? this.model.newId("token") : undefined;
        if (token !== undefined) this.sessions.set(token, { id, user });
        wire.user = user;
        wire.session = id;
        const expires_ms = this.#clock.now() + 86_400_000;
        return { user: this.model.known(user).user, session: { id, expires_ms, ...(token && { token }) }, server: this.info() };
    }

    // ---- connections ----

    accept(events: SocketEvents): Socket {
        const wire: Wire = { events, user: null, session: null, isOpen: true };
        this.accepted += 1;
        this.wires.add(wire);
        this.#clock.after(1, () => wire.isOpen && events.opened());
        return {
            send: (text) => this.#received(wire, text),
            close: () => this.close(wire, 1000),
        };
    }

    #received(wire: Wire, text: string): void {
        if (!wire.isOpen) return;
        const { id, method, params } = JSON.parse(text) as { id: number; method: Name; params: never };
        const inFlight = (this.#inFlight.get(wire) ?? 0) + 1;
        this.#inFlight.set(wire, inFlight);
        this.maxInFlight = Math.max(this.maxInFlight, inFlight);
        this.#clock.after(this.replyDelay(method), () => {
            this.#inFlight.set(wire, (this.#inFlight.get(wire) ?? 1) - 1);
            if (wire.isOpen) this.#answer(wire, id, method, params);
        });
    }

    #answer(wire: Wire, id: number, method: Name, params: never): void {
        this.requests.push({ method, params });
        const reply = this.#reply(wire, id, method, params);
        const fate = this.fate(method);
        if (fate === "cut") return this.close(wire, 1006);
        if (fate === "lose" || !wire.isOpen) return;
        this.#sendAfter(wire, reply, this.replyAfter(method));
        if (fate === "twice" && wire.isOpen) this.#sendAfter(wire, reply, this.replyAfter(method));
    }

    #sendAfter(wire: Wire, text: string, ms: number): void {
        if (ms === 0) this.#send(wire, text);
        else this.#clock.after(ms, () => wire.isOpen && this.#send(wire, text));
    }

    #reply(wire: Wire, id: number, method: Name, params: never): string {
        try {
            this.before(method, params);
            const answer = this.#answers[method] as ((params: never, wire: Wire) => unknown) | undefined;
            if (!answer) refuse("unknown_method");
            if (!wire.user && !OPEN.has(method)) refuse("unauthorized");
            return JSON.stringify({ id, ok: answer(params, wire) });
        } catch (error) {
            if (!(error instanceof Refusal)) throw error;
            return JSON.stringify({ id, error: error.wire });
        }
    }

    #push(user: string, push: Push, except: unknown): void {
        for (const wire of this.wires) {
            if (wire.user !== user || wire === except) continue;
            const text = JSON.stringify(push);
            for (const ms of this.pushDelays(push)) this.#clock.after(ms, () => wire.isOpen && this.#send(wire, text));
        }
    }

    #send(wire: Wire, text: string): void {
        this.sentBytes += text.length;
        wire.events.received(text);
    }
}

const OPEN: ReadonlySet<Name> = new Set(["server.info", "account.register", "session.login", "session.hello"]);
