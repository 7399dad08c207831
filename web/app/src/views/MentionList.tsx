/** People offered while a mention is typed. The focus stays in the line one writes in. */

import { Users } from "lucide-react";
import { observer } from "mobx-react-lite";
import { useEffect, useRef } from "react";
import type { Candidate, MentionBox } from "../stores/mention";
import { Avatar } from "./Avatar";
import { useMessages } from "./messages";

interface MentionListProps {
    /** Id of the list; see {@link optionId}. */
    id: string;
    model: MentionBox;
    onChoose: (candidate: Candidate) => void;
}

/** Id of one of the people, for the line to point at. */
export function optionId(list: string, index: number): string {
    return `${list}-${index}`;
}

/** The list; nothing while nobody fits. */
export const MentionList = observer(function MentionList({ id, model, onChoose }: MentionListProps) {
    const t = useMessages();
    const list = useRef<HTMLDivElement>(null);
    const { candidates, current } = model;
    const at = current ? candidates.indexOf(current) : -1;
    useEffect(() => {
        list.current?.children[at]?.scrollIntoView({ block: "nearest" });
    }, [at]);
    return (
        <div className="mention-list" id={id} role="listbox" aria-label={t.mention.list} ref={list}>
            {candidates.map((candidate, index) => (
                <div
                    key={candidate.kind === "all" ? "all" : candidate.person.id}
                    id={optionId(id, index)}
                    role="option"
                    aria-selected={index === at}
                    className="mention-option"
                    onPointerMove={() => model.point(index)}
                    // The line keeps the focus, and with it the keyboard of a phone.
                    onMouseDown={(event) => event.preventDefault()}
                    onClick={() => onChoose(candidate)}
                >
                    <Words candidate={candidate} />
                </div>
            ))}
        </div>
    );
});

function Words({ candidate }: { candidate: Candidate }) {
    const t = useMessages();
    if (candidate.kind === "all") {
        return (
            <>
                <span className="mention-option__all" aria-hidden="true">
                    <Users size={16} />
                </span>
                <span className="person__name">@{candidate.word}</span>
                <span className="person__username clip">{t.mention.allWhy}</span>
            </>
        );
    }
    const { id, name, username } = candidate.person;
    return (
        <>
            <Avatar id={id} name={name} size="s" />
            <span className="person__name clip" dir="auto">
                {name}
            </span>
            <span className="person__username clip">@{username}</span>
        </>
    );
}
