/** The pinned messages below the header: one at a time, the next one with each press. */

import { Pin, PinOff } from "lucide-react";
import { observer } from "mobx-react-lite";
import type { ChatState } from "@curlew/sdk";
import type { App } from "../stores/app";
import type { Conversation } from "../stores/conversation";
import { governs } from "../stores/rights";
import { IconButton } from "./controls";
import { useMessages } from "./messages";
import { textOf } from "./summary";

interface PinnedBarProps {
    app: App;
    conversation: Conversation;
    chat: ChatState;
}

/** Most marks beside the text; more would be too thin to tell apart. */
const MOST_MARKS = 5;

/** Leads to the pinned message; nothing when nothing is pinned. */
export const PinnedBar = observer(function PinnedBar({ app, conversation, chat }: PinnedBarProps) {
    const t = useMessages();
    const { pins, timeline, actions } = conversation;
    const { current, stamps, index, item } = pins;
    if (current === null) return null;
    const title = stamps.length === 1 ? t.pin.title : t.pin.titleOf(index + 1, stamps.length);
    const show = () => {
        void timeline.jumpTo(current);
        pins.next();
    };
    return (
        <div className="pinned">
            <button type="button" className="pinned__main" title={t.pin.jump} onClick={show}>
                <span className="pinned__marks" aria-hidden="true">
                    {stamps.slice(0, MOST_MARKS).map((stamp, place) => (
                        <span key={stamp} className={`pinned__mark${place === index % MOST_MARKS ? " pinned__mark--on" : ""}`} />
                    ))}
                </span>
                <Pin size={16} aria-hidden="true" className="pinned__sign" />
                <span className="pinned__words">
                    <span className="pinned__title">{title}</span>
                    <span className="pinned__text clip" dir="auto">
                        {item ? textOf(item, app.people, app.me, chat.kind, t) : t.pin.unknown}
                    </span>
                </span>
            </button>
            {governs(chat) && (
                <IconButton small label={t.action.unpin} onClick={() => actions.pin(current, false)}>
                    <PinOff size={17} />
                </IconButton>
            )}
        </div>
    );
});
