/** Finding people by exact user name; people one knows are offered while typing. */

import { SearchX, UserRound, X } from "lucide-react";
import { observer } from "mobx-react-lite";
import type { User } from "@curlew/sdk";
import { failureText } from "../stores/failure";
import { nameOf } from "../stores/people";
import type { PeoplePicker } from "../stores/picker";
import { Avatar } from "./Avatar";
import { Alert, Field, Spinner } from "./controls";
import { useMessages } from "./messages";

interface PeopleFinderProps {
    model: PeoplePicker;
    me: string | null;
    onPick: (user: User) => void;
    autoFocus?: boolean;
}

/** A line to type a name in, and the people it leads to. */
export const PeopleFinder = observer(function PeopleFinder({ model, me, onPick, autoFocus = false }: PeopleFinderProps) {
    const t = useMessages();
    const enter = () => {
        if (model.found) onPick(model.found);
        else void model.find();
    };
    return (
        <div className="finder">
            <Field
                label={t.create.find}
                value={model.query}
                onType={(value) => model.type(value)}
                hint={model.search === "idle" ? t.create.findHint : undefined}
                placeholder={t.create.findPlaceholder}
                onKeyDown={(event) => {
                    if (event.key !== "Enter" || event.nativeEvent.isComposing) return;
                    event.preventDefault();
                    enter();
                }}
                autoFocus={autoFocus}
                autoComplete="off"
                autoCapitalize="none"
                autoCorrect="off"
                spellCheck={false}
                trailing={model.search === "searching" ? <span className="finder__busy"><Spinner /></span> : undefined}
            />
            <Outcome model={model} me={me} onPick={onPick} />
            {model.suggestions.length > 0 && (
                <section className="finder__group" aria-label={t.create.recent}>
                    <h2 className="caption">{t.create.recent}</h2>
                    {model.suggestions.slice(0, 30).map((user) => (
                        <PersonButton key={user.id} user={user} onPick={onPick} />
                    ))}
                </section>
            )}
        </div>
    );
});

const Outcome = observer(function Outcome({ model, me, onPick }: PeopleFinderProps) {
    const t = useMessages();
    if (model.search === "failed" && model.failure) return <Alert bad>{failureText(model.failure, t)}</Alert>;
    if (model.search === "nobody") {
        return (
            <p className="finder__nobody" role="status">
                <SearchX size={18} aria-hidden="true" /> {t.create.nobody(model.wanted)}
            </p>
        );
    }
    if (model.search === "yourself" && !model.found) {
        return (
            <p className="finder__nobody" role="status">
                <UserRound size={18} aria-hidden="true" /> {t.create.isYou}
            </p>
        );
    }
    if (!model.found) return null;
    return (
        <section className="finder__group" aria-label={t.create.found} aria-live="polite">
            <h2 className="caption">{t.create.found}</h2>
            <PersonButton user={model.found} onPick={onPick} note={model.found.id === me ? t.create.isYou : undefined} />
        </section>
    );
});

function PersonButton({ user, onPick, note }: { user: User; onPick: (user: User) => void; note?: string | undefined }) {
    return (
        <button type="button" className="person" onClick={() => onPick(user)}>
            <Avatar id={user.id} name={nameOf(user)} size="m" />
            <span className="person__words">
                <span className="person__name clip" dir="auto">
                    {nameOf(user)}
                </span>
                <span className="person__username clip">
                    @{user.username}
                    {note !== undefined && ` · ${note}`}
                </span>
            </span>
        </button>
    );
}

/** The people chosen so far; each can be taken back. */
export const Chips = observer(function Chips({ model }: { model: PeoplePicker }) {
    const t = useMessages();
    if (model.chosen.length === 0) return null;
    return (
        <ul className="chips" aria-label={t.create.chosen}>
            {model.chosen.map((user) => (
                <li key={user.id}>
                    <button type="button" className="chip" title={t.create.removeChip(nameOf(user))} onClick={() => model.drop(user.id)}>
                        <Avatar id={user.id} name={nameOf(user)} size="s" />
                        <span className="clip" dir="auto">
                            {nameOf(user)}
                        </span>
                        <span className="offscreen">{t.common.remove}</span>
                        <X size={14} aria-hidden="true" />
                    </button>
                </li>
            ))}
        </ul>
    );
});
