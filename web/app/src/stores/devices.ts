/** One's own sessions: where one is logged in. */

import { makeAutoObservable, observableRef, runInAction } from "mobx";
import type { CurlewClient, Session } from "@curlew/sdk";
import { Task } from "./task";

/** The list of sessions. */
export class Devices {
    sessions: readonly Session[] | null = null;
    readonly loading = new Task();
    readonly ending = new Task();

    constructor(private readonly client: CurlewClient) {
        makeAutoObservable<this, "client">(this, { sessions: observableRef, client: false, loading: false, ending: false });
    }

    /** The session of this browser. */
    get current(): Session | null {
        return this.sessions?.find((session) => this.isCurrent(session)) ?? null;
    }

    /** All other sessions, the one seen last first. */
    get others(): readonly Session[] {
        return (this.sessions ?? []).filter((session) => !this.isCurrent(session)).sort((a, b) => b.seen_ms - a.seen_ms);
    }

    /** Reads the sessions. */
    async load(): Promise<void> {
        await this.loading.run(async () => {
            const sessions = await this.client.sessions();
            runInAction(() => (this.sessions = sessions));
        });
    }

    /** Ends a session. */
    async end(id: string): Promise<boolean> {
        const done = await this.ending.run(() => this.client.endSession(id));
        if (done) runInAction(() => (this.sessions = this.sessions?.filter((session) => session.id !== id) ?? null));
        return done;
    }

    /** Forgets everything, as after logging out. */
    reset(): void {
        this.sessions = null;
    }

    private isCurrent(session: Session): boolean {
        return session.current === true || session.id === this.client.sessionId;
    }
}
