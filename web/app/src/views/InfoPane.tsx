/** Details of the open chat: the other person, or the group and its members. */

import { X } from "lucide-react";
import { observer } from "mobx-react-lite";
import type { ChatState } from "@curlew/sdk";
import { dateText } from "../i18n/dates";
import type { App } from "../stores/app";
import { titleOf } from "../stores/chats";
import { Avatar } from "./Avatar";
import { IconButton } from "./controls";
import { ExpirySetting } from "./ExpirySetting";
import { GroupDetails } from "./GroupDetails";
import { useMessages } from "./messages";

/** A column beside the chat; on a phone a page of its own. */
export const InfoPane = observer(function InfoPane({ app }: { app: App }) {
    const t = useMessages();
    const chat = app.conversation?.chat;
    if (!chat) return null;
    const group = chat.kind !== "direct";
    const heading = group ? t.info.title : t.info.direct;
    // On a phone it is the whole page.
    const [Pane, Heading] = app.surroundings.narrow ? (["main", "h1"] as const) : (["aside", "h2"] as const);
    return (
        <Pane className="info" aria-label={heading}>
            <header className="bar">
                <IconButton label={t.common.close} onClick={() => app.navigation.setInfo(false)}>
                    <X size={21} />
                </IconButton>
                <Heading className="bar__title">{heading}</Heading>
            </header>
            <div className="panel__body">
                <Portrait chat={chat} me={app.me} />
                {app.expiry && <ExpirySetting model={app.expiry} />}
                {group && app.group && <GroupDetails app={app} model={app.group} />}
            </div>
        </Pane>
    );
});

function Portrait({ chat, me }: { chat: ChatState; me: string | null }) {
    const t = useMessages();
    const title = titleOf(chat, t, me);
    const { peer } = chat;
    return (
        <div className="portrait">
            <Avatar id={peer?.id ?? chat.id} name={title} size="xl" notes={chat.kind === "direct" && peer?.id === me} />
            <p className="portrait__title" dir="auto">
                {title}
            </p>
            <p className="portrait__text">{peer ? `@${peer.username}` : t.chat.members(chat.memberCount)}</p>
            {peer && <p className="portrait__text">{t.info.created(dateText(peer.created_ms, t))}</p>}
        </div>
    );
}
