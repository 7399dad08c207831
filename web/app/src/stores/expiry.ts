/** After what time the messages of the open chat disappear. */

import type { ChatState, CurlewClient } from "@curlew/sdk";
import { governs } from "./rights";
import { Task } from "./task";

const HOUR = 3600;
const DAY = 24 * HOUR;
/** Times that are offered, in seconds; 0: messages stay. */
const OFFERED: readonly number[] = [0, HOUR, DAY, 7 * DAY, 28 * DAY, 91 * DAY];

/** The setting of one chat. */
export class Expiry {
    readonly task = new Task();

    constructor(
        private readonly client: CurlewClient,
        readonly id: string,
        private readonly read: () => ChatState | null,
    ) {}

    /** The present time in seconds; 0 when messages stay. */
    get seconds(): number {
        return this.read()?.expireAfterS ?? 0;
    }

    /** What can be chosen; a time set elsewhere is among it. */
    get choices(): readonly number[] {
        return [...new Set([...OFFERED, this.seconds])].sort((a, b) => a - b);
    }

    /** Whether one may choose. */
    get mayChange(): boolean {
        const chat = this.read();
        return chat !== null && governs(chat);
    }

    /** Chooses another time. */
    choose(seconds: number): Promise<boolean> {
        return this.task.run(() => this.client.setExpiry(this.id, seconds === 0 ? null : seconds));
    }
}
