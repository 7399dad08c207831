/** Reactions below a message; pressing one reacts with it or takes it back. */

import { observer } from "mobx-react-lite";
import type { ReactionState, TimelineItem } from "@curlew/sdk";
import { listText } from "../i18n/dates";
import type { App } from "../stores/app";
import type { Conversation } from "../stores/conversation";
import { useMessages } from "./messages";

interface ReactionsProps {
    app: App;
    conversation: Conversation;
    item: TimelineItem;
}

const NAMED = 5;

/** One chip for each kind. */
export const Reactions = observer(function Reactions({ app, conversation, item }: ReactionsProps) {
    const t = useMessages();
    const name = (id: string) => (id === app.me ? t.common.you : app.people.name(id, t));
    const names = ({ users, count }: ReactionState) => {
        const some = users.slice(0, NAMED).map(name);
        return count > some.length ? t.reaction.others(some.join(", "), count - some.length) : listText(some, t);
    };
    return (
        <div className="reactions">
            {item.reactions.map((reaction) => (
                <button
                    key={reaction.kind}
                    type="button"
                    className={`reaction${reaction.mine ? " reaction--mine" : ""}`}
                    aria-pressed={reaction.mine}
                    aria-label={t.reaction.label(reaction.kind, reaction.count, names(reaction))}
                    title={names(reaction)}
                    onClick={() => conversation.actions.react(item, reaction.kind)}
                >
                    <span className="reaction__kind" aria-hidden="true">
                        {reaction.kind}
                    </span>
                    {reaction.count}
                </button>
            ))}
        </div>
    );
});
