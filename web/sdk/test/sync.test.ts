import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { refuse } from "./fake/server";
import { Browser, texts, World } from "./fake/world";

let world: World;
beforeEach(() => {
    world = new World();
});
afterEach(() => world.stop());

describe("gaps", () => {
    test("a lost push is noticed by the next one and healed by one pull", async () => {
        const chat = world.server.group("friends", "ann", "bob");
        world.server.say(chat, "bob", "one");
        const ann = await world.signedIn("ann");
        const view = ann.open(chat.id);
        await world.until(() => view.loading === "none" && view.items.length === 1, "one");
        const pulls = world.server.count("timeline.pull");
        world.server.pushDelays = () => [];
        world.server.say(chat, "bob", "two");
        world.server.say(chat, "bob", "three");
        world.server.pushDelays = () => [1];
        world.server.say(chat, "bob", "four");
        await world.until(() => view.items.length === 4, "four");
        expect(texts(view.items)).toEqual(["one", "two", "three", "four"]);
        expect(world.server.count("timeline.pull")).toBe(pulls + 1);
    });

    test("pushes that come out of order or twice are shown once, in order", async () => {
        const chat = world.server.group("friends", "ann", "bob");
        const ann = await world.signedIn("ann");
        const view = ann.open(chat.id);
        let place = 9;
        world.server.pushDelays = () => [place * 2, place-- * 3];
        for (let n = 0; n < 8; n += 1) world.server.say(chat, "bob", `m${n}`);
        await world.pass(100);
        expect(texts(view.items)).toEqual(Array.from({ length: 8 }, (_, n) => `m${n}`));
        expect(ann.chat(chat.id)?.unread).toBe(8);
    });

    test("messages of one's own between those of others do not cause pulls", async () => {
        const chat = world.server.group("friends", "ann", "bob");
        world.server.say(chat, "bob", "start");
        const ann = await world.signedIn("ann");
        const view = ann.open(chat.id);
        await world.until(() => view.loading === "none" && view.items.length === 1, "start");
        const pulls = world.server.count("timeline.pull");
        // Pushes overtake replies: each arrives with a gap where one's own message belongs.
        world.server.fate = () => "deliver";
        world.server.before = (method) => {
            if (method === "message.send") world.server.say(chat, "bob", "between");
        };
        let sends = 0;
        world.server.replyDelay = (method) => (method === "message.send" ? 40 + (sends++ % 2) * 20 : 1);
        for (let n = 0; n < 6; n += 1) ann.send(chat.id, `own${n}`);
        await world.until(() => view.items.filter((item) => item.sendState === "sent").length === 13, "all");
        expect(texts(view.items)).toEqual(texts(chat.entries));
        expect(world.server.count("timeline.pull")).toBe(pulls);
    });

    test("a chat far behind shows its newest page first and the rest on demand", async () => {
        const chat = world.server.group("friends", "ann", "bob");
        world.server.say(chat, "bob", "old");
        const browser = new Browser();
        const ann = await world.signedIn("ann", browser);
        const view = ann.open(chat.id);
        await world.until(() => view.loading === "none", "old");
        world.unplug(browser);
        for (let n = 0; n < 2000; n += 1) world.server.say(chat, "bob", `m${n}`);
        const pulls = world.server.count("timeline.pull");
        world.plug(browser);
        await world.until(() => texts(view.items).at(-1) === "m1999", "the newest page");
        await world.until(() => ann.chat(chat.id)?.unread === 2001, "the count");
        expect(world.server.count("timeline.pull") - pulls).toBeLessThan(4);
        expect([view.hasOlder, view.hasNewer, view.items.length < 200]).toEqual([true, false, true]);
        while (view.hasOlder) await world.done(view.loadOlder());
        expect(texts(view.items)).toEqual(texts(chat.entries));
    });

    test("a resync push makes the client pull", async () => {
        const chat = world.server.group("friends", "ann", "bob");
        world.server.say(chat, "bob", "one");
        const ann = await world.signedIn("ann");
        world.server.pushDelays = () => [];
        world.server.say(chat, "bob", "two");
        world.server.pushDelays = () => [1];
        world.server.push("ann", { push: "resync", data: { reason: "position", chat: chat.id } });
        await world.until(() => texts([ann.chat(chat.id)?.last ?? { content: null }])[0] === "two", "two");
        world.server.pushDelays = (push) => (push.push === "resync" ? [1] : []);
        world.server.say(chat, "bob", "three");
        world.server.push("ann", { push: "resync", data: { reason: "hints_lost" } });
        await world.until(() => texts([ann.chat(chat.id)?.last ?? { content: null }])[0] === "three", "three");
        await world.until(() => ann.connection.state === "online", "online again");
    });
});

describe("resets", () => {
    test.each(["epoch", "floor", "rewound"] as const)("a timeline with another %s is loaded anew", async (reset) => {
        const chat = world.server.group("friends", "ann", "bob");
        for (let n = 0; n < 10; n += 1) world.server.say(chat, "bob", `m${n}`);
        const browser = new Browser();
        const ann = await world.signedIn("ann", browser);
        const view = ann.open(chat.id);
        await world.until(() => view.items.length === 10, "loaded");
        world.unplug(browser);
        if (reset === "epoch") {
            chat.epoch = "another";
            chat.entries = [];
        }
        if (reset === "rewound") chat.entries.splice(5);
        for (let n = 0; n < 10; n += 1) world.server.say(chat, "bob", `n${n}`);
        if (reset === "floor") {
            chat.floor = chat.entries[14]?.stamp ?? 0;
            chat.entries.splice(0, 15);
        }
        world.plug(browser);
        await world.until(() => texts(view.items).join() === texts(chat.entries).join(), "the server's timeline");
        world.server.say(chat, "bob", "after");
        await world.until(() => texts(view.items).at(-1) === "after", "pushes go on");
        expect(texts(view.items)).toEqual(texts(chat.entries));
    });

    test("a store that lost its end while connected is noticed by the next push", async () => {
        const chat = world.server.group("friends", "ann", "bob");
        for (let n = 0; n < 10; n += 1) world.server.say(chat, "bob", `m${n}`);
        const ann = await world.signedIn("ann");
        const view = ann.open(chat.id);
        await world.until(() => view.items.length === 10, "loaded");
        chat.entries.splice(5);
        world.clock.advance(10);
        world.server.say(chat, "bob", "new");
        await world.until(() => texts(view.items).join() === texts(chat.entries).join(), "the server's timeline");
    });

    test("a change log with another life makes the client ask for every row", async () => {
        const kept = world.server.group("kept", "ann", "bob");
        const left = world.server.group("left", "ann", "bob");
        world.server.say(kept, "bob", "hi");
        const browser = new Browser();
        const ann = await world.signedIn("ann", browser);
        await world.until(() => ann.chats().length === 2, "both");
        world.unplug(browser);
        const person = world.server.people.get("u-ann");
        if (person) Object.assign(person, { logEpoch: "another", log: [], logFloor: 0 });
        left.members.delete("u-ann");
        kept.title = "renamed";
        world.plug(browser);
        await world.until(() => ann.chats().length === 1, "one left");
        expect(ann.chats()[0]?.title).toBe("renamed");
    });
});

describe("membership and rows", () => {
    test("a chat one is added to appears, and disappears when one is removed", async () => {
        const chat = world.server.group("friends", "bob");
        world.server.say(chat, "bob", "before ann's time");
        const ann = await world.signedIn("ann");
        expect(ann.chats()).toEqual([]);
        world.server.join(chat, "ann");
        await world.until(() => ann.chat(chat.id) !== null, "the chat");
        world.server.say(chat, "bob", "welcome");
        await world.until(() => ann.chat(chat.id)?.unread === 1, "a message");
        const view = ann.open(chat.id);
        await world.until(() => view.loading === "none" && !view.hasOlder, "loaded");
        expect(view.items.map((item) => item.kind)).toEqual(["system", "message"]);
        world.server.remove(chat, "ann");
        await world.until(() => ann.chat(chat.id) === null, "gone");
    });

    test("being removed while offline is learned from the sync", async () => {
        const chats = Array.from({ length: 60 }, (_, n) => world.server.group(`g${n}`, "ann", "bob"));
        for (const chat of chats) world.server.say(chat, "bob", "hi");
        const browser = new Browser();
        const ann = await world.signedIn("ann", browser);
        await world.until(() => ann.chats().length === 50 && ann.hasMoreChats, "the window");
        await world.done(ann.loadMoreChats());
        expect([ann.chats().length, ann.hasMoreChats]).toEqual([60, false]);
        world.unplug(browser);
        // Left out of the sync's answer, though no log entry says so.
        chats[0]?.members.delete("u-ann");
        world.plug(browser);
        await world.until(() => ann.chats().length === 59, "one less");
    });

    test("reading on another device moves the mark here", async () => {
        const chat = world.server.direct("ann", "bob");
        const entries = ["a", "b", "c"].map((text) => world.server.say(chat, "bob", text));
        const here = await world.signedIn("ann");
        const there = await world.signedIn("ann");
        await world.until(() => here.chat(chat.id)?.unread === 3, "three unread");
        there.markRead(chat.id, entries[1]?.stamp ?? 0);
        await world.until(() => here.chat(chat.id)?.unread === 1, "one left");
        expect(world.server.count("read.mark")).toBe(1);
    });

    test("the other person's read mark is shown", async () => {
        const chat = world.server.direct("ann", "bob");
        const ann = await world.signedIn("ann");
        const bob = await world.signedIn("bob");
        ann.send(chat.id, "hi");
        await world.until(() => bob.chat(chat.id)?.unread === 1, "arrived");
        bob.markRead(chat.id, chat.entries[0]?.stamp ?? 0);
        await world.until(() => ann.chat(chat.id)?.peerRead === chat.entries[0]?.stamp, "read");
    });

    test("an answer that asks to wait is asked again after the wait", async () => {
        const chat = world.server.direct("ann", "bob");
        const ann = await world.signedIn("ann");
        let refusals = 0;
        const sentAtMs = world.clock.now();
        world.server.before = (method) => {
            if (method !== "message.send" || refusals >= 2) return;
            refusals += 1;
            refuse("rate_limited", { retry: "later", retry_after_ms: 2_000 });
        };
        ann.send(chat.id, "patient");
        await world.until(() => chat.entries.length === 1, "sent");
        expect(world.clock.now() - sentAtMs).toBeGreaterThanOrEqual(4_000);
    });
});

describe("sessions", () => {
    test("a session ended from elsewhere erases everything in all tabs", async () => {
        const chat = world.server.direct("ann", "bob");
        world.server.say(chat, "bob", "secret");
        const browser = new Browser();
        const ann = await world.signedIn("ann", browser);
        const other = await world.tab(browser);
        const reasons: string[] = [];
        for (const tab of [ann, other]) tab.subscribe((change) => change.type === "signedOut" && reasons.push(change.reason));
        await world.until(() => other.chats().length === 1, "the second tab");
        world.server.endSessions("ann");
        await world.until(() => reasons.length === 2, "signed out");
        expect(reasons).toEqual(["ended", "ended"]);
        expect([ann.account, other.account, ann.chats().length, other.chats().length]).toEqual([null, null, 0, 0]);
        const later = await world.tab(browser);
        expect([later.account, later.chats().length]).toEqual([null, 0]);
    });

    test("a token that is refused when coming back erases everything", async () => {
        const browser = new Browser();
        const ann = await world.signedIn("ann", browser);
        world.unplug(browser);
        world.server.sessions.clear();
        let reason = "";
        ann.subscribe((change) => change.type === "signedOut" && (reason = change.reason));
        world.plug(browser);
        await world.until(() => reason === "ended", "signed out");
        expect(ann.account).toBeNull();
    });

    test("logging out offline erases everything at once", async () => {
        const browser = new Browser();
        const ann = await world.signedIn("ann", browser);
        world.unplug(browser);
        await world.done(ann.logout());
        await world.done(ann.stop());
        const later = await world.tab(browser);
        expect(later.account).toBeNull();
    });

    test("logging out ends the session on the server", async () => {
        const ann = await world.signedIn("ann");
        await world.done(ann.logout());
        expect(world.server.sessions.size).toBe(0);
        await world.done(ann.login({ username: "ann", password: "password" }));
        await world.until(() => ann.connection.state === "online", "online again");
    });
});
