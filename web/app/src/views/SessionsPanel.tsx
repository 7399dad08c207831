/** Where one is logged in, and how to end it. */

import { Laptop, Smartphone } from "lucide-react";
import { observer } from "mobx-react-lite";
import { useEffect, useState } from "react";
import type { Session } from "@curlew/sdk";
import { agoText, dateText } from "../i18n/dates";
import type { App } from "../stores/app";
import { failureText } from "../stores/failure";
import { Alert, Button, Spinner } from "./controls";
import { Confirm } from "./Dialog";
import { useMessages } from "./messages";
import { Panel } from "./Panel";

/** The list of sessions. */
export const SessionsPanel = observer(function SessionsPanel({ app }: { app: App }) {
    const t = useMessages();
    const { devices } = app;
    const [ending, setEnding] = useState<Session | null>(null);
    useEffect(() => void devices.load(), [devices]);
    const close = () => {
        setEnding(null);
        devices.ending.clear();
    };
    const confirm = async () => {
        if (ending && (await devices.end(ending.id))) close();
    };
    return (
        <Panel title={t.sessions.title} onBack={() => app.navigation.closeSide()}>
            <div className="form">
                <p className="field__hint">{t.sessions.intro}</p>
                <List app={app} onEnd={setEnding} />
            </div>
            {ending && (
                <Confirm
                    title={t.sessions.endTitle(nameOf(ending, t.sessions.unnamed))}
                    text={t.sessions.endWhy}
                    action={t.sessions.end}
                    busy={devices.ending.running}
                    trouble={devices.ending.failure && failureText(devices.ending.failure, t)}
                    onConfirm={() => void confirm()}
                    onClose={close}
                />
            )}
        </Panel>
    );
});

function nameOf(session: Session, unnamed: string): string {
    return session.device.name || unnamed;
}

const List = observer(function List({ app, onEnd }: { app: App; onEnd: (session: Session) => void }) {
    const t = useMessages();
    const { devices } = app;
    if (!devices.sessions) {
        if (devices.loading.failure) {
            return (
                <>
                    <Alert bad>
                        {t.sessions.loadFailed}. {failureText(devices.loading.failure, t)}
                    </Alert>
                    <Button look="plain" onClick={() => void devices.load()}>
                        {t.common.retry}
                    </Button>
                </>
            );
        }
        return (
            <p className="form__busy" role="status">
                <Spinner /> {t.common.loading}
            </p>
        );
    }
    return (
        <>
            {devices.current && (
                <section aria-label={t.sessions.current}>
                    <h2 className="caption">{t.sessions.current}</h2>
                    <Device app={app} session={devices.current} />
                </section>
            )}
            <section aria-label={t.sessions.others}>
                <h2 className="caption">{t.sessions.others}</h2>
                {devices.others.length === 0 && <p className="field__hint">{t.sessions.noOthers}</p>}
                {devices.others.map((session) => (
                    <Device key={session.id} app={app} session={session} onEnd={onEnd} />
                ))}
            </section>
        </>
    );
});

interface DeviceProps {
    app: App;
    session: Session;
    onEnd?: (session: Session) => void;
}

const Device = observer(function Device({ app, session, onEnd }: DeviceProps) {
    const t = useMessages();
    const phone = /ios|android|phone/i.test(`${session.device.platform ?? ""} ${session.device.name ?? ""}`);
    const name = nameOf(session, t.sessions.unnamed);
    return (
        <div className="device">
            <span className="person__icon">{phone ? <Smartphone size={20} /> : <Laptop size={20} />}</span>
            <span className="person__words">
                <span className="person__name clip" dir="auto">
                    {name}
                </span>
                <span className="person__username">{t.sessions.seen(agoText(session.seen_ms, app.clock.minute, t))}</span>
                <span className="person__username">{t.sessions.since(dateText(session.created_ms, t))}</span>
            </span>
            {onEnd && (
                <button type="button" className="link-button link-button--danger" aria-label={t.sessions.endLabel(name)} onClick={() => onEnd(session)}>
                    {t.sessions.end}
                </button>
            )}
        </div>
    );
});
