/** Completing a mention while it is typed. */

import { makeAutoObservable, observableRef, runInAction } from "mobx";
import type { CurlewClient } from "@curlew/sdk";
import { EVERYBODY, matching, mentionQuery, mentionSpans, type Mentionable, type MentionQuery } from "../text/mention";
import { nameOf } from "./people";

/** Somebody, or everybody, that is offered. */
export type Candidate = { readonly kind: "person"; readonly person: Mentionable } | { readonly kind: "all"; readonly word: string };

/** What completing needs to know. */
export interface MentionHost {
    readonly me: string | null;
    /** Whether one may speak to everybody. */
    readonly mayMentionAll: boolean;
    /** Rises with every change of membership. */
    readonly membersVersion: number;
    /** What everybody is called in the language of the client. */
    readonly everybody: string;
    /** People seen in the chat, for when its members cannot be asked for. */
    readonly seen: readonly Mentionable[];
}

/** Whom a text speaks to. */
export interface Addressees {
    readonly mentions: readonly string[];
    readonly mentionAll: boolean;
}

const SHOWN = 20;
/** Most members one message may speak to. */
const MOST = 50;

/** The people offered after an @. */
export class MentionBox {
    query: MentionQuery | null = null;
    index = 0;
    private members: readonly Mentionable[] | null = null;
    /** People chosen from the list: of two with one name, the chosen one is meant. */
    private chosen: readonly Mentionable[] = [];
    /** The membership whose members were asked for. */
    private asked: number | null = null;
    /** Place of an @ whose list was closed by hand. */
    private closed: number | null = null;

    constructor(
        private readonly client: CurlewClient,
        private readonly chat: string,
        private readonly host: MentionHost,
    ) {
        makeAutoObservable<this, "members" | "chosen" | "asked" | "closed" | "client" | "chat" | "host">(this, {
            query: observableRef,
            members: observableRef,
            chosen: false,
            asked: false,
            closed: false,
            client: false,
            chat: false,
            host: false,
        });
    }

    /** Whom the query may mean, best first. */
    get candidates(): readonly Candidate[] {
        const { query, host } = this;
        if (!query) return [];
        const people = this.people.filter(({ id }) => id !== host.me);
        const found = matching(people, query.wanted).map((person) => ({ kind: "person", person }) as const);
        const wanted = query.wanted.toLowerCase();
        const all = host.mayMentionAll && [host.everybody, ...EVERYBODY].some((word) => word.toLowerCase().startsWith(wanted));
        const everybody = all ? [{ kind: "all", word: host.everybody } as const] : [];
        return [...everybody, ...found].slice(0, SHOWN);
    }

    /** The one that Enter chooses. */
    get current(): Candidate | null {
        return this.candidates[Math.min(this.index, this.candidates.length - 1)] ?? null;
    }

    /** Follows what is written. */
    follow(text: string, caret: number): void {
        if (text.includes("@")) void this.load();
        const query = mentionQuery(text, caret);
        if (query?.wanted !== this.query?.wanted) this.index = 0;
        if (query?.from !== this.closed) this.closed = null;
        this.query = query && this.closed === query.from ? null : query;
    }

    /** Moves the choice. */
    move(step: number): void {
        const { length } = this.candidates;
        if (length > 0) this.index = (Math.min(this.index, length - 1) + step + length) % length;
    }

    /** Points at one of them. */
    point(index: number): void {
        this.index = index;
    }

    /** Closes the list until another @ is typed. */
    close(): void {
        this.closed = this.query?.from ?? null;
        this.query = null;
    }

    /**
     * Puts a candidate into the text.
     *
     * @returns the new text and where the caret goes.
     */
    complete(text: string, candidate: Candidate): { text: string; caret: number } {
        const { query } = this;
        if (!query) return { text, caret: text.length };
        if (candidate.kind === "person") this.chosen = [...this.chosen, candidate.person];
        const word = `@${candidate.kind === "all" ? candidate.word : candidate.person.name} `;
        const rest = text.slice(query.to).replace(/^ /u, "");
        this.query = null;
        return { text: text.slice(0, query.from) + word + rest, caret: query.from + word.length };
    }

    /** Whom a text speaks to. */
    addressees(text: string): Addressees {
        const people = [...this.chosen, ...this.people].filter(({ id }) => id !== this.host.me);
        const spans = mentionSpans(text, people, this.host.mayMentionAll);
        // Whoever speaks to all speaks to nobody in particular.
        if (spans.some(({ user }) => user === null)) return { mentions: [], mentionAll: true };
        const users = new Set(spans.flatMap(({ user }) => user ?? []));
        return { mentions: [...users].slice(0, MOST), mentionAll: false };
    }

    /** Forgets whom was chosen: the message is sent. */
    reset(): void {
        this.query = null;
        this.chosen = [];
        this.closed = null;
    }

    private get people(): readonly Mentionable[] {
        return this.members ?? this.host.seen;
    }

    /** Members are asked for with the first @, and again when they changed or that failed. */
    private async load(): Promise<void> {
        const { membersVersion } = this.host;
        if (this.asked === membersVersion) return;
        this.asked = membersVersion;
        try {
            const members = await this.client.members(this.chat);
            runInAction(() => (this.members = members.map(({ user }) => ({ id: user.id, username: user.username, name: nameOf(user) }))));
        } catch {
            runInAction(() => (this.asked = null));
        }
    }
}
