/** The members of a group and what one may change. */

import { LogOut, Pencil, UserPlus } from "lucide-react";
import { observer } from "mobx-react-lite";
import { useState } from "react";
import type { User } from "@curlew/sdk";
import type { App } from "../stores/app";
import { titleOf } from "../stores/chats";
import { failureText } from "../stores/failure";
import type { Group } from "../stores/group";
import { nameOf } from "../stores/people";
import { Alert, Button, Spinner } from "./controls";
import { Confirm } from "./Dialog";
import { AddPeople, RenameGroup } from "./GroupDialogs";
import { MemberRow } from "./MemberRow";
import { useMessages } from "./messages";

type Question = { kind: "add" } | { kind: "rename" } | { kind: "leave" } | { kind: "remove"; user: User };

/** Actions, then everybody who is in it. */
export const GroupDetails = observer(function GroupDetails({ app, model }: { app: App; model: Group }) {
    const t = useMessages();
    const [question, setQuestion] = useState<Question | null>(null);
    const close = () => {
        setQuestion(null);
        model.change.clear();
    };
    return (
        <>
            <div className="info__actions">
                <button type="button" className="entry" onClick={() => setQuestion({ kind: "add" })}>
                    <span className="entry__icon">
                        <UserPlus size={20} />
                    </span>
                    {t.info.add}
                </button>
                {model.isAdmin && (
                    <button type="button" className="entry" onClick={() => setQuestion({ kind: "rename" })}>
                        <span className="entry__icon">
                            <Pencil size={20} />
                        </span>
                        {t.info.rename}
                    </button>
                )}
                <button type="button" className="entry entry--danger" onClick={() => setQuestion({ kind: "leave" })}>
                    <span className="entry__icon">
                        <LogOut size={20} />
                    </span>
                    {t.info.leave}
                </button>
            </div>
            <Members app={app} model={model} onRemove={(user) => setQuestion({ kind: "remove", user })} />
            <Ask app={app} model={model} question={question} onClose={close} />
        </>
    );
});

interface MembersProps {
    app: App;
    model: Group;
    onRemove: (user: User) => void;
}

const Members = observer(function Members({ app, model, onRemove }: MembersProps) {
    const t = useMessages();
    const failure = model.loading.failure;
    return (
        <section className="info__members" aria-label={t.info.members}>
            <h2 className="caption">{t.info.members}</h2>
            {!model.members && !failure && (
                <p className="form__busy" role="status">
                    <Spinner /> {t.common.loading}
                </p>
            )}
            {failure && (
                <>
                    <Alert bad>
                        {t.info.loadFailed}. {failureText(failure, t)}
                    </Alert>
                    <Button look="plain" onClick={() => void model.load()}>
                        {t.common.retry}
                    </Button>
                </>
            )}
            <ul className="members">
                {model.sorted.map((member) => (
                    <MemberRow key={member.user.id} app={app} model={model} member={member} onRemove={onRemove} />
                ))}
            </ul>
        </section>
    );
});

interface AskProps {
    app: App;
    model: Group;
    question: Question | null;
    onClose: () => void;
}

const Ask = observer(function Ask({ app, model, question, onClose }: AskProps) {
    const t = useMessages();
    const title = model.chat ? titleOf(model.chat, t, app.me) : "";
    const common = { busy: model.change.running, trouble: model.change.failure && failureText(model.change.failure, t), onClose };
    const leave = async () => {
        if (await model.leave()) app.navigation.closeChat();
    };
    const remove = async (user: User) => {
        if (await model.remove(user.id)) onClose();
    };
    switch (question?.kind) {
        case undefined:
            return null;
        case "add":
            return <AddPeople app={app} model={model} onClose={onClose} />;
        case "rename":
            return <RenameGroup model={model} onClose={onClose} />;
        case "leave":
            return <Confirm {...common} title={t.info.leaveTitle(title)} text={t.info.leaveWhy} action={t.info.leave} onConfirm={() => void leave()} />;
        case "remove": {
            const { user } = question;
            return <Confirm {...common} title={t.info.removeTitle(nameOf(user))} text={t.info.removeWhy} action={t.common.remove} onConfirm={() => void remove(user)} />;
        }
    }
});
