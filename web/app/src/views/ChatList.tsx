/** The chats: search, connection, rows. */

import { MessageCirclePlus, MessagesSquare, Search, SearchX, Settings, X } from "lucide-react";
import { observer } from "mobx-react-lite";
import { useRef, type KeyboardEvent } from "react";
import { Virtuoso } from "react-virtuoso";
import type { App } from "../stores/app";
import { ChatRow } from "./ChatRow";
import { ConnectionBanner, ConnectionTitle } from "./ConnectionLine";
import { Button, Empty, IconButton, Spinner } from "./controls";
import { useMessages } from "./messages";

/** The side column as one sees it most of the time. */
export const ChatList = observer(function ChatList({ app }: { app: App }) {
    const t = useMessages();
    return (
        <nav className="panel" aria-label={t.chats.list}>
            <header className="bar">
                <IconButton label={t.chats.settings} onClick={() => app.navigation.openSide("settings")}>
                    <Settings size={21} />
                </IconButton>
                <ConnectionTitle state={app.connection.state} title={t.chats.title} />
                <IconButton label={t.chats.create} onClick={() => app.navigation.openSide("new")}>
                    <MessageCirclePlus size={21} />
                </IconButton>
            </header>
            <SearchLine app={app} />
            <ConnectionBanner state={app.connection.state} seconds={app.retrySeconds} />
            <Rows app={app} />
        </nav>
    );
});

const SearchLine = observer(function SearchLine({ app }: { app: App }) {
    const t = useMessages();
    const input = useRef<HTMLInputElement>(null);
    const { chats } = app;
    const keys = (event: KeyboardEvent) => {
        if (event.key === "Escape" && chats.query !== "") {
            event.preventDefault();
            chats.search("");
        }
        if (event.key === "Enter") openFirst(app);
        if (event.key === "ArrowDown") focusRow(0, event);
    };
    return (
        <div className="search">
            <Search size={17} aria-hidden="true" />
            <input
                ref={input}
                className="search__input"
                type="text"
                inputMode="search"
                enterKeyHint="search"
                placeholder={t.chats.search}
                aria-label={t.chats.search}
                value={chats.query}
                onChange={(event) => chats.search(event.target.value)}
                onKeyDown={keys}
                dir="auto"
                autoComplete="off"
            />
            {chats.query !== "" && (
                <button
                    type="button"
                    className="search__clear"
                    aria-label={t.chats.clear}
                    onClick={() => {
                        chats.search("");
                        input.current?.focus();
                    }}
                >
                    <X size={16} />
                </button>
            )}
        </div>
    );
});

function openFirst(app: App): void {
    const [first] = app.chats.matching(app.settings.messages, app.me);
    if (first && app.chats.query.trim() !== "") app.openChat(first.id);
}

/** Moves the focus between rows. */
function focusRow(step: number, event: KeyboardEvent): void {
    const rows = [...document.querySelectorAll<HTMLElement>(".chat-row")];
    const at = rows.findIndex((row) => row === document.activeElement);
    const next = step === 0 ? rows[0] : rows[at + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
}

const Rows = observer(function Rows({ app }: { app: App }) {
    const t = useMessages();
    const { chats, navigation, people, me, clock } = app;
    const shown = chats.matching(t, me);
    if (!chats.ready) return <ListSkeleton />;
    if (chats.all.length === 0) {
        return (
            <Empty icon={<MessagesSquare size={28} />} title={t.chats.empty} text={t.chats.emptyWhy}>
                <Button onClick={() => navigation.openSide("new")}>{t.chats.create}</Button>
            </Empty>
        );
    }
    if (shown.length === 0) return <Empty icon={<SearchX size={28} />} title={t.chats.noMatch} text={t.chats.noMatchWhy(chats.query.trim())} />;
    const keys = (event: KeyboardEvent) => {
        if (event.key === "ArrowDown") focusRow(1, event);
        if (event.key === "ArrowUp") focusRow(-1, event);
    };
    return (
        <div className="rows" onKeyDown={keys}>
            <Virtuoso
                data={shown}
                tabIndex={-1}
                computeItemKey={(_, chat) => chat.id}
                increaseViewportBy={400}
                endReached={() => void chats.loadMore()}
                itemContent={(_, chat) => <ChatRow chat={chat} active={navigation.route.chat === chat.id} people={people} me={me} clock={clock} />}
                components={chats.hasMore ? { Footer: MoreChats } : {}}
            />
        </div>
    );
});

function MoreChats() {
    const t = useMessages();
    return (
        <p className="rows__more">
            <Spinner size={16} /> {t.chats.loadMore}
        </p>
    );
}

function ListSkeleton() {
    const t = useMessages();
    return (
        <div className="skeleton" role="status" aria-label={t.common.loading}>
            {[62, 48, 70, 55, 40, 66, 50].map((width, index) => (
                <div key={index} className="skeleton__row">
                    <span className="skeleton__dot" />
                    <svg className="skeleton__lines" viewBox="0 0 100 40" preserveAspectRatio="none" aria-hidden="true">
                        <rect x="0" y="5" width={width * 0.7} height="11" rx="1.500" />
                        <rect x="0" y="24" width={width + 20} height="10" rx="1.500" />
                    </svg>
                </div>
            ))}
        </div>
    );
}
