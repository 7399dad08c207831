/** What tabs tell each other. */

import type { Connection } from "./client";
import type { WireError } from "./protocol.generated";
import type { ActionRecord, Changes, SessionRecord } from "./store/records";

/** Why one is signed out. */
export type SignOutReason = "logout" | "ended" | "expired";

/** News that every tab takes in, wherever it was made. */
export type Notice =
    | { readonly kind: "connection"; readonly connection: Connection }
    | { readonly kind: "session"; readonly session: SessionRecord }
    | { readonly kind: "signedOut"; readonly reason: SignOutReason }
    | { readonly kind: "sessions" }
    | { readonly kind: "reads"; readonly chat: string }
    | { readonly kind: "refused"; readonly action: ActionRecord; readonly error: WireError }
    | { readonly kind: "data"; readonly changes: Changes }
    | { readonly kind: "hasMoreChats"; readonly hasMore: boolean };
