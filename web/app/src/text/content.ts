/** Reads what an entry says. Content comes from other people's clients, so every shape is checked. */

import type { Bundle, Content } from "@curlew/sdk";

/** Something that happened to the chat, in the words of the protocol. */
export interface SystemNote {
    readonly event: string;
    readonly actor: string;
    readonly users: readonly string[];
    readonly title: string;
    /** The message it is about. */
    readonly stamp: number | null;
    /** Time to live of messages in seconds; null when they stay. */
    readonly expireAfterS: number | null;
}

type Fields = Readonly<Record<string, unknown>>;

/** The words of a text message; null for any other content. */
export function textOf(content: Content | null): string | null {
    const fields = content as Fields | null;
    return fields?.["type"] === "text" && typeof fields["text"] === "string" ? fields["text"] : null;
}

/** What a system entry tells; null for any other content. */
export function noteOf(content: Content | null): SystemNote | null {
    const fields = content as Fields | null;
    if (fields?.["type"] !== "system") return null;
    const { event, actor, users, title, stamp, expire_after_s: expireAfterS } = fields;
    return {
        event: typeof event === "string" ? event : "",
        actor: typeof actor === "string" ? actor : "",
        users: Array.isArray(users) ? users.filter((user) => typeof user === "string") : [],
        title: typeof title === "string" ? title : "",
        stamp: typeof stamp === "number" ? stamp : null,
        expireAfterS: typeof expireAfterS === "number" && expireAfterS > 0 ? expireAfterS : null,
    };
}

/** Messages forwarded as one, without what cannot be read; null for any other content. */
export function bundleOf(content: Content | null): Bundle | null {
    const fields = content as Fields | null;
    if (fields?.["type"] !== "bundle" || !Array.isArray(fields["items"])) return null;
    const title = fields["title"];
    const items = fields["items"].filter(isBundleItem);
    return { type: "bundle", items, ...(typeof title === "string" && { title }) };
}

function isBundleItem(item: unknown): item is Bundle["items"][number] {
    if (typeof item !== "object" || item === null) return false;
    const { sender, name, stamp, content } = item as Fields;
    return typeof sender === "string" && typeof name === "string" && typeof stamp === "number" && typeof content === "object";
}

const encoder = new TextEncoder();

/** Length in bytes of UTF-8, which is what the server counts. */
export function byteLength(text: string): number {
    return encoder.encode(text).length;
}
