/** Buttons beside a message for the mouse; the keyboard opens the menu from the message itself. */

import { EllipsisVertical, MessagesSquare, Reply, SmilePlus } from "lucide-react";
import { observer } from "mobx-react-lite";
import type { ReactNode } from "react";
import type { TimelineItem } from "@curlew/sdk";
import type { App } from "../stores/app";
import type { Conversation } from "../stores/conversation";
import { focusComposer, openMenu } from "./MessageMenu";
import { useMessages } from "./messages";

interface HoverActionsProps {
    app: App;
    conversation: Conversation;
    item: TimelineItem;
}

/** React, reply, thread, everything else. */
export const HoverActions = observer(function HoverActions({ app, conversation, item }: HoverActionsProps) {
    const t = useMessages();
    if (item.kind !== "message") return null;
    const rights = conversation.actions.rights(item);
    const reply = () => {
        conversation.composer.reply(item);
        focusComposer();
    };
    return (
        <span className="message__actions">
            {rights.has("react") && (
                <Action label={t.action.react} menu="emoji" onPress={openMenu}>
                    <SmilePlus size={16} />
                </Action>
            )}
            {rights.has("reply") && (
                <Action label={t.chat.reply} onPress={reply}>
                    <Reply size={16} />
                </Action>
            )}
            {rights.has("thread") && conversation.thread === null && (
                <Action label={t.action.thread} onPress={() => app.navigation.openThread(item.thread ?? item.stamp ?? 0)}>
                    <MessagesSquare size={16} />
                </Action>
            )}
            <Action label={t.chat.actions} title={t.common.more} onPress={openMenu}>
                <EllipsisVertical size={16} />
            </Action>
        </span>
    );
});

interface ActionProps {
    label: string;
    title?: string;
    menu?: string;
    onPress: (from: HTMLElement) => void;
    children: ReactNode;
}

function Action({ label, title = label, menu, onPress, children }: ActionProps) {
    return (
        <button type="button" className="message__action" tabIndex={-1} aria-label={label} title={title} data-menu={menu} onClick={(event) => onPress(event.currentTarget)}>
            {children}
        </button>
    );
}
