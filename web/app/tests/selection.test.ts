import { expect, it } from "vitest";
import { MOST_CHOSEN, Selection } from "../src/stores/selection";
import { item } from "./fixtures";

const items = Array.from({ length: 150 }, (_, index) => item((index + 1) * 1000, "u1", index === 3 ? { kind: "system" } : index === 5 ? { retracted: true } : {}));
const at = (index: number) => items[index] ?? item(0);
const stamps = (selection: Selection) => selection.chosen.map(({ stamp }) => stamp);

it("begins with one message and ends when none is chosen", () => {
    const selection = new Selection(() => items);
    selection.begin(at(1));
    expect(selection.active).toBe(true);
    selection.toggle(at(0));
    expect(stamps(selection)).toEqual([1000, 2000]);
    selection.toggle(at(0));
    selection.toggle(at(1));
    expect(selection.active).toBe(false);
});

it("a range leaves out what cannot be chosen", () => {
    const selection = new Selection(() => items);
    selection.begin(at(7));
    selection.extend(at(2));
    expect(stamps(selection)).toEqual([3000, 5000, 7000, 8000]);
});

it("no more are chosen than may be forwarded at once", () => {
    const selection = new Selection(() => items);
    selection.begin(at(10));
    selection.extend(at(149));
    expect(selection.chosen).toHaveLength(MOST_CHOSEN);
    expect(selection.isFull).toBe(true);
    selection.toggle(at(0));
    expect(selection.has(at(0))).toBe(false);
});
