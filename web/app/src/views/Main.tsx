/** The messenger: a side column with lists and forms, the open chat, and its details. On a phone one at a time. */

import { observer } from "mobx-react-lite";
import { useEffect } from "react";
import type { App } from "../stores/app";
import type { Side } from "../stores/route";
import { ChatList } from "./ChatList";
import { ChatScreen } from "./ChatScreen";
import { InfoPane } from "./InfoPane";
import { NewChat } from "./NewChat";
import { NewGroup } from "./NewGroup";
import { PasswordPanel } from "./PasswordPanel";
import { ProfilePanel } from "./ProfilePanel";
import { SessionsPanel } from "./SessionsPanel";
import { SettingsPanel } from "./SettingsPanel";
import { ThreadPane } from "./ThreadPane";

/** Everything behind the log-in. */
export const Main = observer(function Main({ app }: { app: App }) {
    const { chat, info, thread, side } = app.navigation.route;
    const { narrow } = app.surroundings;
    useShortcuts(app);
    // Whatever fills a phone's screen is the main part of the page.
    const Column = narrow ? "main" : "div";
    const shown = side !== "list" || chat === null ? "side" : info ? "info" : thread === null ? "chat" : "thread";
    return (
        <div className="main" data-shown={shown}>
            {(!narrow || shown === "side") && (
                <Column className="main__side">
                    <SideColumn app={app} side={side} />
                </Column>
            )}
            {(!narrow || shown === "chat") && <ChatScreen app={app} />}
            {info && app.conversation && (!narrow || shown === "info") && <InfoPane app={app} />}
            {app.thread && (!narrow || shown === "thread") && <ThreadPane key={`${app.thread.id}-${app.thread.thread}`} app={app} conversation={app.thread} />}
        </div>
    );
});

const SideColumn = observer(function SideColumn({ app, side }: { app: App; side: Side }) {
    switch (side) {
        case "new":
            return <NewChat app={app} />;
        case "new/group":
            return <NewGroup app={app} />;
        case "settings":
            return <SettingsPanel app={app} />;
        case "settings/profile":
            return <ProfilePanel app={app} />;
        case "settings/sessions":
            return <SessionsPanel app={app} />;
        case "settings/password":
            return <PasswordPanel app={app} />;
        case "list":
            return <ChatList app={app} />;
    }
});

/** Ctrl-K looks for a chat; Escape leads one step back. */
function useShortcuts(app: App): void {
    useEffect(() => {
        const press = (event: KeyboardEvent) => {
            if (event.defaultPrevented || event.isComposing) return;
            if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
                event.preventDefault();
                document.querySelector<HTMLInputElement>(".search__input")?.focus();
            }
            if (event.key === "Escape") stepBack(app);
        };
        window.addEventListener("keydown", press);
        return () => window.removeEventListener("keydown", press);
    }, [app]);
}

function stepBack(app: App): void {
    const { side, info, thread } = app.navigation.route;
    if (side !== "list") app.navigation.closeSide();
    else if (app.conversation?.selection.active) app.conversation.selection.end();
    else if ([app.thread, app.conversation].some((open) => open?.composer.leave())) return;
    else if (thread !== null) app.navigation.closeThread();
    else if (info) app.navigation.setInfo(false);
}
