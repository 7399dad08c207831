/** A newer version of the client that waits to be used. */

import { makeAutoObservable } from "mobx";

/** Whether there is one. */
export class Update {
    ready = false;
    private accept: () => void = () => undefined;

    constructor() {
        makeAutoObservable<this, "accept">(this, { accept: false });
    }

    /** A new version waits; `accept` puts it to use. */
    offer(accept: () => void): void {
        this.accept = accept;
        this.ready = true;
    }

    /** Puts the new version to use. */
    use(): void {
        this.accept();
    }
}
