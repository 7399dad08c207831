/**
 * Turns the text of a message into pieces a view can show. Nothing here knows HTML: every piece is plain text,
 * and the only addresses that become links are http and https.
 */

import { mentionSpans, type Mentionable } from "./mention";

/** A piece of a line. */
export type Inline =
    | { readonly kind: "text"; readonly text: string }
    | { readonly kind: "code"; readonly text: string }
    | { readonly kind: "link"; readonly text: string; readonly href: string }
    /** Words that speak to somebody; `user` is null when they speak to everybody. */
    | { readonly kind: "mention"; readonly text: string; readonly user: string | null };

/** A piece of a message. */
export type Block =
    | { readonly kind: "lines"; readonly inlines: readonly Inline[] }
    | { readonly kind: "code"; readonly text: string };

const FENCE = /^```[^\n`]*\n([\s\S]*?)(?:\n```[ \t]*(?:\n|$)|(?![\s\S]))/m;
const SPAN = /`([^`\n]+)`|\b(?:https?:\/\/|www\.)[^\s<>"`]+/gi;
const TRAILING = new Set([...".,:;!?'\"*_~\u00bb\u201d\u2019\u2026"]);
const BRACKETS = [["(", ")"], ["[", "]"], ["{", "}"]] as const;
const STOP = /[\u3000-\u303f\uff00-\uffef]|\p{Script=Han}/u;

/**
 * Splits a message into code blocks and lines.
 *
 * @param text what somebody wrote.
 */
export function tokenize(text: string): Block[] {
    const blocks: Block[] = [];
    let rest = text;
    for (let fence = FENCE.exec(rest); fence && fence[1] !== undefined; fence = FENCE.exec(rest)) {
        if (!fence[0].trimEnd().endsWith("```") || fence[1] === "") break;
        pushLines(blocks, rest.slice(0, fence.index).replace(/\n$/, ""));
        blocks.push({ kind: "code", text: fence[1] });
        rest = rest.slice(fence.index + fence[0].length);
    }
    pushLines(blocks, rest);
    return blocks;
}

function pushLines(blocks: Block[], text: string): void {
    if (text !== "") blocks.push({ kind: "lines", inlines: inlines(text) });
}

/**
 * Splits lines into plain text, code and links.
 *
 * @param text lines without a code block.
 */
export function inlines(text: string): Inline[] {
    const found: Inline[] = [];
    let from = 0;
    SPAN.lastIndex = 0;
    for (let match = SPAN.exec(text); match; match = SPAN.exec(text)) {
        const piece = match[1] === undefined ? link(match[0]) : ({ kind: "code", text: match[1] } as const);
        if (!piece) continue;
        if (match.index > from) found.push({ kind: "text", text: text.slice(from, match.index) });
        found.push(piece);
        from = match.index + (piece.kind === "link" ? piece.text.length : match[0].length);
        SPAN.lastIndex = from;
    }
    if (from < text.length) found.push({ kind: "text", text: text.slice(from) });
    return found;
}

function link(raw: string): Inline | null {
    const text = trimmed(raw);
    const address = /^www\./i.test(text) ? `https://${text}` : text;
    if (!URL.canParse(address)) return null;
    const url = new URL(address);
    const safe = (url.protocol === "https:" || url.protocol === "http:") && url.hostname.includes(".");
    const local = url.hostname === "localhost";
    return safe || local ? { kind: "link", text, href: url.href } : null;
}

/** Leaves out what belongs to the sentence around an address: closing punctuation and unmatched brackets. */
function trimmed(raw: string): string {
    const stop = raw.search(STOP);
    const text = stop < 0 ? raw : raw.slice(0, stop);
    const surplus = new Map<string, number>(BRACKETS.map(([open, close]) => [close, count(text, close) - count(text, open)]));
    let end = text.length;
    for (; end > 0; end--) {
        const last = text.charAt(end - 1);
        const unmatched = surplus.get(last) ?? 0;
        if (unmatched > 0) surplus.set(last, unmatched - 1);
        else if (!TRAILING.has(last)) break;
    }
    return text.slice(0, end);
}

function count(text: string, character: string): number {
    return text.split(character).length - 1;
}

/** Marks the words of a message that speak to people. */
export function withMentions(blocks: readonly Block[], people: readonly Mentionable[], all: boolean): Block[] {
    return blocks.map((block) => (block.kind === "code" ? block : { kind: "lines", inlines: block.inlines.flatMap((piece) => (piece.kind === "text" ? addressed(piece.text, people, all) : piece)) }));
}

function addressed(text: string, people: readonly Mentionable[], all: boolean): Inline[] {
    const found: Inline[] = [];
    let from = 0;
    for (const span of mentionSpans(text, people, all)) {
        if (span.from > from) found.push({ kind: "text", text: text.slice(from, span.from) });
        found.push({ kind: "mention", text: text.slice(span.from, span.to), user: span.user });
        from = span.to;
    }
    if (from < text.length) found.push({ kind: "text", text: text.slice(from) });
    return found;
}

/** One line for a list or a quote: white space folded, marks of code left out. */
export function preview(text: string): string {
    return text
        .slice(0, 400)
        .replace(/```[^\n]*\n?/g, " ")
        .replace(/`([^`\n]+)`/g, "$1")
        .replace(/\s+/g, " ")
        .trim();
}

const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });
const PICTURE = /\p{Extended_Pictographic}|\p{Regional_Indicator}/u;

/** Whether a message is nothing but one to three emoji, which are then shown large. */
export function isJumbo(text: string): boolean {
    if (text.length > 48 || !PICTURE.test(text)) return false;
    const graphemes = [...segmenter.segment(text.replace(/\s/g, ""))];
    return graphemes.length <= 3 && graphemes.every(({ segment }) => PICTURE.test(segment));
}
