/** Passing messages on: to which chats, as one or one by one, with what comment. */

import { makeAutoObservable, observableRef } from "mobx";
import type { ChatState, CurlewClient, TimelineItem } from "@curlew/sdk";
import type { Messages } from "../i18n";
import type { Chats } from "./chats";

/** Most chats messages may be forwarded to at once. */
export const MOST_CHATS = 10;

/** What forwarding needs to know. */
export interface ForwardHost {
    readonly client: CurlewClient;
    readonly chats: Chats;
    readonly me: string | null;
}

/** One dialog of forwarding. */
export class Forward {
    query = "";
    chosen: readonly string[] = [];
    merged = false;
    comment = "";

    /**
     * @param chat where the messages stand.
     * @param items what is forwarded.
     */
    constructor(
        private readonly host: ForwardHost,
        readonly chat: string,
        readonly items: readonly TimelineItem[],
    ) {
        makeAutoObservable<this, "host">(this, { chosen: observableRef, items: false, host: false });
    }

    /** Whether the messages can become one. */
    get canMerge(): boolean {
        return this.items.length > 1;
    }

    /** Whether no more chats may be chosen. */
    get isFull(): boolean {
        return this.chosen.length >= MOST_CHATS;
    }

    /** Chats that are called what is looked for. */
    matching(t: Messages): readonly ChatState[] {
        return this.host.chats.find(this.query, t, this.host.me);
    }

    /** Looks for chats. */
    search(query: string): void {
        this.query = query;
    }

    /** Chooses a chat or takes the choice back. */
    toggle(chat: string): void {
        if (this.chosen.includes(chat)) this.chosen = this.chosen.filter((one) => one !== chat);
        else if (!this.isFull) this.chosen = [...this.chosen, chat];
    }

    /** Chooses whether the messages become one. */
    merge(merged: boolean): void {
        this.merged = merged;
    }

    /** Takes over what shall be said with it. */
    say(comment: string): void {
        this.comment = comment;
    }

    /** Forwards; a comment follows as a message of its own. */
    send(): void {
        const { client } = this.host;
        const stamps = this.items.flatMap((item) => item.stamp ?? []);
        client.forward({ chat: this.chat, stamps, to: this.chosen, merged: this.merged && this.canMerge });
        const comment = this.comment.trim();
        if (comment !== "") for (const chat of this.chosen) client.send(chat, comment);
    }
}
