/** Questions that come before everything else. */

import * as Radix from "@radix-ui/react-dialog";
import { X } from "lucide-react";
import { useRef, type ReactNode } from "react";
import { Alert, Button, IconButton } from "./controls";
import { useMessages } from "./messages";

interface DialogProps {
    title: string;
    text?: string | undefined;
    /** For lists and long texts. */
    wide?: boolean;
    /** A cross in the corner, where there are no other buttons. */
    closable?: boolean;
    onClose: () => void;
    children: ReactNode;
}

/** A window in front of the page. It keeps the focus until it is closed. */
export function Dialog({ title, text, wide = false, closable = false, onClose, children }: DialogProps) {
    const t = useMessages();
    const content = useRef<HTMLDivElement>(null);
    // What has no buttons but the cross begins at the top, not at the cross.
    const focusTop = (event: Event) => {
        event.preventDefault();
        content.current?.focus();
    };
    return (
        <Radix.Root open onOpenChange={(open) => !open && onClose()}>
            <Radix.Portal>
                <div className="scrim">
                    <Radix.Content ref={content} {...(closable ? { onOpenAutoFocus: focusTop } : {})} className={`dialog${wide ? " dialog--wide" : ""}`} {...(text === undefined ? { "aria-describedby": undefined } : {})}>
                        <Radix.Title className="dialog__title" dir="auto">
                            {title}
                        </Radix.Title>
                        {text !== undefined && <Radix.Description className="dialog__text">{text}</Radix.Description>}
                        {children}
                        {closable && (
                            <IconButton small label={t.common.close} className="dialog__close" onClick={onClose}>
                                <X size={18} />
                            </IconButton>
                        )}
                    </Radix.Content>
                </div>
            </Radix.Portal>
        </Radix.Root>
    );
}

interface ConfirmProps {
    title: string;
    text: string;
    action: string;
    busy: boolean;
    trouble?: string | null;
    note?: string | null;
    onConfirm: () => void;
    onClose: () => void;
}

/** Asks before something is done that cannot be taken back. */
export function Confirm({ title, text, action, busy, trouble, note, onConfirm, onClose }: ConfirmProps) {
    const t = useMessages();
    return (
        <Dialog title={title} text={text} onClose={onClose}>
            {note && <Alert bad>{note}</Alert>}
            {trouble && <Alert bad>{trouble}</Alert>}
            <div className="dialog__actions">
                <Button look="plain" onClick={onClose}>
                    {t.common.cancel}
                </Button>
                <Button look="danger" busy={busy} onClick={onConfirm}>
                    {action}
                </Button>
            </div>
        </Dialog>
    );
}
