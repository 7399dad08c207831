/** A list that is asked for once and shown when it is there. */

import { makeAutoObservable, observableRef, runInAction } from "mobx";
import { Task } from "./task";

/** Some things, or why they are not there. */
export class Listing<Thing> {
    things: readonly Thing[] | null = null;
    readonly loading = new Task();

    /** @param ask asks for all of them. */
    constructor(private readonly ask: () => Promise<readonly Thing[]>) {
        makeAutoObservable<this, "ask">(this, { things: observableRef, loading: false, ask: false });
        void this.load();
    }

    /** Asks, or asks again. */
    async load(): Promise<void> {
        await this.loading.run(async () => {
            const things = await this.ask();
            runInAction(() => (this.things = things));
        });
    }
}
