/** What one may do with a message: one menu for the whole list, opened by right click, long press, button or key. */

import * as Context from "@radix-ui/react-context-menu";
import { Copy, Reply, RotateCw, Trash2 } from "lucide-react";
import { observer } from "mobx-react-lite";
import { useState, type MouseEvent, type ReactNode } from "react";
import type { TimelineItem } from "@curlew/sdk";
import type { App } from "../stores/app";
import type { Conversation } from "../stores/conversation";
import { textOf } from "../text/content";
import { useMessages } from "./messages";

interface MessageMenuProps {
    app: App;
    conversation: Conversation;
    children: ReactNode;
}

/** Wraps the list. */
export const MessageMenu = observer(function MessageMenu({ app, conversation, children }: MessageMenuProps) {
    const [item, setItem] = useState<TimelineItem | null>(null);
    const choose = (event: MouseEvent) => {
        const chosen = itemAt(event, conversation);
        // Links, selections and empty space keep the browser's own menu.
        if (chosen) setItem(chosen);
        else event.stopPropagation();
    };
    return (
        <div className="messages-frame" onContextMenuCapture={choose}>
            <Context.Root modal={false}>
                <Context.Trigger asChild>{children}</Context.Trigger>
                {item && <Items app={app} conversation={conversation} item={item} />}
            </Context.Root>
        </div>
    );
});

function itemAt(event: MouseEvent, conversation: Conversation): TimelineItem | null {
    const target = event.target instanceof Element ? event.target : null;
    const offset = target?.closest<HTMLElement>(".message")?.dataset["offset"];
    const selected = window.getSelection()?.toString() ?? "";
    if (offset === undefined || target?.closest("a") || selected !== "") return null;
    const item = conversation.timeline.items[Number(offset)];
    return item?.kind === "message" && !item.retracted ? item : null;
}

/** Opens the menu from a button or the keyboard. */
export function openMenu(from: HTMLElement): void {
    const { left, bottom } = from.getBoundingClientRect();
    from.dispatchEvent(new window.MouseEvent("contextmenu", { bubbles: true, cancelable: true, clientX: left, clientY: bottom }));
}

const Items = observer(function Items({ app, conversation, item }: { app: App; conversation: Conversation; item: TimelineItem }) {
    const t = useMessages();
    const text = textOf(item.content);
    const toComposer = (event: Event) => {
        if (conversation.composer.replyTo) {
            event.preventDefault();
            document.querySelector<HTMLTextAreaElement>(".composer__input")?.focus();
        }
    };
    return (
        <Context.Content className="menu" aria-label={t.chat.actions} collisionPadding={8} onCloseAutoFocus={toComposer}>
            {item.sendState === "failed" && (
                <Context.Item className="menu__item" onSelect={() => conversation.retry(item)}>
                    <RotateCw size={17} /> {t.common.retry}
                </Context.Item>
            )}
            {item.stamp !== null && (
                <Context.Item className="menu__item" onSelect={() => conversation.composer.reply(item)}>
                    <Reply size={17} /> {t.chat.reply}
                </Context.Item>
            )}
            {text !== null && (
                <Context.Item className="menu__item" onSelect={() => void app.copy(text)}>
                    <Copy size={17} /> {t.chat.copy}
                </Context.Item>
            )}
            {item.sendState === "failed" && (
                <Context.Item className="menu__item menu__item--danger" onSelect={() => conversation.discard(item)}>
                    <Trash2 size={17} /> {t.chat.discard}
                </Context.Item>
            )}
        </Context.Content>
    );
});
