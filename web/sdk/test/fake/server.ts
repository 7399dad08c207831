/** A small model of the server: people, chats with entries, change logs, connections that can be disturbed. */

import type { Clock, Socket, SocketEvents } from "../../src/platform";
import type {
    Change,
    Chat,
    ChatRow,
    Content,
    Entry,
    LogEntry,
    LogPage,
    Methods,
    Push,
    Role,
    ServerInfo,
    SyncedChat,
    TimelinePage,
    User,
    WireError,
} from "../../src/protocol.generated";

type Name = keyof Methods;
type Answers = { [M in Name]?: (params: Methods[M]["params"], connection: Wire) => Methods[M]["ok"] };

interface Person {
    user: User;
    logEpoch: string;
    log: LogEntry[];
    logFloor: number;
}

export interface FakeChat {
    id: string;
    kind: "direct" | "group";
    title: string | undefined;
    epoch: string;
    floor: number;
    entries: Entry[];
    members: Map<string, { role: Role; since: number }>;
    reads: Map<string, number>;
    version: number;
}

/** One connection, seen from the server. */
export interface Wire {
    readonly events: SocketEvents;
    user: string | null;
    session: string | null;
    isOpen: boolean;
}

/** What becomes of a reply. */
export type Fate = "deliver" | "lose" | "cut" | "twice";

class Refusal extends Error {
    constructor(readonly wire: WireError) {
        super(wire.code);
    }
}

/** Refuses a request. */
export function refuse(code: WireError["code"], more: Partial<WireError> = {}): never {
    throw new Refusal({ code, message: code, retry: "never", outcome: "none", ...more });
}

const PAGE = 200;

export class FakeServer {
    readonly people = new Map<string, Person>();
    readonly chats = new Map<string, FakeChat>();
    readonly sessions = new Map<string, { id: string; user: string }>();
    readonly wires = new Set<Wire>();
    readonly requests: { method: Name; params: unknown }[] = [];
    accepted = 0;
    maxInFlight = 0;
    /** Decides over each push: how many milliseconds until each copy arrives. */
    pushDelays: (push: Push) => number[] = () => [1];
    /** Decides over each reply. */
    fate: (method: Name) => Fate = () => "deliver";
    replyDelay: (method: Name) => number = () => 1;
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
    #ids = 0;

    constructor(clock: Clock) {
        this.#clock = clock;
    }

    // ---- what tests do ----

    person(username: string): string {
        const id = `u-${username}`;
        if (!this.people.has(id)) {
            const user = { id, username, display_name: username, created_ms: 0 };
            this.people.set(id, { user, logEpoch: this.#id("le"), log: [], logFloor: 0 });
        }
        return id;
    }

    group(title: string, ...usernames: string[]): FakeChat {
        const ids = usernames.map((username) => this.person(username));
        return this.#makeChat("group", title, ids);
    }

    direct(a: string, b: string): FakeChat {
        return this.#makeChat("direct", undefined, [this.person(a), this.person(b)]);
    }

    say(chat: FakeChat, username: string, text: string, clientId = this.#id("client-id-of-fake")): Entry {
        return this.append(chat, this.person(username), clientId, { type: "text", text }, "message");
    }

    /** Adds a member; the timeline tells. */
    join(chat: FakeChat, username: string): void {
        const id = this.person(username);
        chat.version += 1;
        chat.members.set(id, { role: "member", since: chat.entries.at(-1)?.stamp ?? 0 });
        this.append(chat, id, this.#id("system-entry-id-"), { type: "system", event: "added", actor: id, users: [id] }, "system");
        this.#membership(chat, "added", id);
    }

    /** Removes a member, who hears of it through the log alone. */
    remove(chat: FakeChat, username: string): void {
        const id = this.person(username);
        chat.version += 1;
        chat.members.delete(id);
        this.#log(id, { kind: "membership", chat: chat.id, event: "removed", actor: "x", users: [id], members_version: chat.version });
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

    count(method: Name): number {
        return this.requests.filter((request) => request.method === method).length;
    }

    append(chat: FakeChat, sender: string, clientId: string, content: Content, kind: Entry["kind"], from: Wire | null = null): Entry {
        const last = chat.entries.at(-1);
        const entry: Entry = {
            stamp: Math.max(this.#clock.now() * 1000, (last?.stamp ?? 0) + 1),
            prev: last?.stamp ?? chat.floor,
            ordinal: (last?.ordinal ?? 0) + (kind === "message" ? 1 : 0),
            kind,
            sender,
            client_id: clientId,
            revision: 0,
            content,
        };
        chat.entries.push(entry);
        const push: Push = { push: "entry", data: { chat: chat.id, epoch: chat.epoch, entry } };
        for (const member of chat.members.keys()) this.#push(member, push, from);
        return entry;
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
        wire.events.received(reply);
        if (fate === "twice" && wire.isOpen) wire.events.received(reply);
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

    #push(user: string, push: Push, except: Wire | null): void {
        for (const wire of this.wires) {
            if (wire.user !== user || wire === except) continue;
            const text = JSON.stringify(push);
            for (const ms of this.pushDelays(push)) {
                this.#clock.after(ms, () => wire.isOpen && wire.events.received(text));
            }
        }
    }

    // ---- answers ----

    readonly #answers: Answers = {
        "server.info": () => this.#info(),
        "account.register": (params, wire) => {
            if (this.people.has(`u-${params.username}`)) refuse("conflict", { field: "username" });
            return this.#welcome(wire, this.person(params.username), null);
        },
        "session.login": (params, wire) => {
            if (params.password !== "password" || !this.people.has(`u-${params.username}`)) refuse("unauthorized");
            return this.#welcome(wire, this.person(params.username), null);
        },
        "session.hello": (params, wire) => {
            const session = this.sessions.get(params.token) ?? refuse("unauthorized");
            return this.#welcome(wire, session.user, session.id);
        },
        "session.list": () => ({ sessions: [] }),
        "session.end": ({ id }) => {
            for (const [token, session] of this.sessions) if (session.id === id) this.sessions.delete(token);
            for (const wire of [...this.wires]) if (wire.session === id) this.#clock.after(2, () => this.close(wire, 4002));
            return {};
        },
        "user.get": ({ id }) => ({ user: (this.people.get(id) ?? refuse("not_found")).user }),
        "user.find": ({ username }) => ({ user: (this.people.get(`u-${username}`) ?? refuse("not_found")).user }),
        "user.update": ({ display_name }, wire) => {
            const person = this.#self(wire);
            person.user = { ...person.user, display_name: display_name ?? person.user.display_name };
            return { user: person.user };
        },
        "chat.create": (params, wire) => {
            const kind = params.kind === "direct" ? "direct" : "group";
            const chat = this.#makeChat(kind, params.title, [this.#me(wire), ...params.members], params.client_id);
            return { chat: this.#chatOf(chat, this.#me(wire)) };
        },
        "chat.get": ({ chat }, wire) => this.#row(this.#member(chat, wire), this.#me(wire)),
        "chat.list": ({ window }, wire) => this.#list(this.#me(wire), window?.offset ?? 0, window?.limit ?? 50),
        "chat.members": ({ chat }, wire) => {
            const { members, version } = this.#member(chat, wire);
            const rows = [...members].map(([id, member]) => ({ user: this.#person(id).user, ...member }));
            return { members: rows, members_version: version, has_more: false };
        },
        "chat.update": ({ chat, title }, wire) => {
            const found = this.#member(chat, wire);
            found.title = title;
            for (const member of found.members.keys()) this.#log(member, { kind: "chat", chat });
            return { chat: this.#chatOf(found, this.#me(wire)) };
        },
        "chat.leave": ({ chat }, wire) => {
            this.#member(chat, wire).members.delete(this.#me(wire));
            return {};
        },
        "message.send": (params, wire) => {
            const chat = this.#member(params.chat, wire);
            const me = this.#me(wire);
            const known = chat.entries.find((entry) => entry.sender === me && entry.client_id === params.client_id);
            const entry = known ?? this.append(chat, me, params.client_id, params.content, "message", wire);
            const { stamp, prev, ordinal } = entry;
            return { chat: chat.id, stamp, prev, ordinal, epoch: chat.epoch, duplicate: known !== undefined, level: "stored" };
        },
        "timeline.pull": (params, wire) => {
            const chat = this.#member(params.chat, wire);
            const limit = Math.min(params.limit, PAGE);
            if (params.after !== undefined) return this.#after(chat, this.#me(wire), params.after, params.epoch, limit);
            const visible = this.#visible(chat, this.#me(wire));
            const floor = this.#floor(chat, this.#me(wire));
            if (params.around !== undefined) {
                const at = visible.findIndex((entry) => entry.stamp >= (params.around ?? 0));
                const entries = visible.slice(Math.max(0, at - limit / 2), at + limit / 2);
                return { epoch: chat.epoch, floor, entries, has_more: entries.length < visible.length };
            }
            const before = visible.filter((entry) => entry.stamp < (params.before ?? Infinity));
            return { epoch: chat.epoch, floor, entries: before.slice(-limit), has_more: before.length > limit };
        },
        "log.pull": ({ after, epoch, limit }, wire) => this.#logAfter(this.#me(wire), after, epoch, limit),
        sync: (params, wire) => {
            const me = this.#me(wire);
            const window = this.#list(me, params.window?.offset ?? 0, params.window?.limit ?? 50);
            const cursors = new Map((params.chats ?? []).map((cursor) => [cursor.chat, cursor]));
            const inWindow = new Set(window.chats.map((row) => row.chat.id));
            const named = [...cursors.keys()].filter((id) => !inWindow.has(id) && this.chats.get(id)?.members.has(me));
            const rows = [...window.chats, ...named.map((id) => this.#row(this.#chat(id), me))];
            const chats = rows.map((row): SyncedChat => {
                const cursor = cursors.get(row.chat.id);
                const page = cursor && this.#after(this.#chat(row.chat.id), me, cursor.after, cursor.epoch, PAGE);
                return { ...row, changes_next: 0, ...(page && { timeline: page }) };
            });
            return { log: this.#logAfter(me, params.log?.after, params.log?.epoch, PAGE), chats, has_more: window.has_more };
        },
        "read.mark": ({ chat, stamp }, wire) => {
            const found = this.#member(chat, wire);
            const me = this.#me(wire);
            if (stamp > (found.entries.at(-1)?.stamp ?? 0)) refuse("bad_request");
            const read = Math.max(stamp, found.reads.get(me) ?? 0);
            found.reads.set(me, read);
            this.#log(me, { kind: "read", chat, stamp: read });
            for (const member of found.members.keys()) {
                if (member !== me) this.#push(member, { push: "read", data: { chat, user: me, stamp: read } }, null);
            }
            return { stamp: read, unread: this.#unread(found, me) };
        },
    };

    #info(): ServerInfo {
        const time_us = this.#clock.now() * 1000;
        return { name: "curlew", version: "0.0.0", features: [], registration: "open", time_us, limits: this.limits };
    }

    #welcome(wire: Wire, user: string, session: string | null): Methods["session.hello"]["ok"] {
        const id = session ?? this.#id("session");
        const token = session === null ? this.#id("token") : undefined;
        if (token !== undefined) this.sessions.set(token, { id, user });
        wire.user = user;
        wire.session = id;
        const expires_ms = this.#clock.now() + 86_400_000;
        return { user: this.#person(user).user, session: { id, expires_ms, ...(token && { token }) }, server: this.#info() };
    }

    #makeChat(kind: "direct" | "group", title: string | undefined, ids: string[], clientId?: string): FakeChat {
        const id = kind === "direct" ? `d-${[...ids].sort().join("-")}` : `g-${clientId ?? this.#id("chat")}`;
        const known = this.chats.get(id);
        if (known) return known;
        const members = new Map(ids.map((user, place) => [user, { role: (place === 0 ? "owner" : "member") as Role, since: 0 }]));
        const chat: FakeChat = { id, kind, title, epoch: this.#id("e"), floor: 0, entries: [], members, reads: new Map(), version: 1 };
        this.chats.set(id, chat);
        for (const user of ids) this.#membership(chat, "created", user);
        return chat;
    }

    #membership(chat: FakeChat, event: "created" | "added", user: string): void {
        const change: Change = { kind: "membership", chat: chat.id, event, actor: user, users: [user], members_version: chat.version };
        this.#log(user, change);
    }

    #log(user: string, change: Change): void {
        const person = this.#person(user);
        const prev = person.log.at(-1)?.stamp ?? person.logFloor;
        const entry = { stamp: Math.max(this.#clock.now() * 1000, prev + 1), prev, change };
        person.log.push(entry);
        this.#push(user, { push: "change", data: { epoch: person.logEpoch, entry } }, null);
    }

    #logAfter(user: string, after: number | undefined, epoch: string | undefined, limit: number): LogPage {
        const person = this.#person(user);
        const end = person.log.at(-1)?.stamp ?? person.logFloor;
        const page = { epoch: person.logEpoch, floor: person.logFloor, next: end, entries: [], has_more: false };
        if (after === undefined) return page;
        if (epoch !== person.logEpoch) return { ...page, reset: "epoch" };
        if (after < person.logFloor) return { ...page, reset: "floor" };
        const left = person.log.filter((entry) => entry.stamp > after);
        const entries = left.slice(0, limit);
        return { ...page, entries, next: entries.at(-1)?.stamp ?? after, has_more: left.length > limit };
    }

    #after(chat: FakeChat, user: string, after: number, epoch: string | undefined, limit: number): TimelinePage {
        const floor = this.#floor(chat, user);
        const page = { epoch: chat.epoch, floor, entries: [], has_more: false };
        if (epoch !== undefined && epoch !== chat.epoch) return { ...page, reset: "epoch" };
        if (after !== 0 && after < chat.floor) return { ...page, reset: "floor" };
        const isKnown = after <= floor || chat.entries.some((entry) => entry.stamp === after);
        if (!isKnown) return { ...page, reset: "rewound" };
        const left = this.#visible(chat, user).filter((entry) => entry.stamp > after);
        return { ...page, entries: left.slice(0, limit), has_more: left.length > limit };
    }

    #list(me: string, offset: number, limit: number): Methods["chat.list"]["ok"] {
        const mine = [...this.chats.values()].filter((chat) => chat.members.has(me));
        const newest = (chat: FakeChat): number => chat.entries.at(-1)?.stamp ?? 0;
        mine.sort((a, b) => newest(b) - newest(a));
        const rows = mine.slice(offset, offset + limit).map((chat) => this.#row(chat, me));
        return { chats: rows, has_more: mine.length > offset + limit };
    }

    #row(chat: FakeChat, me: string): ChatRow {
        const last = this.#visible(chat, me).at(-1);
        const others = [...chat.reads].filter(([user]) => user !== me);
        const reads = chat.kind === "direct" ? others.map(([user, stamp]) => ({ user, stamp })) : undefined;
        return {
            chat: this.#chatOf(chat, me),
            unread: this.#unread(chat, me),
            mentions: 0,
            read: chat.reads.get(me) ?? 0,
            ...(last && { last }),
            ...(reads && { reads }),
        };
    }

    #chatOf(chat: FakeChat, me: string): Chat {
        const peer = [...chat.members.keys()].find((id) => id !== me);
        return {
            id: chat.id,
            kind: chat.kind,
            role: chat.members.get(me)?.role ?? "member",
            member_count: chat.members.size,
            members_version: chat.version,
            epoch: chat.epoch,
            created_ms: 0,
            ...(chat.title !== undefined && { title: chat.title }),
            ...(chat.kind === "direct" && peer !== undefined && { peer: this.#person(peer).user }),
        };
    }

    #unread(chat: FakeChat, me: string): number {
        const read = chat.reads.get(me) ?? 0;
        const unread = this.#visible(chat, me).filter((entry) => entry.kind === "message" && entry.sender !== me);
        return unread.filter((entry) => entry.stamp > read).length;
    }

    #floor(chat: FakeChat, user: string): number {
        return Math.max(chat.floor, chat.members.get(user)?.since ?? 0);
    }

    #visible(chat: FakeChat, user: string): Entry[] {
        return chat.entries.filter((entry) => entry.stamp > this.#floor(chat, user));
    }

    #member(id: string, wire: Wire): FakeChat {
        const chat = this.chats.get(id);
        return chat?.members.has(this.#me(wire)) ? chat : refuse("not_found");
    }

    #chat(id: string): FakeChat {
        return this.chats.get(id) ?? refuse("not_found");
    }

    #me(wire: Wire): string {
        return wire.user ?? refuse("unauthorized");
    }

    #self(wire: Wire): Person {
        return this.#person(this.#me(wire));
    }

    #person(id: string): Person {
        return this.people.get(id) ?? refuse("not_found");
    }

    #id(what: string): string {
        this.#ids += 1;
        return `${what}-${this.#ids}`;
    }
}

const OPEN: ReadonlySet<Name> = new Set(["server.info", "account.register", "session.login", "session.hello"]);
