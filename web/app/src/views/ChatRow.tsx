/** One chat in the list. */

import { AtSign } from "lucide-react";
import { observer } from "mobx-react-lite";
import type { ChatState } from "@curlew/sdk";
import { shortText } from "../i18n/dates";
import { titleOf } from "../stores/chats";
import type { Clock } from "../stores/clock";
import type { People } from "../stores/people";
import { chatAddress } from "../stores/route";
import { preview, textOf } from "./summary";
import { Avatar } from "./Avatar";
import { useMessages } from "./messages";
import { Ticks } from "./Ticks";

interface ChatRowProps {
    chat: ChatState;
    active: boolean;
    people: People;
    me: string | null;
    clock: Clock;
}

/** Title, last message, when, and how much is unread. */
export const ChatRow = observer(function ChatRow({ chat, active, people, me, clock }: ChatRowProps) {
    const t = useMessages();
    const title = titleOf(chat, t, me);
    const notes = chat.kind === "direct" && chat.peer?.id === me;
    const { last } = chat;
    const own = last !== null && last.sender === me && last.kind === "message";
    return (
        <a className="chat-row" href={chatAddress(chat.id)} aria-current={active ? "page" : undefined}>
            <Avatar id={chat.peer?.id ?? chat.id} name={title} notes={notes} />
            <span className="chat-row__words">
                <span className="chat-row__line">
                    <span className="chat-row__title clip" dir="auto">
                        {title}
                    </span>
                    {own && chat.draft === "" && !notes && <Ticks item={last} chat={chat} online />}
                    {chat.activeAtMs > 0 && <time className="chat-row__time">{shortText(chat.activeAtMs, clock.today, t)}</time>}
                </span>
                <span className="chat-row__line">
                    <Preview chat={chat} people={people} me={me} />
                    {chat.mentions > 0 && (
                        <span className="badge badge--sign" title={t.mention.count(chat.mentions)}>
                            <AtSign size={12} strokeWidth={2.6} role="img" aria-label={t.mention.count(chat.mentions)} />
                        </span>
                    )}
                    {chat.unread > 0 && (
                        <span className="badge">
                            <span aria-hidden="true">{chat.unread > 999 ? "999+" : chat.unread}</span>
                            <span className="offscreen">{t.chats.unread(chat.unread)}</span>
                        </span>
                    )}
                </span>
            </span>
        </a>
    );
});

const Preview = observer(function Preview({ chat, people, me }: { chat: ChatState; people: People; me: string | null }) {
    const t = useMessages();
    const { last } = chat;
    if (chat.draft.trim() !== "") {
        return (
            <span className="chat-row__preview clip" dir="auto">
                <span className="chat-row__draft">{t.chats.draft}</span> {preview(chat.draft)}
            </span>
        );
    }
    if (!last) return <span className="chat-row__preview clip">{t.chats.noMessages}</span>;
    const sender = last.kind === "message" && chat.kind !== "direct" ? (last.sender === me ? t.common.you : people.name(last.sender ?? "", t)) : null;
    return (
        <span className="chat-row__preview clip" dir="auto">
            {sender !== null && (
                <>
                    <bdi className="chat-row__sender">{sender}</bdi>
                    {": "}
                </>
            )}
            {textOf(last, people, me, chat.kind, t)}
        </span>
    );
});
