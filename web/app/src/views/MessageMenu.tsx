/** What one may do with a message: one menu for the whole list, opened by right click, long press, button or key. */

import * as Context from "@radix-ui/react-context-menu";
import { observer } from "mobx-react-lite";
import { useState, type PointerEvent, type MouseEvent, type ReactNode } from "react";
import type { TimelineItem } from "@curlew/sdk";
import type { App } from "../stores/app";
import type { Conversation } from "../stores/conversation";
import { EmojiGrid, QuickEmoji } from "./EmojiGrid";
import { MessageItems } from "./MessageItems";
import { useMessages } from "./messages";

interface MessageMenuProps {
    app: App;
    conversation: Conversation;
    children: ReactNode;
}

/** The message the menu is about, and whether it offers all emoji. */
interface Chosen {
    readonly item: TimelineItem;
    readonly emoji: boolean;
}

/** Wraps the list. */
export const MessageMenu = observer(function MessageMenu({ app, conversation, children }: MessageMenuProps) {
    const [chosen, setChosen] = useState<Chosen | null>(null);
    const choose = (event: MouseEvent) => {
        const next = chosenBy(event, conversation);
        // Links, selections and empty space keep the browser's own menu.
        if (next) setChosen(next);
        else event.stopPropagation();
    };
    // Where a long press sends no event of its own, the menu opens from the touch.
    const touch = (event: PointerEvent) => {
        const next = event.pointerType === "mouse" ? null : chosenBy(event, conversation);
        if (next) setChosen(next);
    };
    return (
        <div className="messages-frame" onContextMenuCapture={choose} onPointerDownCapture={touch}>
            <Context.Root modal={false}>
                <Context.Trigger asChild disabled={conversation.selection.active}>
                    {children}
                </Context.Trigger>
                {chosen && <Content app={app} conversation={conversation} chosen={chosen} onMore={() => setChosen({ ...chosen, emoji: true })} />}
            </Context.Root>
        </div>
    );
});

function chosenBy(event: MouseEvent, conversation: Conversation): Chosen | null {
    const target = event.target instanceof Element ? event.target : null;
    const offset = target?.closest<HTMLElement>(".message")?.dataset["offset"];
    const selected = window.getSelection()?.toString() ?? "";
    if (offset === undefined || target?.closest("a") || selected !== "") return null;
    const item = conversation.timeline.items[Number(offset)];
    if (item?.kind !== "message") return null;
    return { item, emoji: target?.closest("[data-menu=emoji]") !== null };
}

/** Opens the menu from a button or the keyboard. */
export function openMenu(from: HTMLElement): void {
    const { left, bottom } = from.getBoundingClientRect();
    from.dispatchEvent(new window.MouseEvent("contextmenu", { bubbles: true, cancelable: true, clientX: left, clientY: bottom }));
}

interface ContentProps {
    app: App;
    conversation: Conversation;
    chosen: Chosen;
    onMore: () => void;
}

const Content = observer(function Content({ app, conversation, chosen, onMore }: ContentProps) {
    const t = useMessages();
    const { actions, composer, timeline } = conversation;
    const item = timeline.items.find(({ key }) => key === chosen.item.key) ?? chosen.item;
    const mine = new Set(item.reactions.filter((reaction) => reaction.mine).map(({ kind }) => kind));
    const pick = (kind: string) => actions.react(item, kind);
    const toComposer = (event: Event) => {
        if (!composer.replyTo && !composer.editing) return;
        event.preventDefault();
        focusComposer();
    };
    return (
        <Context.Content className={`menu menu--message${chosen.emoji ? " menu--emoji" : ""}`} aria-label={chosen.emoji ? t.action.react : t.chat.actions} collisionPadding={8} onCloseAutoFocus={toComposer} onPointerUpCapture={keepOpen}>
            {chosen.emoji ? (
                <EmojiGrid mine={mine} onPick={pick} />
            ) : (
                <>
                    {actions.rights(item).has("react") && <QuickEmoji mine={mine} onPick={pick} onMore={onMore} />}
                    <MessageItems app={app} conversation={conversation} item={item} />
                </>
            )}
        </Context.Content>
    );
});

/** Letting go of the right button, with which the menu was opened, chooses nothing that happens to stand below it. */
function keepOpen(event: PointerEvent): void {
    if (event.button === 2) event.stopPropagation();
}

/** Leads back to the line one writes in: that of the thread while one is open. */
export function focusComposer(): void {
    const lines = document.querySelectorAll<HTMLTextAreaElement>(".composer__input");
    lines[lines.length - 1]?.focus();
}
