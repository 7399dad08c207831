/** Where messages shall go, as one or one by one, with what comment. */

import { Check, Search, SearchX } from "lucide-react";
import { observer } from "mobx-react-lite";
import type { ChatState } from "@curlew/sdk";
import type { Actions } from "../stores/actions";
import type { App } from "../stores/app";
import { titleOf } from "../stores/chats";
import { MOST_CHATS, type Forward } from "../stores/forward";
import { Avatar } from "./Avatar";
import { Alert, Button, Field, Segments } from "./controls";
import { Dialog } from "./Dialog";
import { useMessages } from "./messages";

interface ForwardDialogProps {
    app: App;
    actions: Actions;
    model: Forward;
}

/** Most chats shown before one looks for others. */
const SHOWN = 60;

/** The dialog of forwarding. */
export const ForwardDialog = observer(function ForwardDialog({ app, actions, model }: ForwardDialogProps) {
    const t = useMessages();
    return (
        <Dialog title={t.forward.title(model.items.length)} onClose={() => actions.close()}>
            {model.canMerge && <Segments label={t.forward.how} value={model.merged ? "merged" : "single"} options={t.forward.ways} onChoose={(way) => model.merge(way === "merged")} />}
            <Targets app={app} model={model} />
            {model.isFull && <Alert>{t.forward.full(MOST_CHATS)}</Alert>}
            <Field label={t.forward.comment} optional value={model.comment} onType={(comment) => model.say(comment)} dir="auto" autoComplete="off" maxLength={4000} />
            <div className="dialog__actions">
                <Button look="plain" onClick={() => actions.close()}>
                    {t.common.cancel}
                </Button>
                <Button disabled={model.chosen.length === 0} onClick={() => actions.forward(model)}>
                    {t.forward.send(model.chosen.length)}
                </Button>
            </div>
        </Dialog>
    );
});

const Targets = observer(function Targets({ app, model }: { app: App; model: Forward }) {
    const t = useMessages();
    const found = model.matching(t).slice(0, SHOWN);
    return (
        <div className="targets">
            <div className="search targets__search">
                <Search size={17} aria-hidden="true" />
                <input className="search__input" type="text" inputMode="search" placeholder={t.forward.search} aria-label={t.forward.search} value={model.query} onChange={(event) => model.search(event.target.value)} dir="auto" autoComplete="off" autoFocus />
            </div>
            {found.length === 0 && (
                <p className="finder__nobody" role="status">
                    <SearchX size={18} aria-hidden="true" /> {t.chats.noMatchWhy(model.query.trim())}
                </p>
            )}
            <div className="targets__list" role="group" aria-label={t.forward.chats}>
                {found.map((chat) => (
                    <Target key={chat.id} app={app} model={model} chat={chat} />
                ))}
            </div>
        </div>
    );
});

const Target = observer(function Target({ app, model, chat }: { app: App; model: Forward; chat: ChatState }) {
    const t = useMessages();
    const chosen = model.chosen.includes(chat.id);
    const title = titleOf(chat, t, app.me);
    return (
        <button type="button" role="checkbox" aria-checked={chosen} className="person target" disabled={!chosen && model.isFull} onClick={() => model.toggle(chat.id)}>
            <Avatar id={chat.peer?.id ?? chat.id} name={title} size="s" notes={chat.kind === "direct" && chat.peer?.id === app.me} />
            <span className="person__name clip" dir="auto">
                {title}
            </span>
            <span className="select-mark" aria-hidden="true">
                <Check size={14} strokeWidth={3} />
            </span>
        </button>
    );
});
