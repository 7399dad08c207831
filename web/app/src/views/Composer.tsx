/** The line one writes in. */

import { Reply, SendHorizontal, X } from "lucide-react";
import { observer } from "mobx-react-lite";
import { useEffect, useLayoutEffect, useRef, type KeyboardEvent } from "react";
import type { ChatState, TimelineItem } from "@curlew/sdk";
import type { App } from "../stores/app";
import { titleOf } from "../stores/chats";
import type { Conversation } from "../stores/conversation";
import { IconButton } from "./controls";
import { useMessages } from "./messages";
import { textOf } from "./summary";

interface ComposerProps {
    app: App;
    conversation: Conversation;
    chat: ChatState;
}

/** Grows with what is written; Enter sends, Shift-Enter begins a new line. */
export const Composer = observer(function Composer({ app, conversation, chat }: ComposerProps) {
    const t = useMessages();
    const { composer } = conversation;
    const area = useRef<HTMLTextAreaElement>(null);
    useGrowth(area, composer.text);
    useEffect(() => {
        if (!app.surroundings.narrow) area.current?.focus({ preventScroll: true });
    }, [app, conversation]);
    const keys = (event: KeyboardEvent<HTMLTextAreaElement>) => {
        // While an input method composes, Enter confirms its candidate; Safari reports that as key 229.
        const composing = event.nativeEvent.isComposing || event.keyCode === 229;
        if (composing) return;
        if (event.key === "Enter" && !event.shiftKey && !event.altKey) {
            event.preventDefault();
            composer.send();
        } else if (event.key === "ArrowUp" && composer.text === "") {
            focusLastMessage(event);
        }
    };
    const send = () => {
        composer.send();
        area.current?.focus();
    };
    const over = composer.bytesLeft < 0;
    return (
        <footer className="composer">
            <div className="composer__column">
                {composer.replyTo && <ReplyLine app={app} conversation={conversation} chat={chat} item={composer.replyTo} />}
                <div className="composer__box">
                    <textarea
                        ref={area}
                        className="composer__input"
                        rows={1}
                        dir="auto"
                        placeholder={t.composer.placeholder}
                        aria-label={t.composer.label(titleOf(chat, t, app.me))}
                        aria-invalid={over || undefined}
                        value={composer.text}
                        onChange={(event) => composer.write(event.target.value)}
                        onKeyDown={keys}
                        onBlur={() => composer.keepDraft()}
                        enterKeyHint="send"
                        autoComplete="off"
                    />
                    {composer.isNearLimit && (
                        <span className={`composer__bytes${over ? " composer__bytes--over" : ""}`} role="status">
                            {over ? t.composer.tooLong(-composer.bytesLeft) : t.composer.bytesLeft(composer.bytesLeft)}
                        </span>
                    )}
                    <IconButton label={t.composer.send} side="top" className="composer__send" disabled={!composer.canSend} onClick={send} onMouseDown={(event) => event.preventDefault()}>
                        <SendHorizontal size={19} className="flip" />
                    </IconButton>
                </div>
            </div>
        </footer>
    );
});

/** As tall as its text; the style sheet bounds it. */
function useGrowth(area: React.RefObject<HTMLTextAreaElement | null>, text: string): void {
    useLayoutEffect(() => {
        const { current } = area;
        if (!current) return;
        current.style.height = "auto";
        current.style.height = `${current.scrollHeight}px`;
    }, [area, text]);
}

function focusLastMessage(event: KeyboardEvent): void {
    const message = [...document.querySelectorAll<HTMLElement>(".message")].at(-1);
    if (!message) return;
    event.preventDefault();
    message.focus();
}

const ReplyLine = observer(function ReplyLine({ app, conversation, chat, item }: ComposerProps & { item: TimelineItem }) {
    const t = useMessages();
    const own = item.sender === app.me;
    return (
        <div className="reply">
            <Reply size={19} aria-hidden="true" />
            <span className="reply__words">
                <span className="reply__name clip" dir="auto">
                    {own ? t.composer.replyToYourself : t.composer.replyTo(app.people.name(item.sender ?? "", t))}
                </span>
                <span className="reply__text clip" dir="auto">
                    {textOf(item, app.people, app.me, chat.kind, t)}
                </span>
            </span>
            <IconButton small label={t.composer.cancelReply} side="top" onClick={() => conversation.composer.reply(null)}>
                <X size={18} />
            </IconButton>
        </div>
    );
});
