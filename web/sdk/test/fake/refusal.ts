/** What the server answers when it refuses. */

import type { WireError } from "../../src/protocol.generated";

export class Refusal extends Error {
    constructor(readonly wire: WireError) {
        super(wire.code);
    }
}

/** Refuses a request. */
export function refuse(code: WireError["code"], more: Partial<WireError> = {}): never {
    throw new Refusal({ code, message: code, retry: "never", outcome: "none", ...more });
}
