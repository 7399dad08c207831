/** What the server keeps: people with their change logs, chats with entries and change timelines. */

import type { Clock } from "../../src/platform";
import type {
    Change,
    Content,
    Draft,
    Entry,
    Account,
    LogEntry,
    Push,
    Reactor,
    Revision,
    Role,
} from "../../src/protocol.generated";
import { refuse } from "./refusal";

export interface Person {
    user: Account;
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
    ordinal: number;
    entries: Entry[];
    members: Map<string, { role: Role; since: number }>;
    reads: Map<string, number>;
    delivered: Map<string, number>;
    drafts: Map<string, Draft>;
    version: number;
    changes: LogEntry[];
    changesFloor: number;
    pins: number[];
    expireAfterS: number | undefined;
    /** By user: what they have hidden for themselves. */
    hidden: Map<string, Set<number>>;
    /** By user: messages that ever spoke to them. */
    mentioned: Map<string, Set<number>>;
    /** By stamp: who reacts with what. */
    reactions: Map<number, Reactor[]>;
    revisions: Map<number, Revision[]>;
    /** By sender and client id: what a request that was carried out answered. */
    done: Map<string, unknown>;
}

/** Who gets a push: a person, and the connection that does not. */
export type Deliver = (user: string, push: Push, except: unknown) => void;

/** More users than this who react with one kind are counted but not named. */
export const NAMED_REACTORS = 3;

export class Model {
    readonly people = new Map<string, Person>();
    readonly chats = new Map<string, FakeChat>();
    /** Changes of larger chats are not copied into the members' logs. */
    copiedUpTo = 3;
    readonly #clock: Clock;
    readonly #deliver: Deliver;
    #ids = 0;

    constructor(clock: Clock, deliver: Deliver) {
        this.#clock = clock;
        this.#deliver = deliver;
    }

    get nowMs(): number {
        return this.#clock.now();
    }

    newId(what: string): string {
        this.#ids += 1;
        return `${what}-${this.#ids}`;
    }

    person(username: string): string {
        const id = `u-${username}`;
        if (!this.people.has(id)) {
            const user = { id, username, display_name: username, created_ms: 0 };
            this.people.set(id, { user, logEpoch: this.newId("le"), log: [], logFloor: 0 });
        }
        return id;
    }

    known(id: string): Person {
        return this.people.get(id) ?? refuse("not_found");
    }

    /** A chat, for a member. */
    member(id: string, user: string): FakeChat {
        const chat = this.chats.get(id);
        return chat?.members.has(user) ? chat : refuse("not_found");
    }

    makeChat(kind: "direct" | "group", title: string | undefined, ids: string[], clientId?: string): FakeChat {
        const id = kind === "direct" ? `d-${[...ids].sort().join("-")}` : `g-${clientId ?? this.newId("chat")}`;
        const known = this.chats.get(id);
        if (known) return known;
        const role = (place: number): Role => (place === 0 ? "owner" : "member");
        const members = new Map(ids.map((user, place) => [user, { role: role(place), since: 0 }]));
        const chat: FakeChat = {
            ...{ id, kind, title, epoch: this.newId("e"), floor: 0, ordinal: 0, entries: [], members, version: 1 },
            ...{ changes: [], changesFloor: 0, pins: [], expireAfterS: undefined, reads: new Map(), delivered: new Map() },
            ...{ drafts: new Map(), hidden: new Map(), mentioned: new Map(), reactions: new Map(), revisions: new Map(), done: new Map() },
        };
        this.chats.set(id, chat);
        this.changeMembers(chat, "created", ids[0] ?? "", ids);
        return chat;
    }

    changeMembers(chat: FakeChat, event: "created" | "added" | "removed" | "left", actor: string, users: string[]): void {
        const also = event === "removed" || event === "left" ? users : [];
        const members_version = chat.version;
        this.change(chat, { kind: "membership", chat: chat.id, event, actor, users, members_version }, also);
    }

    append(chat: FakeChat, entry: Pick<Entry, "kind" | "sender"> & Partial<Entry>, from: unknown): Entry {
        const last = chat.entries.at(-1);
        if (entry.kind === "message") chat.ordinal += 1;
        const stored: Entry = {
            stamp: Math.max(this.nowMs * 1000, (last?.stamp ?? 0) + 1, chat.floor + 1),
            prev: last?.stamp ?? chat.floor,
            ordinal: chat.ordinal,
            revision: 0,
            ...entry,
        };
        chat.entries.push(stored);
        const push: Push = { push: "entry", data: { chat: chat.id, epoch: chat.epoch, entry: stored } };
        for (const member of chat.members.keys()) this.#deliver(member, push, from);
        this.mention(chat, stored, stored.mentions ?? []);
        return stored;
    }

    say(chat: FakeChat, sender: string, content: Content, more: Partial<Entry> = {}, from: unknown = null): Entry {
        const client_id = more.client_id ?? this.newId("client-id-of-fake");
        return this.append(chat, { kind: "message", sender, content, ...more, client_id }, from);
    }

    /** Whoever a message once spoke to it goes on to speak to. */
    mention(chat: FakeChat, entry: Entry, users: readonly string[]): void {
        for (const user of users.filter((one) => one !== entry.sender)) {
            const known = chat.mentioned.get(user) ?? new Set();
            chat.mentioned.set(user, known);
            if (known.has(entry.stamp)) continue;
            known.add(entry.stamp);
            this.log(user, { kind: "mention", chat: chat.id, stamp: entry.stamp, sender: entry.sender ?? "" });
        }
    }

    /** Writes a change into the chat's change timeline, and from there to the members as far as it is copied. */
    change(chat: FakeChat, change: Change, also: readonly string[] = []): void {
        const prev = chat.changes.at(-1)?.stamp ?? chat.changesFloor;
        const entry: LogEntry = { stamp: Math.max(this.nowMs * 1000, prev + 1), prev, change };
        chat.changes.push(entry);
        const isReaction = change.kind === "message" && change.event === "reacted";
        const readers = new Set([...chat.members.keys(), ...also]);
        const push: Push = { push: "changed", data: { chat: chat.id, epoch: chat.epoch, entry: this.filled(entry) } };
        for (const user of readers) {
            if (isReaction || chat.members.size > this.copiedUpTo) this.#deliver(user, push, null);
            else this.log(user, change, null, { stamp: entry.stamp, prev });
        }
    }

    log(user: string, change: Change, from: unknown = null, place?: LogEntry["place"]): void {
        const person = this.known(user);
        const prev = person.log.at(-1)?.stamp ?? person.logFloor;
        const entry = { stamp: Math.max(this.nowMs * 1000, prev + 1), prev, ...(place && { place }), change };
        person.log.push(entry);
        this.#deliver(user, { push: "change", data: { epoch: person.logEpoch, entry: this.filled(entry) } }, from);
    }

    deliver(user: string, push: Push, from: unknown): void {
        this.#deliver(user, push, from);
    }

    /** A change with the message as it stands now. */
    filled(entry: LogEntry): LogEntry {
        const { change } = entry;
        if (change.kind !== "message") return entry;
        const message = this.chats.get(change.chat)?.entries.find((one) => one.stamp === change.stamp);
        return message ? { ...entry, change: { ...change, entry: message } } : entry;
    }
}
