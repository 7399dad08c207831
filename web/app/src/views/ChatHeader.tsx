/** Who or what the open chat is. */

import { ArrowLeft, Info, Timer } from "lucide-react";
import { observer } from "mobx-react-lite";
import type { ChatState } from "@curlew/sdk";
import { spanText } from "../i18n/dates";
import type { App } from "../stores/app";
import { titleOf } from "../stores/chats";
import { Avatar } from "./Avatar";
import { IconButton } from "./controls";
import { useMessages } from "./messages";

/** Title and a way to the details. */
export const ChatHeader = observer(function ChatHeader({ app, chat }: { app: App; chat: ChatState }) {
    const t = useMessages();
    const { navigation, surroundings, connection, me } = app;
    const title = titleOf(chat, t, me);
    const notes = chat.kind === "direct" && chat.peer?.id === me;
    const label = chat.kind === "direct" ? t.info.direct : t.info.title;
    const busy = connection.state === "connecting" ? t.connection.connecting : connection.state === "syncing" ? t.connection.syncing : null;
    const about = chat.kind === "direct" ? `@${chat.peer?.username ?? ""}` : t.chat.members(chat.memberCount);
    const toggle = () => navigation.setInfo(!navigation.route.info);
    return (
        <header className="bar chat__bar">
            {surroundings.narrow && (
                <IconButton label={t.common.back} onClick={() => navigation.closeChat()}>
                    <ArrowLeft size={21} className="flip" />
                </IconButton>
            )}
            <button type="button" className="chat__who" onClick={toggle}>
                <Avatar id={chat.peer?.id ?? chat.id} name={title} size="m" notes={notes} />
                <span className="chat__names">
                    <h1 className="chat__title clip" dir="auto">
                        {title}
                    </h1>
                    <span className="chat__about clip">
                        {busy !== null && surroundings.narrow ? busy : about}
                        {chat.expireAfterS !== null && (
                            <span className="chat__expiry" title={t.expiry.after(spanText(chat.expireAfterS, t))}>
                                {" · "}
                                <Timer size={13} role="img" aria-label={t.expiry.title} /> {spanText(chat.expireAfterS, t)}
                            </span>
                        )}
                    </span>
                </span>
            </button>
            <IconButton label={label} onClick={toggle} aria-expanded={navigation.route.info}>
                <Info size={21} />
            </IconButton>
        </header>
    );
});
