/** One row of the list: what stands above a message, and the message itself. */

import { observer } from "mobx-react-lite";
import type { KeyboardEvent, MouseEvent } from "react";
import type { ChatState } from "@curlew/sdk";
import { dayText } from "../i18n/dates";
import type { App } from "../stores/app";
import type { Conversation } from "../stores/conversation";
import type { Row } from "../stores/rows";
import { isSelectable } from "../stores/selection";
import { hue } from "../text/names";
import { Avatar } from "./Avatar";
import { Bubble } from "./Bubble";
import { HoverActions } from "./HoverActions";
import { MessageFailure } from "./MessageFailure";
import { focusComposer, openMenu } from "./MessageMenu";
import { useMessages } from "./messages";
import { Reactions } from "./Reactions";
import { SelectMark } from "./SelectMark";
import { useSwipe } from "./swipe";
import { SystemLine } from "./SystemLine";
import { ThreadMark } from "./ThreadMark";

interface MessageRowProps {
    app: App;
    conversation: Conversation;
    chat: ChatState;
    /** Place in the loaded part of the timeline. */
    offset: number;
}

/** Day, mark of new messages, message. */
export const MessageRow = observer(function MessageRow({ app, conversation, chat, offset }: MessageRowProps) {
    const t = useMessages();
    const row = conversation.timeline.row(offset);
    if (!row) return <div className="row-gap" />;
    return (
        <div className={`row${row.first ? " row--first" : ""}`}>
            {row.startsDay && (
                <div className="day">
                    <span className="pill">{dayText(row.item.sentAtMs, app.clock.today, t)}</span>
                </div>
            )}
            {row.startsNew && (
                <div className="new-mark" role="separator" aria-label={t.chat.newMessages}>
                    <span>{t.chat.newMessages}</span>
                </div>
            )}
            {row.item.kind === "system" ? (
                <SystemLine app={app} conversation={conversation} chat={chat} item={row.item} />
            ) : (
                <Message app={app} conversation={conversation} chat={chat} row={row} offset={offset} />
            )}
        </div>
    );
});

const Message = observer(function Message({ app, conversation, chat, row, offset }: MessageRowProps & { row: Row }) {
    const t = useMessages();
    const { item, own, first, last } = row;
    const { selection, composer, timeline, actions } = conversation;
    const selecting = selection.active && isSelectable(item);
    const group = chat.kind !== "direct";
    const sender = item.sender ?? "";
    const name = own ? t.common.you : app.people.name(sender, t);
    const swipe = useSwipe(!selection.active && actions.rights(item).has("reply"), () => {
        composer.reply(item);
        focusComposer();
    });
    const marks = { own, first, last, flash: timeline.flash === item.key, selecting, selected: selecting && selection.has(item) };
    const names = Object.entries(marks).flatMap(([mark, is]) => (is ? `message--${mark}` : []));
    return (
        <article className={["message", ...names].join(" ")} data-offset={offset} data-stamp={item.stamp ?? undefined} tabIndex={-1} aria-label={name} onKeyDown={(event) => keys(event, conversation, offset)} onClickCapture={(event) => press(event, conversation, offset)} {...swipe}>
            {selecting && <SelectMark selection={selection} item={item} name={name} />}
            {group && !own && <span className="message__face">{last && <Avatar id={sender} name={name} size="s" />}</span>}
            <div className="message__body">
                {group && !own && first && (
                    <p className={`message__name clip name-${hue(sender)}`} dir="auto">
                        {name}
                    </p>
                )}
                <div className="message__line">
                    <Bubble app={app} conversation={conversation} chat={chat} item={item} own={own} />
                    {!selection.active && <HoverActions app={app} conversation={conversation} item={item} />}
                </div>
                {item.reactions.length > 0 && !item.retracted && <Reactions app={app} conversation={conversation} item={item} />}
                {item.replies && item.replies.count > 0 && conversation.thread === null && <ThreadMark app={app} item={item} replies={item.replies} />}
                {item.sendState === "failed" && <MessageFailure conversation={conversation} item={item} />}
            </div>
        </article>
    );
});

/** Enter opens the menu; while messages are chosen, Enter and the space bar choose. */
function keys(event: KeyboardEvent<HTMLElement>, conversation: Conversation, offset: number): void {
    if (event.target !== event.currentTarget) return;
    const { selection, timeline } = conversation;
    const item = timeline.items[offset];
    const chooses = selection.active && (event.key === "Enter" || event.key === " ");
    if (!chooses && event.key !== "Enter") return;
    event.preventDefault();
    const bubble = event.currentTarget.querySelector<HTMLElement>(".bubble");
    if (chooses && item) selection.toggle(item);
    else if (bubble) openMenu(bubble);
}

/** While messages are chosen, a press anywhere on one chooses it; with Shift, everything up to it. */
function press(event: MouseEvent<HTMLElement>, conversation: Conversation, offset: number): void {
    const { selection, timeline } = conversation;
    const item = timeline.items[offset];
    if (!selection.active || !item) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.shiftKey) selection.extend(item);
    else selection.toggle(item);
}
