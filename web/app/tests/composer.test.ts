import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Composer } from "../src/stores/composer";
import { chatState, FakeClient, item } from "./fixtures";

let client: FakeClient;
const sent = vi.fn();
const make = () => new Composer(client, "c1", 100, sent);

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
