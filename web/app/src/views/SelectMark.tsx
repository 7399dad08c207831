/** The box that shows whether a message is chosen. */

import { Check } from "lucide-react";
import { observer } from "mobx-react-lite";
import type { TimelineItem } from "@curlew/sdk";
import type { Selection } from "../stores/selection";
import { useMessages } from "./messages";

/** For the keyboard and screen readers; a press anywhere on the message does the same. */
export const SelectMark = observer(function SelectMark({ selection, item, name }: { selection: Selection; item: TimelineItem; name: string }) {
    const t = useMessages();
    return (
        <button type="button" role="checkbox" className="select-mark" aria-checked={selection.has(item)} aria-label={t.select.toggle(name)}>
            <Check size={14} strokeWidth={3} aria-hidden="true" />
        </button>
    );
});
