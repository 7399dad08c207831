/** Why a message was not sent, and what to do about it. */

import type { TimelineItem } from "@curlew/sdk";
import type { Messages } from "../i18n";
import type { Conversation } from "../stores/conversation";
import { useMessages } from "./messages";

/** A line below the bubble. */
export function MessageFailure({ conversation, item }: { conversation: Conversation; item: TimelineItem }) {
    const t = useMessages();
    return (
        <p className="failure">
            <span className="failure__why">{why(item, t)}</span>
            <button type="button" className="link-button" onClick={() => conversation.retry(item)}>
                {t.common.retry}
            </button>
            <button type="button" className="link-button link-button--danger" onClick={() => conversation.discard(item)}>
                {t.chat.discard}
            </button>
        </p>
    );
}

function why(item: TimelineItem, t: Messages): string {
    switch (item.error?.code) {
        case "too_large":
            return t.chat.failedLong;
        case "forbidden":
        case "not_found":
            return t.chat.failedForbidden;
        case "rate_limited":
            return t.chat.failedRate;
        default:
            return `${t.chat.failed}.`;
    }
}
