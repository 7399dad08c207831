/** What one may do with the chosen messages; stands where one writes otherwise. */

import { Copy, Forward, Trash2, X } from "lucide-react";
import { observer } from "mobx-react-lite";
import { useEffect, useRef } from "react";
import type { Conversation } from "../stores/conversation";
import { MOST_CHOSEN } from "../stores/selection";
import { IconButton } from "./controls";
import { useMessages } from "./messages";

/** How many are chosen, and what to do with all of them. */
export const SelectionBar = observer(function SelectionBar({ conversation }: { conversation: Conversation }) {
    const t = useMessages();
    const bar = useRef<HTMLDivElement>(null);
    useEffect(() => bar.current?.focus(), []);
    const { selection, actions } = conversation;
    const { chosen } = selection;
    const then = (act: () => void) => () => {
        act();
        selection.end();
    };
    return (
        <footer className="composer">
            <div className="composer__column selection" role="toolbar" aria-label={t.select.label} tabIndex={-1} ref={bar}>
                <IconButton label={t.select.cancel} side="top" onClick={() => selection.end()}>
                    <X size={20} />
                </IconButton>
                <span className="selection__count" role="status">
                    {t.select.count(chosen.length)}
                    {selection.isFull && <span className="selection__full"> · {t.select.full(MOST_CHOSEN)}</span>}
                </span>
                <IconButton label={t.chat.copy} side="top" disabled={chosen.length === 0} onClick={then(() => void actions.copy(chosen))}>
                    <Copy size={19} />
                </IconButton>
                <IconButton label={t.action.forward} side="top" disabled={chosen.length === 0} onClick={then(() => actions.askToForward(chosen))}>
                    <Forward size={20} />
                </IconButton>
                <IconButton label={t.action.delete} side="top" className="selection__delete" disabled={chosen.length === 0} onClick={then(() => actions.askToDelete(chosen))}>
                    <Trash2 size={19} />
                </IconButton>
            </div>
        </footer>
    );
});
