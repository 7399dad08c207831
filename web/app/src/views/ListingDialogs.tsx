/** Dialogs that list something about a message: who has read it, who reacts to it, what it said before. */

import { observer } from "mobx-react-lite";
import type { ReactNode } from "react";
import type { Reactor, ReadMark, Revision, TimelineItem } from "@curlew/sdk";
import { fullText } from "../i18n/dates";
import type { Actions } from "../stores/actions";
import type { App } from "../stores/app";
import { failureText } from "../stores/failure";
import type { Listing } from "../stores/listing";
import { Avatar } from "./Avatar";
import { Alert, Button, Spinner } from "./controls";
import { Dialog } from "./Dialog";
import { useMessages } from "./messages";
import { contentText } from "./summary";
import { MessageText } from "./MessageText";
import { textOf } from "../text/content";

/** Who has read a message. */
export const ReadersDialog = observer(function ReadersDialog({ app, actions, model }: { app: App; actions: Actions; model: Listing<ReadMark> }) {
    const t = useMessages();
    const { length } = model.things ?? [];
    return (
        <Dialog title={t.readers.title} text={length > 0 ? t.readers.count(length) : undefined} onClose={() => actions.close()} closable>
            <Loaded model={model}>
                {length === 0 && (
                    <p className="listing__none">
                        {t.readers.none}. {t.readers.noneWhy}
                    </p>
                )}
                <ul className="listing" aria-label={t.readers.title}>
                    {model.things?.map(({ user }) => <Person key={user} app={app} id={user} />)}
                </ul>
            </Loaded>
        </Dialog>
    );
});

/** Who reacts to a message, and with what. */
export const ReactorsDialog = observer(function ReactorsDialog({ app, actions, model }: { app: App; actions: Actions; model: Listing<Reactor> }) {
    const t = useMessages();
    return (
        <Dialog title={t.reaction.title} onClose={() => actions.close()} closable>
            <Loaded model={model}>
                {model.things?.length === 0 && <p className="listing__none">{t.reaction.none}</p>}
                <ul className="listing" aria-label={t.reaction.title}>
                    {model.things?.map(({ user, kinds }) => (
                        <Person key={user} app={app} id={user}>
                            <span className="listing__kinds">{kinds.join(" ")}</span>
                        </Person>
                    ))}
                </ul>
            </Loaded>
        </Dialog>
    );
});

/** What a message said before, the newest first, below what it says now. */
export const HistoryDialog = observer(function HistoryDialog({ actions, item, model }: { actions: Actions; item: TimelineItem; model: Listing<Revision> }) {
    const t = useMessages();
    return (
        <Dialog title={t.edit.history} onClose={() => actions.close()} wide closable>
            <Loaded model={model}>
                <ol className="revisions" tabIndex={0} aria-label={t.edit.history}>
                    <Version when={t.edit.now} content={item.content} />
                    {model.things?.toReversed().map((revision) => <Version key={revision.since_ms} when={t.edit.since(fullText(revision.since_ms, t))} content={revision.content} />)}
                </ol>
            </Loaded>
        </Dialog>
    );
});

function Version({ when, content }: { when: string; content: TimelineItem["content"] }) {
    const t = useMessages();
    const text = textOf(content);
    return (
        <li className="revision">
            <span className="revision__when">{when}</span>
            <div className="revision__text" dir="auto">
                {text === null ? contentText(content, t) : <MessageText text={text} />}
            </div>
        </li>
    );
}

const Person = observer(function Person({ app, id, children }: { app: App; id: string; children?: ReactNode }) {
    const t = useMessages();
    const name = id === app.me ? t.common.you : app.people.name(id, t);
    return (
        <li className="listing__person">
            <Avatar id={id} name={app.people.name(id, t)} size="s" />
            <span className="person__name clip" dir="auto">
                {name}
            </span>
            {children}
        </li>
    );
});

const Loaded = observer(function Loaded({ model, children }: { model: Listing<unknown>; children: ReactNode }) {
    const t = useMessages();
    const { failure } = model.loading;
    if (failure) {
        return (
            <>
                <Alert bad>{failureText(failure, t)}</Alert>
                <Button look="plain" onClick={() => void model.load()}>
                    {t.common.retry}
                </Button>
            </>
        );
    }
    if (model.things) return children;
    return (
        <p className="form__busy" role="status">
            <Spinner /> {t.common.loading}
        </p>
    );
});
