import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { TimelineItem } from "../src";
import * as deeds from "./fake/deeds";
import { portrait } from "./fake/portrait";
import type { FakeChat } from "./fake/server";
import { Browser, texts, World } from "./fake/world";

let world: World;
beforeEach(() => {
    world = new World();
});
afterEach(() => world.stop());

/** Above three members changes are not copied into the members' logs. */
const SMALL = ["ann", "bob", "cid"];
const LARGE = ["ann", "bob", "cid", "dan"];

function change(chat: FakeChat, n: number, text: string): void {
    const entry = chat.entries[n];
    const content = { type: "text", text } as const;
    if (entry) deeds.edit(world.server.model, chat, entry.sender ?? "", { stamp: entry.stamp, content });
}

function marks({ edited, retracted, reactions, pinned }: TimelineItem): unknown[] {
    return [edited, retracted, reactions.map(({ kind, count, mine }) => `${kind}${count}${mine ? "!" : ""}`).join(), pinned];
}

describe.each([["small", SMALL], ["large", LARGE]])("changes of a %s chat", (_, members) => {
    test("are shown as they come, without asking for anything but rows", async () => {
        const chat = world.server.group("friends", ...members);
        for (let n = 0; n < 5; n += 1) world.server.say(chat, "bob", `m${n}`);
        const ann = await world.signedIn("ann");
        const view = ann.open(chat.id);
        await world.until(() => view.items.length === 5 && view.loading === "none", "loaded");
        const asked = world.server.requests.length;
        const { model } = world.server;
        const stamps = chat.entries.map((entry) => entry.stamp);
        change(chat, 0, "edited");
        deeds.retract(model, chat, "u-bob", stamps[1] ?? 0);
        deeds.react(model, chat, "u-bob", stamps[2] ?? 0, "👍", true);
        deeds.react(model, chat, "u-ann", stamps[2] ?? 0, "👍", true);
        deeds.pin(model, chat, "u-bob", stamps[3] ?? 0, true);
        await world.until(() => view.items.length === 6 && view.items[3]?.pinned === true, "the pin");
        await world.settle();
        expect(texts(view.items).slice(0, 5)).toEqual(["edited", "-", "m2", "m3", "m4"]);
        expect(view.items.slice(0, 5).map(marks)).toEqual([
            [true, false, "", false],
            [false, true, "", false],
            [false, false, "👍2!", false],
            [false, false, "", true],
            [false, false, "", false],
        ]);
        expect(ann.chat(chat.id)?.unread).toBe(4);
        expect(ann.chat(chat.id)?.pins).toEqual([stamps[3]]);
        const methods = world.server.requests.slice(asked).map((request) => request.method);
        expect(new Set(methods)).toEqual(new Set(["chat.get"]));
    });

    test("that were lost are noticed by the next one and pulled once", async () => {
        const chat = world.server.group("friends", ...members);
        for (let n = 0; n < 5; n += 1) world.server.say(chat, "bob", `m${n}`);
        const ann = await world.signedIn("ann");
        const view = ann.open(chat.id);
        await world.until(() => view.items.length === 5 && view.loading === "none", "loaded");
        world.server.pushDelays = () => [];
        change(chat, 0, "lost");
        change(chat, 1, "lost too");
        world.server.pushDelays = () => [1];
        change(chat, 2, "seen");
        await world.until(() => texts(view.items).join() === "lost,lost too,seen,m3,m4", "all three");
        const pulls = world.server.count("changes.pull") + world.server.count("log.pull");
        expect(pulls).toBe(1);
    });

    test("made while offline come with the sync, and old ones do no harm when they come again", async () => {
        const chat = world.server.group("friends", ...members);
        for (let n = 0; n < 5; n += 1) world.server.say(chat, "bob", `m${n}`);
        const browser = new Browser();
        const ann = await world.signedIn("ann", browser);
        const view = ann.open(chat.id);
        await world.until(() => view.items.length === 5 && view.loading === "none", "loaded");
        world.unplug(browser);
        const bob = world.server.model.people.get("u-ann");
        change(chat, 0, "first");
        const early = bob?.log.at(-1);
        change(chat, 0, "second");
        deeds.retract(world.server.model, chat, "u-bob", chat.entries[1]?.stamp ?? 0);
        world.plug(browser);
        await world.until(() => ann.connection.state === "online", "online");
        expect(texts(view.items)).toEqual(["second", "-", "m2", "m3", "m4"]);
        expect(ann.chat(chat.id)?.unread).toBe(4);
        if (early) world.server.push("ann", { push: "change", data: { epoch: bob?.logEpoch ?? "", entry: early } });
        await world.settle();
        expect(texts(view.items)[0]).toBe("second");
    });

    test("overtake the message they change without being lost", async () => {
        const chat = world.server.group("friends", ...members);
        world.server.say(chat, "bob", "start");
        const ann = await world.signedIn("ann");
        const view = ann.open(chat.id);
        await world.until(() => view.items.length === 1 && view.loading === "none", "loaded");
        world.server.pushDelays = (push) => [push.push === "entry" ? 200 : 1];
        world.server.say(chat, "bob", "typo");
        change(chat, 1, "mended");
        world.server.say(chat, "bob", "silly");
        deeds.retract(world.server.model, chat, "u-bob", chat.entries[2]?.stamp ?? 0);
        await world.until(() => view.items.length === 3, "arrived");
        await world.settle();
        expect(texts(view.items)).toEqual(["start", "mended", "-"]);
        expect(ann.chat(chat.id)?.unread).toBe(2);
    });

    test("that take a pinned message back take it off the pins", async () => {
        const chat = world.server.group("friends", ...members);
        for (let n = 0; n < 3; n += 1) world.server.say(chat, "bob", `m${n}`);
        const ann = await world.signedIn("ann");
        const view = ann.open(chat.id);
        await world.until(() => view.items.length === 3 && view.loading === "none", "loaded");
        const [first = 0, second = 0] = chat.entries.map((entry) => entry.stamp);
        for (const stamp of [first, second]) deeds.pin(world.server.model, chat, "u-bob", stamp, true);
        await world.until(() => ann.chat(chat.id)?.pins.length === 2, "pinned");
        await world.settle();
        deeds.retract(world.server.model, chat, "u-bob", first);
        await world.until(() => view.items[0]?.retracted === true, "taken back");
        expect(ann.chat(chat.id)?.pins).toEqual([second]);
    });

    test("that come while an older answer is on its way are applied to it", async () => {
        const chat = world.server.group("friends", ...members);
        for (let n = 0; n < 120; n += 1) world.server.say(chat, "bob", `m${n}`);
        const ann = await world.signedIn("ann");
        await world.pass(500);
        const view = ann.open(chat.id);
        await world.until(() => view.items.length >= 50 && view.loading === "none", "loaded");
        world.server.replyAfter = (method) => (method === "timeline.pull" ? 300 : 0);
        const older = view.loadOlder();
        await world.pass(100);
        change(chat, 40, "mended");
        await world.done(older);
        await world.until(() => texts(view.items).includes("mended"), "mended");
        expect(texts(view.items)).not.toContain("m40");
    });

    test.each(["epoch", "floor", "rewound"] as const)("start anew after a reset because of %s", async (reset) => {
        const chat = world.server.group("friends", ...members);
        for (let n = 0; n < 10; n += 1) world.server.say(chat, "bob", `m${n}`);
        change(chat, 0, "kept");
        const browser = new Browser();
        const ann = await world.signedIn("ann", browser);
        const view = ann.open(chat.id);
        await world.until(() => view.items.length === 10 && view.loading === "none", "loaded");
        world.unplug(browser);
        change(chat, 1, "unseen");
        change(chat, 2, "unseen");
        if (reset === "epoch") chat.epoch = "another";
        if (reset === "floor") chat.changesFloor = chat.changes.splice(0, chat.changes.length - 1).at(-1)?.stamp ?? 0;
        if (reset === "rewound") chat.changes.splice(0, chat.changes.length - 1);
        // The log does not tell either.
        Object.assign(world.server.people.get("u-ann") ?? {}, { log: [], logEpoch: reset === "epoch" ? "another" : "le-1" });
        world.plug(browser);
        await world.until(() => texts(view.items).slice(0, 3).join() === "kept,unseen,unseen", "the server's timeline");
        change(chat, 3, "after");
        await world.until(() => texts(view.items)[3] === "after", "changes go on");
    });
});

describe("a change without its message", () => {
    test("has the message asked for, once", async () => {
        const chat = world.server.group("friends", ...SMALL);
        for (let n = 0; n < 5; n += 1) world.server.say(chat, "bob", `m${n}`);
        const ann = await world.signedIn("ann");
        const view = ann.open(chat.id);
        await world.until(() => view.items.length === 5 && view.loading === "none", "loaded");
        world.server.model.filled = (entry) => entry;
        change(chat, 0, "first");
        change(chat, 0, "second");
        change(chat, 1, "other");
        await world.until(() => texts(view.items).slice(0, 2).join() === "second,other", "the messages");
        await world.settle();
        expect(world.server.count("message.get")).toBeLessThanOrEqual(2);
    });
});

describe("messages that are gone", () => {
    test("by retention are gone here with the next sync", async () => {
        const chat = world.server.group("friends", ...SMALL);
        for (let n = 0; n < 40; n += 1) world.server.say(chat, "bob", `m${n}`);
        const browser = new Browser();
        const ann = await world.signedIn("ann", browser);
        const view = ann.open(chat.id);
        await world.until(() => view.items.length === 40, "loaded");
        world.unplug(browser);
        chat.floor = chat.entries[19]?.stamp ?? 0;
        chat.entries.splice(0, 20);
        world.plug(browser);
        await world.until(() => view.items.length === 20 && !view.hasOlder, "half of them");
        await world.until(() => ann.chat(chat.id)?.unread === 20, "the count");
    });

    test("because they disappear are gone in time by one's own clock, also offline", async () => {
        const chat = world.server.group("friends", ...SMALL);
        chat.expireAfterS = 60;
        world.server.say(chat, "bob", "early");
        const browser = new Browser();
        const ann = await world.signedIn("ann", browser);
        const view = ann.open(chat.id);
        await world.pass(30_000);
        world.server.say(chat, "bob", "late");
        await world.until(() => view.items.length === 2, "both");
        world.unplug(browser);
        await world.pass(31_000);
        await world.until(() => texts(view.items).join() === "late", "the first is gone");
        expect(ann.chat(chat.id)?.unread).toBe(1);
        await world.pass(31_000);
        await world.until(() => view.items.length === 0, "the second as well");
        expect([ann.chat(chat.id)?.unread, ann.chat(chat.id)?.last]).toEqual([0, null]);
        world.plug(browser);
        world.server.say(chat, "bob", "new");
        await world.until(() => texts(view.items).join() === "new", "it goes on");
        expect(ann.chat(chat.id)?.unread).toBe(1);
    });
});

describe("one's own devices", () => {
    test("hide a message everywhere, and a change of it does not bring it back", async () => {
        const chat = world.server.group("friends", ...LARGE);
        for (let n = 0; n < 3; n += 1) world.server.say(chat, "bob", `m${n}`);
        const ann = await world.signedIn("ann");
        const view = ann.open(chat.id);
        await world.until(() => view.items.length === 3, "loaded");
        deeds.hide(world.server.model, chat, "u-ann", [chat.entries[1]?.stamp ?? 0], null);
        await world.until(() => view.items.length === 2, "hidden");
        change(chat, 1, "edited");
        await world.settle();
        expect(texts(view.items)).toEqual(["m0", "m2"]);
    });

    test("share drafts; what is being written here is not overwritten by an older one", async () => {
        const chat = world.server.direct("ann", "bob");
        const here = await world.signedIn("ann");
        const there = await world.signedIn("ann");
        await world.until(() => there.chat(chat.id) !== null && here.chat(chat.id) !== null, "the chat");
        here.setDraft(chat.id, "from here", 7);
        await world.until(() => there.chat(chat.id)?.draft === "from here", "the draft");
        expect(there.chat(chat.id)?.draftReplyTo).toBe(7);
        expect(world.server.count("draft.set")).toBe(1);
        there.setDraft(chat.id, "from there");
        deeds.setDraft(world.server.model, chat, "u-ann", "older", undefined, null);
        await world.pass(500);
        expect(there.chat(chat.id)?.draft).toBe("from there");
        await world.until(() => here.chat(chat.id)?.draft === "from there", "the newer draft");
        there.setDraft(chat.id, "");
        await world.until(() => here.chat(chat.id)?.draft === "", "gone");
    });

    test("hear of changes of the account and of sessions", async () => {
        const ann = await world.signedIn("ann");
        const other = await world.signedIn("ann");
        const told: string[] = [];
        ann.subscribe((one) => told.push(one.type));
        await world.done(other.updateProfile({ displayName: "Ann B.", hideReads: true }));
        await world.until(() => ann.account?.display_name === "Ann B.", "the name");
        await world.settle();
        expect([world.server.count("user.update"), other.account?.hide_reads]).toEqual([1, true]);
        world.server.model.log("u-ann", { kind: "session", session: "s", alive: false });
        await world.until(() => told.includes("sessions"), "the sessions");
    });
});

describe("mentions", () => {
    test("are counted by message, by edit and for all, and go with a retraction", async () => {
        const chat = world.server.group("friends", ...SMALL);
        const ann = await world.signedIn("ann");
        const mentions = (): number | undefined => ann.chat(chat.id)?.mentions;
        world.server.say(chat, "bob", "@ann", { mentions: ["u-ann"] });
        world.server.say(chat, "bob", "@all", { mention_all: true });
        world.server.say(chat, "bob", "plain");
        await world.until(() => mentions() === 2, "two");
        deeds.edit(world.server.model, chat, "u-bob", { stamp: chat.entries[2]?.stamp ?? 0, content: { type: "text", text: "@ann after all" }, mentions: ["u-ann"] });
        await world.until(() => mentions() === 3, "three");
        // Whom a message once spoke to it goes on to speak to.
        change(chat, 0, "not ann");
        await world.settle();
        expect(mentions()).toBe(3);
        deeds.retract(world.server.model, chat, "u-bob", chat.entries[1]?.stamp ?? 0);
        await world.until(() => mentions() === 2, "two again");
        expect(await world.done(ann.mentions(chat.id))).toEqual([chat.entries[0]?.stamp, chat.entries[2]?.stamp]);
        ann.markRead(chat.id, chat.entries[0]?.stamp ?? 0);
        await world.until(() => mentions() === 1, "one");
    });
});

describe("two thousand changes while offline", () => {
    test("leave the client with what a fresh one shows", async () => {
        const chats = [world.server.group("small", ...SMALL), world.server.group("large", ...LARGE)];
        for (const chat of chats) for (let n = 0; n < 100; n += 1) world.server.say(chat, "bob", `m${n}`);
        const browser = new Browser();
        const ann = await world.signedIn("ann", browser);
        for (const chat of chats) await portrait(world, ann).then((seen) => expect(seen[chat.id]?.items.length).toBe(100));
        world.unplug(browser);
        for (let n = 0; n < 2_000; n += 1) {
            const chat = chats[n % 2] as FakeChat;
            const entry = chat.entries[(n * 7) % 100];
            if (!entry || entry.retracted) continue;
            if (n % 5 === 0) deeds.retract(world.server.model, chat, "u-bob", entry.stamp);
            else if (n % 5 < 3) change(chat, (n * 7) % 100, `edit ${n}`);
            else deeds.react(world.server.model, chat, n % 2 ? "u-bob" : "u-cid", entry.stamp, `k${n % 3}`, n % 4 < 2);
        }
        const before = world.server.sentBytes;
        world.plug(browser);
        await world.until(() => ann.connection.state === "online", "online");
        await world.settle();
        const bytes = world.server.sentBytes - before;
        const fresh = await world.signedIn("ann");
        expect(await portrait(world, ann)).toEqual(await portrait(world, fresh));
        expect(bytes).toBeLessThan(1_000_000);
    });
});
