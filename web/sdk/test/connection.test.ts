import { describe, expect, test } from "vitest";
import { Connection } from "../src/connection";
import { Link, type LinkState } from "../src/link";
import { newClientId, type Platform, type SocketEvents } from "../src/platform";
import type { Push } from "../src/protocol.generated";
import { Browser, FakeClock, World } from "./fake/world";

/** A socket of which a test plays the other side. */
class Line {
    readonly clock = new FakeClock();
    readonly sent: { id: number; method: string }[] = [];
    readonly opened: SocketEvents[] = [];
    closes = 0;
    readonly platform: Platform = {
        ...new World().platform(new Browser()),
        clock: this.clock,
        random: () => 0.5,
        openSocket: (_, events) => {
            this.opened.push(events);
            let isOver = false;
            return {
                send: (text) => this.sent.push(JSON.parse(text) as { id: number; method: string }),
                close: () => {
                    if (isOver) return;
                    isOver = true;
                    this.closes += 1;
                    events.closed(1000);
                },
            };
        },
    };

    get events(): SocketEvents {
        const events = this.opened.at(-1);
        if (!events) throw new Error("nothing was opened");
        return events;
    }

    connection(): Connection {
        const connection = new Connection(this.platform, "ws://test", {
            opened: () => undefined,
            pushed: () => undefined,
            closed: () => undefined,
        });
        this.events.opened();
        return connection;
    }

    answer(id: number, ok: unknown = {}): void {
        this.events.received(JSON.stringify({ id, ok }));
    }
}

describe("a connection", () => {
    test("keeps as many requests in flight as the server takes, and the others in order", async () => {
        const line = new Line();
        const connection = line.connection();
        const answers = Array.from({ length: 10 }, () => connection.request("session.list", {}));
        expect(line.sent.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
        line.answer(3);
        expect(line.sent.at(-1)?.id).toBe(9);
        for (const id of [1, 2, 4, 5, 6, 7, 8, 9, 10]) line.answer(id);
        await expect(Promise.all(answers)).resolves.toHaveLength(10);
    });

    test("gives up a request after fifteen seconds, and itself when nothing was heard meanwhile", async () => {
        const line = new Line();
        const connection = line.connection();
        const slow = connection.request("session.list", {});
        line.clock.advance(10_000);
        line.events.received(JSON.stringify({ push: "resync", data: { reason: "slow" } }));
        line.clock.advance(5_000);
        await expect(slow).rejects.toMatchObject({ code: "timeout" });
        expect(connection.isClosed).toBe(false);
        const dead = connection.request("session.list", {});
        line.clock.advance(15_000);
        await expect(dead).rejects.toMatchObject({ code: "timeout" });
        expect(connection.isClosed).toBe(true);
    });

    test("asks for a sign of life after two silent intervals and closes when none comes", () => {
        const line = new Line();
        const connection = line.connection();
        line.clock.advance(49_000);
        expect(line.sent).toEqual([]);
        line.clock.advance(1_000);
        expect(line.sent.map(({ method }) => method)).toEqual(["server.info"]);
        line.answer(1);
        line.clock.advance(50_000);
        expect(line.sent).toHaveLength(2);
        line.clock.advance(15_000);
        expect(connection.isClosed).toBe(true);
    });

    test("fails everything unanswered when it closes", async () => {
        const line = new Line();
        const connection = line.connection();
        const answers = Array.from({ length: 9 }, () => connection.request("session.list", {}));
        line.events.closed(1006);
        for (const answer of answers) await expect(answer).rejects.toMatchObject({ code: "offline" });
        await expect(connection.request("session.list", {})).rejects.toMatchObject({ code: "offline" });
    });

    test("closes on what is no frame, and ignores replies nobody asked for", () => {
        const line = new Line();
        const connection = line.connection();
        line.answer(99);
        expect(connection.isClosed).toBe(false);
        line.events.received("{");
        expect(connection.isClosed).toBe(true);
    });
});

describe("a link", () => {
    function link(line: Line): { link: Link; states: LinkState[]; ended: () => number } {
        const states: LinkState[] = [];
        let ended = 0;
        const made = new Link(line.platform, "ws://test", {
            changed: (state) => states.push(state),
            opened: () => undefined,
            pushed: () => undefined,
            closed: () => undefined,
            ended: () => (ended += 1),
        });
        made.start();
        return { link: made, states, ended: () => ended };
    }

    test("waits longer after each failure, up to thirty seconds, and anew after a good connection", () => {
        const line = new Line();
        const { states } = link(line);
        const waits: number[] = [];
        const fail = (): void => {
            const { length } = line.opened;
            line.events.closed(1006);
            const state = states.at(-1);
            if (state?.state === "waiting") waits.push(state.retryAtMs - line.clock.now());
            line.clock.advance(waits.at(-1) ?? 0);
            expect(line.opened.length).toBe(length + 1);
        };
        for (let n = 0; n < 8; n += 1) fail();
        expect(waits).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
        line.events.opened();
        line.clock.advance(6_000);
        fail();
        expect(waits.at(-1)).toBe(250);
    });

    test("comes back when the server's farewell asks for it", () => {
        const line = new Line();
        const { states } = link(line);
        line.events.opened();
        const bye: Push = { push: "bye", data: { reason: "shutdown", reconnect: true, after_ms: 1_234 } };
        line.events.received(JSON.stringify(bye));
        line.events.closed(1001);
        expect(states.at(-1)).toEqual({ state: "waiting", retryAtMs: line.clock.now() + 1_234 });
    });

    test.each(["close code", "farewell"])("stops for good when the session was ended (%s)", (how) => {
        const line = new Line();
        const { states, ended } = link(line);
        line.events.opened();
        const bye: Push = { push: "bye", data: { reason: "session_ended", reconnect: false, after_ms: 0 } };
        if (how === "farewell") line.events.received(JSON.stringify(bye));
        else line.events.closed(4002);
        line.clock.advance(100_000);
        expect(ended()).toBe(1);
        expect(states.at(-1)).toEqual({ state: "stopped" });
        expect(line.opened).toHaveLength(1);
    });

    test("tries at once when the network comes back", () => {
        const world = new World();
        const browser = new Browser();
        const line = new Line();
        Object.assign(line.platform, { onWake: world.platform(browser).onWake });
        link(line);
        line.events.closed(1006);
        world.plug(browser);
        expect(line.opened).toHaveLength(2);
    });
});

describe("client ids", () => {
    test("are 22 characters of URL-safe base64 of the random bytes", () => {
        const platform = { ...new World().platform(new Browser()) };
        for (const byte of [0, 0xff, 0xa5]) {
            const bytes = new Uint8Array(16).fill(byte);
            const id = newClientId({ ...platform, randomBytes: () => bytes });
            const expected = btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
            expect(id).toBe(expected);
        }
    });
});
