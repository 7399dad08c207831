import { expect, it } from "vitest";
import { fold } from "../src/text/names";
import { matching, mentionQuery, mentionSpans } from "../src/text/mention";
import { tokenize, withMentions } from "../src/text/tokens";

const person = (id: string, username: string, name: string) => ({ id, username, name });
const maria = person("u1", "maria.silva", "Maria Silva");
const li = person("u2", "yutong.li", "李雨桐");
const sam = person("u3", "sam", "Sam");
const smith = person("u4", "sam.smith", "Sam Smith");

it("a mention is typed from its @ up to the caret, spaces of names included", () => {
    expect(mentionQuery("hi @ma", 6)).toEqual({ from: 3, to: 6, wanted: "ma" });
    expect(mentionQuery("hi @maria si", 12)?.wanted).toBe("maria si");
    expect(mentionQuery("@", 1)?.wanted).toBe("");
    expect(mentionQuery("你好@李", 4)).toEqual({ from: 2, to: 4, wanted: "李" });
    expect(mentionQuery("@ma and more", 3)?.wanted).toBe("ma");
});

it("mail addresses, finished words and long sentences are no mentions", () => {
    for (const text of ["ada@exa", "hi @ ma", "@ma\nria", "@one two three four", "no sign"]) expect(mentionQuery(text, text.length), text).toBeNull();
});

it("people are found by any word of their name and by user name, in every script", () => {
    const all = [smith, sam, li, maria];
    expect(matching(all, "sa").map(({ id }) => id)).toEqual(["u3", "u4"]);
    expect(matching(all, "silva")).toEqual([maria]);
    expect(matching(all, "雨")).toEqual([li]);
    expect(matching(all, "yutong")).toEqual([li]);
    expect(matching(all, "MÁR")).toEqual([maria]);
    expect(matching(all, "zzz")).toEqual([]);
    expect(fold("Ångström")).toBe("angstrom");
});

it("the longest name is meant, and a name inside a longer word is none", () => {
    const found = (text: string) => mentionSpans(text, [sam, smith, li], true).map(({ user }) => user);
    expect(found("@Sam Smith and @Sam")).toEqual(["u4", "u3"]);
    expect(found("@Samantha")).toEqual([]);
    expect(found("@sam, @SAM.")).toEqual(["u3", "u3"]);
    expect(found("请@李雨桐看一下")).toEqual(["u2"]);
    expect(found("a@sam")).toEqual([]);
    expect(found("@all @所有人来")).toEqual([null, null]);
    expect(mentionSpans("@all", [], false)).toEqual([]);
});

it("words that speak to somebody are marked in lines, not in code", () => {
    const blocks = withMentions(tokenize("hi @Sam `@Sam`\n```\n@Sam\n```"), [sam], false);
    expect(blocks[0]).toEqual({ kind: "lines", inlines: [{ kind: "text", text: "hi " }, { kind: "mention", text: "@Sam", user: "u3" }, { kind: "text", text: " " }, { kind: "code", text: "@Sam" }] });
    expect(blocks[1]).toEqual({ kind: "code", text: "@Sam" });
});
