import { beforeEach, expect, it, vi } from "vitest";
import { observable, runInAction } from "mobx";
import { App } from "../src/stores/app";
import { Clock } from "../src/stores/clock";
import type { Conversation } from "../src/stores/conversation";
import { chatState, FakeClient, item } from "./fixtures";

vi.stubGlobal("document", { documentElement: { lang: "", dataset: {} }, title: "" });

const NOW = 10_000_000;
let client: FakeClient;
const copied = vi.fn(async (_: string) => true);
const surroundings = observable({ attentive: true, narrow: false, dark: false, languages: ["en"], host: "chat.example.org" });

async function open(): Promise<Conversation> {
    const address = { read: () => "#/c/c1", push: () => undefined, replace: () => undefined, subscribe: () => () => undefined };
    const app = new App({ client, surroundings, keeper: { read: () => null, write: () => undefined }, address, clock: new Clock(() => NOW), copy: copied });
    app.follow();
    await app.start();
    if (!app.conversation) throw new Error("the chat is open");
    return app.conversation;
}

beforeEach(() => {
    client = new FakeClient();
    client.rows = [chatState({ pins: [3000, 1000] })];
    client.view.items = [item(1000), item(2000, "u0", { sentAtMs: NOW }), item(3000)];
});

it("pins are shown one after the other, the newest first, and begin anew after the oldest", async () => {
    const { pins } = await open();
    expect([pins.current, pins.item?.stamp]).toEqual([3000, 3000]);
    pins.next();
    expect([pins.current, pins.index]).toEqual([1000, 1]);
    pins.next();
    expect(pins.current).toBe(3000);
});

it("a pin that is taken down while it is shown gives way to another", async () => {
    const { pins } = await open();
    pins.next();
    client.rows = [chatState({ pins: [3000] })];
    runInAction(() => client.emit({ type: "chats", ids: ["c1"] }));
    expect(pins.current).toBe(3000);
});

it("the key for the last message takes up one's own newest that may still be edited", async () => {
    const conversation = await open();
    expect(conversation.editLast()).toBe(true);
    expect(conversation.composer.editing?.stamp).toBe(2000);
    client.view.items = [item(1000)];
    conversation.sync();
    conversation.composer.leave();
    expect(conversation.editLast()).toBe(false);
});

it("mentions not read are visited one after the other", async () => {
    const conversation = await open();
    client.mentions = vi.fn(async () => [1000, 3000]) as never;
    const rows: number[] = [];
    conversation.timeline.attach({ toRow: (row) => rows.push(row), toEnd: () => undefined });
    for (let turn = 0; turn < 3; turn++) await conversation.nextMention();
    expect(rows).toEqual([0, 2, 0]);
});

it("several messages are copied with the names of those who said them, a single one without", async () => {
    const { actions } = await open();
    await actions.copy([item(1000)]);
    await actions.copy([item(1000), item(2000, "u0"), item(3000, "u1", { content: null })]);
    expect(copied.mock.calls.map(([text]) => text)).toEqual(["hello", "Somebody: hello\nYou: hello"]);
});

it("a reaction of one's own is taken back, another one is given", async () => {
    const { actions } = await open();
    const reacted = item(1000, "u1", { reactions: [{ kind: "👍", count: 2, users: ["u0", "u1"], mine: true }] });
    actions.react(reacted, "👍");
    actions.react(reacted, "🎉");
    expect(client.react.mock.calls).toEqual([["c1", 1000, "👍", false], ["c1", 1000, "🎉", true]]);
});

it("messages are taken back one by one, and the question is closed", async () => {
    const { actions } = await open();
    actions.askToDelete([item(1000)]);
    actions.retract([item(1000), item(2000)]);
    expect(client.retract.mock.calls).toEqual([["c1", 1000], ["c1", 2000]]);
    expect(actions.dialog).toBeNull();
});

it("a draft that answers a message answers it again once that is known", async () => {
    client.rows = [chatState({ draft: "and also", draftReplyTo: 1000 })];
    const { composer } = await open();
    expect([composer.text, composer.replyTo?.stamp]).toEqual(["and also", 1000]);
});
