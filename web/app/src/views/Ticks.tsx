/** How far an own message has come: waiting, stored, delivered, read. */

import { Check, CheckCheck, CircleAlert, Clock } from "lucide-react";
import type { ChatState, TimelineItem } from "@curlew/sdk";
import { useMessages } from "./messages";

/** A sign with a name that is read out. */
export function Ticks({ item, chat, online }: { item: TimelineItem; chat: ChatState; online: boolean }) {
    const t = useMessages();
    const reached = (stamp: number) => chat.kind === "direct" && item.stamp !== null && item.stamp <= stamp;
    if (item.sendState === "failed") return <CircleAlert className="ticks ticks--failed" size={15} role="img" aria-label={t.chat.failed} />;
    if (item.sendState === "sending" || item.pending.length > 0) return <Clock className="ticks" size={13} role="img" aria-label={online ? t.chat.sending : t.chat.queued} />;
    if (reached(chat.peerRead)) return <CheckCheck className="ticks ticks--read" size={16} role="img" aria-label={t.chat.read} />;
    if (reached(chat.peerDelivered)) return <CheckCheck className="ticks ticks--delivered" size={16} role="img" aria-label={t.chat.delivered} />;
    return <Check className="ticks" size={15} role="img" aria-label={t.chat.sent} />;
}
