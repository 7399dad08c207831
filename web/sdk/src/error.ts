/** Why something asked of the client did not happen. */

import type { ErrorCode, WireError } from "./protocol.generated";

/** A reason of the server, or one of the client's own: no connection, or no answer in time. */
export type ClientErrorCode = ErrorCode | "offline" | "timeout";

/** The error of every promise of the client. */
export class ClientError extends Error {
    override readonly name = "ClientError";
    /** What the caller can do next follows from this. */
    readonly code: ClientErrorCode;
    /** Path of the param at fault. */
    readonly field: string | null;
    /** How long to wait before trying again. */
    readonly retryAfterMs: number | null;
    /** What the server said; absent when it said nothing. */
    readonly wire: WireError | null;

    constructor(
        code: ClientErrorCode,
        message = "",
        field: string | null = null,
        retryAfterMs: number | null = null,
        wire: WireError | null = null,
    ) {
        super(message);
        this.code = code;
        this.field = field;
        this.retryAfterMs = retryAfterMs;
        this.wire = wire;
    }

    /** The error a server's answer stands for. */
    static of(wire: WireError): ClientError {
        return new ClientError(wire.code, wire.message, wire.field ?? null, wire.retry_after_ms ?? null, wire);
    }

    /** Whether the same request will fail again. */
    get isFinal(): boolean {
        return this.wire?.retry === "never" && this.code !== "unauthorized";
    }
}

/** A {@link ClientError} in a form that goes from tab to tab. */
export interface PortableError {
    readonly code: ClientErrorCode;
    readonly message: string;
    readonly wire: WireError | null;
}

/** Takes an error to another tab. Whatever is no {@link ClientError} is a fault of this program: `internal`. */
export function pack(error: unknown): PortableError {
    if (error instanceof ClientError) return { code: error.code, message: error.message, wire: error.wire };
    return { code: "internal", message: String(error), wire: null };
}

/** The error that {@link pack} took. */
export function unpack(error: PortableError): ClientError {
    return error.wire ? ClientError.of(error.wire) : new ClientError(error.code, error.message);
}
