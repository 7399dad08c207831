/** Reads what an entry says. Content comes from other people's clients, so every shape is checked. */

import type { Content } from "@curlew/sdk";

/** Something that happened to the chat, in the words of the protocol. */
export interface SystemNote {
    readonly event: string;
    readonly actor: string;
    readonly users: readonly string[];
    readonly title: string;
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
    const { event, actor, users, title } = fields;
    return {
        event: typeof event === "string" ? event : "",
        actor: typeof actor === "string" ? actor : "",
        users: Array.isArray(users) ? users.filter((user) => typeof user === "string") : [],
        title: typeof title === "string" ? title : "",
    };
}

const encoder = new TextEncoder();

/** Length in bytes of UTF-8, which is what the server counts. */
export function byteLength(text: string): number {
    return encoder.encode(text).length;
}
