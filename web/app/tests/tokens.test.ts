import { describe, expect, it } from "vitest";
import { inlines, isJumbo, preview, tokenize } from "../src/text/tokens";

const links = (text: string) => inlines(text).flatMap((piece) => (piece.kind === "link" ? [[piece.text, piece.href]] : []));
const joined = (text: string) => inlines(text).map((piece) => (piece.kind === "code" ? `\`${piece.text}\`` : piece.text)).join("");

describe("links", () => {
    it("are found for http, https and www only", () => {
        expect(links("a http://x.org b https://y.org/p?q#r c www.z.org")).toEqual([
            ["http://x.org", "http://x.org/"],
            ["https://y.org/p?q#r", "https://y.org/p?q#r"],
            ["www.z.org", "https://www.z.org/"],
        ]);
    });

    it("are never made of other schemes", () => {
        for (const text of ["javascript:alert(1)", "data:text/html,<b>x</b>", "file:///etc/passwd", "jaVascript://x.org/%0aalert(1)"]) {
            expect(links(text).every(([, href]) => /^https?:/.test(href ?? ""))).toBe(true);
        }
        expect(links("javascript:alert(1)")).toEqual([]);
    });

    it("leave the punctuation of the sentence outside", () => {
        expect(links("See https://x.org/a_(b)), then.")).toEqual([["https://x.org/a_(b)", "https://x.org/a_(b)"]]);
        expect(links("Is it https://x.org?")).toEqual([["https://x.org", "https://x.org/"]]);
        expect(links("\u770bhttps://x.org/a\uff0c\u597d\u7684")).toEqual([["https://x.org/a", "https://x.org/a"]]);
    });

    it("end where markup or quotes begin", () => {
        expect(links('<a href="https://x.org/">')).toEqual([["https://x.org/", "https://x.org/"]]);
    });

    it("lose no character of the text around them", () => {
        const text = "(https://x.org/a), `code https://y.org` and <script>https://z.org</script>!";
        expect(joined(text)).toBe(text);
    });
});

describe("code", () => {
    it("stands in spans on one line and in fenced blocks", () => {
        expect(tokenize("run `ls -l`\n```sh\nset -eu\n\nls\n```\ndone")).toEqual([
            { kind: "lines", inlines: [{ kind: "text", text: "run " }, { kind: "code", text: "ls -l" }] },
            { kind: "code", text: "set -eu\n\nls" },
            { kind: "lines", inlines: [{ kind: "text", text: "done" }] },
        ]);
    });

    it("is plain text while a fence is open", () => {
        expect(tokenize("```\nabc").every((block) => block.kind === "lines")).toBe(true);
    });

    it("is never read as a link", () => {
        expect(links("`https://x.org`")).toEqual([]);
    });
});

describe("long and hostile text", () => {
    it("is read in a moment", () => {
        const started = performance.now();
        for (const piece of ["`", "(", "https://", "```\n", "[](", "www."]) tokenize(piece.repeat(16_384 / piece.length));
        tokenize(`https://x.org/${")".repeat(16_000)}`);
        expect(performance.now() - started).toBeLessThan(1500);
    });
});

describe("previews", () => {
    it("fold a message into one line", () => {
        expect(preview("Sure:\n```sh\nls\n```\nand  `this`")).toBe("Sure: ls and this");
    });
});

describe("jumbo", () => {
    it("is one to three emoji and nothing else", () => {
        for (const text of ["🚀", "👩‍👩‍👧‍👦 🏖️", "🇵🇹🇵🇹🇵🇹"]) expect(isJumbo(text)).toBe(true);
        for (const text of ["", "a", "1", "#", "🚀a", "🚀🚀🚀🚀", "42"]) expect(isJumbo(text)).toBe(false);
    });
});
