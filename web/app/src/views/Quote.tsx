/** The message another one answers. */

import { observer } from "mobx-react-lite";
import type { ChatState } from "@curlew/sdk";
import type { App } from "../stores/app";
import type { Conversation } from "../stores/conversation";
import { hue } from "../text/names";
import { useMessages } from "./messages";
import { textOf } from "./summary";

interface QuoteProps {
    app: App;
    conversation: Conversation;
    chat: ChatState;
    /** The message that answers. */
    from: number | null;
    /** The message it answers. */
    stamp: number;
}

/** Leads to the message when pressed. */
export const Quote = observer(function Quote({ app, conversation, chat, from, stamp }: QuoteProps) {
    const t = useMessages();
    const quoted = conversation.cited.at(stamp);
    const sender = quoted?.sender ?? null;
    const name = sender === null ? null : sender === app.me ? t.common.you : app.people.name(sender, t);
    const jump = () => {
        // A thread may quote what stands outside of it.
        const { timeline } = conversation.timeline.at(stamp) ? conversation : (app.conversation ?? conversation);
        void (from === null ? timeline.jumpTo(stamp) : timeline.jumpFrom(from, stamp));
    };
    return (
        <button type="button" className={`quote${sender === null ? "" : ` name-${hue(sender)}`}`} title={t.chat.jumpToQuote} onClick={jump}>
            {name !== null && (
                <span className="quote__name clip" dir="auto">
                    {name}
                </span>
            )}
            <span className="quote__text clip" dir="auto">
                {quoted ? textOf(quoted, app.people, app.me, chat.kind, t) : t.chat.quoteFar}
            </span>
        </button>
    );
});
