/** A thread beside the chat; on a phone a page of its own. */

import { MessagesSquare, SearchX, X } from "lucide-react";
import { observer } from "mobx-react-lite";
import type { App } from "../stores/app";
import { titleOf } from "../stores/chats";
import type { Conversation } from "../stores/conversation";
import { Composer } from "./Composer";
import { Empty, IconButton } from "./controls";
import { MessageDialogs } from "./MessageDialogs";
import { MessageList, MessagesSkeleton } from "./MessageList";
import { useMessages } from "./messages";

/** The message it stands under, the replies, and a line of its own to write in. */
export const ThreadPane = observer(function ThreadPane({ app, conversation }: { app: App; conversation: Conversation }) {
    const t = useMessages();
    const { chat } = conversation;
    // On a phone it is the whole page.
    const [Pane, Heading] = app.surroundings.narrow ? (["main", "h1"] as const) : (["aside", "h2"] as const);
    return (
        <Pane className="thread chat" aria-label={t.thread.title}>
            <header className="bar chat__bar">
                <IconButton label={t.common.close} onClick={() => app.navigation.closeThread()}>
                    <X size={21} />
                </IconButton>
                <span className="chat__names thread__names">
                    <Heading className="chat__title">{t.thread.title}</Heading>
                    {chat && (
                        <span className="chat__about clip" dir="auto">
                            {titleOf(chat, t, app.me)}
                        </span>
                    )}
                </span>
            </header>
            {chat ? <Replies app={app} conversation={conversation} /> : <MessagesSkeleton />}
        </Pane>
    );
});

const Replies = observer(function Replies({ app, conversation }: { app: App; conversation: Conversation }) {
    const t = useMessages();
    const { chat, timeline } = conversation;
    const root = timeline.items[0];
    if (!chat) return null;
    if (timeline.ready && !timeline.failed && (!root || root.kind !== "message")) {
        return <Empty icon={<SearchX size={28} />} title={t.thread.missing} text={t.thread.missingWhy} />;
    }
    return (
        <>
            <MessageList app={app} conversation={conversation} chat={chat} />
            {timeline.ready && timeline.items.length === 1 && (
                <div className="thread__empty">
                    <Empty icon={<MessagesSquare size={28} />} title={t.thread.empty} text={t.thread.emptyWhy} />
                </div>
            )}
            <Composer app={app} conversation={conversation} chat={chat} />
            <MessageDialogs app={app} conversation={conversation} chat={chat} />
        </>
    );
});
