/** Addresses of screens, kept in the part of the URL behind the hash, which no server sees. */

/** What the side column shows. */
export type Side = "list" | "new" | "new/group" | "settings" | "settings/profile" | "settings/sessions" | "settings/password";

/** Which screen is open. */
export interface Route {
    /** The chat in the main column. */
    readonly chat: string | null;
    /** Whether the chat's details are open beside it. */
    readonly info: boolean;
    readonly side: Side;
}

/** A code that came with a link: of the first account, or of an invitation. */
export interface Ticket {
    readonly kind: "setup" | "invite";
    readonly code: string;
}

const SIDES: readonly Side[] = ["list", "new", "new/group", "settings", "settings/profile", "settings/sessions", "settings/password"];

/** The screen one starts with. */
export const HOME: Route = { chat: null, info: false, side: "list" };

/** Reads a route; whatever is not understood leads home. */
export function parseRoute(hash: string): Route {
    const parts = hash.replace(/^#?\/?/, "").split("/").filter((part) => part !== "");
    const chat = parts[0] === "c" && /^[\w-]{1,64}$/.test(parts[1] ?? "") ? (parts[1] ?? null) : null;
    const rest = chat === null ? parts : parts.slice(2);
    const info = chat !== null && rest[0] === "info";
    const path = (info ? rest.slice(1) : rest).join("/");
    return { chat, info, side: SIDES.find((side) => side === path) ?? "list" };
}

/** Writes a route so that {@link parseRoute} reads it back. */
export function formatRoute(route: Route): string {
    const chat = route.chat === null ? [] : ["c", route.chat, ...(route.info ? ["info"] : [])];
    return `#/${[...chat, ...(route.side === "list" ? [] : [route.side])].join("/")}`;
}

/** Reads the code of a set-up link or an invitation. */
export function parseTicket(hash: string): Ticket | null {
    const match = /^#(setup|invite)=([^&]{1,256})$/.exec(hash);
    if (!match?.[2]) return null;
    try {
        return { kind: match[1] === "setup" ? "setup" : "invite", code: decodeURIComponent(match[2]) };
    } catch {
        return null;
    }
}
