/** How far an own message has come: waiting, stored, read. */

import { Check, CheckCheck, CircleAlert, Clock } from "lucide-react";
import type { TimelineItem } from "@curlew/sdk";
import { useMessages } from "./messages";

/** A sign with a name that is read out. */
export function Ticks({ item, read, online }: { item: TimelineItem; read: boolean; online: boolean }) {
    const t = useMessages();
    if (item.sendState === "failed") return <CircleAlert className="ticks ticks--failed" size={15} role="img" aria-label={t.chat.failed} />;
    if (item.sendState === "sending") return <Clock className="ticks" size={13} role="img" aria-label={online ? t.chat.sending : t.chat.queued} />;
    if (read) return <CheckCheck className="ticks ticks--read" size={16} role="img" aria-label={t.chat.read} />;
    return <Check className="ticks" size={15} role="img" aria-label={t.chat.sent} />;
}
