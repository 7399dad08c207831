/** The dialogs about messages: one is open at a time. */

import { observer } from "mobx-react-lite";
import type { ChatState, TimelineItem } from "@curlew/sdk";
import type { App } from "../stores/app";
import type { Actions } from "../stores/actions";
import type { Conversation } from "../stores/conversation";
import { BundleDialog } from "./BundleCard";
import { Button } from "./controls";
import { Dialog } from "./Dialog";
import { ForwardDialog } from "./ForwardDialog";
import { HistoryDialog, ReactorsDialog, ReadersDialog } from "./ListingDialogs";
import { useMessages } from "./messages";

interface MessageDialogsProps {
    app: App;
    conversation: Conversation;
    chat: ChatState;
}

/** Whatever is open. */
export const MessageDialogs = observer(function MessageDialogs({ app, conversation, chat }: MessageDialogsProps) {
    const { actions } = conversation;
    const { dialog } = actions;
    switch (dialog?.kind) {
        case undefined:
            return null;
        case "delete":
            return <DeleteDialog actions={actions} items={dialog.items} />;
        case "forward":
            return <ForwardDialog app={app} actions={actions} model={dialog.model} />;
        case "history":
            return <HistoryDialog actions={actions} item={dialog.item} model={dialog.model} />;
        case "readers":
            return <ReadersDialog app={app} actions={actions} model={dialog.model} />;
        case "reactors":
            return <ReactorsDialog app={app} actions={actions} model={dialog.model} />;
        case "bundle":
            return <BundleDialog key={chat.id} actions={actions} bundle={dialog.bundle} />;
    }
});

const DeleteDialog = observer(function DeleteDialog({ actions, items }: { actions: Actions; items: readonly TimelineItem[] }) {
    const t = useMessages();
    const forAll = items.every((item) => item.retracted || actions.rights(item).has("retract")) && items.some((item) => !item.retracted);
    return (
        <Dialog title={t.delete.title(items.length)} text={forAll ? t.delete.text : t.delete.textMe} onClose={() => actions.close()}>
            <div className="dialog__choices">
                {forAll && (
                    <Button look="danger" wide onClick={() => actions.retract(items.filter((item) => !item.retracted))}>
                        {t.delete.everyone}
                    </Button>
                )}
                <Button look={forAll ? "plain" : "danger"} wide onClick={() => actions.hide(items)}>
                    {t.delete.me}
                </Button>
                <Button look="quiet" wide onClick={() => actions.close()}>
                    {t.common.cancel}
                </Button>
            </div>
        </Dialog>
    );
});
