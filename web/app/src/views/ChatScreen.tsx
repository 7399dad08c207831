/** The main column: the open chat, or a hint to open one. */

import { MessageCircle, SearchX } from "lucide-react";
import { observer } from "mobx-react-lite";
import type { App } from "../stores/app";
import type { Conversation } from "../stores/conversation";
import { ChatHeader } from "./ChatHeader";
import { Composer } from "./Composer";
import { ConnectionBanner } from "./ConnectionLine";
import { Button, Empty } from "./controls";
import { MessageDialogs } from "./MessageDialogs";
import { useMessages } from "./messages";
import { MessageList, MessagesSkeleton } from "./MessageList";
import { PinnedBar } from "./PinnedBar";
import { SelectionBar } from "./SelectionBar";

/** Header, messages, and the line one writes in. */
export const ChatScreen = observer(function ChatScreen({ app }: { app: App }) {
    const t = useMessages();
    const { conversation } = app;
    if (!conversation) {
        return (
            <main className="chat chat--none">
                <Empty icon={<MessageCircle size={28} />} title={t.chats.choose} text={t.chats.chooseWhy} />
            </main>
        );
    }
    return <Open key={conversation.id} app={app} conversation={conversation} />;
});

const Open = observer(function Open({ app, conversation }: { app: App; conversation: Conversation }) {
    const t = useMessages();
    const { chat } = conversation;
    if (!chat) {
        return (
            <main className="chat">
                {app.online ? (
                    <Empty icon={<SearchX size={28} />} title={t.chats.missing} text={t.chats.missingWhy}>
                        <Button look="plain" onClick={() => app.navigation.closeChat()}>
                            {t.common.back}
                        </Button>
                    </Empty>
                ) : (
                    <MessagesSkeleton />
                )}
            </main>
        );
    }
    return (
        <main className="chat">
            <ChatHeader app={app} chat={chat} />
            {app.surroundings.narrow && <ConnectionBanner state={app.connection.state} seconds={app.retrySeconds} />}
            <PinnedBar app={app} conversation={conversation} chat={chat} />
            <MessageList app={app} conversation={conversation} chat={chat} />
            {conversation.selection.active ? <SelectionBar conversation={conversation} /> : <Composer app={app} conversation={conversation} chat={chat} />}
            <MessageDialogs app={app} conversation={conversation} chat={chat} />
        </main>
    );
});
