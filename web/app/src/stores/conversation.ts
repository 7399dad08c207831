/** The open chat, or a thread in it: its messages, the line one writes in, what is done with them, and what is read. */

import { autorun, makeAutoObservable, reaction, when } from "mobx";
import type { Account, ChatState, CurlewClient, TimelineItem } from "@curlew/sdk";
import type { Mentionable } from "../text/mention";
import { Actions } from "./actions";
import type { Chats } from "./chats";
import { Cited } from "./cited";
import type { Clock } from "./clock";
import { Composer } from "./composer";
import { MentionBox } from "./mention";
import type { Notices } from "./notices";
import { nameOf, type People } from "./people";
import { Pins } from "./pins";
import { isAdmin } from "./rights";
import { Selection } from "./selection";
import type { Settings } from "./settings";
import { ThreadWindow } from "./thread";
import { Timeline } from "./timeline";

const DEFAULT_LIMIT = 16_384;

/** What a conversation needs to know of the rest. */
export interface ConversationHost {
    readonly client: CurlewClient;
    readonly chats: Chats;
    readonly people: People;
    readonly settings: Settings;
    readonly notices: Notices;
    readonly clock: Clock;
    readonly account: Account | null;
    readonly me: string | null;
    /** Somebody looks at the open chat. */
    readonly watched: boolean;
    readonly online: boolean;
    copy(text: string): Promise<void>;
}

/** One open chat, or one open thread. */
export class Conversation {
    readonly timeline: Timeline;
    readonly composer: Composer;
    readonly actions: Actions;
    readonly selection: Selection;
    readonly cited: Cited;
    readonly pins: Pins;
    /** The mention that was shown last of those not read. */
    private mentioned = 0;
    private readonly stops: readonly (() => void)[];

    /** @param thread stamp of the message whose thread it is; null for the chat itself. */
    constructor(
        readonly host: ConversationHost,
        readonly id: string,
        readonly thread: number | null = null,
    ) {
        const { client } = host;
        const view = thread === null ? client.open(id) : new ThreadWindow(client.openThread(id, thread));
        this.timeline = new Timeline(view, this.surroundings());
        this.actions = new Actions(host, id);
        this.selection = new Selection(() => this.timeline.items);
        this.cited = new Cited(client, id, this.timeline);
        this.pins = new Pins(() => this.chat?.pins ?? [], this.cited);
        this.composer = new Composer(client, {
            chat: id,
            thread,
            limit: client.server?.limits.text_bytes ?? DEFAULT_LIMIT,
            mention: this.chat?.kind === "direct" ? null : new MentionBox(client, id, this.addressing()),
            sent: () => this.timeline.sent(),
        });
        makeAutoObservable<this, "stops" | "mentioned">(this, {
            host: false,
            timeline: false,
            composer: false,
            actions: false,
            selection: false,
            cited: false,
            pins: false,
            mentioned: false,
            stops: false,
        });
        this.stops = thread === null ? this.follow() : [];
    }

    /** The chat; null when it is not one's own (any more). */
    get chat(): ChatState | null {
        return this.host.chats.get(this.id);
    }

    /** Takes over what the client has. */
    sync(): void {
        this.timeline.sync();
        this.cited.changed();
    }

    /** Tries again to send a message. */
    retry(item: TimelineItem): void {
        this.host.client.retry(this.id, item.key);
    }

    /** Gives a message up. */
    discard(item: TimelineItem): void {
        this.host.client.discard(this.id, item.key);
    }

    /** Takes one's newest message up for editing, if that may be edited. */
    editLast(): boolean {
        const last = this.timeline.items.findLast((item) => item.sender === this.host.me && item.kind === "message" && !item.retracted);
        if (!last || !this.actions.rights(last).has("edit")) return false;
        this.composer.edit(last);
        return true;
    }

    /** Shows the next unread message that speaks to oneself. */
    async nextMention(): Promise<void> {
        try {
            const stamps = await this.host.client.mentions(this.id);
            const next = stamps.find((stamp) => stamp > this.mentioned) ?? stamps[0];
            if (next === undefined) return;
            this.mentioned = next;
            await this.timeline.jumpTo(next);
        } catch {
            this.host.notices.show(this.host.settings.messages.chat.loadFailed);
        }
    }

    /** Leaves the chat. */
    dispose(): void {
        for (const stop of this.stops) stop();
        this.composer.dispose();
        this.timeline.dispose();
    }

    private follow(): readonly (() => void)[] {
        return [
            autorun(() => this.readOn()),
            reaction(
                () => this.chat?.draft ?? "",
                (draft) => this.composer.adopt(draft),
            ),
            when(
                () => this.drafted !== null,
                () => this.drafted && this.composer.restoreReply(this.drafted),
            ),
        ];
    }

    /** The message that the kept draft answers. */
    private get drafted(): TimelineItem | null {
        const stamp = this.chat?.draftReplyTo ?? null;
        return stamp === null ? null : this.cited.at(stamp);
    }

    /** Everything is read once its end is in view of somebody. */
    private readOn(): void {
        const { timeline, host, chat } = this;
        if (!chat || !host.watched || !timeline.ready || !timeline.atEnd || timeline.hasNewer) return;
        const { newest } = timeline;
        if (newest > chat.read) host.client.markRead(this.id, newest);
    }

    private surroundings() {
        const { host, thread } = this;
        const chat = () => this.chat;
        return {
            get me() {
                return host.me;
            },
            get watched() {
                return host.watched;
            },
            get read() {
                return chat()?.read ?? 0;
            },
            get unread() {
                return thread === null ? (chat()?.unread ?? 0) : 0;
            },
            missed() {
                host.notices.show(host.settings.messages.chat.gone);
            },
            get goneBeforeMs() {
                const seconds = chat()?.expireAfterS ?? null;
                return seconds === null ? 0 : host.clock.minute - seconds * 1000;
            },
        };
    }

    private addressing() {
        const { host } = this;
        const chat = () => this.chat;
        const items = () => this.timeline.items;
        return {
            get me() {
                return host.me;
            },
            get mayMentionAll() {
                const known = chat();
                return known !== null && isAdmin(known);
            },
            get membersVersion() {
                return chat()?.membersVersion ?? 0;
            },
            get everybody() {
                return host.settings.messages.mention.all;
            },
            get seen(): readonly Mentionable[] {
                const ids = new Set(items().flatMap((item) => item.sender ?? []));
                return [...ids].flatMap((id) => {
                    const user = host.people.get(id);
                    return user ? { id, username: user.username, name: nameOf(user) } : [];
                });
            },
        };
    }
}
