/** The words of a message. Everything is put on the page as text; nothing is read as HTML. */

import { useMemo, useState } from "react";
import { tokenize, type Inline } from "../text/tokens";
import { useMessages } from "./messages";

/** Longer texts are folded. */
const FOLD_AT = 3000;
const FOLDED = 1600;

/** Lines, links and code. */
export function MessageText({ text }: { text: string }) {
    const t = useMessages();
    const [open, setOpen] = useState(false);
    const long = text.length > FOLD_AT;
    const shown = long && !open ? `${cut(text)}…` : text;
    const blocks = useMemo(() => tokenize(shown), [shown]);
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
                            <Piece key={place} piece={piece} />
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

function Piece({ piece }: { piece: Inline }) {
    switch (piece.kind) {
        case "text":
            return piece.text;
        case "code":
            return (
                <code className="code" dir="ltr">
                    {piece.text}
                </code>
            );
        case "link":
            return (
                <a className="link" href={piece.href} target="_blank" rel="noopener noreferrer nofollow" dir="ltr">
                    {piece.text}
                </a>
            );
    }
}
