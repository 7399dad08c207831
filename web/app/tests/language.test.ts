import { expect, it } from "vitest";
import { dayText, shortText, dayOf } from "../src/i18n/dates";
import { en } from "../src/i18n/en";
import { languageOf } from "../src/i18n";
import { zh } from "../src/i18n/zh";

/** All strings of a table by path; functions are called with something of each kind. */
function strings(table: object, path = ""): [string, string][] {
    return Object.entries(table).flatMap(([name, value]): [string, string][] => {
        const here = `${path}.${name}`;
        if (typeof value === "function") return [[here, String((value as (...args: unknown[]) => unknown)(2, 2))]];
        return typeof value === "object" && value !== null ? strings(value, here) : [[here, String(value)]];
    });
}

it("no string is missing or empty in any language", () => {
    for (const table of [en, zh]) for (const [path, text] of strings(table)) expect(text.trim(), path).not.toBe("");
    expect(strings(zh).map(([path]) => path)).toEqual(strings(en).map(([path]) => path));
});

it("Chinese is written with Chinese punctuation", () => {
    for (const [path, text] of strings(zh)) expect(/[\u4e00-\u9fff][,?:;!]/.test(text), `${path}: ${text}`).toBe(false);
});

it("plurals follow the language", () => {
    expect(en.chat.members(1)).toBe("1 member");
    expect(en.chat.members(2)).toBe("2 members");
    expect(en.chats.unread(1200)).toBe("1,200 unread messages");
});

it("the language of the browser is used until one is chosen", () => {
    expect(languageOf("system", ["fr-FR", "zh-TW", "en"])).toBe("zh");
    expect(languageOf("system", ["fr-FR"])).toBe("en");
    expect(languageOf("en", ["zh-CN"])).toBe("en");
});

it("times get shorter as they get older", () => {
    const now = new Date(2026, 4, 6, 15).getTime();
    const today = dayOf(now);
    const ago = (days: number) => new Date(2026, 4, 6 - days, 9, 5).getTime();
    expect(shortText(ago(0), today, en)).toBe("09:05");
    expect(shortText(ago(1), today, en)).toBe("Yesterday");
    expect(shortText(ago(3), today, en)).toBe("Sun");
    expect(shortText(ago(30), today, en)).toBe("Apr 6");
    expect(dayText(ago(0), today, zh)).toBe("\u4eca\u5929");
    expect(dayText(ago(400), today, en)).toBe("April 1, 2025");
});
