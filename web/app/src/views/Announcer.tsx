/** Reads out what others say while the chat is open. Older messages that load are not read out. */

import { observer } from "mobx-react-lite";
import { useRef } from "react";
import type { ChatState } from "@curlew/sdk";
import type { App } from "../stores/app";
import type { Timeline } from "../stores/timeline";
import { useMessages } from "./messages";
import { textOf } from "./summary";

/** A region that is heard, not seen. */
export const Announcer = observer(function Announcer({ app, timeline, kind }: { app: App; timeline: Timeline; kind: ChatState["kind"] }) {
    const t = useMessages();
    const last = timeline.items.at(-1);
    const seen = useRef(last?.key);
    const fresh = last !== undefined && last.key !== seen.current && last.sender !== app.me && !timeline.hasNewer;
    const words = fresh ? `${app.people.name(last.sender ?? "", t)}: ${textOf(last, app.people, app.me, kind, t)}` : "";
    return (
        <div className="offscreen" role="log" aria-live="polite">
            {words}
        </div>
    );
});
