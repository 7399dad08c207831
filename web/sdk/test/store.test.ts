import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { beforeEach, describe, expect, test } from "vitest";
import type { ChatRow, Entry } from "../src";
import type { SessionRecord } from "../src/store/records";
import { PUSHED } from "../src/store/copies";
import { runOfEntry } from "../src/store/ranges";
import { Store } from "../src/store/store";
import { applyRow, mergeRun } from "../src/store/timeline";

const session = (id: string): SessionRecord => ({
    id,
    token: "t",
    expiresMs: 0,
    account: { id: "me", username: "me", display_name: "me", created_ms: 0 },
    server: null,
});
const entry = (stamp: number, prev: number, revision = 0): Entry => ({ stamp, prev, ordinal: 1, kind: "message", revision });
const row: ChatRow = {
    chat: { id: "c", kind: "group", role: "member", member_count: 2, members_version: 1, epoch: "e", created_ms: 0 },
    unread: 0,
    mentions: 0,
    read: 0,
};

const draft = { chat: "c", text: "late", replyTo: null, updatedMs: 0, isPending: true };

describe("the store", () => {
    let store: Store;
    beforeEach(async () => {
        store = await Store.open(new IDBFactory(), "test");
        await store.signIn(session("one"));
    });

    test("refuses what belongs to a session that is over", async () => {
        await store.signIn(session("two"));
        const late = store.write("one", (work) => work.putDraft(draft));
        await expect(late).rejects.toMatchObject({ code: "unauthorized" });
        await store.erase();
        const later = store.write("two", (work) => work.putDraft(draft));
        await expect(later).rejects.toMatchObject({ code: "unauthorized" });
        expect(await store.load()).toMatchObject({ session: null, drafts: [] });
    });

    test("erases only the session that is meant", async () => {
        await store.signIn(session("two"));
        expect(await store.erase("one")).toBe(false);
        expect((await store.load()).session?.id).toBe("two");
        expect(await store.erase("two")).toBe(true);
    });

    test("keeps entries and cursor together or not at all", async () => {
        const fault = store.write("one", async (work) => {
            const record = await applyRow(work, { ...row, last: entry(1, 0) }, 0, 0);
            await mergeRun(work, record, runOfEntry(entry(2, 1)), PUSHED);
            throw new Error("pulled the plug");
        });
        await expect(fault).rejects.toThrow("pulled the plug");
        expect((await store.load()).chats).toEqual([]);
        expect(await store.last("c", 0, 10, 10)).toEqual([]);
    });

    test("keeps the later revision when an older copy comes late", async () => {
        await store.write("one", async (work) => {
            const record = await applyRow(work, row, 0, 0);
            const changed = await mergeRun(work, record, runOfEntry(entry(1, 0, 2)), PUSHED);
            await mergeRun(work, changed, runOfEntry(entry(1, 0, 1)), PUSHED);
        });
        expect((await store.last("c", 0, 10, 10)).map(({ revision }) => revision)).toEqual([2]);
    });

    test("reads pages from both ends of a range", async () => {
        await store.write("one", async (work) => {
            let record = await applyRow(work, row, 0, 0);
            for (let n = 1; n <= 9; n += 1) record = await mergeRun(work, record, runOfEntry(entry(n, n - 1)), PUSHED);
        });
        const stamps = async (entries: Promise<Entry[]>): Promise<number[]> => (await entries).map(({ stamp }) => stamp);
        expect(await stamps(store.last("c", 2, 8, 3))).toEqual([6, 7, 8]);
        expect(await stamps(store.first("c", 2, 8, 3))).toEqual([3, 4, 5]);
        expect(await stamps(store.last("c", 2, 8, 50))).toEqual([3, 4, 5, 6, 7, 8]);
        expect(await stamps(store.last("c", 8, 8, 50))).toEqual([]);
    });
});
