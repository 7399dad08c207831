/** A new group: its name and its first members. */

import { observer } from "mobx-react-lite";
import type { App } from "../stores/app";
import { Alert, Button, Field } from "./controls";
import { useMessages } from "./messages";
import { Panel } from "./Panel";
import { Chips, PeopleFinder } from "./PeopleFinder";

/** The form for a group. */
export const NewGroup = observer(function NewGroup({ app }: { app: App }) {
    const t = useMessages();
    const { create, navigation } = app;
    const trouble = create.trouble(t);
    const foot = (
        <div className="panel__foot">
            {trouble !== null && <Alert bad>{trouble}</Alert>}
            <Button wide busy={create.task.running} onClick={() => void create.createGroup(t)}>
                {t.create.createGroup}
            </Button>
        </div>
    );
    return (
        <Panel title={t.create.group} onBack={() => navigation.closeSide()} foot={foot}>
            <div className="form">
                <Field
                    label={t.create.groupTitle}
                    value={create.title}
                    onType={(value) => create.setTitle(value)}
                    error={create.titleComplaint(t)}
                    placeholder={t.create.groupTitlePlaceholder}
                    dir="auto"
                    autoFocus={!app.surroundings.narrow}
                    autoComplete="off"
                />
                {create.group.chosen.length > 0 && <h2 className="caption">{t.create.members(create.group.chosen.length)}</h2>}
                <Chips model={create.group} />
                <PeopleFinder model={create.group} me={app.me} onPick={(user) => create.group.choose(user)} />
            </div>
        </Panel>
    );
});
