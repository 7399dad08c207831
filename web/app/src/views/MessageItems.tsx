/** The items of a message's menu: those that its reader may use. */

import * as Context from "@radix-ui/react-context-menu";
import { CheckCheck, CircleCheck, Copy, Forward, History, MessagesSquare, Pencil, Pin, PinOff, Reply, RotateCw, SmilePlus, Trash2, type LucideIcon } from "lucide-react";
import { observer } from "mobx-react-lite";
import type { TimelineItem } from "@curlew/sdk";
import type { App } from "../stores/app";
import type { Conversation } from "../stores/conversation";
import { useMessages } from "./messages";

interface MessageItemsProps {
    app: App;
    conversation: Conversation;
    item: TimelineItem;
}

/** Everything but the reactions. */
export const MessageItems = observer(function MessageItems({ app, conversation, item }: MessageItemsProps) {
    const t = useMessages();
    const { actions, composer, pins, selection } = conversation;
    const rights = actions.rights(item);
    const stamp = item.stamp ?? 0;
    const failed = item.sendState === "failed";
    const inChat = conversation.thread === null;
    const pinned = pins.has(item);
    return (
        <>
            {failed && <Item icon={RotateCw} text={t.common.retry} onSelect={() => conversation.retry(item)} />}
            {rights.has("reply") && <Item icon={Reply} text={t.chat.reply} onSelect={() => composer.reply(item)} />}
            {rights.has("thread") && inChat && <Item icon={MessagesSquare} text={t.action.thread} onSelect={() => app.navigation.openThread(item.thread ?? stamp)} />}
            {rights.has("copy") && <Item icon={Copy} text={t.chat.copy} onSelect={() => void actions.copy([item])} />}
            {rights.has("edit") && <Item icon={Pencil} text={t.action.edit} onSelect={() => composer.edit(item)} />}
            {rights.has("forward") && <Item icon={Forward} text={t.action.forward} onSelect={() => actions.askToForward([item])} />}
            {rights.has("pin") && <Item icon={pinned ? PinOff : Pin} text={pinned ? t.action.unpin : t.action.pin} onSelect={() => actions.pin(stamp, !pinned)} />}
            {rights.has("select") && inChat && <Item icon={CircleCheck} text={t.action.select} onSelect={() => selection.begin(item)} />}
            {rights.has("readers") && <Item icon={CheckCheck} text={t.action.readers} onSelect={() => actions.showReaders(item)} />}
            {rights.has("history") && <Item icon={History} text={t.action.history} onSelect={() => actions.showHistory(item)} />}
            {item.reactions.length > 0 && <Item icon={SmilePlus} text={t.action.reactors} onSelect={() => actions.showReactors(item)} />}
            {rights.has("hide") && <Item icon={Trash2} text={t.action.delete} danger onSelect={() => actions.askToDelete([item])} />}
            {failed && <Item icon={Trash2} text={t.chat.discard} danger onSelect={() => conversation.discard(item)} />}
        </>
    );
});

interface ItemProps {
    icon: LucideIcon;
    text: string;
    danger?: boolean;
    onSelect: () => void;
}

function Item({ icon: Icon, text, danger = false, onSelect }: ItemProps) {
    return (
        <Context.Item className={`menu__item${danger ? " menu__item--danger" : ""}`} onSelect={onSelect}>
            <Icon size={17} /> {text}
        </Context.Item>
    );
}
