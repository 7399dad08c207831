import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Entry } from "../src";
import { addRange, joinRuns, runAfter, runBefore } from "../src/store/ranges";
import { Browser, texts, World } from "./fake/world";

const entry = (stamp: number, prev: number, revision = 0): Entry => ({ stamp, prev, ordinal: 0, kind: "message", revision });

describe("ranges", () => {
    test("join where they touch and nowhere else", () => {
        const ranges = [{ after: 0, through: 10 }, { after: 20, through: 30 }];
        expect(addRange(ranges, { after: 12, through: 15 })).toEqual([ranges[0], { after: 12, through: 15 }, ranges[1]]);
        expect(addRange(ranges, { after: 10, through: 15 })).toEqual([{ after: 0, through: 15 }, ranges[1]]);
        expect(addRange(ranges, { after: 5, through: 20 })).toEqual([{ after: 0, through: 30 }]);
    });

    test("come from pages as far as the pages prove", () => {
        const page = { epoch: "e", floor: 3, entries: [entry(7, 5), entry(9, 7)], has_more: true };
        expect(runAfter(4, page)).toMatchObject({ after: 4, through: 9 });
        expect(runBefore(page, 12)).toMatchObject({ after: 5, through: 12 });
        expect(runBefore({ ...page, has_more: false }, 12)).toMatchObject({ after: 3, through: 12 });
        expect(runAfter(4, { ...page, entries: [] })).toBeNull();
        expect(runBefore({ ...page, entries: [], has_more: false }, 12)).toMatchObject({ after: 3, through: 12 });
    });

    test("keep the later revision where two runs have the same entry", () => {
        const run = { after: 0, through: 2, entries: [entry(1, 0, 2), entry(2, 1)] };
        const added = { after: 0, through: 3, entries: [entry(1, 0, 1), entry(2, 1, 1), entry(3, 2)] };
        expect(joinRuns(run, added).entries.map(({ revision }) => revision)).toEqual([2, 1, 0]);
    });
});

describe("a window", () => {
    let world: World;
    beforeEach(() => {
        world = new World();
    });
    afterEach(() => world.stop());

    test("opens at the end, loads older pages, and jumps to a stamp and back", async () => {
        const chat = world.server.group("friends", "ann", "bob");
        for (let n = 0; n < 300; n += 1) world.server.say(chat, "bob", `m${n}`);
        const ann = await world.signedIn("ann");
        const view = ann.open(chat.id);
        await world.until(() => view.loading === "none" && view.items.length >= 30, "a first screen");
        expect(texts(view.items).at(-1)).toBe("m299");
        await world.done(view.loadOlder());
        expect(view.hasOlder).toBe(true);
        const { length } = view.items;
        await world.done(view.jumpTo(chat.entries[50]?.stamp ?? 0));
        expect(texts(view.items)).toContain("m50");
        expect(view.items.length).toBeLessThan(length);
        expect([view.hasOlder, view.hasNewer]).toEqual([true, true]);
        world.server.say(chat, "bob", "unseen");
        await world.done(view.loadNewer());
        expect(texts(view.items)).not.toContain("unseen");
        await world.done(view.jumpToLatest());
        expect(texts(view.items).at(-1)).toBe("unseen");
        await world.done(view.jumpTo(chat.entries[20]?.stamp ?? 0));
        while (view.hasNewer) await world.done(view.loadNewer());
        while (view.hasOlder) await world.done(view.loadOlder());
        expect(texts(view.items)).toEqual(texts(chat.entries));
    });

    test("scrolls back offline as far as the store goes, then says that it is offline", async () => {
        const chat = world.server.group("friends", "ann", "bob");
        for (let n = 0; n < 300; n += 1) world.server.say(chat, "bob", `m${n}`);
        const browser = new Browser();
        const first = await world.signedIn("ann", browser);
        const before = first.open(chat.id);
        await world.until(() => before.loading === "none" && before.items.length >= 30, "a first screen");
        await world.done(before.loadOlder());
        await world.done(before.loadOlder());
        const { length } = before.items;
        await first.stop();
        world.unplug(browser);
        const second = await world.tab(browser);
        const view = second.open(chat.id);
        await world.until(() => view.loading === "none", "opened");
        while (view.items.length < length) await world.done(view.loadOlder());
        await expect(world.done(view.loadOlder())).rejects.toMatchObject({ code: "offline" });
        expect(view.hasOlder).toBe(true);
    });

    test("keeps its new-message marker where it was when it was opened", async () => {
        const chat = world.server.direct("ann", "bob");
        const entries = ["a", "b", "c"].map((text) => world.server.say(chat, "bob", text));
        chat.reads.set("u-ann", entries[0]?.stamp ?? 0);
        const ann = await world.signedIn("ann");
        const view = ann.open(chat.id);
        expect(view.firstUnread).toBe(entries[0]?.stamp);
        ann.markRead(chat.id, entries[2]?.stamp ?? 0);
        await world.until(() => ann.chat(chat.id)?.unread === 0, "read");
        expect(view.firstUnread).toBe(entries[0]?.stamp);
        expect(ann.open(chat.id).firstUnread).toBeNull();
    });

    test("keeps the newest two thousand entries of a chat and forgets the rest without a gap", async () => {
        const chat = world.server.group("friends", "ann", "bob");
        for (let n = 0; n < 2_300; n += 1) world.server.say(chat, "bob", `m${n}`);
        const browser = new Browser();
        const first = await world.signedIn("ann", browser);
        const before = first.open(chat.id);
        await world.until(() => before.loading === "none", "opened");
        while (before.hasOlder) await world.done(before.loadOlder());
        await first.stop();
        const second = await world.tab(browser);
        await world.until(() => second.connection.state === "online", "online");
        await world.pass(1_000);
        const pulls = world.server.count("timeline.pull");
        const view = second.open(chat.id);
        await world.until(() => view.loading === "none", "opened");
        while (view.items.length < 2_000) await world.done(view.loadOlder());
        expect(world.server.count("timeline.pull")).toBe(pulls);
        while (view.hasOlder) await world.done(view.loadOlder());
        expect(world.server.count("timeline.pull")).toBeGreaterThan(pulls);
        expect(texts(view.items)).toEqual(texts(chat.entries));
    });

    test("the last chats can be read offline though they were never opened", async () => {
        const chat = world.server.group("friends", "ann", "bob");
        for (let n = 0; n < 60; n += 1) world.server.say(chat, "bob", `m${n}`);
        const browser = new Browser();
        const ann = await world.signedIn("ann", browser);
        await world.until(() => world.server.count("timeline.pull") === 1, "prefetched");
        await world.pass(100);
        world.unplug(browser);
        const view = ann.open(chat.id);
        await world.until(() => view.items.length >= 50, "readable");
    });
});
