/** A page of the side column, with a way back. */

import { ArrowLeft } from "lucide-react";
import { useEffect, useRef, type ReactNode } from "react";
import { IconButton } from "./controls";
import { useMessages } from "./messages";

interface PanelProps {
    title: string;
    onBack: () => void;
    children: ReactNode;
    foot?: ReactNode;
}

/** Title, content that scrolls, and a foot that does not. */
export function Panel({ title, onBack, children, foot }: PanelProps) {
    const t = useMessages();
    const heading = useRef<HTMLHeadingElement>(null);
    useEffect(() => {
        if (!heading.current?.closest(".panel")?.contains(document.activeElement)) heading.current?.focus();
    }, []);
    return (
        <section className="panel" aria-label={title}>
            <header className="bar">
                <IconButton label={t.common.back} onClick={onBack}>
                    <ArrowLeft size={21} className="flip" />
                </IconButton>
                <h1 className="bar__title" tabIndex={-1} ref={heading}>
                    {title}
                </h1>
            </header>
            <div className="panel__body">{children}</div>
            {foot}
        </section>
    );
}
