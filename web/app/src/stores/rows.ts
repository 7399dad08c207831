/** How a message stands among its neighbours: days, groups of one sender, the mark where new ones begin. */

import type { TimelineItem } from "@curlew/sdk";
import { dayOf } from "../i18n/dates";

/** Messages of one sender closer than this form a group. */
const GROUP_MS = 5 * 60_000;

/** A message and its place. */
export interface Row {
    readonly item: TimelineItem;
    readonly own: boolean;
    /** First of its day: a separator stands above. */
    readonly startsDay: boolean;
    /** First one not read yet: the mark stands above. */
    readonly startsNew: boolean;
    /** First and last of a group of one sender. */
    readonly first: boolean;
    readonly last: boolean;
}

/**
 * Places one item.
 *
 * @param items the timeline, ascending.
 * @param index which of them.
 * @param marker stamp after which messages are new, if the mark is shown.
 * @param me one's own user id.
 */
export function rowAt(items: readonly TimelineItem[], index: number, marker: number | null, me: string | null): Row | null {
    const item = items[index];
    if (!item) return null;
    const before = items[index - 1];
    const after = items[index + 1];
    return {
        item,
        own: item.sender === me && item.kind === "message",
        startsDay: !before || dayOf(before.sentAtMs) !== dayOf(item.sentAtMs),
        startsNew: isFirstNew(before, item, marker),
        first: !before || !joins(before, item, marker),
        last: !after || !joins(item, after, marker),
    };
}

function joins(before: TimelineItem, after: TimelineItem, marker: number | null): boolean {
    return (
        before.kind === "message" &&
        after.kind === "message" &&
        before.sender === after.sender &&
        after.sentAtMs - before.sentAtMs < GROUP_MS &&
        dayOf(before.sentAtMs) === dayOf(after.sentAtMs) &&
        !isFirstNew(before, after, marker)
    );
}

function isFirstNew(before: TimelineItem | undefined, item: TimelineItem, marker: number | null): boolean {
    if (marker === null || item.stamp === null || item.stamp <= marker) return false;
    return before === undefined || (before.stamp ?? Infinity) <= marker;
}

/**
 * How far a list moved at its front.
 *
 * @returns how many items were put before (negative: taken away); null when the two lists share nothing.
 */
export function shiftBetween(old: readonly TimelineItem[], next: readonly TimelineItem[]): number | null {
    const places = new Map(next.map((item, index) => [item.key, index]));
    for (const [index, item] of old.entries()) {
        const place = places.get(item.key);
        if (place !== undefined) return place - index;
    }
    return null;
}

/** Index of the item at a stamp, or the first one after it. */
export function indexAtOrAfter(items: readonly TimelineItem[], stamp: number): number {
    let low = 0;
    let high = items.length;
    while (low < high) {
        const middle = (low + high) >> 1;
        if ((items[middle]?.stamp ?? Infinity) < stamp) low = middle + 1;
        else high = middle;
    }
    return low;
}
