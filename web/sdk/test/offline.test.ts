import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Browser, texts, World } from "./fake/world";

let world: World;
beforeEach(() => {
    world = new World();
});
afterEach(() => world.stop());

describe("offline", () => {
    test("five hundred missed messages come in order and once", async () => {
        const chat = world.server.group("friends", "ann", "bob");
        world.server.say(chat, "bob", "hello");
        const browser = new Browser();
        const ann = await world.signedIn("ann", browser);
        const view = ann.open(chat.id);
        await world.until(() => view.items.length === 1, "the first message");
        world.unplug(browser);
        await world.until(() => ann.connection.state === "offline", "offline");
        for (let n = 0; n < 500; n += 1) world.server.say(chat, "bob", `m${n}`);
        world.plug(browser);
        await world.until(() => view.items.length >= 501, "all messages");
        expect(texts(view.items)).toEqual(["hello", ...Array.from({ length: 500 }, (_, n) => `m${n}`)]);
        expect(ann.chat(chat.id)?.unread).toBe(501);
    });

    test("messages written offline go out once and in order", async () => {
        const chat = world.server.group("friends", "ann", "bob");
        const browser = new Browser();
        const ann = await world.signedIn("ann", browser);
        const view = ann.open(chat.id);
        world.unplug(browser);
        await world.until(() => ann.connection.state === "offline", "offline");
        for (let n = 0; n < 5; n += 1) ann.send(chat.id, `m${n}`);
        await world.until(() => view.items.length === 5, "the messages shown");
        expect(view.items.map((item) => item.sendState)).toEqual(Array(5).fill("sending"));
        const keys = view.items.map((item) => item.key);
        world.plug(browser);
        await world.until(() => view.items.every((item) => item.sendState === "sent"), "all sent");
        expect(texts(chat.entries)).toEqual(["m0", "m1", "m2", "m3", "m4"]);
        expect(view.items.map((item) => item.key)).toEqual(keys);
        expect(world.server.count("message.send")).toBe(5);
    });

    test("a lost reply is asked for again and the message appears once", async () => {
        const chat = world.server.group("friends", "ann", "bob");
        const ann = await world.signedIn("ann");
        const view = ann.open(chat.id);
        const fates = ["cut", "lose", "twice"] as const;
        let sends = 0;
        world.server.fate = (method) => (method === "message.send" ? (fates[sends++] ?? "deliver") : "deliver");
        ann.send(chat.id, "once");
        await world.until(() => view.items[0]?.sendState === "sent", "sent");
        await world.pass(20_000);
        expect(texts(chat.entries)).toEqual(["once"]);
        expect(texts(view.items)).toEqual(["once"]);
    });

    test("what was kept is shown after a reload before there is a connection", async () => {
        const chat = world.server.direct("ann", "bob");
        for (let n = 0; n < 40; n += 1) world.server.say(chat, "bob", `m${n}`);
        const browser = new Browser();
        const first = await world.signedIn("ann", browser);
        const before = first.open(chat.id);
        await world.until(() => before.items.length === 40, "loaded");
        first.setDraft(chat.id, "half a tho");
        await first.stop();
        world.unplug(browser);
        const second = await world.tab(browser);
        expect(second.account?.username).toBe("ann");
        expect(second.chats().map((row) => [row.peer?.username, row.draft, row.unread])).toEqual([["bob", "half a tho", 40]]);
        const after = second.open(chat.id);
        await world.until(() => after.items.length === 40 && after.loading === "none", "shown");
        expect(second.connection.state).not.toBe("online");
    });

    test("unsent messages survive a reload and keep their ids", async () => {
        const chat = world.server.direct("ann", "bob");
        const browser = new Browser();
        const first = await world.signedIn("ann", browser);
        world.unplug(browser);
        const view = first.open(chat.id);
        first.send(chat.id, "later");
        await world.until(() => view.items.length === 1, "kept");
        const key = view.items[0]?.key;
        await first.stop();
        const second = await world.tab(browser);
        const again = second.open(chat.id);
        expect(again.items.map((item) => [item.key, item.sendState])).toEqual([[key, "sending"]]);
        world.plug(browser);
        await world.until(() => chat.entries.length === 1, "sent");
        expect(chat.entries[0]?.client_id).toBe(key);
    });

    test("read marks made offline are told later", async () => {
        const chat = world.server.direct("ann", "bob");
        const last = ["a", "b", "c"].map((text) => world.server.say(chat, "bob", text)).at(-1);
        const browser = new Browser();
        const ann = await world.signedIn("ann", browser);
        world.unplug(browser);
        ann.markRead(chat.id, last?.stamp ?? 0);
        await world.until(() => ann.chat(chat.id)?.unread === 0, "read here");
        world.plug(browser);
        await world.until(() => chat.reads.get("u-ann") === last?.stamp, "read there");
        expect(ann.chat(chat.id)?.unread).toBe(0);
    });

    test("a message refused for good fails and the next ones go on", async () => {
        const chat = world.server.direct("ann", "bob");
        const ann = await world.signedIn("ann");
        const view = ann.open(chat.id);
        ann.send(chat.id, "x".repeat(16_385));
        ann.send(chat.id, "fine");
        await world.until(() => texts(chat.entries).includes("fine"), "the second");
        await world.until(() => view.items.at(-1)?.sendState === "failed", "the first");
        expect(view.items.at(-1)?.error?.code).toBe("too_large");
        ann.discard(chat.id, view.items.at(-1)?.key ?? "");
        await world.until(() => view.items.length === 1, "discarded");
    });
});
