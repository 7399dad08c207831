/** One's own name. */

import { observer } from "mobx-react-lite";
import { useEffect } from "react";
import type { App } from "../stores/app";
import { nameOf } from "../stores/people";
import { Avatar } from "./Avatar";
import { Button, Field } from "./controls";
import { useMessages } from "./messages";
import { Panel } from "./Panel";

/** The form that changes it. */
export const ProfilePanel = observer(function ProfilePanel({ app }: { app: App }) {
    const t = useMessages();
    const { profile, account } = app;
    useEffect(() => profile.open(), [profile]);
    if (!account) return null;
    const complaint = profile.complaint(t);
    const save = async () => {
        if (complaint === null && (await profile.save())) app.notices.show(t.common.saved);
    };
    return (
        <Panel title={t.settings.profile} onBack={() => app.navigation.closeSide()}>
            <form
                className="form"
                noValidate
                onSubmit={(event) => {
                    event.preventDefault();
                    void save();
                }}
            >
                <div className="form__portrait">
                    <Avatar id={account.id} name={profile.name || nameOf(account)} size="xl" />
                </div>
                <Field label={t.settings.editName} value={profile.name} onType={(value) => profile.type(value)} error={complaint} hint={t.signin.displayNameHint} dir="auto" autoComplete="name" />
                <div className="field">
                    <span className="field__label">{t.settings.username}</span>
                    <span className="form__fixed">@{account.username}</span>
                </div>
                <Button type="submit" wide busy={profile.task.running} disabled={complaint !== null || profile.name.trim() === account.display_name}>
                    {t.common.save}
                </Button>
            </form>
        </Panel>
    );
});
