/** The list of chats: what the client knows, filtered by what a person looks for. */

import { makeAutoObservable, observableRef } from "mobx";
import type { ChatState, CurlewClient } from "@curlew/sdk";
import type { Messages } from "../i18n";
import { fold } from "../text/names";
import { nameOf } from "./people";

/** All chats, most recently active first. */
export class Chats {
    all: readonly ChatState[] = [];
    query = "";
    hasMore = false;
    loadingMore = false;
    /** Whether the list was ever read. */
    ready = false;

    constructor(private readonly client: CurlewClient) {
        makeAutoObservable<this, "client">(this, { all: observableRef, client: false });
    }

    /** Reads the list anew. */
    refresh(): void {
        this.all = this.client.chats();
        this.hasMore = this.client.hasMoreChats;
        this.ready = true;
    }

    /** Forgets everything, as after logging out. */
    reset(): void {
        this.all = [];
        this.query = "";
        this.hasMore = false;
        this.ready = false;
    }

    /** Chats by id. */
    get byId(): ReadonlyMap<string, ChatState> {
        return new Map(this.all.map((chat) => [chat.id, chat]));
    }

    /** One chat. Chats outside the loaded part of the list are asked for directly. */
    get(id: string): ChatState | null {
        return this.byId.get(id) ?? this.client.chat(id);
    }

    /** Unread messages in all chats. */
    get unread(): number {
        return this.all.reduce((sum, chat) => sum + chat.unread, 0);
    }

    /** The chats that hold what is looked for in the list. */
    matching(t: Messages, me: string | null): readonly ChatState[] {
        return this.find(this.query, t, me);
    }

    /** The chats whose title or user name holds a text. */
    find(query: string, t: Messages, me: string | null): readonly ChatState[] {
        const wanted = fold(query.trim());
        if (wanted === "") return this.all;
        return this.all.filter(
            (chat) => fold(titleOf(chat, t, me)).includes(wanted) || chat.peer?.username.includes(wanted) === true,
        );
    }

    /** Looks for chats. */
    search(query: string): void {
        this.query = query;
    }

    /** Loads the next part of the list. */
    async loadMore(): Promise<void> {
        if (this.loadingMore || !this.hasMore) return;
        this.loadingMore = true;
        try {
            await this.client.loadMoreChats();
        } catch {
            // The end of the list asks again when it comes into view.
        } finally {
            this.loaded();
        }
    }

    private loaded(): void {
        this.loadingMore = false;
        this.refresh();
    }
}

/** What a chat is called. */
export function titleOf(chat: ChatState, t: Messages, me: string | null): string {
    if (chat.kind !== "direct") return chat.title || t.chats.unnamed;
    if (!chat.peer) return t.chats.unknownPerson;
    return chat.peer.id === me ? t.chats.notes : nameOf(chat.peer);
}
