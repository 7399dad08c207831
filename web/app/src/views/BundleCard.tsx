/** Messages forwarded as one: a card with the first lines, and all of them when it is opened. */

import { ArrowLeft, ChevronRight } from "lucide-react";
import { observer } from "mobx-react-lite";
import { useState } from "react";
import type { Bundle } from "@curlew/sdk";
import { fullText, timeText } from "../i18n/dates";
import type { Actions } from "../stores/actions";
import { bundleOf, textOf } from "../text/content";
import { hue } from "../text/names";
import { Avatar } from "./Avatar";
import { IconButton } from "./controls";
import { Dialog } from "./Dialog";
import { MessageText } from "./MessageText";
import { useMessages } from "./messages";
import { bundleTitle, contentText } from "./summary";

const PREVIEWED = 3;

/** The card in a bubble. */
export const BundleCard = observer(function BundleCard({ bundle, onOpen }: { bundle: Bundle; onOpen: (bundle: Bundle) => void }) {
    const t = useMessages();
    const title = bundleTitle(bundle, t);
    return (
        <button type="button" className="bundle" title={t.bundle.open(title)} onClick={() => onOpen(bundle)}>
            <span className="bundle__title clip" dir="auto">
                {title}
            </span>
            {bundle.items.slice(0, PREVIEWED).map((item) => (
                <span key={`${item.stamp}-${item.sender}`} className="bundle__line clip" dir="auto">
                    <bdi>{item.name}</bdi>: {contentText(item.content, t)}
                </span>
            ))}
            <span className="bundle__foot">
                {t.bundle.count(bundle.items.length)}
                <ChevronRight size={15} className="flip" aria-hidden="true" />
            </span>
        </button>
    );
});

/** All messages of a bundle; one inside another opens in its place. */
export const BundleDialog = observer(function BundleDialog({ actions, bundle }: { actions: Actions; bundle: Bundle }) {
    const t = useMessages();
    const [opened, setOpened] = useState<readonly Bundle[]>([bundle]);
    const shown = opened.at(-1) ?? bundle;
    return (
        <Dialog title={bundleTitle(shown, t)} onClose={() => actions.close()} wide closable>
            {opened.length > 1 && (
                <IconButton small label={t.bundle.back} className="bundle__back" onClick={() => setOpened(opened.slice(0, -1))}>
                    <ArrowLeft size={18} className="flip" />
                </IconButton>
            )}
            <ul className="bundle-list" tabIndex={0} aria-label={bundleTitle(shown, t)}>
                {shown.items.map((item) => (
                    <li key={`${item.stamp}-${item.sender}`} className="bundle-item">
                        <Avatar id={item.sender} name={item.name} size="s" />
                        <div className="bundle-item__words">
                            <p className="bundle-item__head">
                                <span className={`bundle-item__name clip name-${hue(item.sender)}`} dir="auto">
                                    {item.name}
                                </span>
                                <time dateTime={new Date(item.stamp / 1000).toISOString()} title={fullText(item.stamp / 1000, t)}>
                                    {timeText(item.stamp / 1000, t)}
                                </time>
                            </p>
                            <Words content={item.content} onOpen={(inner) => setOpened([...opened, inner])} />
                        </div>
                    </li>
                ))}
            </ul>
        </Dialog>
    );
});

function Words({ content, onOpen }: { content: Bundle["items"][number]["content"]; onOpen: (bundle: Bundle) => void }) {
    const t = useMessages();
    const text = textOf(content);
    const inner = bundleOf(content);
    if (inner) return <BundleCard bundle={inner} onOpen={onOpen} />;
    return (
        <div className="bundle-item__text" dir="auto">
            {text === null ? t.chat.unsupported : <MessageText text={text} />}
        </div>
    );
}
