import { beforeEach, expect, it, vi } from "vitest";
import { observable, runInAction } from "mobx";
import { App } from "../src/stores/app";
import { Clock } from "../src/stores/clock";
import { chatState, FakeClient, item } from "./fixtures";

vi.stubGlobal("document", { documentElement: { lang: "", dataset: {} }, title: "" });

let client: FakeClient;
let hash: string;
const surroundings = observable({ attentive: true, narrow: false, dark: false, languages: ["en"], host: "chat.example.org" });

function make(opened = "#/"): App {
    hash = opened;
    const address = { read: () => hash, push: (next: string) => void (hash = next), replace: (next: string) => void (hash = next), subscribe: () => () => undefined };
    const app = new App({ client, surroundings, keeper: { read: () => null, write: () => undefined }, address, clock: new Clock(() => 1_000_000), copy: async () => true });
    app.follow();
    return app;
}

beforeEach(() => {
    client = new FakeClient();
    client.rows = [chatState({ unread: 3, read: 1000 }), chatState({ id: "c2", unread: 4 })];
    client.view.items = [item(1000), item(2000)];
    runInAction(() => Object.assign(surroundings, { attentive: true, narrow: false }));
});

it("without an account it asks for one, with the code of the link", async () => {
    client.account = null;
    const app = make("#invite=xyz");
    await app.start();
    expect(app.phase).toBe("signedOut");
    expect(app.signin?.invite).toBe("xyz");
});

it("the code of a link leaves the address once it was used", async () => {
    client.account = null;
    const app = make("#setup=xyz");
    await app.start();
    client.account = { id: "u0", username: "ada", display_name: "Ada", created_ms: 0, admin: true };
    client.emit({ type: "account" });
    expect(app.phase).toBe("signedIn");
    expect(hash).toBe("#/");
});

it("a start that fails is told and can be tried again", async () => {
    client.start.mockRejectedValueOnce(new Error("no storage"));
    const app = make();
    await app.start();
    expect(app.phase).toBe("failed");
    await app.start();
    expect(app.phase).toBe("signedIn");
});

it("the title of the page shows what is unread", async () => {
    const app = make();
    await app.start();
    expect(document.title).toBe("(7) Curlew");
    expect(app.chats.unread).toBe(7);
});

it("a chat is read only while its end is in view of somebody", async () => {
    const app = make("#/c/c1");
    await app.start();
    await vi.waitFor(() => expect(app.conversation?.timeline.ready).toBe(true));
    expect(client.markRead).not.toHaveBeenCalled();
    runInAction(() => (surroundings.attentive = false));
    app.conversation?.timeline.setAtEnd(true);
    expect(client.markRead).not.toHaveBeenCalled();
    runInAction(() => (surroundings.attentive = true));
    expect(client.markRead).toHaveBeenCalledWith("c1", 2000);
});

it("on a phone a chat behind the settings is not read", async () => {
    runInAction(() => (surroundings.narrow = true));
    const app = make("#/c/c1/settings");
    await app.start();
    app.conversation?.timeline.setAtEnd(true);
    await new Promise((resolve) => setTimeout(resolve));
    expect(client.markRead).not.toHaveBeenCalled();
});

it("a session that was ended elsewhere leaves nothing on the screen", async () => {
    const app = make("#/c/c1");
    await app.start();
    client.account = null;
    client.rows = [];
    client.emit({ type: "signedOut", reason: "ended" });
    expect(app.phase).toBe("signedOut");
    expect(app.signedOut).toBe("ended");
    expect(app.conversation).toBeNull();
    expect(app.chats.all).toEqual([]);
    expect(hash).toBe("#/");
    expect(client.view.close).toHaveBeenCalled();
});

it("leaving a chat keeps what was written in it", async () => {
    const app = make("#/c/c1");
    await app.start();
    app.conversation?.composer.write("unfinished");
    app.openChat("c2");
    expect(client.setDraft).toHaveBeenCalledWith("c1", "unfinished");
    expect(app.conversation?.id).toBe("c2");
});

it("what the server refused is told in words", async () => {
    const app = make("#/c/c1");
    await app.start();
    client.emit({ type: "refused", action: "retract", chat: "c1", stamps: [1000], error: { code: "forbidden", message: "too late", retry: "never", outcome: "none" } });
    expect(app.notices.current?.text).toBe("The message was not taken back. You may not do this.");
});

it("a thread opens beside its chat and closes with it", async () => {
    const app = make("#/c/c1/thread/1000");
    await app.start();
    expect(app.thread?.thread).toBe(1000);
    app.openChat("c2");
    expect(app.thread).toBeNull();
    app.navigation.openThread(2000);
    expect(app.thread).toMatchObject({ id: "c2", thread: 2000 });
    app.navigation.closeThread();
    expect(app.thread).toBeNull();
});
