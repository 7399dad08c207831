import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { ClientError, type User } from "@curlew/sdk";
import { PeoplePicker } from "../src/stores/picker";
import { FakeClient } from "./fixtures";

const user = (id: string, username: string): User => ({ id, username, display_name: username, created_ms: 0 });
const find = vi.fn<(name: string) => Promise<User | null>>();
let picker: PeoplePicker;

beforeEach(() => {
    vi.useFakeTimers();
    find.mockReset();
    const client = Object.assign(new FakeClient(), { findUser: find });
    picker = new PeoplePicker(client, () => new Set(["u9"]), () => [user("u1", "maria"), user("u2", "mark"), user("u9", "marvin")]);
});

afterEach(() => vi.useRealTimers());

it("asks once the typing pauses, for the exact name", async () => {
    find.mockResolvedValue(user("u3", "marlon"));
    for (const typed of ["@Mar", "@Marl", "@Marlon "]) picker.type(typed);
    expect(find).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(400);
    expect(find.mock.calls).toEqual([["marlon"]]);
    expect(picker.found?.id).toBe("u3");
});

it("an answer to an earlier name is ignored", async () => {
    let answer: (user: User | null) => void = () => undefined;
    find.mockImplementationOnce(() => new Promise((resolve) => (answer = resolve)));
    picker.type("first.name");
    await vi.advanceTimersByTimeAsync(400);
    picker.type("ot");
    answer(user("u3", "first.name"));
    await vi.advanceTimersByTimeAsync(0);
    expect(picker.found).toBeNull();
    expect(picker.search).toBe("idle");
});

it("says nobody, oneself, or why it failed", async () => {
    find.mockResolvedValueOnce(null).mockResolvedValueOnce(user("u0", "ada")).mockRejectedValueOnce(new ClientError("offline"));
    for (const outcome of ["nobody", "yourself", "failed"]) {
        picker.type(`name.${outcome}`);
        await vi.advanceTimersByTimeAsync(400);
        expect(picker.search).toBe(outcome);
    }
    expect(picker.failure?.code).toBe("offline");
});

it("offers people one knows, without those chosen or excluded", () => {
    picker.type("ma");
    expect(picker.suggestions.map(({ id }) => id)).toEqual(["u1", "u2"]);
    picker.choose(user("u1", "maria"));
    picker.choose(user("u1", "maria"));
    expect(picker.chosen).toHaveLength(1);
    picker.type("ma");
    expect(picker.suggestions.map(({ id }) => id)).toEqual(["u2"]);
    picker.drop("u1");
    expect(picker.chosen).toHaveLength(0);
});
