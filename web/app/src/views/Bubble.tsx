/** What a message says, when, and how far it has come. */

import { Ban, FileQuestion, Forward, Pin } from "lucide-react";
import { observer } from "mobx-react-lite";
import type { ChatState, TimelineItem } from "@curlew/sdk";
import { fullText, timeText } from "../i18n/dates";
import type { App } from "../stores/app";
import type { Conversation } from "../stores/conversation";
import { nameOf } from "../stores/people";
import { bundleOf, textOf } from "../text/content";
import type { Mentionable } from "../text/mention";
import { isJumbo } from "../text/tokens";
import { BundleCard } from "./BundleCard";
import { MessageText } from "./MessageText";
import { useMessages } from "./messages";
import { Quote } from "./Quote";
import { ThreadOrigin } from "./ThreadMark";
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
    const bundle = item.retracted ? null : bundleOf(item.content);
    const bare = item.replyTo === null && item.forwarded === null && item.thread === null;
    const jumbo = text !== null && bare && isJumbo(text);
    return (
        <div className={`bubble${jumbo ? " bubble--jumbo" : ""}${item.mentionsMe && !item.retracted ? " bubble--mention" : ""}`}>
            {item.thread !== null && conversation.thread === null && !item.retracted && <ThreadOrigin app={app} conversation={conversation} chat={chat} root={item.thread} />}
            {item.forwarded && !item.retracted && <Origin app={app} sender={item.forwarded.sender} />}
            {item.replyTo !== null && !item.retracted && <Quote app={app} conversation={conversation} chat={chat} from={item.stamp} stamp={item.replyTo} />}
            <div className="bubble__text" dir="auto">
                {bundle && <BundleCard bundle={bundle} onOpen={(opened) => conversation.actions.showBundle(opened)} />}
                {text !== null && <MessageText text={text} people={mentioned(item, app)} all={item.mentionAll} me={app.me} />}
                {text === null && !bundle && <Unshown item={item} />}
                <Meta app={app} chat={chat} item={item} own={own} />
            </div>
        </div>
    );
});

/** Whom a message speaks to, by name. */
function mentioned(item: TimelineItem, app: App): readonly Mentionable[] {
    return item.mentions.flatMap((id) => {
        const user = app.people.get(id);
        return user ? { id, username: user.username, name: nameOf(user) } : [];
    });
}

const Origin = observer(function Origin({ app, sender }: { app: App; sender: string }) {
    const t = useMessages();
    return (
        <p className="bubble__origin clip" dir="auto">
            <Forward size={14} aria-hidden="true" />
            {sender === app.me ? t.forward.fromYou : t.forward.from(app.people.name(sender, t))}
        </p>
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
    return (
        <span className="bubble__meta" dir="ltr">
            {item.stamp !== null && chat.pins.includes(item.stamp) && <Pin size={12} role="img" aria-label={t.pin.title} />}
            {item.edited && !item.retracted && <span>{t.chat.edited}</span>}
            <time dateTime={new Date(item.sentAtMs).toISOString()} title={fullText(item.sentAtMs, t)}>
                {timeText(item.sentAtMs, t)}
            </time>
            {(own || item.pending.length > 0) && (!notes || item.sendState !== "sent") && <Ticks item={item} chat={chat} online={app.online} />}
        </span>
    );
});
