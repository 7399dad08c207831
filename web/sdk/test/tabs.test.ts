import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ClientError } from "../src";
import { Browser, texts, World } from "./fake/world";

let world: World;
beforeEach(() => {
    world = new World();
});
afterEach(() => world.stop());

describe("tabs", () => {
    test("two tabs share one socket and see the same", async () => {
        const chat = world.server.direct("ann", "bob");
        const browser = new Browser();
        const first = await world.signedIn("ann", browser);
        const second = await world.tab(browser);
        await world.until(() => second.connection.state === "online", "the second tab knows");
        expect(world.server.wires.size).toBe(1);
        const [a, b] = [first.open(chat.id), second.open(chat.id)];
        second.send(chat.id, "from the second");
        await world.until(() => a.items[0]?.sendState === "sent" && b.items[0]?.sendState === "sent", "sent");
        world.server.say(chat, "bob", "answer");
        await world.until(() => a.items.length === 2 && b.items.length === 2, "answered");
        expect(texts(b.items)).toEqual(["from the second", "answer"]);
        second.markRead(chat.id, chat.entries.at(-1)?.stamp ?? 0);
        await world.until(() => first.chat(chat.id)?.unread === 0 && second.chat(chat.id)?.unread === 0, "read");
        expect(world.server.wires.size).toBe(1);
    });

    test("when the leading tab closes another takes over", async () => {
        const chat = world.server.direct("ann", "bob");
        const browser = new Browser();
        const first = await world.signedIn("ann", browser);
        const second = await world.tab(browser);
        await world.until(() => second.connection.state === "online", "the second tab knows");
        const view = second.open(chat.id);
        await first.stop();
        second.send(chat.id, "still here");
        await world.until(() => view.items[0]?.sendState === "sent", "sent");
        expect(second.connection.state).toBe("online");
        expect(world.server.wires.size).toBe(1);
        expect(await world.done(second.findUser("bob"))).toMatchObject({ username: "bob" });
    });

    test("a tab that follows gets errors with their codes", async () => {
        const browser = new Browser();
        await world.signedIn("ann", browser);
        const second = await world.tab(browser);
        await world.until(() => second.connection.state === "online", "the second tab knows");
        await expect(world.done(second.members("nowhere"))).rejects.toMatchObject({ code: "not_found" });
        await expect(world.done(second.members("nowhere"))).rejects.toBeInstanceOf(ClientError);
        expect(await world.done(second.findUser("nobody"))).toBeNull();
    });

    test("logging in and out in one tab is seen in the others", async () => {
        const browser = new Browser();
        world.server.person("ann");
        const [first, second] = [await world.tab(browser), await world.tab(browser)];
        await world.done(second.login({ username: "ann", password: "password" }));
        await world.until(() => first.account?.username === "ann", "signed in");
        await world.done(second.logout());
        await world.until(() => first.account === null && second.account === null, "signed out");
    });

    test("without locks every tab has its own socket and nothing is doubled", async () => {
        const chat = world.server.direct("ann", "bob");
        const browser = new Browser();
        browser.hasLocks = false;
        const first = await world.signedIn("ann", browser);
        const second = await world.tab(browser);
        await world.until(() => second.connection.state === "online", "both online");
        expect(world.server.wires.size).toBe(2);
        const [a, b] = [first.open(chat.id), second.open(chat.id)];
        for (let n = 0; n < 5; n += 1) (n % 2 ? first : second).send(chat.id, `m${n}`);
        world.server.say(chat, "bob", "hey");
        const all = (): boolean => [a, b].every((view) => view.items.filter((item) => item.stamp).length === 6);
        await world.until(all, "everything in both");
        expect(texts(a.items)).toEqual(texts(chat.entries));
        expect(texts(b.items)).toEqual(texts(chat.entries));
        expect([first.chat(chat.id)?.unread, second.chat(chat.id)?.unread]).toEqual([1, 1]);
    });

    test("drafts written in one tab are seen in the others", async () => {
        const chat = world.server.direct("ann", "bob");
        const browser = new Browser();
        const first = await world.signedIn("ann", browser);
        const second = await world.tab(browser);
        await world.until(() => second.chat(chat.id) !== null && first.chat(chat.id) !== null, "the chat");
        first.setDraft(chat.id, "hel");
        first.setDraft(chat.id, "hello");
        await world.until(() => second.chat(chat.id)?.draft === "hello", "the draft");
    });
});
