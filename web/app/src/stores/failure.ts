/** Failures in words a person understands, at the field they belong to. */

import { ClientError, type ActionKind, type WireError } from "@curlew/sdk";
import type { Messages } from "../i18n";

/** Something that failed: what to say, and the field to say it at. */
export interface Failure {
    readonly code: ClientError["code"];
    readonly field: string | null;
    readonly retryAfterMs: number | null;
}

/** Reads whatever a promise was rejected with. */
export function failureOf(reason: unknown): Failure {
    if (reason instanceof ClientError) {
        return { code: reason.code, field: reason.field, retryAfterMs: reason.retryAfterMs };
    }
    return { code: "internal", field: null, retryAfterMs: null };
}

/** A sentence for a failure that belongs to no field. */
export function failureText(failure: Failure, t: Messages): string {
    switch (failure.code) {
        case "offline":
            return t.error.offline;
        case "timeout":
            return t.error.timeout;
        case "rate_limited":
            return t.error.rateLimited(Math.max(1, Math.ceil((failure.retryAfterMs ?? 0) / 1000)));
        case "overloaded":
        case "unavailable":
            return t.error.busy;
        case "forbidden":
            return t.error.forbidden;
        case "not_found":
            return t.error.gone;
        case "conflict":
        case "stale":
            return t.error.changed;
        case "bad_request":
        case "too_large":
        case "unknown_method":
            return t.error.refused;
        default:
            return t.error.unknown;
    }
}

/** A sentence for something done to messages that the server refused and that is undone here. */
export function refusalText(action: ActionKind, error: WireError, t: Messages): string {
    return `${t.refused[action]} ${failureText(failureOf(ClientError.of(error)), t)}`;
}
