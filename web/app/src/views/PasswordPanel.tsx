/** Changing the password. */

import { observer } from "mobx-react-lite";
import { useEffect } from "react";
import type { App } from "../stores/app";
import { Alert, Button, PasswordField } from "./controls";
import { useMessages } from "./messages";
import { Panel } from "./Panel";

/** The form that changes it. */
export const PasswordPanel = observer(function PasswordPanel({ app }: { app: App }) {
    const t = useMessages();
    const { password } = app;
    useEffect(() => () => password.reset(), [password]);
    const trouble = password.trouble(t);
    return (
        <Panel title={t.password.title} onBack={() => app.navigation.closeSide()}>
            <form
                className="form"
                noValidate
                onSubmit={(event) => {
                    event.preventDefault();
                    void password.submit(t);
                }}
            >
                {/* Password managers look for the name the password belongs to. */}
                <input type="text" name="username" autoComplete="username" value={app.account?.username ?? ""} readOnly hidden />
                <PasswordField label={t.password.old} value={password.old} onType={(value) => password.type("old", value)} error={password.complaint("old", t)} autoComplete="current-password" />
                <PasswordField
                    label={t.password.next}
                    value={password.next}
                    onType={(value) => password.type("next", value)}
                    error={password.complaint("next", t)}
                    hint={t.signin.passwordHint}
                    strength={password.strength}
                    autoComplete="new-password"
                />
                {trouble !== null && <Alert bad>{trouble}</Alert>}
                {password.ended !== null ? <Alert>{t.password.done(password.ended)}</Alert> : <p className="field__hint">{t.password.note}</p>}
                <Button type="submit" wide busy={password.task.running}>
                    {t.password.change}
                </Button>
            </form>
        </Panel>
    );
});
