/** The time as observable state, so that no view asks for it. */

import { createAtom } from "mobx";
import { dayOf } from "../i18n/dates";

/** A clock that ticks only while somebody looks at it. */
export class Clock {
    private readonly seconds = this.ticking(1000);
    private readonly minutes = this.ticking(20_000);
    private day: number;
    private readonly days = this.ticking(20_000, () => this.day !== (this.day = dayOf(this.read())));

    /** @param read gives the present time in milliseconds. */
    constructor(private readonly read: () => number = Date.now) {
        this.day = dayOf(read());
    }

    /** The present time, renewed every second. */
    get now(): number {
        this.seconds.reportObserved();
        return this.read();
    }

    /** The present time, renewed a few times a minute. */
    get minute(): number {
        this.minutes.reportObserved();
        return this.read();
    }

    /** The present day, as a number that rises by one each day. */
    get today(): number {
        this.days.reportObserved();
        this.day = dayOf(this.read());
        return this.day;
    }

    private ticking(everyMs: number, changed: () => boolean = () => true) {
        let timer: ReturnType<typeof setInterval> | undefined;
        const atom = createAtom(
            "Clock",
            () => {
                timer = setInterval(() => changed() && atom.reportChanged(), everyMs);
            },
            () => clearInterval(timer),
        );
        return atom;
    }
}
