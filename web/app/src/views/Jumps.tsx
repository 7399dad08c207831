/** Buttons over the list that lead to other places in it: new messages above, the next mention, the newest message. */

import { ArrowUp, AtSign, ChevronDown } from "lucide-react";
import { observer } from "mobx-react-lite";
import type { ReactNode } from "react";
import type { ChatState } from "@curlew/sdk";
import type { Conversation } from "../stores/conversation";
import { useMessages } from "./messages";

interface JumpsProps {
    conversation: Conversation;
    chat: ChatState;
}

/** Each shows only when it leads somewhere. */
export const Jumps = observer(function Jumps({ conversation, chat }: JumpsProps) {
    const t = useMessages();
    const { timeline, thread } = conversation;
    const unread = thread === null ? chat.unread : 0;
    const away = !timeline.atEnd || timeline.hasNewer;
    return (
        <>
            {timeline.isMarkAbove && (
                <button type="button" className="to-new" title={t.jump.toNewLabel} onClick={() => void timeline.jumpToMark()}>
                    <ArrowUp size={16} aria-hidden="true" />
                    {t.jump.toNew}
                </button>
            )}
            <div className="jumps">
                {thread === null && chat.mentions > 0 && (
                    <Jump label={t.mention.next(chat.mentions)} count={chat.mentions} onPress={() => void conversation.nextMention()}>
                        <AtSign size={20} />
                    </Jump>
                )}
                {away && (
                    <Jump label={timeline.canGoBack ? t.jump.back : unread > 0 ? t.chat.latestCount(unread) : t.chat.latest} count={unread} onPress={() => void timeline.goDown()} name="latest">
                        <ChevronDown size={22} />
                    </Jump>
                )}
            </div>
        </>
    );
});

interface JumpProps {
    label: string;
    count: number;
    name?: string;
    onPress: () => void;
    children: ReactNode;
}

function Jump({ label, count, name = "next-mention", onPress, children }: JumpProps) {
    return (
        <button type="button" className={`jump ${name}`} aria-label={label} onClick={onPress}>
            {children}
            {count > 0 && (
                <span className="badge jump__badge" aria-hidden="true">
                    {count > 999 ? "999+" : count}
                </span>
            )}
        </button>
    );
}
