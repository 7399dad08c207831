/** What one does to messages of the invented world, and what one asks about them. */

import type { Bundle, Reactor, ReadMark, Replies, Revision, TimelineItem } from "@curlew/sdk";
import { person } from "./people";
import type { DemoChat } from "./world";

const ME = "u0";

/** Every message of a chat that is known by its stamp: those of long histories are looked up by halves. */
export function at(row: DemoChat, stamp: number): TimelineItem | null {
    const item = row.added.find((one) => one.stamp === stamp) ?? stored(row, stamp);
    if (!item) return null;
    const changed = row.changed.get(item.key);
    return changed === undefined ? item : changed;
}

function stored({ history }: DemoChat, stamp: number): TimelineItem | null {
    let low = 0;
    let high = history.length;
    while (low < high) {
        const middle = (low + high) >> 1;
        if ((history.at(middle).stamp ?? 0) < stamp) low = middle + 1;
        else high = middle;
    }
    const item = low < history.length ? history.at(low) : null;
    return item?.stamp === stamp ? item : null;
}

/** Replaces a message by what it becomes; null hides it. */
export function alter(row: DemoChat, stamp: number, become: (item: TimelineItem) => TimelineItem | null): void {
    const item = at(row, stamp);
    if (item) row.changed.set(item.key, become(item));
}

/** Changes what a message says and keeps what it said. */
export function edit(row: DemoChat, stamp: number, text: string, mentions: string[]): void {
    const item = at(row, stamp);
    if (!item?.content) return;
    row.revisions.set(stamp, [...(row.revisions.get(stamp) ?? []), { content: item.content, since_ms: item.sentAtMs }]);
    alter(row, stamp, (old) => ({ ...old, content: { type: "text", text }, edited: true, mentions }));
}

/** What a message said before. */
export function revisions(row: DemoChat, stamp: number): Revision[] {
    const item = at(row, stamp);
    const earlier = item?.edited ? [{ content: { type: "text", text: "Prefect, thank you" } as const, since_ms: item.sentAtMs }] : [];
    return row.revisions.get(stamp) ?? earlier;
}

/** Reacts, or takes a reaction back. */
export function react(item: TimelineItem, kind: string, on: boolean): TimelineItem {
    const others = item.reactions.find((reaction) => reaction.kind === kind)?.users.filter((user) => user !== ME) ?? [];
    const users = on ? [...others, ME] : others;
    const isNew = !item.reactions.some((reaction) => reaction.kind === kind);
    const changed = { kind, users, count: users.length, mine: on };
    const reactions = isNew ? [...item.reactions, changed] : item.reactions.map((reaction) => (reaction.kind === kind ? changed : reaction));
    return { ...item, reactions: reactions.filter(({ count }) => count > 0) };
}

/** A message that was taken back. */
export function retract(item: TimelineItem): TimelineItem {
    return { ...item, content: null, retracted: true, reactions: [], forwarded: null, mentions: [], mentionsMe: false, edited: false };
}

/** Who reacts to a message. */
export function reactors(item: TimelineItem | null): Reactor[] {
    const users = new Set(item?.reactions.flatMap((reaction) => [...reaction.users]) ?? []);
    return [...users].map((user) => ({ user, kinds: item?.reactions.filter((reaction) => reaction.users.includes(user)).map(({ kind }) => kind) ?? [] }));
}

/** Who has read a message: most of the others. */
export function readers(row: DemoChat, stamp: number): ReadMark[] {
    return row.members.filter((index) => index !== 0).slice(0, -1).map((index) => ({ user: `u${index}`, stamp }));
}

/** Messages as one. */
export function bundle(title: string | null, items: readonly TimelineItem[]): Bundle {
    const said = items.flatMap(({ sender, stamp, content }) => (content ? [{ sender: sender ?? ME, name: person(Number((sender ?? ME).slice(1))).display_name, stamp: stamp ?? 0, content }] : []));
    return { type: "bundle", items: said, ...(title !== null && { title }) };
}

/** Everything in a thread, and how much that is. */
export function thread(row: DemoChat, root: number): { items: TimelineItem[]; replies: Replies | null } {
    const all: TimelineItem[] = [];
    for (let index = Math.max(0, row.history.length - 1000); index < row.history.length; index++) all.push(row.history.at(index));
    const items = [...all, ...row.added].filter((item) => item.thread === root).flatMap((item) => row.changed.get(item.key) ?? (row.changed.has(item.key) ? [] : item));
    const last = items.findLast((item) => item.stamp !== null)?.stamp;
    const count = items.filter((item) => !item.retracted).length;
    return { items, replies: last === undefined || last === null ? null : { count, last } };
}
