/** A new chat with one person, and the way to a new group. */

import { UsersRound } from "lucide-react";
import { observer } from "mobx-react-lite";
import type { App } from "../stores/app";
import { failureText } from "../stores/failure";
import { Alert, Spinner } from "./controls";
import { useMessages } from "./messages";
import { Panel } from "./Panel";
import { PeopleFinder } from "./PeopleFinder";

/** Find somebody, or start a group. */
export const NewChat = observer(function NewChat({ app }: { app: App }) {
    const t = useMessages();
    const { create, navigation } = app;
    return (
        <Panel title={t.create.direct} onBack={() => navigation.closeSide()}>
            <div className="form">
                <button type="button" className="person" onClick={() => navigation.openSide("new/group")}>
                    <span className="person__icon">
                        <UsersRound size={20} />
                    </span>
                    <span className="person__name">{t.create.group}</span>
                </button>
                <PeopleFinder model={create.direct} me={app.me} onPick={(user) => void create.startDirect(user)} autoFocus={!app.surroundings.narrow} />
                {create.task.running && (
                    <p className="form__busy" role="status">
                        <Spinner /> {t.common.loading}
                    </p>
                )}
                {create.task.failure && <Alert bad>{failureText(create.task.failure, t)}</Alert>}
            </div>
        </Panel>
    );
});
