import { beforeEach, expect, it, vi } from "vitest";
import type { Member } from "@curlew/sdk";
import { MentionBox } from "../src/stores/mention";
import { FakeClient } from "./fixtures";

const user = (id: string, username: string, display_name: string) => ({ id, username, display_name, created_ms: 0 });
const member = (id: string, username: string, name: string): Member => ({ user: user(id, username, name), role: "member", since: 0 });
const MEMBERS = [member("u0", "ada", "Ada"), member("u1", "sam", "Sam"), member("u2", "sam2", "Sam"), member("u3", "yutong.li", "李雨桐")];

let client: FakeClient;
const host = { me: "u0", mayMentionAll: true, membersVersion: 1, everybody: "all", seen: [] };
const make = (more: Partial<typeof host> = {}) => new MentionBox(client, "c1", { ...host, ...more });

beforeEach(() => {
    client = new FakeClient();
    client.members = vi.fn(async () => MEMBERS) as typeof client.members;
});

async function typed(box: MentionBox, text: string): Promise<void> {
    box.follow(text, text.length);
    await Promise.resolve();
    await Promise.resolve();
}

it("offers everybody but oneself, and all of them together to those who may", async () => {
    const box = make();
    await typed(box, "@");
    const [first, ...others] = box.candidates;
    expect(first).toEqual({ kind: "all", word: "all" });
    expect(new Set(others.map((one) => one.kind === "person" && one.person.id))).toEqual(new Set(["u1", "u2", "u3"]));
    const plain = make({ mayMentionAll: false });
    await typed(plain, "@");
    expect(plain.candidates.some(({ kind }) => kind === "all")).toBe(false);
    expect(plain.candidates).toHaveLength(3);
});

it("puts the name into the text with a space and says where the caret goes", async () => {
    const box = make();
    await typed(box, "你好@李");
    expect(box.current).toMatchObject({ person: { id: "u3" } });
    expect(box.current && box.complete("你好@李 bye", box.current)).toEqual({ text: "你好@李雨桐 bye", caret: 7 });
    expect(box.addressees("你好@李雨桐 bye")).toEqual({ mentions: ["u3"], mentionAll: false });
});

it("of two people with one name the chosen one is meant", async () => {
    const box = make();
    await typed(box, "@sam");
    box.move(1);
    const second = box.current;
    expect(second).toMatchObject({ person: { id: "u2" } });
    if (second) box.complete("@sam", second);
    expect(box.addressees("@Sam hello").mentions).toEqual(["u2"]);
});

it("whoever speaks to all speaks to nobody in particular", async () => {
    const box = make();
    await typed(box, "@all and @Sam");
    expect(box.addressees("@all and @Sam")).toEqual({ mentions: [], mentionAll: true });
});

it("a list that was closed stays closed for its @", async () => {
    const box = make();
    await typed(box, "@sa");
    box.close();
    await typed(box, "@sam");
    expect(box.query).toBeNull();
    await typed(box, "@sam @s");
    expect(box.query).not.toBeNull();
});

it("people seen in the chat stand in for members that cannot be asked for", async () => {
    client.members = vi.fn(async () => Promise.reject(new Error("offline"))) as typeof client.members;
    const box = make({ seen: [{ id: "u9", username: "olu", name: "Olu" }] as never[] });
    await typed(box, "@o");
    expect(box.candidates).toMatchObject([{ person: { id: "u9" } }]);
});
