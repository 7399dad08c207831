/** Curlew's client: offline-first, one socket for all tabs, without a user interface. */

export * from "./client";
export { createClient } from "./create";
export { ClientError, type ClientErrorCode } from "./error";
export type * from "./protocol.generated";
