/** What the words one writes belong to: the message they answer, or the message they replace. */

import { Pencil, Reply, X } from "lucide-react";
import { observer } from "mobx-react-lite";
import type { ReactNode } from "react";
import type { ChatState, TimelineItem } from "@curlew/sdk";
import type { App } from "../stores/app";
import type { Conversation } from "../stores/conversation";
import { IconButton } from "./controls";
import { useMessages } from "./messages";
import { textOf } from "./summary";

interface ComposerContextProps {
    app: App;
    conversation: Conversation;
    chat: ChatState;
}

/** A line above the one one writes in; nothing when the words stand for themselves. */
export const ComposerContext = observer(function ComposerContext({ app, conversation, chat }: ComposerContextProps) {
    const t = useMessages();
    const { composer } = conversation;
    const { editing, replyTo } = composer;
    const words = (item: TimelineItem) => textOf(item, app.people, app.me, chat.kind, t);
    if (editing) {
        return <Line sign={<Pencil size={18} aria-hidden="true" />} title={t.edit.title} text={words(editing)} cancel={t.edit.cancel} onCancel={() => composer.stopEditing()} />;
    }
    if (!replyTo) return null;
    const title = replyTo.sender === app.me ? t.composer.replyToYourself : t.composer.replyTo(app.people.name(replyTo.sender ?? "", t));
    return <Line sign={<Reply size={19} aria-hidden="true" />} title={title} text={words(replyTo)} cancel={t.composer.cancelReply} onCancel={() => composer.reply(null)} />;
});

interface LineProps {
    sign: ReactNode;
    title: string;
    text: string;
    cancel: string;
    onCancel: () => void;
}

function Line({ sign, title, text, cancel, onCancel }: LineProps) {
    return (
        <div className="reply">
            {sign}
            <span className="reply__words">
                <span className="reply__name clip" dir="auto">
                    {title}
                </span>
                <span className="reply__text clip" dir="auto">
                    {text}
                </span>
            </span>
            <IconButton small label={cancel} side="top" onClick={onCancel}>
                <X size={18} />
            </IconButton>
        </div>
    );
}
