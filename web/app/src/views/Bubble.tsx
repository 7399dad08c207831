/** What a message says, when, and how far it has come. */

import { Ban, FileQuestion } from "lucide-react";
import { observer } from "mobx-react-lite";
import type { ChatState, TimelineItem } from "@curlew/sdk";
import { fullText, timeText } from "../i18n/dates";
import type { App } from "../stores/app";
import type { Conversation } from "../stores/conversation";
import { textOf } from "../text/content";
import { isJumbo } from "../text/tokens";
import { MessageText } from "./MessageText";
import { useMessages } from "./messages";
import { Quote } from "./Quote";
import { Ticks } from "./Ticks";

interface BubbleProps {
    app: App;
    conversation: Conversation;
    chat: ChatState;
    item: TimelineItem;
    own: boolean;
}

/** A message in its bubble; a few emoji stand without one. */
export const Bubble = observer(function Bubble({ app, conversation, chat, item, own }: BubbleProps) {
    const text = item.retracted ? null : textOf(item.content);
    const jumbo = text !== null && item.replyTo === null && isJumbo(text);
    return (
        <div className={`bubble${jumbo ? " bubble--jumbo" : ""}`}>
            {item.replyTo !== null && !item.retracted && <Quote app={app} conversation={conversation} chat={chat} stamp={item.replyTo} />}
            <div className="bubble__text" dir="auto">
                {text === null ? <Unshown item={item} /> : <MessageText text={text} />}
                <Meta app={app} chat={chat} item={item} own={own} />
            </div>
        </div>
    );
});

function Unshown({ item }: { item: TimelineItem }) {
    const t = useMessages();
    const text = item.retracted ? t.chat.retracted : item.kind === "tombstone" ? t.chat.unreadable : t.chat.unsupported;
    return (
        <span className="bubble__unshown">
            {item.retracted ? <Ban size={15} aria-hidden="true" /> : <FileQuestion size={15} aria-hidden="true" />}
            {text}
        </span>
    );
}

const Meta = observer(function Meta({ app, chat, item, own }: { app: App; chat: ChatState; item: TimelineItem; own: boolean }) {
    const t = useMessages();
    const notes = chat.kind === "direct" && chat.peer?.id === app.me;
    const read = chat.kind === "direct" && item.stamp !== null && item.stamp <= chat.peerRead;
    return (
        <span className="bubble__meta" dir="ltr">
            {item.edited && !item.retracted && <span>{t.chat.edited}</span>}
            <time dateTime={new Date(item.sentAtMs).toISOString()} title={fullText(item.sentAtMs, t)}>
                {timeText(item.sentAtMs, t)}
            </time>
            {own && (!notes || item.sendState !== "sent") && <Ticks item={item} read={read} online={app.online} />}
        </span>
    );
});
