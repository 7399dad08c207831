/** Something that happened to the chat, between its messages. */

import { observer } from "mobx-react-lite";
import type { ChatState, TimelineItem } from "@curlew/sdk";
import type { App } from "../stores/app";
import type { Conversation } from "../stores/conversation";
import { noteOf } from "../text/content";
import { useMessages } from "./messages";
import { textOf } from "./summary";

interface SystemLineProps {
    app: App;
    conversation: Conversation;
    chat: ChatState;
    item: TimelineItem;
}

/** A sentence, and a way to the message it is about. */
export const SystemLine = observer(function SystemLine({ app, conversation, chat, item }: SystemLineProps) {
    const t = useMessages();
    const stamp = noteOf(item.content)?.stamp ?? null;
    return (
        <p className="system" data-stamp={item.stamp ?? undefined}>
            <span className="pill" dir="auto">
                {textOf(item, app.people, app.me, chat.kind, t)}
                {stamp !== null && (
                    <>
                        {" "}
                        <button type="button" className="link-button" onClick={() => void conversation.timeline.jumpFrom(item.stamp ?? 0, stamp)}>
                            {t.pin.show}
                        </button>
                    </>
                )}
            </span>
        </p>
    );
});
