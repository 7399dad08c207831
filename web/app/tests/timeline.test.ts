import { beforeEach, expect, it } from "vitest";
import { observable, runInAction } from "mobx";
import { Timeline } from "../src/stores/timeline";
import { FakeClient, FakeView, item } from "./fixtures";

let client: FakeClient;
let view: FakeView;
const host = observable({ me: "u0", watched: true, read: 0, unread: 0 });

beforeEach(() => {
    client = new FakeClient();
    view = client.view;
    runInAction(() => Object.assign(host, { watched: true, read: 0, unread: 0 }));
});

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => item((from + index) * 1000));

it("older messages are put before the first row without a new beginning", () => {
    view.items = range(100, 120);
    view.hasOlder = true;
    const timeline = new Timeline(client, "c1", host);
    const { firstIndex, generation } = timeline;
    view.items = range(50, 120);
    timeline.sync();
    expect(timeline.firstIndex).toBe(firstIndex - 50);
    expect(timeline.generation).toBe(generation);
});

it("another part of the history is a new beginning", () => {
    view.items = range(100, 120);
    const timeline = new Timeline(client, "c1", host);
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
    const timeline = new Timeline(client, "c1", host);
    await Promise.resolve();
    await Promise.resolve();
    expect(view.jumpTo).toHaveBeenCalledWith(20_000);
    expect(timeline.items[timeline.anchor.offset as number]?.stamp).toBe(21_000);
    expect(timeline.row(11)?.startsNew).toBe(true);
});

it("what arrives while nobody looks is marked as new, what is seen is not", () => {
    view.items = range(1, 4);
    runInAction(() => (host.read = 3000));
    const timeline = new Timeline(client, "c1", host);
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
    const timeline = new Timeline(client, "c1", host);
    await timeline.loadOlder();
    expect(timeline.failed).toBe(true);
    await timeline.loadOlder();
    expect(timeline.failed).toBe(false);
    expect(view.loadOlder).toHaveBeenCalledTimes(2);
});

it("nothing is loaded at an end that is reached", async () => {
    view.items = range(10, 20);
    const timeline = new Timeline(client, "c1", host);
    await timeline.loadOlder();
    await timeline.loadNewer();
    expect(view.loadOlder).not.toHaveBeenCalled();
    expect(view.loadNewer).not.toHaveBeenCalled();
});
