/** Forms about a group: its name, more people. */

import { observer } from "mobx-react-lite";
import { useState } from "react";
import type { App } from "../stores/app";
import { checkTitle } from "../stores/credentials";
import { failureText } from "../stores/failure";
import type { Group } from "../stores/group";
import { Alert, Button, Field } from "./controls";
import { Dialog } from "./Dialog";
import { useMessages } from "./messages";
import { Chips, PeopleFinder } from "./PeopleFinder";

/** Gives the group another name. */
export const RenameGroup = observer(function RenameGroup({ model, onClose }: { model: Group; onClose: () => void }) {
    const t = useMessages();
    const [title, setTitle] = useState(model.chat?.title ?? "");
    const complaint = checkTitle(title, t);
    const save = async () => {
        if (complaint === null && (await model.rename(title))) onClose();
    };
    return (
        <Dialog title={t.info.rename} onClose={onClose}>
            <form
                className="form form--bare"
                noValidate
                onSubmit={(event) => {
                    event.preventDefault();
                    void save();
                }}
            >
                <Field label={t.info.renameTitle} value={title} onType={setTitle} error={complaint} dir="auto" autoFocus autoComplete="off" />
                {model.change.failure && <Alert bad>{failureText(model.change.failure, t)}</Alert>}
                <div className="dialog__actions">
                    <Button look="plain" onClick={onClose}>
                        {t.common.cancel}
                    </Button>
                    <Button type="submit" busy={model.change.running} disabled={complaint !== null}>
                        {t.common.save}
                    </Button>
                </div>
            </form>
        </Dialog>
    );
});

/** Adds people to the group. */
export const AddPeople = observer(function AddPeople({ app, model, onClose }: { app: App; model: Group; onClose: () => void }) {
    const t = useMessages();
    const { picker, change } = model;
    const close = () => {
        picker.reset();
        onClose();
    };
    const add = async () => {
        if (await model.addChosen()) onClose();
    };
    return (
        <Dialog title={t.create.addPeople} onClose={close}>
            <Chips model={picker} />
            <div className="dialog__scroll">
                <PeopleFinder model={picker} me={app.me} onPick={(user) => picker.choose(user)} autoFocus />
            </div>
            {picker.chosen.length > model.room && <Alert bad>{t.create.full(app.groupLimit)}</Alert>}
            {change.failure && <Alert bad>{failureText(change.failure, t)}</Alert>}
            <div className="dialog__actions">
                <Button look="plain" onClick={close}>
                    {t.common.cancel}
                </Button>
                <Button busy={change.running} disabled={picker.chosen.length === 0 || picker.chosen.length > model.room} onClick={() => void add()}>
                    {t.create.add}
                </Button>
            </div>
        </Dialog>
    );
});
