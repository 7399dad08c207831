/** One row of the list: what stands above a message, and the message itself. */

import { EllipsisVertical, Reply } from "lucide-react";
import { observer } from "mobx-react-lite";
import type { KeyboardEvent } from "react";
import type { ChatState, TimelineItem } from "@curlew/sdk";
import { dayText } from "../i18n/dates";
import type { App } from "../stores/app";
import type { Conversation } from "../stores/conversation";
import type { Row } from "../stores/rows";
import { hue } from "../text/names";
import { Avatar } from "./Avatar";
import { Bubble } from "./Bubble";
import { MessageFailure } from "./MessageFailure";
import { openMenu } from "./MessageMenu";
import { useMessages } from "./messages";
import { textOf } from "./summary";

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
                <p className="system">
                    <span className="pill" dir="auto">
                        {textOf(row.item, app.people, app.me, chat.kind, t)}
                    </span>
                </p>
            ) : (
                <Message app={app} conversation={conversation} chat={chat} row={row} offset={offset} />
            )}
        </div>
    );
});

const Message = observer(function Message({ app, conversation, chat, row, offset }: MessageRowProps & { row: Row }) {
    const t = useMessages();
    const { item, own, first, last } = row;
    const group = chat.kind !== "direct";
    const sender = item.sender ?? "";
    const name = own ? t.common.you : app.people.name(sender, t);
    const marks = `${own ? " message--own" : ""}${first ? " message--first" : ""}${last ? " message--last" : ""}${conversation.timeline.flash === item.key ? " message--flash" : ""}`;
    const keys = (event: KeyboardEvent<HTMLElement>) => {
        if (event.key !== "Enter" || event.target !== event.currentTarget) return;
        event.preventDefault();
        const bubble = event.currentTarget.querySelector<HTMLElement>(".bubble");
        if (bubble) openMenu(bubble);
    };
    return (
        <article className={`message${marks}`} data-offset={offset} tabIndex={-1} aria-label={name} onKeyDown={keys}>
            {group && !own && <span className="message__face">{last && <Avatar id={sender} name={name} size="s" />}</span>}
            <div className="message__body">
                {group && !own && first && (
                    <p className={`message__name clip name-${hue(sender)}`} dir="auto">
                        {name}
                    </p>
                )}
                <div className="message__line">
                    <Bubble app={app} conversation={conversation} chat={chat} item={item} own={own} />
                    <Actions conversation={conversation} item={item} />
                </div>
                {item.sendState === "failed" && <MessageFailure conversation={conversation} item={item} />}
            </div>
        </article>
    );
});

/** For the mouse; the keyboard opens the menu from the message itself. */
function Actions({ conversation, item }: { conversation: Conversation; item: TimelineItem }) {
    const t = useMessages();
    if (item.retracted || item.kind !== "message") return null;
    return (
        <span className="message__actions">
            {item.stamp !== null && (
                <button
                    type="button"
                    className="message__action"
                    tabIndex={-1}
                    aria-label={t.chat.reply}
                    title={t.chat.reply}
                    onClick={() => {
                        conversation.composer.reply(item);
                        document.querySelector<HTMLTextAreaElement>(".composer__input")?.focus();
                    }}
                >
                    <Reply size={16} />
                </button>
            )}
            <button type="button" className="message__action" tabIndex={-1} aria-label={t.chat.actions} title={t.common.more} onClick={(event) => openMenu(event.currentTarget)}>
                <EllipsisVertical size={16} />
            </button>
        </span>
    );
}
