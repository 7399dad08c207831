import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Composer } from "../src/stores/composer";
import { chatState, FakeClient, item } from "./fixtures";

let client: FakeClient;
const sent = vi.fn();
const make = (thread: number | null = null) => new Composer(client, { chat: "c1", thread, limit: 100, mention: null, sent });

beforeEach(() => {
    vi.useFakeTimers();
    client = new FakeClient();
    client.rows = [chatState({ draft: "kept" })];
    sent.mockClear();
});

afterEach(() => vi.useRealTimers());

it("starts from the draft and keeps what is written soon after the last key", () => {
    const composer = make();
    expect(composer.text).toBe("kept");
    composer.write("kept o");
    composer.write("kept on");
    vi.advanceTimersByTime(1000);
    expect(client.setDraft.mock.calls).toEqual([["c1", "kept on"]]);
});

it("keeps the draft at once when the chat is left", () => {
    const composer = make();
    composer.write("half a thou");
    composer.dispose();
    expect(client.setDraft).toHaveBeenCalledWith("c1", "half a thou");
});

it("sends trimmed text with what it answers and is empty afterwards", () => {
    const composer = make();
    composer.write("  hello\n");
    composer.reply(item(5000));
    composer.send();
    expect(client.send).toHaveBeenCalledWith("c1", "hello", { replyTo: 5000 });
    expect(composer.text).toBe("");
    expect(composer.replyTo).toBeNull();
    expect(client.setDraft).toHaveBeenLastCalledWith("c1", "");
    expect(sent).toHaveBeenCalledOnce();
});

it("sends neither nothing nor too much; bytes count, not characters", () => {
    const composer = make();
    for (const text of ["", " \n", "\u4f60".repeat(34)]) {
        composer.write(text);
        expect(composer.canSend).toBe(false);
        composer.send();
    }
    expect(client.send).not.toHaveBeenCalled();
    composer.write("\u4f60".repeat(33));
    expect(composer.bytesLeft).toBe(1);
    expect(composer.canSend).toBe(true);
});

it("the length is shown only near the limit", () => {
    const composer = make();
    composer.write("x".repeat(80));
    expect(composer.isNearLimit).toBe(false);
    composer.write("x".repeat(90));
    expect(composer.isNearLimit).toBe(true);
});

it("editing takes up what the message says; leaving it brings back what was being written", () => {
    const composer = make();
    composer.write("a new thought");
    composer.reply(item(4000));
    composer.edit(item(5000, "u0"));
    expect(composer.text).toBe("hello");
    expect(composer.replyTo).toBeNull();
    composer.write("hello you");
    composer.leave();
    expect(composer.text).toBe("a new thought");
    expect(composer.replyTo?.stamp).toBe(4000);
    expect(client.edit).not.toHaveBeenCalled();
});

it("an edited message is replaced, not sent; one that was not changed is left alone", () => {
    const composer = make();
    composer.edit(item(5000, "u0"));
    composer.send();
    expect(client.edit).not.toHaveBeenCalled();
    composer.edit(item(5000, "u0"));
    composer.write(" hello you ");
    composer.send();
    expect(client.edit).toHaveBeenCalledWith("c1", 5000, "hello you", []);
    expect(client.send).not.toHaveBeenCalled();
    expect(composer.editing).toBeNull();
});

it("what is edited is no draft", () => {
    const composer = make();
    composer.edit(item(5000, "u0"));
    composer.write("hello you");
    vi.advanceTimersByTime(1000);
    composer.dispose();
    expect(client.setDraft).not.toHaveBeenCalled();
});

it("a draft of another device is taken over, unless something is being written here", () => {
    const composer = make();
    composer.adopt("from the phone");
    expect(composer.text).toBe("from the phone");
    composer.write("mine");
    composer.adopt("from the phone again");
    expect(composer.text).toBe("mine");
});

it("a thread has no draft, and what is written there stands in it", () => {
    const composer = make(7000);
    expect(composer.text).toBe("");
    composer.write("in the thread");
    vi.advanceTimersByTime(1000);
    composer.send();
    expect(client.send).toHaveBeenCalledWith("c1", "in the thread", { thread: 7000 });
    expect(client.setDraft).not.toHaveBeenCalled();
});
