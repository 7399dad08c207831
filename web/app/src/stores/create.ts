/** Starting a chat: with one person, or as a group. */

import { makeAutoObservable } from "mobx";
import type { CurlewClient, User } from "@curlew/sdk";
import type { Messages } from "../i18n";
import { checkTitle, type Complaint } from "./credentials";
import { failureText } from "./failure";
import { PeoplePicker } from "./picker";
import { Task } from "./task";

/** What starting a chat needs to know. */
export interface CreateHost {
    readonly client: CurlewClient;
    readonly me: string | null;
    readonly acquaintances: readonly User[];
    openChat(chat: string): void;
}

/** The forms for new chats. */
export class Create {
    title = "";
    tried = false;
    readonly task = new Task();
    readonly direct: PeoplePicker;
    readonly group: PeoplePicker;

    constructor(private readonly host: CreateHost) {
        const self = () => new Set(host.me === null ? [] : [host.me]);
        this.direct = new PeoplePicker(host.client, () => new Set(), () => host.acquaintances);
        this.group = new PeoplePicker(host.client, self, () => host.acquaintances);
        makeAutoObservable<this, "host">(this, { host: false, task: false, direct: false, group: false });
    }

    /** Names the group. */
    setTitle(title: string): void {
        this.title = title;
        this.task.clear();
    }

    /** What is wrong with the title, once the form was tried. */
    titleComplaint(t: Messages): Complaint {
        return this.tried ? checkTitle(this.title, t) : null;
    }

    /** What went wrong. */
    trouble(t: Messages): Complaint {
        if (this.task.failure) return failureText(this.task.failure, t);
        return this.tried && this.group.chosen.length === 0 ? t.create.noneYet : null;
    }

    /** Starts a chat with somebody, or opens the one there is. */
    async startDirect(user: User): Promise<void> {
        await this.task.run(async () => this.open(await this.host.client.createDirect(user.id)));
    }

    /** Makes the group unless something is wrong with it. */
    async createGroup(t: Messages): Promise<void> {
        this.tried = true;
        if (checkTitle(this.title, t) !== null || this.group.chosen.length === 0) return;
        const users = this.group.chosen.map((user) => user.id);
        await this.task.run(async () => this.open(await this.host.client.createGroup(this.title.trim(), users)));
    }

    /** Forgets what was typed. */
    reset(): void {
        this.title = "";
        this.tried = false;
        this.task.clear();
        this.direct.reset();
        this.group.reset();
    }

    private open(chat: string): void {
        this.reset();
        this.host.openChat(chat);
    }
}
