import { describe, expect, test } from "vitest";
import * as deeds from "./fake/deeds";
import { live } from "./fake/life";
import { portrait } from "./fake/portrait";
import { Browser, dice, World } from "./fake/world";

/** Lets people live on while one client comes and goes, then compares it with one that was never there before. */
async function trial(seed: number): Promise<void> {
    const world = new World(seed);
    const roll = dice(seed * 104_729);
    const { model } = world.server;
    const chats = [
        world.server.group("small", "ann", "bob", "cid"),
        world.server.group("large", "ann", "bob", "cid", "dan", "eve"),
        world.server.direct("ann", "bob"),
    ];
    const people = ["u-ann", "u-bob", "u-cid"];
    for (const chat of chats) for (let n = 0; n < 30; n += 1) live(model, chat, people, roll);
    const browser = new Browser();
    const ann = await world.signedIn("ann", browser);
    const views = chats.map((chat) => ann.open(chat.id));
    const chance = (probability: number): boolean => roll() < probability;
    world.server.pushDelays = () => (chance(0.2) ? [] : chance(0.2) ? [1, roll() * 300] : [roll() * 150]);
    world.server.replyAfter = () => (chance(0.1) ? roll() * 400 : 0);
    world.server.fate = () => (chance(0.03) ? "cut" : chance(0.03) ? "twice" : "deliver");

    for (let step = 0; step < 40; step += 1) {
        const chat = chats[Math.floor(roll() * chats.length)] ?? chats[0];
        const last = chat?.entries.at(-1);
        if (!chat || !last) continue;
        const choice = roll();
        const many = chance(0.05) ? 200 : chance(0.2) ? 20 : 2;
        if (choice < 0.6) for (let n = 0; n < many; n += 1) live(model, chat, people, roll);
        else if (choice < 0.65) deeds.hide(model, chat, "u-ann", [last.stamp], null);
        else if (choice < 0.7) ann.markRead(chat.id, last.stamp);
        else if (choice < 0.74) ann.react(chat.id, last.stamp, "🎉", chance(0.7));
        else if (choice < 0.78) deeds.setDraft(model, chat, "u-ann", `draft ${step}`, undefined, null);
        else if (choice < 0.86) world.unplug(browser);
        else if (choice < 0.96) world.plug(browser);
        else void views[Math.floor(roll() * views.length)]?.loadOlder().catch(() => undefined);
        await world.pass(roll() * 200);
    }

    world.server.pushDelays = () => [1];
    world.server.replyAfter = () => 0;
    world.server.fate = () => "deliver";
    world.unplug(browser);
    world.plug(browser);
    await world.until(() => ann.connection.state === "online", `seed ${seed}: online`);
    await world.settle();
    const fresh = await world.signedIn("ann");
    await world.settle();
    expect(await portrait(world, ann), `seed ${seed}`).toEqual(await portrait(world, fresh));
    await world.stop();
}

describe("a client that was away through anything that may happen", () => {
    test.each(Array.from({ length: 12 }, (_, n) => n + 1))("shows what a fresh one shows (seed %i)", trial);
});
