import { afterEach, beforeEach, describe, expect, test } from "vitest";
import * as deeds from "./fake/deeds";
import type { FakeChat } from "./fake/server";
import { Browser, texts, World } from "./fake/world";

let world: World;
beforeEach(() => {
    world = new World();
});
afterEach(() => world.stop());

const stamp = (chat: FakeChat, n: number): number => chat.entries[n]?.stamp ?? 0;

describe("a thread", () => {
    test("has its own pages, and its count follows what is said and taken back", async () => {
        const chat = world.server.group("friends", "ann", "bob");
        const root = world.server.say(chat, "bob", "root").stamp;
        for (let n = 0; n < 120; n += 1) {
            world.server.say(chat, "bob", `reply ${n}`, { thread: root });
            world.server.say(chat, "bob", `else ${n}`);
        }
        const ann = await world.signedIn("ann");
        const thread = ann.openThread(chat.id, root);
        await world.until(() => thread.loading === "none" && thread.items.length === 50, "the newest page");
        expect([thread.rootItem?.replies?.count, thread.hasOlder]).toEqual([120, true]);
        await world.done(thread.loadOlder());
        await world.done(thread.loadOlder());
        expect([thread.items.length, thread.hasOlder]).toEqual([120, false]);
        ann.send(chat.id, "mine", { thread: root });
        await world.until(() => thread.items.at(-1)?.sendState === "sent" && thread.items.length === 121, "sent");
        await world.until(() => thread.rootItem?.replies?.count === 121, "counted");
        deeds.retract(world.server.model, chat, "u-bob", chat.entries[1]?.stamp ?? 0);
        await world.until(() => thread.rootItem?.replies?.count === 120, "one less");
        expect(thread.items[0]?.retracted).toBe(true);
    });

    test("shows offline what is kept of it, and is completed when there is a connection", async () => {
        const chat = world.server.group("friends", "ann", "bob");
        const root = world.server.say(chat, "bob", "root").stamp;
        world.server.say(chat, "bob", "kept", { thread: root });
        const browser = new Browser();
        const ann = await world.signedIn("ann", browser);
        const view = ann.open(chat.id);
        await world.until(() => view.items.length === 2 && view.loading === "none", "loaded");
        world.unplug(browser);
        world.server.say(chat, "bob", "missed", { thread: root });
        const thread = ann.openThread(chat.id, root);
        await world.until(() => thread.loading === "none", "opened");
        expect(texts(thread.items)).toEqual(["kept"]);
        world.plug(browser);
        await world.until(() => texts(thread.items).join() === "kept,missed", "completed");
        await world.until(() => thread.rootItem?.replies?.count === 2, "counted");
        await world.until(() => view.items[0]?.replies?.count === 2, "counted in the timeline");
    });
});

describe("a cited message", () => {
    test("is fetched once wherever it stands, follows changes, and is known to be gone", async () => {
        const chat = world.server.group("friends", "ann", "bob");
        const early = world.server.say(chat, "bob", "early").stamp;
        for (let n = 0; n < 300; n += 1) world.server.say(chat, "bob", `m${n}`);
        const ann = await world.signedIn("ann");
        await world.until(() => ann.chat(chat.id) !== null, "the chat");
        const cited = (of: number): string => texts([ann.message(chat.id, of) ?? { content: { text: "?" } }])[0] ?? "";
        expect([cited(early), cited(early), cited(7)]).toEqual(["?", "?", "?"]);
        await world.until(() => cited(early) === "early", "fetched");
        expect(world.server.count("message.get")).toBe(1);
        await world.until(() => ann.message(chat.id, 7)?.kind === "tombstone", "not there");
        deeds.edit(world.server.model, chat, "u-bob", { stamp: early, content: { type: "text", text: "later" } });
        await world.until(() => cited(early) === "later", "followed");
        deeds.retract(world.server.model, chat, "u-bob", early);
        await world.until(() => ann.message(chat.id, early)?.retracted === true, "taken back");
        expect(world.server.count("message.get")).toBe(1);
    });

    test("asked for offline is fetched when there is a connection", async () => {
        const chat = world.server.group("friends", "ann", "bob");
        const early = world.server.say(chat, "bob", "early").stamp;
        for (let n = 0; n < 300; n += 1) world.server.say(chat, "bob", `m${n}`);
        const browser = new Browser();
        const ann = await world.signedIn("ann", browser);
        await world.settle();
        world.unplug(browser);
        ann.subscribe((change) => change.type === "messages" && ann.message(chat.id, early));
        expect(ann.message(chat.id, early)).toBeNull();
        await world.settle();
        world.plug(browser);
        await world.until(() => ann.message(chat.id, early) !== null, "fetched");
    });
});

describe("the first unread message", () => {
    test("can be jumped to, however far back it is", async () => {
        const chat = world.server.group("friends", "ann", "bob");
        for (let n = 0; n < 400; n += 1) world.server.say(chat, "bob", `m${n}`);
        chat.reads.set("u-ann", stamp(chat, 99));
        const ann = await world.signedIn("ann");
        await world.settle();
        const view = ann.open(chat.id);
        await world.until(() => view.loading === "none", "opened");
        expect(view.firstUnread).toBe(stamp(chat, 99));
        await world.done(view.jumpToFirstUnread());
        expect(texts(view.items)).toContain("m100");
        expect([texts(view.items).includes("m399"), view.hasNewer]).toEqual([false, true]);
    });
});
