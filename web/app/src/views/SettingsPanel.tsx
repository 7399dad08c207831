/** Settings: profile, language, colours, devices, password, log-out. */

import { ChevronRight, KeyRound, LogOut, MonitorSmartphone } from "lucide-react";
import { observer } from "mobx-react-lite";
import { useState, type ReactNode } from "react";
import type { App } from "../stores/app";
import { failureText } from "../stores/failure";
import { nameOf } from "../stores/people";
import { Avatar } from "./Avatar";
import { Alert, Segments, Switch } from "./controls";
import { Confirm } from "./Dialog";
import { useMessages } from "./messages";
import { Panel } from "./Panel";

/** The first page of the settings. */
export const SettingsPanel = observer(function SettingsPanel({ app }: { app: App }) {
    const t = useMessages();
    const { navigation, settings, account } = app;
    const [leaving, setLeaving] = useState(false);
    return (
        <Panel title={t.settings.title} onBack={() => navigation.closeSide()}>
            <div className="settings">
                {account && (
                    <button type="button" className="profile" onClick={() => navigation.openSide("settings/profile")} title={t.settings.profile}>
                        <Avatar id={account.id} name={nameOf(account)} />
                        <span className="person__words">
                            <span className="profile__name clip" dir="auto">
                                {nameOf(account)}
                            </span>
                            <span className="person__username clip">
                                @{account.username}
                                {account.admin === true && ` · ${t.settings.administrator}`}
                            </span>
                        </span>
                        <ChevronRight size={18} className="flip settings__arrow" />
                    </button>
                )}
                <section className="settings__group">
                    <h2 className="caption">{t.settings.theme}</h2>
                    <Segments label={t.settings.theme} value={settings.themeChoice} options={t.settings.themes} onChoose={(theme) => settings.chooseTheme(theme)} />
                    <h2 className="caption">{t.settings.language}</h2>
                    <Segments label={t.settings.language} value={settings.languageChoice} options={t.settings.languages} onChoose={(language) => settings.chooseLanguage(language)} />
                </section>
                <section className="settings__group">
                    <h2 className="caption">{t.settings.privacy}</h2>
                    <Switch label={t.settings.hideReads} hint={t.settings.hideReadsWhy} on={account?.hide_reads === true} busy={app.privacy.task.running} onSwitch={(on) => void app.privacy.hideReads(on)} />
                    {app.privacy.task.failure && <Alert bad>{failureText(app.privacy.task.failure, t)}</Alert>}
                </section>
                <section className="settings__group settings__group--list">
                    <h2 className="caption">{t.settings.security}</h2>
                    <Entry icon={<MonitorSmartphone size={20} />} title={t.settings.sessions} text={t.settings.sessionsHint} onOpen={() => navigation.openSide("settings/sessions")} />
                    <Entry icon={<KeyRound size={20} />} title={t.settings.password} onOpen={() => navigation.openSide("settings/password")} />
                    <Entry icon={<LogOut size={20} />} title={t.settings.logout} danger onOpen={() => setLeaving(true)} />
                </section>
                {app.client.server && <p className="settings__version">{t.settings.version(app.client.server.version)}</p>}
            </div>
            {leaving && <Leave app={app} onClose={() => setLeaving(false)} />}
        </Panel>
    );
});

interface EntryProps {
    icon: ReactNode;
    title: string;
    text?: string;
    danger?: boolean;
    onOpen: () => void;
}

function Entry({ icon, title, text, danger = false, onOpen }: EntryProps) {
    return (
        <button type="button" className={`entry${danger ? " entry--danger" : ""}`} onClick={onOpen}>
            <span className="entry__icon">{icon}</span>
            <span className="person__words">
                <span className="entry__title">{title}</span>
                {text !== undefined && <span className="person__username">{text}</span>}
            </span>
            {!danger && <ChevronRight size={18} className="flip settings__arrow" />}
        </button>
    );
}

const Leave = observer(function Leave({ app, onClose }: { app: App; onClose: () => void }) {
    const t = useMessages();
    const { leaving, unsent } = app;
    return (
        <Confirm
            title={t.settings.logoutTitle}
            text={t.settings.logoutWhy}
            note={unsent > 0 ? t.settings.logoutUnsent(unsent) : null}
            action={t.settings.logout}
            busy={leaving.running}
            trouble={leaving.failure && failureText(leaving.failure, t)}
            onConfirm={() => void app.logout()}
            onClose={onClose}
        />
    );
});
