import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ClientChange } from "../src";
import * as deeds from "./fake/deeds";
import { type FakeChat, refuse } from "./fake/server";
import { Browser, texts, World } from "./fake/world";

let world: World;
beforeEach(() => {
    world = new World();
});
afterEach(() => world.stop());

const stamp = (chat: FakeChat, n: number): number => chat.entries[n]?.stamp ?? 0;

describe("what one does to messages", () => {
    test("is shown at once offline, survives a reload, and goes out once with the same id", async () => {
        const chat = world.server.group("friends", "ann", "bob");
        const other = world.server.group("other", "ann", "bob");
        for (let n = 0; n < 6; n += 1) world.server.say(chat, n % 2 ? "bob" : "ann", `m${n}`);
        const browser = new Browser();
        const first = await world.signedIn("ann", browser);
        const before = first.open(chat.id);
        await world.until(() => before.items.length === 6 && before.loading === "none", "loaded");
        world.unplug(browser);
        first.edit(chat.id, stamp(chat, 0), "edited");
        first.retract(chat.id, stamp(chat, 2));
        first.react(chat.id, stamp(chat, 1), "👍", true);
        first.pin(chat.id, stamp(chat, 3), true);
        first.hide(chat.id, [stamp(chat, 5)]);
        first.forward({ chat: chat.id, stamps: [stamp(chat, 1), stamp(chat, 3)], to: [other.id], merged: false });
        await world.until(() => first.chat(chat.id)?.pins.length === 1 && before.items.length === 5, "shown");
        await world.settle();
        await first.stop();

        const second = await world.tab(browser);
        const [view, there] = [second.open(chat.id), second.open(other.id)];
        await world.until(() => view.items.length === 5 && view.loading === "none", "shown again");
        expect(texts(view.items)).toEqual(["edited", "m1", "-", "m3", "m4"]);
        expect(view.items.map((item) => item.pending)).toEqual([["edit"], ["react"], ["retract"], ["pin"], []]);
        expect(view.items[1]?.reactions).toEqual([{ kind: "👍", count: 1, users: ["u-ann"], mine: true }]);
        expect(there.items.map((item) => [texts([item])[0], item.sendState, item.forwarded?.sender])).toEqual([
            ["m1", "sending", "u-bob"],
            ["m3", "sending", "u-bob"],
        ]);

        const fates = ["cut", "lose", "twice"] as const;
        let asked = 0;
        world.server.fate = (method) => (method === "message.react" || method === "message.forward" ? (fates[asked++] ?? "deliver") : "deliver");
        world.plug(browser);
        await world.until(() => view.items.every((item) => item.pending.length === 0), "nothing is pending");
        await world.until(() => there.items.length === 2 && there.items.every((item) => item.sendState === "sent"), "forwarded");
        await world.settle();
        expect(texts(view.items).slice(0, 5)).toEqual(["edited", "m1", "-", "m3", "m4"]);
        expect(view.items[1]?.reactions).toEqual([{ kind: "👍", count: 1, users: ["u-ann"], mine: true }]);
        expect([second.chat(chat.id)?.pins, chat.pins]).toEqual([[stamp(chat, 3)], [stamp(chat, 3)]]);
        expect(texts(other.entries)).toEqual(["m1", "m3"]);
        expect(chat.entries.slice(0, 6).map((entry) => entry.revision)).toEqual([1, 1, 1, 0, 0, 0]);
    });

    test("is undone with the reason when it is refused", async () => {
        const chat = world.server.group("friends", "bob", "ann");
        world.server.say(chat, "bob", "theirs");
        const ann = await world.signedIn("ann");
        const view = ann.open(chat.id);
        await world.until(() => view.items.length === 1, "loaded");
        const told: ClientChange[] = [];
        ann.subscribe((change) => change.type === "refused" && told.push(change));
        ann.retract(chat.id, stamp(chat, 0));
        await world.until(() => view.items[0]?.retracted === true, "shown at once");
        await world.until(() => told.length === 1, "refused");
        await world.until(() => texts(view.items)[0] === "theirs", "undone");
        expect(told[0]).toMatchObject({ action: "retract", chat: chat.id, stamps: [stamp(chat, 0)], error: { code: "forbidden" } });
    });

    test("waits as long as the server asks", async () => {
        const chat = world.server.group("friends", "ann", "bob");
        world.server.say(chat, "bob", "m");
        const ann = await world.signedIn("ann");
        let refusals = 0;
        world.server.before = (method) => {
            if (method === "message.react" && refusals++ < 2) refuse("rate_limited", { retry: "later", retry_after_ms: 1_000 });
        };
        ann.react(chat.id, stamp(chat, 0), "👍", true);
        await world.until(() => chat.entries[0]?.reactions !== undefined, "reacted");
        expect(refusals).toBe(3);
    });

    test("stays shown until the message itself shows it, though its push is lost", async () => {
        const chat = world.server.group("friends", "ann", "bob");
        world.server.say(chat, "ann", "typo");
        const browser = new Browser();
        const ann = await world.signedIn("ann", browser);
        const view = ann.open(chat.id);
        await world.until(() => view.items.length === 1, "loaded");
        world.server.pushDelays = () => [];
        ann.edit(chat.id, stamp(chat, 0), "mended");
        await world.until(() => chat.entries[0]?.revision === 1, "stored");
        await world.settle();
        expect([texts(view.items), view.items[0]?.pending]).toEqual([["mended"], []]);
        world.server.pushDelays = () => [1];
        deeds.react(world.server.model, chat, "u-bob", stamp(chat, 0), "👍", true);
        await world.until(() => view.items[0]?.reactions.length === 1, "the next change");
        expect([texts(view.items), view.items[0]?.edited]).toEqual([["mended"], true]);
    });

    test("merges messages into one that later changes do not touch", async () => {
        const chat = world.server.group("friends", "ann", "bob");
        const other = world.server.direct("ann", "bob");
        for (const text of ["a", "b"]) world.server.say(chat, "bob", text);
        const ann = await world.signedIn("ann");
        await world.until(() => ann.chat(chat.id)?.unread === 2, "there");
        const view = ann.open(other.id);
        ann.forward({ chat: chat.id, stamps: [stamp(chat, 0), stamp(chat, 1)], to: [other.id], merged: true });
        await world.until(() => view.items[0]?.sendState === "sent" && view.items.length === 1, "forwarded");
        expect(view.items[0]?.content).toMatchObject({ type: "bundle", items: [{ name: "bob" }, { name: "bob" }] });
    });
});

describe("marks for others", () => {
    test("a message in a direct chat is told to have arrived, a burst of them once", async () => {
        const chat = world.server.direct("ann", "bob");
        const ann = await world.signedIn("ann");
        const bob = await world.signedIn("bob");
        for (let n = 0; n < 5; n += 1) ann.send(chat.id, `m${n}`);
        await world.until(() => chat.entries.length === 5, "sent");
        const last = stamp(chat, 4);
        await world.until(() => ann.chat(chat.id)?.peerDelivered === last, "delivered");
        expect(world.server.count("delivered.mark")).toBe(1);
        expect(ann.chat(chat.id)?.peerRead).toBe(0);
        bob.markRead(chat.id, last);
        await world.until(() => ann.chat(chat.id)?.peerRead === last, "read");
        await world.settle();
        expect(world.server.count("delivered.mark")).toBe(1);
    });

    test("who has read a message in a group can be asked, and is told when it changes", async () => {
        const chat = world.server.group("friends", "ann", "bob", "cid");
        world.server.say(chat, "ann", "m");
        const ann = await world.signedIn("ann");
        const told: string[] = [];
        ann.subscribe((change) => change.type === "reads" && told.push(change.chat));
        deeds.read(world.server.model, chat, "u-bob", stamp(chat, 0), null);
        await world.until(() => told.length === 1, "told");
        expect(await world.done(ann.readers(chat.id, stamp(chat, 0)))).toMatchObject([{ user: "u-bob" }]);
        expect(ann.chat(chat.id)?.peerRead).toBe(0);
    });
});
