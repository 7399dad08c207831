/** Finding people by exact user name, and choosing some of them. */

import { makeAutoObservable, observableRef, runInAction } from "mobx";
import type { CurlewClient, User } from "@curlew/sdk";
import { failureOf, type Failure } from "./failure";

const TYPING_MS = 300;

/** What a search came to. */
export type Search = "idle" | "searching" | "found" | "nobody" | "yourself" | "failed";

/** A search for people. */
export class PeoplePicker {
    query = "";
    search: Search = "idle";
    found: User | null = null;
    failure: Failure | null = null;
    chosen: readonly User[] = [];
    private timer: ReturnType<typeof setTimeout> | undefined;
    private turn = 0;

    /**
     * @param client finds people.
     * @param excluded ids of people who cannot be chosen.
     * @param known people one has talked to.
     */
    constructor(
        private readonly client: CurlewClient,
        private readonly excluded: () => ReadonlySet<string>,
        private readonly known: () => readonly User[],
    ) {
        makeAutoObservable<this, "client" | "timer" | "turn" | "excluded" | "known">(this, {
            found: observableRef,
            failure: observableRef,
            chosen: observableRef,
            client: false,
            timer: false,
            turn: false,
            excluded: false,
            known: false,
        });
    }

    /** The name that is looked for. */
    get wanted(): string {
        return this.query.trim().replace(/^@/, "").toLowerCase();
    }

    /** People one has talked to whose names hold what is typed. */
    get suggestions(): readonly User[] {
        const { wanted } = this;
        const taken = new Set([...this.excluded(), ...this.chosen.map((user) => user.id)]);
        return this.known().filter(
            (user) =>
                !taken.has(user.id) &&
                (user.username.includes(wanted) || user.display_name.toLowerCase().includes(wanted)) &&
                user.id !== this.found?.id,
        );
    }

    /** Types a name; the search starts when the typing pauses. */
    type(query: string): void {
        this.query = query;
        this.found = null;
        this.failure = null;
        this.turn += 1;
        clearTimeout(this.timer);
        const valid = /^[a-z0-9._-]{3,32}$/.test(this.wanted);
        this.search = valid ? "searching" : "idle";
        if (valid) this.timer = setTimeout(() => void this.find(), TYPING_MS);
    }

    /** Looks at once. */
    async find(): Promise<void> {
        clearTimeout(this.timer);
        const { wanted } = this;
        if (wanted === "") return;
        const turn = ++this.turn;
        this.search = "searching";
        try {
            const user = await this.client.findUser(wanted);
            if (turn === this.turn) runInAction(() => this.show(user));
        } catch (reason) {
            if (turn === this.turn) runInAction(() => this.fail(reason));
        }
    }

    /** Chooses somebody and clears the search. */
    choose(user: User): void {
        if (!this.chosen.some((other) => other.id === user.id)) this.chosen = [...this.chosen, user];
        this.type("");
    }

    /** Takes a choice back. */
    drop(id: string): void {
        this.chosen = this.chosen.filter((user) => user.id !== id);
    }

    /** Forgets everything typed and chosen. */
    reset(): void {
        this.type("");
        this.chosen = [];
    }

    private show(user: User | null): void {
        this.found = user && !this.excluded().has(user.id) ? user : null;
        if (!user) this.search = "nobody";
        else if (user.id === this.client.account?.id) this.search = "yourself";
        else this.search = "found";
    }

    private fail(reason: unknown): void {
        this.search = "failed";
        this.failure = failureOf(reason);
    }
}
