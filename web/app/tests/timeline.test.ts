import { beforeEach, expect, it, vi } from "vitest";
import { observable, runInAction } from "mobx";
import { Timeline } from "../src/stores/timeline";
import { FakeView, item } from "./fixtures";

let view: FakeView;
const missed = vi.fn();
const host = observable({ me: "u0", watched: true, read: 0, unread: 0, goneBeforeMs: 0, missed });

beforeEach(() => {
    view = new FakeView("c1");
    missed.mockClear();
    runInAction(() => Object.assign(host, { watched: true, read: 0, unread: 0, goneBeforeMs: 0 }));
});

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => item((from + index) * 1000));

it("older messages are put before the first row without a new beginning", () => {
    view.items = range(100, 120);
    view.hasOlder = true;
    const timeline = new Timeline(view, host);
    const { firstIndex, generation } = timeline;
    view.items = range(50, 120);
    timeline.sync();
    expect(timeline.firstIndex).toBe(firstIndex - 50);
    expect(timeline.generation).toBe(generation);
});

it("another part of the history is a new beginning", () => {
    view.items = range(100, 120);
    const timeline = new Timeline(view, host);
    const { generation } = timeline;
    view.items = range(10, 30);
    timeline.sync();
    expect(timeline.generation).toBe(generation + 1);
});

it("opens where new messages begin, even when that is far up", async () => {
    runInAction(() => Object.assign(host, { read: 20_000, unread: 80 }));
    view.items = range(80, 100);
    view.hasOlder = true;
    view.firstUnread = 20_000;
    view.jumpTo.mockImplementation(async () => {
        view.items = range(10, 40);
    });
    const timeline = new Timeline(view, host);
    await Promise.resolve();
    await Promise.resolve();
    expect(view.jumpTo).toHaveBeenCalledWith(20_000);
    expect(timeline.items[timeline.anchor.offset as number]?.stamp).toBe(21_000);
    expect(timeline.row(11)?.startsNew).toBe(true);
});

it("what arrives while nobody looks is marked as new, what is seen is not", () => {
    view.items = range(1, 4);
    runInAction(() => (host.read = 3000));
    const timeline = new Timeline(view, host);
    view.items = range(1, 5);
    timeline.sync();
    expect(timeline.marker).toBeNull();
    runInAction(() => Object.assign(host, { read: 4000, watched: false }));
    view.items = range(1, 6);
    timeline.sync();
    expect(timeline.marker).toBe(4000);
    view.items = range(1, 7);
    timeline.sync();
    expect(timeline.marker).toBe(4000);
});

it("a failed load is told and can be tried again", async () => {
    view.items = range(10, 20);
    view.hasOlder = true;
    view.loadOlder.mockRejectedValueOnce(new Error("no network"));
    const timeline = new Timeline(view, host);
    await timeline.loadOlder();
    expect(timeline.failed).toBe(true);
    await timeline.loadOlder();
    expect(timeline.failed).toBe(false);
    expect(view.loadOlder).toHaveBeenCalledTimes(2);
});

it("nothing is loaded at an end that is reached", async () => {
    view.items = range(10, 20);
    const timeline = new Timeline(view, host);
    await timeline.loadOlder();
    await timeline.loadNewer();
    expect(view.loadOlder).not.toHaveBeenCalled();
    expect(view.loadNewer).not.toHaveBeenCalled();
});

it("what has outlived its time disappears as the clock goes on, what happened to the chat stays", () => {
    view.items = [item(1000_000, "u1", { kind: "system" }), ...range(2000, 2004)];
    const timeline = new Timeline(view, host);
    expect(timeline.items).toHaveLength(5);
    runInAction(() => (host.goneBeforeMs = 2001));
    expect(timeline.items.map(({ stamp }) => stamp)).toEqual([1000_000, 2002_000, 2003_000]);
});

it("the way down leads back to where one came from before it leads to the end", async () => {
    view.items = range(1, 50);
    const timeline = new Timeline(view, host);
    const toRow = vi.fn();
    const toEnd = vi.fn();
    timeline.attach({ toRow, toEnd });
    await timeline.jumpFrom(40_000, 3000);
    expect(timeline.canGoBack).toBe(true);
    await timeline.goDown();
    await timeline.goDown();
    expect(toRow.mock.calls.map(([row]) => row)).toEqual([2, 39]);
    expect(toEnd).toHaveBeenCalledOnce();
});

it("a message that is gone is told instead of shown", async () => {
    view.items = range(10, 20);
    view.jumpTo.mockRejectedValueOnce(new Error("not found"));
    const timeline = new Timeline(view, host);
    await timeline.jumpTo(3000);
    expect(missed).toHaveBeenCalledOnce();
});

it("new messages that were jumped over are offered until one has been there", async () => {
    runInAction(() => Object.assign(host, { read: 10_000, unread: 30 }));
    view.items = range(1, 41);
    view.firstUnread = 10_000;
    const timeline = new Timeline(view, host);
    await Promise.resolve();
    timeline.setTop(8);
    expect(timeline.isMarkAbove).toBe(false);
    await timeline.jumpToLatest();
    timeline.setTop(30);
    expect(timeline.isMarkAbove).toBe(true);
    timeline.setTop(9);
    timeline.setTop(30);
    expect(timeline.isMarkAbove).toBe(false);
});
