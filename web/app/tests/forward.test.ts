import { expect, it } from "vitest";
import { Chats } from "../src/stores/chats";
import { Forward, MOST_CHATS } from "../src/stores/forward";
import { FakeClient, item } from "./fixtures";

const make = (client: FakeClient, count = 2) => new Forward({ client, chats: new Chats(client), me: "u0" }, "c1", Array.from({ length: count }, (_, index) => item((index + 1) * 1000)));

it("forwards as one or one by one, and says the comment in every chat after it", () => {
    const client = new FakeClient();
    const forward = make(client);
    forward.toggle("c2");
    forward.toggle("c3");
    forward.merge(true);
    forward.say(" look ");
    forward.send();
    expect(client.forward).toHaveBeenCalledWith({ chat: "c1", stamps: [1000, 2000], to: ["c2", "c3"], merged: true });
    expect(client.send.mock.calls).toEqual([["c2", "look"], ["c3", "look"]]);
});

it("a single message is never merged, and without a comment nothing else is said", () => {
    const client = new FakeClient();
    const forward = make(client, 1);
    forward.toggle("c2");
    forward.merge(true);
    forward.send();
    expect(client.forward).toHaveBeenCalledWith({ chat: "c1", stamps: [1000], to: ["c2"], merged: false });
    expect(client.send).not.toHaveBeenCalled();
});

it("no more chats are chosen than the server takes", () => {
    const forward = make(new FakeClient());
    for (let index = 0; index < MOST_CHATS + 2; index++) forward.toggle(`c${index}`);
    expect(forward.chosen).toHaveLength(MOST_CHATS);
    forward.toggle("c0");
    expect(forward.chosen).not.toContain("c0");
});
