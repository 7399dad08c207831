/** The words of a message. Everything is put on the page as text; nothing is read as HTML. */

import { useMemo, useState } from "react";
import type { Mentionable } from "../text/mention";
import { tokenize, withMentions, type Inline } from "../text/tokens";
import { useMessages } from "./messages";

/** Longer texts are folded. */
const FOLD_AT = 3000;
const FOLDED = 1600;

interface MessageTextProps {
    text: string;
    /** Whom it speaks to. */
    people?: readonly Mentionable[];
    /** Whether it speaks to everybody. */
    all?: boolean;
    me?: string | null;
}

const NOBODY: readonly Mentionable[] = [];

/** Lines, links, code, and words that speak to people. */
export function MessageText({ text, people = NOBODY, all = false, me = null }: MessageTextProps) {
    const t = useMessages();
    const [open, setOpen] = useState(false);
    const long = text.length > FOLD_AT;
    const shown = long && !open ? `${cut(text)}…` : text;
    const plain = useMemo(() => tokenize(shown), [shown]);
    const blocks = people.length > 0 || all ? withMentions(plain, people, all) : plain;
    return (
        <>
            {blocks.map((block, index) =>
                block.kind === "code" ? (
                    <pre key={index} className="code-block" dir="ltr" tabIndex={0}>
                        <code>{block.text}</code>
                    </pre>
                ) : (
                    <span key={index} className="lines">
                        {block.inlines.map((piece, place) => (
                            <Piece key={place} piece={piece} me={me} />
                        ))}
                    </span>
                ),
            )}
            {long && (
                <button type="button" className="link-button fold" onClick={() => setOpen(!open)} aria-expanded={open}>
                    {open ? t.chat.showLess : t.chat.showMore}
                </button>
            )}
        </>
    );
}

/** Cuts between words, and never through a character. */
function cut(text: string): string {
    const part = text.slice(0, FOLDED);
    const space = part.lastIndexOf(" ");
    return (space > FOLDED / 2 ? part.slice(0, space) : part).replace(/[\ud800-\udbff]$/, "");
}

function Piece({ piece, me }: { piece: Inline; me: string | null }) {
    switch (piece.kind) {
        case "text":
            return piece.text;
        case "code":
            return (
                <code className="code" dir="ltr">
                    {piece.text}
                </code>
            );
        case "mention":
            return <span className={`mention${piece.user === null || piece.user === me ? " mention--me" : ""}`}>{piece.text}</span>;
        case "link":
            return (
                <a className="link" href={piece.href} target="_blank" rel="noopener noreferrer nofollow" dir="ltr">
                    {piece.text}
                </a>
            );
    }
}
