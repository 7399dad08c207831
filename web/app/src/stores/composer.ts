/** What a person is about to say: text, the message it answers or replaces, and the draft that outlives the page. */

import { makeAutoObservable, observableRef } from "mobx";
import type { CurlewClient, TimelineItem } from "@curlew/sdk";
import { byteLength, textOf } from "../text/content";
import type { Candidate, MentionBox } from "./mention";

const DRAFT_MS = 400;
/** From here on the length is worth a word. */
const NEAR_LIMIT = 0.85;

/** What stood in the line before a message was taken up to be edited. */
interface Before {
    readonly text: string;
    readonly replyTo: TimelineItem | null;
}

/** Where the words go. */
export interface ComposerPlace {
    readonly chat: string;
    /** Stamp of the message whose thread it is. Threads have no drafts. */
    readonly thread: number | null;
    /** Most bytes of a message. */
    readonly limit: number;
    /** Completes mentions; null where there is nobody to mention. */
    readonly mention: MentionBox | null;
    /** Something was sent. */
    sent(): void;
}

/** The line one writes in. */
export class Composer {
    text: string;
    replyTo: TimelineItem | null = null;
    /** The message that is being edited. */
    editing: TimelineItem | null = null;
    /** Where the caret goes next, once; set when a mention was completed. */
    caret: number | null = null;
    private before: Before = { text: "", replyTo: null };
    /** The draft as this composer last saw or kept it. */
    private seen: string;
    private timer: ReturnType<typeof setTimeout> | undefined;

    constructor(
        private readonly client: CurlewClient,
        readonly place: ComposerPlace,
    ) {
        this.text = place.thread === null ? (client.chat(place.chat)?.draft ?? "") : "";
        this.seen = this.text;
        makeAutoObservable<this, "client" | "timer" | "before" | "seen">(this, {
            replyTo: observableRef,
            editing: observableRef,
            place: false,
            client: false,
            timer: false,
            before: false,
            seen: false,
        });
    }

    /** Completes mentions. */
    get mention(): MentionBox | null {
        return this.place.mention;
    }

    /** Bytes that may still be written; negative when it is too long. */
    get bytesLeft(): number {
        return this.place.limit - byteLength(this.text.trim());
    }

    /** Whether the length is worth showing. */
    get isNearLimit(): boolean {
        return this.bytesLeft < this.place.limit * (1 - NEAR_LIMIT);
    }

    /** Whether there is something that may be sent. */
    get canSend(): boolean {
        return this.text.trim() !== "" && this.bytesLeft >= 0;
    }

    /** Takes over what is written and keeps it as a draft soon. */
    write(text: string, caret = text.length): void {
        this.text = text;
        this.caret = null;
        this.mention?.follow(text, caret);
        this.keepSoon();
    }

    /** Puts somebody who is offered into the text. */
    complete(candidate: Candidate): void {
        if (!this.mention) return;
        const { text, caret } = this.mention.complete(this.text, candidate);
        this.text = text;
        this.caret = caret;
        this.keepSoon();
    }

    /** Answers a message. */
    reply(item: TimelineItem | null): void {
        if (this.editing) this.stopEditing();
        this.replyTo = item;
        this.keepSoon();
    }

    /** A kept draft answers a message, unless something else is being done already. */
    restoreReply(item: TimelineItem): void {
        if (!item.retracted && item.kind === "message" && !this.replyTo && !this.editing) this.replyTo = item;
    }

    /** Takes one's own message up to change what it says. */
    edit(item: TimelineItem): void {
        if (!this.editing) this.before = { text: this.text, replyTo: this.replyTo };
        this.keepDraft();
        this.editing = item;
        this.replyTo = null;
        this.text = textOf(item.content) ?? "";
        this.caret = this.text.length;
    }

    /** Leaves the message as it is; what was being written before comes back. */
    stopEditing(): void {
        this.editing = null;
        this.text = this.before.text;
        this.replyTo = this.before.replyTo;
        this.mention?.reset();
    }

    /**
     * Leaves what the words belong to.
     *
     * @returns whether there was anything to leave.
     */
    leave(): boolean {
        if (this.editing) this.stopEditing();
        else if (this.replyTo) this.reply(null);
        else return false;
        return true;
    }

    /** Sends what is written, or replaces what is edited. */
    send(): void {
        if (!this.canSend) return;
        if (this.editing) this.replace(this.editing);
        else this.say();
    }

    /** Takes over a draft written on another device, unless something else is being written here. */
    adopt(draft: string): void {
        const isMine = this.timer !== undefined || this.editing !== null || this.text !== this.seen;
        if (!isMine) this.text = draft;
        this.seen = draft;
    }

    /** Keeps the draft at once. */
    keepDraft(): void {
        clearTimeout(this.timer);
        this.timer = undefined;
        const { chat, thread } = this.place;
        if (thread !== null || this.editing) return;
        const replyTo = this.replyTo?.stamp ?? null;
        const kept = this.client.chat(chat);
        this.seen = this.text;
        if ((kept?.draft ?? "") === this.text && (kept?.draftReplyTo ?? null) === replyTo) return;
        if (replyTo === null) this.client.setDraft(chat, this.text);
        else this.client.setDraft(chat, this.text, replyTo);
    }

    /** Leaves the chat: nothing that was written is lost. */
    dispose(): void {
        if (this.editing) this.stopEditing();
        if (this.timer !== undefined) this.keepDraft();
    }

    private keepSoon(): void {
        if (this.editing || this.place.thread !== null) return;
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.keepDraft(), DRAFT_MS);
    }

    private say(): void {
        const { chat, thread } = this.place;
        const text = this.text.trim();
        const { mentions, mentionAll } = this.mention?.addressees(text) ?? { mentions: [], mentionAll: false };
        const replyTo = this.replyTo?.stamp ?? null;
        this.client.send(chat, text, {
            ...(replyTo !== null && { replyTo }),
            ...(thread !== null && { thread }),
            ...(mentions.length > 0 && { mentions: [...mentions] }),
            ...(mentionAll && { mentionAll }),
        });
        this.replyTo = null;
        this.text = "";
        this.mention?.reset();
        this.keepDraft();
        this.place.sent();
    }

    private replace(item: TimelineItem): void {
        const text = this.text.trim();
        if (text !== textOf(item.content) && item.stamp !== null) {
            const mentions = [...(this.mention?.addressees(text).mentions ?? [])];
            this.client.edit(this.place.chat, item.stamp, text, mentions);
        }
        this.stopEditing();
    }
}
