/** The messages of a chat: a list of which only the part in view exists. */

import { MessageCircleDashed } from "lucide-react";
import { observer } from "mobx-react-lite";
import { useCallback, useEffect, useRef, type KeyboardEvent } from "react";
import { Virtuoso, type VirtuosoHandle } from "react-virtuoso";
import type { ChatState, TimelineItem } from "@curlew/sdk";
import type { App } from "../stores/app";
import { titleOf } from "../stores/chats";
import type { Conversation } from "../stores/conversation";
import type { Timeline } from "../stores/timeline";
import { Announcer } from "./Announcer";
import { Alert, Button, Empty, Spinner } from "./controls";
import { Jumps } from "./Jumps";
import { MessageMenu } from "./MessageMenu";
import { MessageRow } from "./MessageRow";
import { useMessages } from "./messages";

interface MessageListProps {
    app: App;
    conversation: Conversation;
    chat: ChatState;
}

/** Everything between the header and the line one writes in. */
export const MessageList = observer(function MessageList({ app, conversation, chat }: MessageListProps) {
    const { timeline } = conversation;
    if (!timeline.ready) return <MessagesSkeleton />;
    if (timeline.items.length === 0) return <NoMessages app={app} timeline={timeline} chat={chat} />;
    return (
        <MessageMenu app={app} conversation={conversation}>
            <div className={`messages${conversation.selection.active ? " messages--selecting" : ""}`} onKeyDown={moveFocus}>
                <Rows key={timeline.generation} app={app} conversation={conversation} chat={chat} />
                <Jumps conversation={conversation} chat={chat} />
                <Announcer app={app} timeline={timeline} kind={chat.kind} />
            </div>
        </MessageMenu>
    );
});

interface ListContext {
    timeline: Timeline;
}

const COMPONENTS = { Header, Footer };

const Rows = observer(function Rows({ app, conversation, chat }: MessageListProps) {
    const t = useMessages();
    const { timeline } = conversation;
    const { shown, held, firstIndex, anchor } = timeline;
    const title = titleOf(chat, t, app.me);
    const list = useRef<VirtuosoHandle>(null);
    useEffect(() => {
        timeline.attach({
            toRow: (index, align) => list.current?.scrollToIndex({ index, align, behavior: "smooth" }),
            toEnd: () => list.current?.scrollToIndex({ index: "LAST", align: "end", behavior: "auto" }),
        });
        return () => timeline.attach(null);
    }, [timeline]);
    const initial = useRef(anchor.offset === "end" ? ({ index: "LAST", align: "end" } as const) : { index: Math.max(0, anchor.offset - held), align: anchor.align, ...(anchor.align === "start" ? { offset: -72 } : {}) });
    const key = useCallback((_: number, item: TimelineItem) => item.key, []);
    return (
        <Virtuoso<TimelineItem, ListContext>
            ref={list}
            className="messages__list"
            role="region"
            aria-label={conversation.thread === null ? t.chat.messages(title) : t.thread.messages(title)}
            data={shown}
            context={{ timeline }}
            firstItemIndex={firstIndex + held}
            initialTopMostItemIndex={initial.current}
            computeItemKey={key}
            itemContent={(index) => <MessageRow app={app} conversation={conversation} chat={chat} offset={index - firstIndex} />}
            components={COMPONENTS}
            rangeChanged={({ startIndex }) => timeline.setTop(startIndex - firstIndex)}
            startReached={() => void timeline.loadOlder()}
            endReached={() => void timeline.loadNewer()}
            followOutput={(atEnd) => (atEnd && !timeline.hasNewer ? "auto" : false)}
            atBottomStateChange={(atEnd) => timeline.setAtEnd(atEnd)}
            atBottomThreshold={48}
            increaseViewportBy={{ top: 1600, bottom: 800 }}
            alignToBottom
        />
    );
});

function Header({ context }: { context?: ListContext }) {
    return context ? <OlderEdge timeline={context.timeline} /> : null;
}

function Footer({ context }: { context?: ListContext }) {
    return context ? <NewerEdge timeline={context.timeline} /> : null;
}

const OlderEdge = observer(function OlderEdge({ timeline }: { timeline: Timeline }) {
    const t = useMessages();
    if (timeline.failed && timeline.hasOlder) {
        return (
            <div className="edge">
                {t.chat.loadFailed}{" "}
                <button type="button" className="link-button" onClick={() => void timeline.loadOlder()}>
                    {t.common.retry}
                </button>
            </div>
        );
    }
    return <div className="edge">{timeline.hasOlder && <Spinner />}</div>;
});

const NewerEdge = observer(function NewerEdge({ timeline }: { timeline: Timeline }) {
    return timeline.hasNewer ? (
        <div className="edge">
            <Spinner />
        </div>
    ) : (
        <div className="edge edge--end" />
    );
});

const NoMessages = observer(function NoMessages({ app, timeline, chat }: { app: App; timeline: Timeline; chat: ChatState }) {
    const t = useMessages();
    if (timeline.failed) {
        return (
            <div className="messages messages--empty">
                <Alert bad>{t.chat.loadFailed}</Alert>
                <Button look="plain" onClick={() => void timeline.jumpToLatest()}>
                    {t.common.retry}
                </Button>
            </div>
        );
    }
    if (timeline.loading === "initial") return <MessagesSkeleton />;
    const notes = chat.kind === "direct" && chat.peer?.id === app.me;
    const text = notes ? t.chat.emptyNotes : chat.kind === "direct" ? t.chat.emptyDirect(titleOf(chat, t, app.me)) : t.chat.emptyGroup;
    return (
        <div className="messages">
            <Empty icon={<MessageCircleDashed size={28} />} title={t.chat.empty} text={text} />
        </div>
    );
});

/** Grey shapes while the first messages load. */
export function MessagesSkeleton() {
    const t = useMessages();
    return (
        <div className="messages messages--skeleton skeleton" role="status" aria-label={t.common.loading}>
            {["a", "b", "c own", "d", "e own", "f own", "g", "h"].map((shape) => (
                <span key={shape} className={`ghost ghost--${shape.replace(" own", "")}${shape.endsWith("own") ? " ghost--own" : ""}`} />
            ))}
        </div>
    );
}

/** The arrow keys lead from message to message once one of them, or the list, has the focus. */
function moveFocus(event: KeyboardEvent<HTMLElement>): void {
    if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
    const rows = [...event.currentTarget.querySelectorAll<HTMLElement>(".message")];
    const at = rows.findIndex((row) => row === document.activeElement);
    const frame = event.currentTarget.getBoundingClientRect();
    const next = at < 0 ? rows.findLast((row) => row.getBoundingClientRect().bottom <= frame.bottom) : rows[at + (event.key === "ArrowUp" ? -1 : 1)];
    if (!next) return;
    event.preventDefault();
    next.focus();
}
