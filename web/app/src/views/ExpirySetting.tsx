/** After what time messages of the chat disappear. */

import { Timer } from "lucide-react";
import { observer } from "mobx-react-lite";
import { useId } from "react";
import { spanText } from "../i18n/dates";
import type { Expiry } from "../stores/expiry";
import { failureText } from "../stores/failure";
import { Alert } from "./controls";
import { useMessages } from "./messages";

/** A choice of times for those who may choose; for the others the time alone. */
export const ExpirySetting = observer(function ExpirySetting({ model }: { model: Expiry }) {
    const t = useMessages();
    const id = useId();
    const text = (seconds: number) => (seconds === 0 ? t.expiry.never : spanText(seconds, t));
    return (
        <section className="expiry">
            <Timer size={20} aria-hidden="true" className="expiry__sign" />
            <div className="expiry__words">
                <label htmlFor={id}>{t.expiry.title}</label>
                <p className="expiry__why" id={`${id}-why`}>
                    {model.mayChange ? t.expiry.why : t.expiry.onlyAdmins}
                </p>
                <select id={id} className="select" aria-describedby={`${id}-why`} value={model.seconds} disabled={!model.mayChange || model.task.running} onChange={(event) => void model.choose(Number(event.target.value))}>
                    {model.choices.map((seconds) => (
                        <option key={seconds} value={seconds}>
                            {text(seconds)}
                        </option>
                    ))}
                </select>
                {model.task.failure && <Alert bad>{failureText(model.task.failure, t)}</Alert>}
            </div>
        </section>
    );
});
