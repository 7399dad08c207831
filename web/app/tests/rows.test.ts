import { expect, it } from "vitest";
import type { TimelineItem } from "@curlew/sdk";
import { indexAtOrAfter, rowAt, shiftBetween } from "../src/stores/rows";
import { item } from "./fixtures";

const NOON = new Date(2026, 4, 4, 12).getTime();
const at = (minutes: number, sender = "u1", more: Partial<TimelineItem> = {}) => item((NOON + minutes * 60_000) * 1000, sender, more);

it("messages of one sender close together form a group", () => {
    const items = [at(0), at(1), at(2, "u2"), at(3, "u2"), at(20, "u2"), at(21, "u2", { kind: "system" }), at(22, "u2")];
    const marks = items.map((_, index) => rowAt(items, index, null, "u2")).map((row) => `${row?.first ? "f" : "-"}${row?.last ? "l" : "-"}`);
    expect(marks).toEqual(["f-", "-l", "f-", "-l", "fl", "fl", "fl"]);
});

it("a day begins once, and a group never spans two days", () => {
    const items = [at(719), at(721)];
    expect(items.map((_, index) => rowAt(items, index, null, null)?.startsDay)).toEqual([true, true]);
    expect(rowAt(items, 1, null, null)?.first).toBe(true);
});

it("the mark of new messages stands once, at the first one after it", () => {
    const items = [at(0), at(1), at(2), at(3, "u0", { stamp: null })];
    const marker = items[0]?.stamp ?? 0;
    expect(items.map((_, index) => rowAt(items, index, marker, null)?.startsNew)).toEqual([false, true, false, false]);
    expect(rowAt(items, 1, marker, null)?.first).toBe(true);
});

it("the shift of a list is how far its front moved", () => {
    const all = [0, 1, 2, 3, 4].map((minute) => at(minute));
    expect(shiftBetween(all.slice(2), all)).toBe(2);
    expect(shiftBetween(all, all.slice(2))).toBe(-2);
    expect(shiftBetween(all.slice(0, 3), all)).toBe(0);
    expect(shiftBetween(all.slice(0, 2), all.slice(3))).toBeNull();
    expect(shiftBetween([], all)).toBeNull();
});

it("a stamp leads to its item or the one after it", () => {
    const items = [at(0), at(2), at(4, "u0", { stamp: null })];
    expect(indexAtOrAfter(items, items[1]?.stamp ?? 0)).toBe(1);
    expect(indexAtOrAfter(items, (items[0]?.stamp ?? 0) + 1)).toBe(1);
    expect(indexAtOrAfter(items, (items[1]?.stamp ?? 0) + 1)).toBe(2);
});
