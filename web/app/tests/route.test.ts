import { expect, it } from "vitest";
import { formatRoute, HOME, parseRoute, parseTicket, type Route } from "../src/stores/route";

it("every route is read back as it was written", () => {
    const routes: Route[] = [
        HOME,
        { ...HOME, chat: "abc_-1" },
        { ...HOME, chat: "abc", info: true },
        { ...HOME, chat: "abc", info: true, side: "settings/sessions" },
        { ...HOME, side: "new/group" },
        { ...HOME, chat: "abc", thread: 1_700_000_000_000_001 },
        { ...HOME, chat: "abc", thread: 7, side: "settings" },
    ];
    for (const route of routes) expect(parseRoute(formatRoute(route))).toEqual(route);
});

it("what is not understood leads home", () => {
    for (const hash of ["", "#", "#/", "#/x/y", "#/c/", "#/c/%00", `#/c/${"x".repeat(65)}`, "#setup=1"]) expect(parseRoute(hash)).toEqual(HOME);
});

it("codes of links are read", () => {
    expect(parseTicket("#setup=a%20b")).toEqual({ kind: "setup", code: "a b" });
    expect(parseTicket("#invite=xyz")).toEqual({ kind: "invite", code: "xyz" });
    for (const hash of ["#setup=", "#other=1", "#/setup=1", "#setup=%E0%A4%A"]) expect(parseTicket(hash)).toBeNull();
});
