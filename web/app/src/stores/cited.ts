/** Messages that others name: quoted ones, pinned ones, roots of threads. They may stand outside the loaded window. */

import { createAtom, type IAtom } from "mobx";
import type { CurlewClient, TimelineItem } from "@curlew/sdk";

/** What is loaded already. */
export interface Loaded {
    at(stamp: number): TimelineItem | null;
}

/** The named messages of one chat, fetched by the client as they are looked at. */
export class Cited {
    private readonly atoms = new Map<number, IAtom>();

    constructor(
        private readonly client: CurlewClient,
        private readonly chat: string,
        private readonly loaded: Loaded,
    ) {}

    /** The message at a stamp; null until it is known. */
    at(stamp: number): TimelineItem | null {
        const here = this.loaded.at(stamp);
        if (here) return here;
        let atom = this.atoms.get(stamp);
        if (!atom) {
            atom = createAtom(`Cited ${stamp}`);
            this.atoms.set(stamp, atom);
        }
        atom.reportObserved();
        return this.client.message(this.chat, stamp);
    }

    /** Takes note that messages changed. */
    changed(stamps: Iterable<number> = this.atoms.keys()): void {
        for (const stamp of stamps) this.atoms.get(stamp)?.reportChanged();
    }
}
