import { expect, it } from "vitest";
import { rightsOver, type Circumstances, type Right } from "../src/stores/rights";
import { chatState, item, SERVER } from "./fixtures";

const limits = { ...SERVER.limits, edit_window_s: 60, retract_window_s: 120, reader_list_members: 10 };
const around = (more: Partial<Circumstances> = {}): Circumstances => ({ chat: chatState({ role: "member", memberCount: 5 }), me: "u0", now: 1_000_000, limits, hidesReads: false, ...more });
const sent = (ageMs: number, sender = "u0", more = {}) => item((1_000_000 - ageMs) * 1000, sender, { forwarded: null, ...more });
const has = (right: Right, ...args: Parameters<typeof rightsOver>) => rightsOver(...args).has(right);

it("own messages may be edited and taken back while their window lasts", () => {
    expect(has("edit", sent(59_000), around())).toBe(true);
    expect(has("edit", sent(61_000), around())).toBe(false);
    expect(has("retract", sent(119_000), around())).toBe(true);
    expect(has("retract", sent(121_000), around())).toBe(false);
    expect(has("edit", sent(9e8), around({ limits: { ...limits, edit_window_s: 0 } }))).toBe(true);
    for (const right of ["edit", "retract"] as const) expect(has(right, sent(0, "u1"), around())).toBe(false);
});

it("owners and admins of a group take back anything and pin; members of it do neither, both may pin in a direct chat", () => {
    for (const role of ["owner", "admin"] as const) {
        const chat = chatState({ role });
        expect(has("retract", sent(9e8, "u1"), around({ chat }))).toBe(true);
        expect(has("pin", sent(0, "u1"), around({ chat }))).toBe(true);
    }
    expect(has("pin", sent(0), around())).toBe(false);
    const chat = chatState({ kind: "direct", role: "member" });
    expect(has("pin", sent(0, "u1"), around({ chat }))).toBe(true);
    expect(has("retract", sent(0, "u1"), around({ chat: chatState({ kind: "direct", role: "owner" }) }))).toBe(false);
});

it("who has read is asked for one's own messages in small groups, by those who show what they read", () => {
    expect(has("readers", sent(0), around())).toBe(true);
    expect(has("readers", sent(0, "u1"), around())).toBe(false);
    expect(has("readers", sent(0), around({ hidesReads: true }))).toBe(false);
    expect(has("readers", sent(0), around({ chat: chatState({ memberCount: 11 }) }))).toBe(false);
});

it("what said something before is shown to its author and to admins", () => {
    expect(has("history", sent(0, "u0", { edited: true }), around())).toBe(true);
    expect(has("history", sent(0, "u1", { edited: true }), around())).toBe(false);
    expect(has("history", sent(0, "u1", { edited: true }), around({ chat: chatState({ role: "admin" }) }))).toBe(true);
    expect(has("history", sent(0), around())).toBe(false);
});

it("what was taken back can only be removed from one's own view", () => {
    expect([...rightsOver(sent(0, "u0", { retracted: true, content: null }), around())]).toEqual(["hide"]);
    expect([...rightsOver({ ...sent(0), stamp: null }, around())]).toEqual(["copy"]);
    expect([...rightsOver(sent(0, "u0", { kind: "system" }), around())]).toEqual([]);
});

it("what somebody else said first cannot be edited", () => {
    expect(has("edit", sent(0, "u0", { forwarded: { sender: "u1", stamp: 1 } }), around())).toBe(false);
});
