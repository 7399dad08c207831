/** What a person is about to say: text, the message it answers, and the draft that outlives the page. */

import { makeAutoObservable, observableRef } from "mobx";
import type { CurlewClient, TimelineItem } from "@curlew/sdk";
import { byteLength } from "../text/content";

const DRAFT_MS = 400;
/** From here on the length is worth a word. */
const NEAR_LIMIT = 0.85;

/** The line one writes in. */
export class Composer {
    text: string;
    replyTo: TimelineItem | null = null;
    private timer: ReturnType<typeof setTimeout> | undefined;

    constructor(
        private readonly client: CurlewClient,
        readonly chat: string,
        private readonly limit: number,
        private readonly sent: () => void,
    ) {
        this.text = client.chat(chat)?.draft ?? "";
        makeAutoObservable<this, "client" | "timer" | "limit" | "sent">(this, {
            replyTo: observableRef,
            client: false,
            timer: false,
            limit: false,
            sent: false,
        });
    }

    /** Bytes that may still be written; negative when it is too long. */
    get bytesLeft(): number {
        return this.limit - byteLength(this.text.trim());
    }

    /** Whether the length is worth showing. */
    get isNearLimit(): boolean {
        return this.bytesLeft < this.limit * (1 - NEAR_LIMIT);
    }

    /** Whether there is something that may be sent. */
    get canSend(): boolean {
        return this.text.trim() !== "" && this.bytesLeft >= 0;
    }

    /** Takes over what is written and keeps it as a draft soon. */
    write(text: string): void {
        this.text = text;
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.keepDraft(), DRAFT_MS);
    }

    /** Answers a message. */
    reply(item: TimelineItem | null): void {
        this.replyTo = item;
    }

    /** Sends what is written. */
    send(): void {
        if (!this.canSend) return;
        const replyTo = this.replyTo?.stamp ?? undefined;
        this.client.send(this.chat, this.text.trim(), replyTo === undefined ? {} : { replyTo });
        this.replyTo = null;
        this.text = "";
        this.keepDraft();
        this.sent();
    }

    /** Keeps the draft at once. */
    keepDraft(): void {
        clearTimeout(this.timer);
        this.timer = undefined;
        if ((this.client.chat(this.chat)?.draft ?? "") !== this.text) this.client.setDraft(this.chat, this.text);
    }

    /** Leaves the chat: nothing that was written is lost. */
    dispose(): void {
        if (this.timer !== undefined) this.keepDraft();
    }
}
