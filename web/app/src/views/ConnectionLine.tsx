/** Whether the server is reached, in words. */

import { CloudOff } from "lucide-react";
import type { Connection } from "@curlew/sdk";
import { Spinner } from "./controls";
import { useMessages } from "./messages";

/** The title of the list; while connecting, that instead. */
export function ConnectionTitle({ state, title }: { state: Connection["state"]; title: string }) {
    const t = useMessages();
    const busy = state === "connecting" || state === "syncing";
    return (
        <h1 className="bar__title bar__title--middle" aria-live="polite">
            {busy && <Spinner size={16} />}
            {state === "connecting" ? t.connection.connecting : state === "syncing" ? t.connection.syncing : title}
        </h1>
    );
}

/** Says that there is no connection, and what happens next. */
export function ConnectionBanner({ state, seconds }: { state: Connection["state"]; seconds: number }) {
    const t = useMessages();
    if (state !== "offline" && state !== "waiting") return null;
    return (
        <div className="connection" role="status">
            <CloudOff size={17} aria-hidden="true" />
            <span aria-live={state === "waiting" ? "off" : "polite"}>{state === "offline" ? t.connection.offline : t.connection.waiting(seconds)}</span>
        </div>
    );
}
