/** The members of the open group, and what one may change about it. */

import { makeAutoObservable, observableRef, reaction, runInAction } from "mobx";
import type { ChatState, CurlewClient, Member, Role, User } from "@curlew/sdk";
import { PeoplePicker } from "./picker";
import { isAdmin } from "./rights";
import { Task } from "./task";

const RANK: Readonly<Record<Role, number>> = { owner: 0, admin: 1, member: 2 };

/** What a group needs to know. */
export interface GroupHost {
    readonly client: CurlewClient;
    readonly me: string | null;
    readonly acquaintances: readonly User[];
    readonly groupLimit: number;
}

/** One group's details. */
export class Group {
    members: readonly Member[] | null = null;
    readonly loading = new Task();
    readonly change = new Task();
    readonly picker: PeoplePicker;
    private readonly stop: () => void;

    constructor(
        private readonly host: GroupHost,
        readonly id: string,
        private readonly read: () => ChatState | null,
    ) {
        this.picker = new PeoplePicker(
            host.client,
            () => new Set(this.members?.map((member) => member.user.id) ?? []),
            () => host.acquaintances,
        );
        makeAutoObservable<this, "host" | "stop" | "read">(this, {
            members: observableRef,
            host: false,
            stop: false,
            read: false,
            loading: false,
            change: false,
            picker: false,
        });
        this.stop = reaction(
            () => this.chat?.membersVersion,
            () => void this.load(),
            { fireImmediately: true },
        );
    }

    /** The chat it is about. */
    get chat(): ChatState | null {
        return this.read();
    }

    /** Whether one may do everything. */
    get isOwner(): boolean {
        return this.chat?.role === "owner";
    }

    /** Whether one may rename the group and remove people who are no owners. */
    get isAdmin(): boolean {
        return this.chat !== null && isAdmin(this.chat);
    }

    /** Whether one may remove a member. */
    mayRemove(member: Member): boolean {
        return member.user.id !== this.host.me && (this.isOwner || (this.isAdmin && member.role !== "owner"));
    }

    /** Whether one may give a member another role. */
    mayPromote(member: Member): boolean {
        return member.user.id !== this.host.me && this.isOwner && member.role !== "owner";
    }

    /** Owners first, then admins, then by name. */
    get sorted(): readonly Member[] {
        return [...(this.members ?? [])].sort(
            (a, b) => RANK[a.role] - RANK[b.role] || a.user.display_name.localeCompare(b.user.display_name),
        );
    }

    /** How many people may still be added. */
    get room(): number {
        return Math.max(0, this.host.groupLimit - (this.chat?.memberCount ?? 0));
    }

    /** Reads the members. */
    async load(): Promise<void> {
        await this.loading.run(async () => {
            const members = await this.host.client.members(this.id);
            runInAction(() => (this.members = members));
        });
    }

    /** Gives the group another title. */
    rename(title: string): Promise<boolean> {
        return this.change.run(() => this.host.client.renameGroup(this.id, title.trim()));
    }

    /** Adds the people chosen. */
    async addChosen(): Promise<boolean> {
        const users = this.picker.chosen.map((user) => user.id);
        const done = await this.change.run(() => this.host.client.addMembers(this.id, users));
        if (done) {
            this.picker.reset();
            await this.load();
        }
        return done;
    }

    /** Removes somebody. */
    async remove(user: string): Promise<boolean> {
        const done = await this.change.run(() => this.host.client.removeMember(this.id, user));
        if (done) await this.load();
        return done;
    }

    /** Gives somebody another role. */
    async setRole(user: string, role: Role): Promise<boolean> {
        const done = await this.change.run(() => this.host.client.setRole(this.id, user, role));
        if (done) await this.load();
        return done;
    }

    /** Leaves the group. */
    leave(): Promise<boolean> {
        return this.change.run(() => this.host.client.leaveChat(this.id));
    }

    /** Stops following the group. */
    dispose(): void {
        this.stop();
    }
}
