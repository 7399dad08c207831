import { describe, expect, test } from "vitest";
import type { FakeChat } from "./fake/server";
import { Browser, dice, texts, World } from "./fake/world";

/** Lets anything go wrong that may, then lets everything settle, and compares. */
async function trial(seed: number, hasLocks: boolean): Promise<void> {
    const world = new World(seed);
    const roll = dice(seed * 7919);
    const chance = (probability: number): boolean => roll() < probability;
    const chats = [world.server.group("one", "ann", "bob"), world.server.direct("ann", "bob")];
    const browser = new Browser();
    browser.hasLocks = hasLocks;
    const tabs = [await world.signedIn("ann", browser), await world.tab(browser)];
    const views = tabs.flatMap((tab) => chats.map((chat) => ({ tab, chat, view: tab.open(chat.id) })));
    const written = new Map<FakeChat, string[]>(chats.map((chat) => [chat, []]));

    world.server.pushDelays = () => (chance(0.25) ? [] : chance(0.2) ? [1, roll() * 400] : [roll() * 200]);
    world.server.replyDelay = () => (chance(0.1) ? roll() * 2_000 : roll() * 30);
    world.server.fate = () => (chance(0.04) ? "cut" : chance(0.03) ? "lose" : chance(0.05) ? "twice" : "deliver");

    for (let step = 0; step < 60; step += 1) {
        const chat = chats[chance(0.5) ? 0 : 1] as FakeChat;
        const choice = roll();
        if (choice < 0.5) world.server.say(chat, "bob", `theirs ${step}`);
        else if (choice < 0.75) {
            const text = `mine ${step}`;
            tabs[0]?.send(chat.id, text);
            written.get(chat)?.push(text);
        } else if (choice < 0.8) world.unplug(browser);
        else if (choice < 0.88) world.plug(browser);
        else if (choice < 0.92) for (let n = 0; n < 250; n += 1) world.server.say(chat, "bob", `burst ${step} ${n}`);
        else if (choice < 0.95) world.server.cutAll();
        else tabs[1]?.markRead(chat.id, chat.entries.at(-1)?.stamp ?? 0);
        await world.pass(roll() * 300);
    }

    world.server.pushDelays = () => [1];
    world.server.replyDelay = () => 1;
    world.server.fate = () => "deliver";
    world.plug(browser);
    const allSent = (): boolean =>
        chats.every((chat) => (written.get(chat) ?? []).every((text) => texts(chat.entries).includes(text)));
    await world.until(allSent, `seed ${seed}: everything sent`);
    for (const chat of chats) world.server.say(chat, "bob", "last");
    for (const { chat, view } of views) {
        const isEqual = (): boolean => texts(view.items).at(-1) === "last" && !view.hasNewer && view.loading === "none";
        await world.until(() => isEqual() || view.hasNewer, `seed ${seed}: the last message`);
        await world.done(view.jumpToLatest());
        await world.until(isEqual, `seed ${seed}: the end`);
        while (view.hasOlder) await world.done(view.loadOlder());
        expect(view.items.map((item) => item.stamp), `seed ${seed}`).toEqual(chat.entries.map((entry) => entry.stamp));
        const mine = texts(chat.entries).filter((text) => text.startsWith("mine"));
        expect(mine, `seed ${seed}: order and number of one's own`).toEqual(written.get(chat));
    }
    for (const { tab, chat } of views) {
        const isExact = (): boolean => {
            const read = chat.reads.get("u-ann") ?? 0;
            const unread = chat.entries.filter((entry) => entry.sender === "u-bob" && entry.stamp > read).length;
            return tab.chat(chat.id)?.unread === unread && tab.chat(chat.id)?.read === read;
        };
        await world.until(isExact, `seed ${seed}: the exact count`);
    }
    await world.stop();
}

describe("whatever is lost, doubled or reordered, and however often the connection is cut", () => {
    test.each(Array.from({ length: 25 }, (_, n) => n + 1))("the client ends with the server's list (seed %i)", (seed) =>
        trial(seed, true),
    );

    test.each(Array.from({ length: 8 }, (_, n) => n + 101))("also where each tab has its own socket (seed %i)", (seed) =>
        trial(seed, false),
    );
});
