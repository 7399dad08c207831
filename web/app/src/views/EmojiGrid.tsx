/** Emoji to react with, as items of a menu: a row of the usual ones, or all of them. */

import * as Context from "@radix-ui/react-context-menu";
import { Plus } from "lucide-react";
import { useEffect, useRef, type KeyboardEvent } from "react";
import { EMOJI, QUICK, type EmojiGroup } from "../text/emoji";
import { useMessages } from "./messages";

interface EmojiProps {
    /** What one reacts with already. */
    mine: ReadonlySet<string>;
    onPick: (kind: string) => void;
}

/** The usual ones, and a way to all others. */
export function QuickEmoji({ mine, onPick, onMore }: EmojiProps & { onMore: () => void }) {
    const t = useMessages();
    return (
        <Context.Group className="emoji-row" aria-label={t.action.quickReactions} onKeyDownCapture={(event) => walk(event, 1)}>
            {QUICK.map((kind) => (
                <Emoji key={kind} kind={kind} mine={mine} onPick={onPick} />
            ))}
            <Context.Item
                className="emoji emoji--more"
                aria-label={t.action.moreReactions}
                title={t.action.moreReactions}
                onSelect={(event) => {
                    event.preventDefault();
                    onMore();
                }}
            >
                <Plus size={18} />
            </Context.Item>
        </Context.Group>
    );
}

/** All of them, in groups. */
export function EmojiGrid({ mine, onPick }: EmojiProps) {
    const t = useMessages();
    const grid = useRef<HTMLDivElement>(null);
    useEffect(() => grid.current?.querySelector<HTMLElement>(".emoji")?.focus(), []);
    return (
        <div className="emoji-grid" ref={grid} onKeyDownCapture={(event) => walk(event, columnsOf(grid.current))}>
            {(Object.entries(EMOJI) as [EmojiGroup, readonly string[]][]).map(([group, kinds]) => (
                <Context.Group key={group} aria-label={t.reaction.groups[group]}>
                    <Context.Label className="emoji-grid__name">{t.reaction.groups[group]}</Context.Label>
                    <div className="emoji-grid__kinds" role="presentation">
                        {kinds.map((kind) => (
                            <Emoji key={kind} kind={kind} mine={mine} onPick={onPick} />
                        ))}
                    </div>
                </Context.Group>
            ))}
        </div>
    );
}

function Emoji({ kind, mine, onPick }: EmojiProps & { kind: string }) {
    return (
        <Context.Item className={`emoji${mine.has(kind) ? " emoji--mine" : ""}`} textValue={kind} onSelect={() => onPick(kind)}>
            {kind}
        </Context.Item>
    );
}

/** How many emoji stand side by side, as the page is laid out. */
function columnsOf(grid: HTMLElement | null): number {
    const items = [...(grid?.querySelectorAll<HTMLElement>(".emoji") ?? [])];
    const below = items.findIndex((item) => item.offsetTop > (items[0]?.offsetTop ?? 0));
    return below < 1 ? 1 : below;
}

/** Left and right lead along a row; up and down along a column, and out of a single row. */
function walk(event: KeyboardEvent<HTMLElement>, columns: number): void {
    const steps: Readonly<Record<string, number>> = columns === 1 ? { ArrowLeft: -1, ArrowRight: 1 } : { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const items = [...event.currentTarget.querySelectorAll<HTMLElement>(".emoji")];
    items[items.findIndex((item) => item === document.activeElement) + step]?.focus();
}
