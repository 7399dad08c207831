/** Forms about one's own account: name, password, log-out. */

import { makeAutoObservable, runInAction } from "mobx";
import type { CurlewClient } from "@curlew/sdk";
import type { Messages } from "../i18n";
import { checkDisplayName, checkPassword, strengthOf, type Complaint } from "./credentials";
import { failureText } from "./failure";
import { Task } from "./task";

/** The form that changes the name one shows. */
export class ProfileForm {
    name = "";
    readonly task = new Task();

    constructor(private readonly client: CurlewClient) {
        makeAutoObservable<this, "client">(this, { client: false, task: false });
    }

    /** Starts from the present name. */
    open(): void {
        this.name = this.client.account?.display_name ?? "";
        this.task.clear();
    }

    /** Takes over what is typed. */
    type(name: string): void {
        this.name = name;
        this.task.clear();
    }

    /** What is wrong. */
    complaint(t: Messages): Complaint {
        if (this.task.failure) return failureText(this.task.failure, t);
        return checkDisplayName(this.name, t);
    }

    /** Saves the name. */
    save(): Promise<boolean> {
        return this.task.run(() => this.client.updateProfile({ displayName: this.name.trim() }));
    }
}

/** The switches about what others are shown. */
export class Privacy {
    readonly task = new Task();

    constructor(private readonly client: CurlewClient) {}

    /** Chooses whether others see what one has read, and one sees what they have read. */
    hideReads(hideReads: boolean): Promise<boolean> {
        return this.task.run(() => this.client.updateProfile({ hideReads }));
    }
}

/** The form that changes the password. */
export class PasswordForm {
    old = "";
    next = "";
    tried = false;
    /** How many sessions the change ended; null before it. */
    ended: number | null = null;
    readonly task = new Task();

    constructor(private readonly client: CurlewClient) {
        makeAutoObservable<this, "client">(this, { client: false, task: false });
    }

    /** How hard the new password is to guess, 0 to 4. */
    get strength(): number {
        return strengthOf(this.next);
    }

    /** Takes over what is typed. */
    type(field: "old" | "next", value: string): void {
        this[field] = value;
        this.ended = null;
        this.task.clear();
    }

    /** What is wrong with a field. */
    complaint(field: "old" | "next", t: Messages): Complaint {
        const failure = this.task.failure;
        if (failure && field === "old" && isOld(failure.code, failure.field)) return t.field.passwordWrong;
        if (failure && field === "next" && isNext(failure.code, failure.field)) return t.field.passwordCommon;
        if (!this.tried) return null;
        if (field === "old") return this.old === "" ? t.field.passwordMissing : null;
        return this.next !== "" && this.next === this.old ? t.field.passwordSame : checkPassword(this.next, t);
    }

    /** What went wrong with the form as a whole. */
    trouble(t: Messages): Complaint {
        const failure = this.task.failure;
        if (!failure || isOld(failure.code, failure.field) || isNext(failure.code, failure.field)) return null;
        return failureText(failure, t);
    }

    /** Changes the password unless something is wrong. */
    async submit(t: Messages): Promise<boolean> {
        this.tried = true;
        if (this.complaint("old", t) !== null || this.complaint("next", t) !== null) return false;
        return this.task.run(async () => {
            const { ended } = await this.client.changePassword(this.old, this.next);
            runInAction(() => this.finish(ended));
        });
    }

    /** Forgets what was typed. */
    reset(): void {
        this.finish(null);
        this.task.clear();
    }

    private finish(ended: number | null): void {
        this.old = "";
        this.next = "";
        this.tried = false;
        this.ended = ended;
    }
}

function isOld(code: string, field: string | null): boolean {
    return field === "old" || (field === null && (code === "unauthorized" || code === "forbidden"));
}

function isNext(code: string, field: string | null): boolean {
    return field === "new" || (field === null && code === "bad_request");
}
