/**
 * Which parts of a timeline are known without a gap.
 *
 * Every entry names the one before it, so an entry alone proves a range: nothing stands between its `prev` and
 * itself. Pages prove longer ones. Ranges that touch are one range; nothing else ever joins two.
 */

import type { Entry, TimelinePage } from "../protocol.generated";

/** Everything with `after < stamp ≤ through` is known. */
export interface Range {
    readonly after: number;
    readonly through: number;
}

/** A range with its entries, ascending. */
export interface Run extends Range {
    readonly entries: readonly Entry[];
}

/** Whether two ranges prove one together. */
export function touches(a: Range, b: Range): boolean {
    return a.after <= b.through && b.after <= a.through;
}

/** Adds `added` to `ranges` (ascending, none touching another); the result is so again. */
export function addRange(ranges: readonly Range[], added: Range): Range[] {
    let { after, through } = added;
    const apart: Range[] = [];
    for (const range of ranges) {
        if (touches(range, added)) {
            after = Math.min(after, range.after);
            through = Math.max(through, range.through);
        } else {
            apart.push(range);
        }
    }
    return [...apart, { after, through }].sort((a, b) => a.after - b.after);
}

/** The range that ends at the newest known entry, if anything is known. */
export function newest(ranges: readonly Range[]): Range | null {
    return ranges.at(-1) ?? null;
}

/** The run one entry proves. */
export function runOfEntry(entry: Entry): Run {
    return { after: entry.prev, through: entry.stamp, entries: [entry] };
}

/**
 * The run a page proves that was asked for `after` a stamp; `null` when it proves nothing.
 */
export function runAfter(after: number, page: TimelinePage): Run | null {
    const last = page.entries.at(-1);
    if (!last) return page.has_more ? null : { after, through: after, entries: [] };
    return { after, through: last.stamp, entries: page.entries };
}

/**
 * The run a page proves that was asked for `before` a stamp, or for the newest entries.
 *
 * @param end nothing stands between the page's last entry and this stamp; absent when the page does not tell.
 * @returns `null` when the page proves nothing.
 */
export function runBefore(page: TimelinePage, end = 0): Run | null {
    const first = page.entries[0];
    const last = page.entries.at(-1);
    if (!first || !last) {
        return page.has_more ? null : { after: page.floor, through: Math.max(page.floor, end), entries: [] };
    }
    // The last page reaches down to the floor, also when what stood before its first entry is hidden or gone.
    const after = page.has_more ? first.prev : Math.min(first.prev, page.floor);
    return { after, through: Math.max(last.stamp, end), entries: page.entries };
}

/** The run a page proves that was asked for `around` a stamp; `null` when it is empty. */
export function runAround(page: TimelinePage): Run | null {
    const first = page.entries[0];
    const last = page.entries.at(-1);
    return first && last ? { after: first.prev, through: last.stamp, entries: page.entries } : null;
}

/**
 * Joins two runs that touch.
 *
 * Where both have an entry, the one changed more often stays; of equal ones the added one.
 */
export function joinRuns(run: Run, added: Run): Run {
    return {
        after: Math.min(run.after, added.after),
        through: Math.max(run.through, added.through),
        entries: joinEntries(run.entries, added.entries),
    };
}

function joinEntries(kept: readonly Entry[], added: readonly Entry[]): readonly Entry[] {
    const [keptFirst, keptLast, first, last] = [kept[0], kept.at(-1), added[0], added.at(-1)];
    if (!first || !last) return kept;
    if (!keptFirst || !keptLast) return added;
    if (first.stamp > keptLast.stamp) return [...kept, ...added];
    if (last.stamp < keptFirst.stamp) return [...added, ...kept];
    const byStamp = new Map(kept.map((entry) => [entry.stamp, entry]));
    for (const entry of added) {
        const known = byStamp.get(entry.stamp);
        if (!known || known.revision <= entry.revision) byStamp.set(entry.stamp, entry);
    }
    return [...byStamp.values()].sort((a, b) => a.stamp - b.stamp);
}

/** The run with another copy of an entry, or without an entry that is gone; the same run when it has none there. */
export function replaceInRun(run: Run, stamp: number, entry: Entry | null): Run {
    const place = run.entries.findIndex((kept) => kept.stamp === stamp);
    const kept = run.entries[place];
    if (!kept || (entry && entry.revision < kept.revision)) return run;
    return { ...run, entries: run.entries.toSpliced(place, 1, ...(entry ? [entry] : [])) };
}

/** The run without what the floor has risen above. */
export function cutRun(run: Run, floor: number): Run {
    if (floor <= run.after) return run;
    const entries = run.entries.filter((entry) => entry.stamp > floor);
    return { after: floor, through: Math.max(run.through, floor), entries };
}
