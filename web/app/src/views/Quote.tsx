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
    stamp: number;
}

/** Leads to the message when pressed. */
export const Quote = observer(function Quote({ app, conversation, chat, stamp }: QuoteProps) {
    const t = useMessages();
    const quoted = conversation.timeline.at(stamp);
    const sender = quoted?.sender ?? null;
    const name = sender === null ? null : sender === app.me ? t.common.you : app.people.name(sender, t);
    return (
        <button type="button" className={`quote${sender === null ? "" : ` name-${hue(sender)}`}`} title={t.chat.jumpToQuote} onClick={() => void conversation.timeline.jumpTo(stamp)}>
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
