/** What the page shows: starting, failed, the form to log in, or the messenger. */

import * as Tooltip from "@radix-ui/react-tooltip";
import { DatabaseZap } from "lucide-react";
import { observer } from "mobx-react-lite";
import type { App } from "../stores/app";
import { Button, Empty, Spinner } from "./controls";
import { Crash } from "./Crash";
import { Logo } from "./Logo";
import { Main } from "./Main";
import { MessagesContext, useMessages } from "./messages";
import { SigninScreen } from "./SigninScreen";

/** The root of all views. */
export const Root = observer(function Root({ app }: { app: App }) {
    return (
        <MessagesContext value={app.settings.messages}>
            <Tooltip.Provider delayDuration={500} skipDelayDuration={200}>
                <Crash>
                    <Screen app={app} />
                </Crash>
                <Notices app={app} />
            </Tooltip.Provider>
        </MessagesContext>
    );
});

const Screen = observer(function Screen({ app }: { app: App }) {
    switch (app.phase) {
        case "starting":
            return <Starting />;
        case "failed":
            return <StartFailed retry={() => void app.start()} />;
        case "signedOut":
            return app.signin && <SigninScreen model={app.signin} host={app.surroundings.host} why={app.signedOut} />;
        case "signedIn":
            return <Main app={app} />;
    }
});

function Starting() {
    const t = useMessages();
    return (
        <main className="starting" aria-busy="true">
            <h1 className="offscreen">{t.app.name}</h1>
            <Logo size={72} />
            <p className="starting__text">
                <Spinner size={16} /> {t.app.starting}
            </p>
        </main>
    );
}

function StartFailed({ retry }: { retry: () => void }) {
    const t = useMessages();
    return (
        <main className="whole">
            <h1 className="offscreen">{t.app.name}</h1>
            <Empty icon={<DatabaseZap size={28} />} title={t.app.startFailed} text={t.app.startFailedWhy}>
                <Button onClick={retry}>{t.common.retry}</Button>
            </Empty>
        </main>
    );
}

const Notices = observer(function Notices({ app }: { app: App }) {
    const t = useMessages();
    const { notices, update } = app;
    return (
        <div className="notices" role="status">
            {update.ready && (
                <div className="notice">
                    {t.app.update}
                    <button type="button" className="link-button" onClick={() => update.use()}>
                        {t.app.updateNow}
                    </button>
                </div>
            )}
            {notices.current && (
                <div className="notice" key={notices.current.id}>
                    {notices.current.text}
                </div>
            )}
        </div>
    );
});
