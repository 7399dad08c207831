/** Where threads show in the chat: below the message one stands under, and above a message that stands in one. */

import { MessagesSquare } from "lucide-react";
import { observer } from "mobx-react-lite";
import type { ChatState, Replies, TimelineItem } from "@curlew/sdk";
import { shortText } from "../i18n/dates";
import type { App } from "../stores/app";
import type { Conversation } from "../stores/conversation";
import { useMessages } from "./messages";
import { textOf } from "./summary";

/** How many replies a message has; opens them. */
export const ThreadMark = observer(function ThreadMark({ app, item, replies }: { app: App; item: TimelineItem; replies: Replies }) {
    const t = useMessages();
    return (
        <button type="button" className="thread-mark" title={t.thread.open} onClick={() => app.navigation.openThread(item.stamp ?? 0)}>
            <MessagesSquare size={15} aria-hidden="true" />
            <span>{t.thread.replies(replies.count)}</span>
            <span className="thread-mark__last">{t.thread.last(shortText(replies.last / 1000, app.clock.today, t))}</span>
        </button>
    );
});

interface ThreadOriginProps {
    app: App;
    conversation: Conversation;
    chat: ChatState;
    root: number;
}

/** The message whose thread this one stands in; opens the thread. */
export const ThreadOrigin = observer(function ThreadOrigin({ app, conversation, chat, root }: ThreadOriginProps) {
    const t = useMessages();
    const item = conversation.cited.at(root);
    return (
        <button type="button" className="thread-origin" title={t.thread.openFrom} onClick={() => app.navigation.openThread(root)}>
            <MessagesSquare size={14} aria-hidden="true" />
            <span className="clip" dir="auto">
                {t.thread.in}
                {item && `: ${textOf(item, app.people, app.me, chat.kind, t)}`}
            </span>
        </button>
    );
});
