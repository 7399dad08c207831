/** Timelines made up as they are read, so that a hundred thousand messages cost nothing. */

import type { TimelineItem } from "@curlew/sdk";

/** A timeline: a length, and an item for each place below it. */
export interface History {
    length: number;
    at(index: number): TimelineItem;
}

/** Makes a stored message. */
export function message(stamp: number, sender: string, text: string, more: Partial<TimelineItem> = {}): TimelineItem {
    return {
        key: `s${stamp}`,
        stamp,
        kind: "message",
        sender,
        content: { type: "text", text },
        replyTo: null,
        thread: null,
        replies: null,
        mentions: [],
        mentionAll: false,
        mentionsMe: false,
        forwarded: null,
        reactions: [],
        sentAtMs: Math.floor(stamp / 1000),
        sendState: "sent",
        error: null,
        edited: false,
        retracted: false,
        hidden: false,
        pinned: false,
        pending: [],
        ...more,
    };
}

/** Makes a system entry. */
export function note(stamp: number, fields: { event: "created" | "left"; actor: string } | { event: "added" | "removed"; actor: string; users: string[] } | { event: "renamed"; actor: string; title: string } | { event: "pinned"; actor: string; stamp: number } | { event: "expiry"; actor: string; expire_after_s: number }): TimelineItem {
    return { ...message(stamp, fields.actor, ""), kind: "system", content: { type: "system", ...fields } };
}

/** A timeline that stands in an array. */
export function listed(items: TimelineItem[]): History {
    return {
        get length() {
            return items.length;
        },
        at(index) {
            const item = items[index];
            if (!item) throw new Error("index is below length");
            return item;
        },
    };
}

/** A timeline of `length` messages that ends at `endMs`; each is made when it is looked at. */
export function endless(length: number, endMs: number, senders: readonly string[], lines: readonly string[]): History {
    const cache = new Map<number, TimelineItem>();
    const make = (index: number): TimelineItem => {
        const random = Math.imul(index + 7, 2_654_435_761) >>> 0;
        const stamp = (endMs - (length - index) * 420_000 + (random % 200_000)) * 1000;
        const sender = senders[Math.floor(index / (1 + (random % 3))) % senders.length] ?? "u1";
        if (index % 997 === 500) return note(stamp, { event: "renamed", actor: sender, title: `Harbour Watch ${Math.floor(index / 997)}` });
        const line = lines[(index + (random % 5)) % lines.length] ?? "";
        const reply = index % 23 === 11 ? { replyTo: (endMs - (length - index + 3) * 420_000 + ((Math.imul(index + 4, 2_654_435_761) >>> 0) % 200_000)) * 1000 } : {};
        return message(stamp, sender, index % 50 === 0 ? `№ ${index}` : line, reply);
    };
    return {
        length,
        at(index) {
            const known = cache.get(index);
            if (known) return known;
            const made = make(index);
            cache.set(index, made);
            return made;
        },
    };
}
