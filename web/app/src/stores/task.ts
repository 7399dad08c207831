/** One thing that takes a while and may fail. */

import { makeAutoObservable, runInAction } from "mobx";
import { failureOf, type Failure } from "./failure";

/** Runs one promise at a time and remembers how it went. */
export class Task {
    running = false;
    failure: Failure | null = null;

    constructor() {
        makeAutoObservable(this);
    }

    /**
     * Runs something unless it is running already.
     *
     * @returns whether it ran and succeeded.
     */
    async run(work: () => Promise<void>): Promise<boolean> {
        if (this.running) return false;
        this.running = true;
        this.failure = null;
        try {
            await work();
            runInAction(() => (this.running = false));
            return true;
        } catch (reason) {
            runInAction(() => {
                this.running = false;
                this.failure = failureOf(reason);
            });
            return false;
        }
    }

    /** Forgets the last failure. */
    clear(): void {
        this.failure = null;
    }
}
