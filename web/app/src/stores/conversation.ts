/** The open chat: its messages, the line one writes in, and what is read. */

import { autorun, makeAutoObservable } from "mobx";
import type { ChatState, CurlewClient, TimelineItem } from "@curlew/sdk";
import type { Chats } from "./chats";
import { Composer } from "./composer";
import type { People } from "./people";
import { Timeline } from "./timeline";

const DEFAULT_LIMIT = 16_384;

/** What a conversation needs to know of the rest. */
export interface ConversationHost {
    readonly client: CurlewClient;
    readonly chats: Chats;
    readonly people: People;
    readonly me: string | null;
    /** Somebody looks at the open chat. */
    readonly watched: boolean;
    readonly online: boolean;
}

/** One open chat. */
export class Conversation {
    readonly timeline: Timeline;
    readonly composer: Composer;
    private readonly stop: () => void;

    constructor(
        readonly host: ConversationHost,
        readonly id: string,
    ) {
        const { client } = host;
        const reads = () => this.chat;
        this.timeline = new Timeline(client, id, {
            get me() {
                return host.me;
            },
            get watched() {
                return host.watched;
            },
            get read() {
                return reads()?.read ?? 0;
            },
            get unread() {
                return reads()?.unread ?? 0;
            },
        });
        const limit = client.server?.limits.text_bytes ?? DEFAULT_LIMIT;
        this.composer = new Composer(client, id, limit, () => this.timeline.sent());
        makeAutoObservable<this, "stop">(this, { host: false, timeline: false, composer: false, stop: false });
        this.stop = autorun(() => this.readOn());
    }

    /** The chat; null when it is not one's own (any more). */
    get chat(): ChatState | null {
        return this.host.chats.get(this.id);
    }

    /** Tries again to send a message. */
    retry(item: TimelineItem): void {
        this.host.client.retry(this.id, item.key);
    }

    /** Gives a message up. */
    discard(item: TimelineItem): void {
        this.host.client.discard(this.id, item.key);
    }

    /** Leaves the chat. */
    dispose(): void {
        this.stop();
        this.composer.dispose();
        this.timeline.dispose();
    }

    /** Everything is read once its end is in view of somebody. */
    private readOn(): void {
        const { timeline, host, chat } = this;
        if (!chat || !host.watched || !timeline.ready || !timeline.atEnd || timeline.hasNewer) return;
        const { newest } = timeline;
        if (newest > chat.read) host.client.markRead(this.id, newest);
    }
}
