/** The line one writes in. */

import { Check, SendHorizontal } from "lucide-react";
import { observer } from "mobx-react-lite";
import { useEffect, useId, useLayoutEffect, useRef, type KeyboardEvent, type RefObject } from "react";
import type { ChatState } from "@curlew/sdk";
import type { App } from "../stores/app";
import { titleOf } from "../stores/chats";
import type { Composer as Model } from "../stores/composer";
import type { Conversation } from "../stores/conversation";
import type { Candidate } from "../stores/mention";
import { ComposerContext } from "./ComposerContext";
import { IconButton } from "./controls";
import { MentionList, optionId } from "./MentionList";
import { useMessages } from "./messages";

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
    const listId = useId();
    useGrowth(area, composer.text);
    useCaret(area, composer);
    useEffect(() => {
        if (!app.surroundings.narrow) area.current?.focus({ preventScroll: true });
    }, [app, conversation]);
    const choose = (candidate: Candidate) => composer.complete(candidate);
    const over = composer.bytesLeft < 0;
    const { mention } = composer;
    const offered = mention?.current ?? null;
    return (
        <footer className="composer">
            <div className="composer__column">
                {mention && offered && <MentionList id={listId} model={mention} onChoose={choose} />}
                <ComposerContext app={app} conversation={conversation} chat={chat} />
                <div className="composer__box">
                    <textarea
                        ref={area}
                        className="composer__input"
                        rows={1}
                        dir="auto"
                        placeholder={conversation.thread === null ? t.composer.placeholder : t.thread.placeholder}
                        aria-label={conversation.thread === null ? t.composer.label(titleOf(chat, t, app.me)) : t.thread.placeholder}
                        aria-invalid={over || undefined}
                        aria-autocomplete={mention ? "list" : undefined}
                        aria-controls={offered ? listId : undefined}
                        aria-activedescendant={mention && offered ? optionId(listId, mention.candidates.indexOf(offered)) : undefined}
                        value={composer.text}
                        onChange={(event) => composer.write(event.target.value, event.target.selectionStart)}
                        onKeyDown={(event) => keys(event, conversation)}
                        onBlur={() => composer.keepDraft()}
                        enterKeyHint="send"
                        autoComplete="off"
                    />
                    {composer.isNearLimit && (
                        <span className={`composer__bytes${over ? " composer__bytes--over" : ""}`} role="status">
                            {over ? t.composer.tooLong(-composer.bytesLeft) : t.composer.bytesLeft(composer.bytesLeft)}
                        </span>
                    )}
                    <SendButton composer={composer} area={area} />
                </div>
            </div>
        </footer>
    );
});

const SendButton = observer(function SendButton({ composer, area }: { composer: Model; area: RefObject<HTMLTextAreaElement | null> }) {
    const t = useMessages();
    const send = () => {
        composer.send();
        area.current?.focus();
    };
    return (
        <IconButton label={composer.editing ? t.edit.save : t.composer.send} side="top" className="composer__send" disabled={!composer.canSend} onClick={send} onMouseDown={(event) => event.preventDefault()}>
            {composer.editing ? <Check size={20} /> : <SendHorizontal size={19} className="flip" />}
        </IconButton>
    );
});

function keys(event: KeyboardEvent<HTMLTextAreaElement>, conversation: Conversation): void {
    // While an input method composes, Enter confirms its candidate; Safari reports that as key 229.
    if (event.nativeEvent.isComposing || event.keyCode === 229) return;
    const { composer } = conversation;
    if (composer.mention?.current && completes(event, composer)) return event.preventDefault();
    if (event.key === "Enter" && !event.shiftKey && !event.altKey) {
        event.preventDefault();
        composer.send();
    } else if (event.key === "ArrowUp" && (event.ctrlKey || event.metaKey)) {
        if (conversation.editLast()) event.preventDefault();
    } else if (event.key === "ArrowUp" && composer.text === "") {
        focusLastMessage(event);
    }
}

/** Keys that belong to the list of people while it is open. */
function completes(event: KeyboardEvent<HTMLTextAreaElement>, composer: Model): boolean {
    const { mention } = composer;
    const current = mention?.current;
    if (!mention || !current) return false;
    switch (event.key) {
        case "ArrowDown":
        case "ArrowUp":
            mention.move(event.key === "ArrowDown" ? 1 : -1);
            return true;
        case "Enter":
        case "Tab":
            if (event.shiftKey) return false;
            composer.complete(current);
            return true;
        case "Escape":
            mention.close();
            return true;
        default:
            return false;
    }
}

/** As tall as its text; the style sheet bounds it. */
function useGrowth(area: RefObject<HTMLTextAreaElement | null>, text: string): void {
    useLayoutEffect(() => {
        const { current } = area;
        if (!current) return;
        current.style.height = "auto";
        current.style.height = `${current.scrollHeight}px`;
    }, [area, text]);
}

/** Puts the caret where a completed mention ends, or at the end of a message taken up for editing. */
function useCaret(area: RefObject<HTMLTextAreaElement | null>, { caret, editing }: Model): void {
    useLayoutEffect(() => {
        if (caret !== null) area.current?.setSelectionRange(caret, caret);
    }, [area, caret]);
    useEffect(() => {
        if (editing) area.current?.focus();
    }, [area, editing]);
}

function focusLastMessage(event: KeyboardEvent): void {
    const pane = event.currentTarget.closest(".chat") ?? document;
    const message = [...pane.querySelectorAll<HTMLElement>(".message")].at(-1);
    if (!message) return;
    event.preventDefault();
    message.focus();
}
