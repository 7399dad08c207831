/** What a person may do with a message, as far as the client can know it; the server decides. */

import type { ChatState, Limits, TimelineItem } from "@curlew/sdk";
import { textOf } from "../text/content";

/** Something one can do with a message. */
export type Right = "reply" | "thread" | "react" | "edit" | "forward" | "copy" | "pin" | "history" | "readers" | "retract" | "hide" | "select";

/** What the answer depends on. */
export interface Circumstances {
    readonly chat: ChatState;
    readonly me: string | null;
    /** Present time in milliseconds. */
    readonly now: number;
    readonly limits: Limits | null;
    /** Whether one's own reads are hidden, and with them those of others. */
    readonly hidesReads: boolean;
}

/** Whether one may change the chat itself: pins, title, time to live. */
export function governs(chat: ChatState): boolean {
    return chat.kind === "direct" || isAdmin(chat);
}

/** Whether one stands above ordinary members of a group. */
export function isAdmin(chat: ChatState): boolean {
    return chat.kind !== "direct" && chat.role !== "member";
}

/** Everything one may do with a message. */
export function rightsOver(item: TimelineItem, circumstances: Circumstances): ReadonlySet<Right> {
    const rights = new Set<Right>();
    if (item.kind !== "message") return rights;
    if (item.stamp !== null) rights.add("hide");
    if (!item.retracted && textOf(item.content) !== null) rights.add("copy");
    if (item.stamp === null || item.retracted || item.content === null) return rights;
    for (const right of ["reply", "react", "forward", "select"] as const) rights.add(right);
    for (const right of ["thread", "pin", "edit", "history", "readers", "retract"] as const) {
        if (DEPENDS[right](item, circumstances)) rights.add(right);
    }
    return rights;
}

type Judge = (item: TimelineItem, circumstances: Circumstances) => boolean;

const DEPENDS: Readonly<Record<"thread" | "pin" | "edit" | "history" | "readers" | "retract", Judge>> = {
    thread: (item, { chat }) => chat.kind !== "direct" || item.replies !== null || item.thread !== null,
    pin: (_, { chat }) => governs(chat),
    edit: (item, { me, now, limits }) =>
        item.sender === me && item.forwarded === null && textOf(item.content) !== null && isWithin(item, now, limits?.edit_window_s),
    history: (item, { chat, me }) => item.edited && (item.sender === me || isAdmin(chat)),
    readers: (item, { chat, me, limits, hidesReads }) =>
        item.sender === me && chat.kind !== "direct" && !hidesReads && chat.memberCount <= (limits?.reader_list_members ?? 0),
    retract: (item, { chat, me, now, limits }) => isAdmin(chat) || (item.sender === me && isWithin(item, now, limits?.retract_window_s)),
};

/** A window of no length never ends. */
function isWithin(item: TimelineItem, now: number, windowS: number | undefined): boolean {
    return windowS === undefined || windowS === 0 || now - item.sentAtMs < windowS * 1000;
}
