import { expect, it } from "vitest";
import { en } from "../src/i18n/en";
import { Chats, titleOf } from "../src/stores/chats";
import { chatState, FakeClient } from "./fixtures";

const peer = (id: string, username: string, display_name: string) => ({ id, username, display_name, created_ms: 0 });

it("titles say what a chat is, whatever is missing", () => {
    expect(titleOf(chatState({ title: "Choir" }), en, "u0")).toBe("Choir");
    expect(titleOf(chatState({ title: null }), en, "u0")).toBe(en.chats.unnamed);
    expect(titleOf(chatState({ kind: "direct", peer: peer("u1", "ines", "In\u00e9s") }), en, "u0")).toBe("In\u00e9s");
    expect(titleOf(chatState({ kind: "direct", peer: peer("u0", "ada", "Ada") }), en, "u0")).toBe(en.chats.notes);
    expect(titleOf(chatState({ kind: "direct" }), en, "u0")).toBe(en.chats.unknownPerson);
});

it("chats are found in spite of case and accents, and by user name", () => {
    const client = new FakeClient();
    client.rows = [chatState({ id: "a", kind: "direct", peer: peer("u1", "ines.k", "In\u00e9s Korhonen") }), chatState({ id: "b", title: "Choir" })];
    const chats = new Chats(client);
    chats.refresh();
    const found = (query: string) => {
        chats.search(query);
        return chats.matching(en, "u0").map(({ id }) => id);
    };
    expect(found("INES k")).toEqual(["a"]);
    expect(found("ines.")).toEqual(["a"]);
    expect(found("choir")).toEqual(["b"]);
    expect(found(" ")).toEqual(["a", "b"]);
    expect(found("zzz")).toEqual([]);
});
