/** Addresses of screens, kept in the part of the URL behind the hash, which no server sees. */

/** What the side column shows. */
export type Side = "list" | "new" | "new/group" | "settings" | "settings/profile" | "settings/sessions" | "settings/password";

/** Which screen is open. */
export interface Route {
    /** The chat in the main column. */
    readonly chat: string | null;
    /** Whether the chat's details are open beside it. */
    readonly info: boolean;
    /** Stamp of the message whose thread is open beside it. */
    readonly thread: number | null;
    readonly side: Side;
}

/** A code that came with a link: of the first account, or of an invitation. */
export interface Ticket {
    readonly kind: "setup" | "invite";
    readonly code: string;
}

const SIDES: readonly Side[] = ["list", "new", "new/group", "settings", "settings/profile", "settings/sessions", "settings/password"];

/** The screen one starts with. */
export const HOME: Route = { chat: null, info: false, thread: null, side: "list" };

/** Reads a route; whatever is not understood leads home. */
export function parseRoute(hash: string): Route {
    const parts = hash.replace(/^#?\/?/, "").split("/").filter((part) => part !== "");
    const chat = parts[0] === "c" && /^[\w-]{1,64}$/.test(parts[1] ?? "") ? (parts[1] ?? null) : null;
    const rest = chat === null ? parts : parts.slice(2);
    const info = chat !== null && rest[0] === "info";
    const thread = chat !== null && rest[0] === "thread" && /^[1-9]\d{0,15}$/.test(rest[1] ?? "") ? Number(rest[1]) : null;
    const path = rest.slice(info ? 1 : thread === null ? 0 : 2).join("/");
    return { chat, info, thread, side: SIDES.find((side) => side === path) ?? "list" };
}

/** Writes a route so that {@link parseRoute} reads it back. */
export function formatRoute(route: Route): string {
    const beside = route.info ? ["info"] : route.thread === null ? [] : ["thread", String(route.thread)];
    const chat = route.chat === null ? [] : ["c", route.chat, ...beside];
    return `#/${[...chat, ...(route.side === "list" ? [] : [route.side])].join("/")}`;
}

/** Address of a chat. */
export function chatAddress(chat: string): string {
    return formatRoute({ ...HOME, chat });
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
