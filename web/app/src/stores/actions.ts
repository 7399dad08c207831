/** What is done with messages: at once, or after a question that stands in a dialog. */

import { makeAutoObservable, observableRef } from "mobx";
import type { Bundle, Reactor, ReadMark, Revision, TimelineItem } from "@curlew/sdk";
import { textOf } from "../text/content";
import type { ConversationHost } from "./conversation";
import { Forward } from "./forward";
import { Listing } from "./listing";
import { rightsOver, type Right } from "./rights";

/** The dialog that is open. */
export type OpenDialog =
    | { readonly kind: "delete"; readonly items: readonly TimelineItem[] }
    | { readonly kind: "forward"; readonly model: Forward }
    | { readonly kind: "history"; readonly item: TimelineItem; readonly model: Listing<Revision> }
    | { readonly kind: "readers"; readonly item: TimelineItem; readonly model: Listing<ReadMark> }
    | { readonly kind: "reactors"; readonly item: TimelineItem; readonly model: Listing<Reactor> }
    | { readonly kind: "bundle"; readonly bundle: Bundle };

const NONE: ReadonlySet<Right> = new Set();

/** The actions of one open chat. What is done shows at once; the client undoes it when the server refuses it. */
export class Actions {
    dialog: OpenDialog | null = null;

    constructor(
        private readonly host: ConversationHost,
        readonly chat: string,
    ) {
        makeAutoObservable<this, "host">(this, { dialog: observableRef, host: false });
    }

    /** What one may do with a message. */
    rights(item: TimelineItem): ReadonlySet<Right> {
        const { chats, client, clock, me, account } = this.host;
        const chat = chats.get(this.chat);
        if (!chat) return NONE;
        const limits = client.server?.limits ?? null;
        return rightsOver(item, { chat, me, now: clock.minute, limits, hidesReads: account?.hide_reads === true });
    }

    /** Reacts to a message, or takes the reaction back. */
    react(item: TimelineItem, kind: string): void {
        if (item.stamp === null) return;
        const mine = item.reactions.some((reaction) => reaction.kind === kind && reaction.mine);
        this.host.client.react(this.chat, item.stamp, kind, !mine);
    }

    /** Pins the message at a stamp or takes the pin down. */
    pin(stamp: number, pinned: boolean): void {
        this.host.client.pin(this.chat, stamp, pinned);
    }

    /** Copies the words of messages, with who said them when there are several. */
    copy(items: readonly TimelineItem[]): Promise<void> {
        const { people, settings, me } = this.host;
        const t = settings.messages;
        const words = items.flatMap((item) => {
            const text = textOf(item.content);
            if (text === null) return [];
            const name = item.sender === me ? t.common.you : people.name(item.sender ?? "", t);
            return items.length === 1 ? text : `${name}: ${text}`;
        });
        return this.host.copy(words.join("\n"));
    }

    /** Asks how messages shall be deleted. */
    askToDelete(items: readonly TimelineItem[]): void {
        this.dialog = { kind: "delete", items };
    }

    /** Asks where messages shall go. */
    askToForward(items: readonly TimelineItem[]): void {
        this.dialog = { kind: "forward", model: new Forward(this.host, this.chat, items) };
    }

    /** Shows what a message said before. */
    showHistory(item: TimelineItem): void {
        this.dialog = { kind: "history", item, model: new Listing(() => this.host.client.history(this.chat, item.stamp ?? 0)) };
    }

    /** Shows who has read a message. */
    showReaders(item: TimelineItem): void {
        this.dialog = { kind: "readers", item, model: new Listing(() => this.host.client.readers(this.chat, item.stamp ?? 0)) };
    }

    /** Shows who reacts to a message. */
    showReactors(item: TimelineItem): void {
        this.dialog = { kind: "reactors", item, model: new Listing(() => this.host.client.reactors(this.chat, item.stamp ?? 0)) };
    }

    /** Opens messages that were forwarded as one. */
    showBundle(bundle: Bundle): void {
        this.dialog = { kind: "bundle", bundle };
    }

    /** Closes whatever is open. */
    close(): void {
        this.dialog = null;
    }

    /** Takes messages back for everybody. */
    retract(items: readonly TimelineItem[]): void {
        for (const { stamp } of items) if (stamp !== null) this.host.client.retract(this.chat, stamp);
        this.close();
    }

    /** Removes messages from one's own view, on all devices. */
    hide(items: readonly TimelineItem[]): void {
        this.host.client.hide(
            this.chat,
            items.flatMap((item) => item.stamp ?? []),
        );
        this.close();
    }

    /** Forwards what the open dialog says. */
    forward(model: Forward): void {
        model.send();
        this.close();
        this.host.notices.show(this.host.settings.messages.forward.done(model.chosen.length));
    }
}
