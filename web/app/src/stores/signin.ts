/** Logging in and making an account. */

import { makeAutoObservable, runInAction } from "mobx";
import type { CurlewClient, ServerInfo } from "@curlew/sdk";
import type { Messages } from "../i18n";
import { checkDisplayName, checkPassword, checkUsername, strengthOf, type Complaint } from "./credentials";
import { failureText, type Failure } from "./failure";
import type { Ticket } from "./route";
import { Task } from "./task";

/** A field of the form. */
export type SigninField = "username" | "password" | "displayName" | "invite";

/** The form and what the server says of it. */
export class Signin {
    mode: "login" | "register";
    username = "";
    password = "";
    displayName = "";
    invite: string;
    server: ServerInfo | null = null;
    readonly greeting = new Task();
    readonly task = new Task();
    /** The form was sent once: complaints are shown while typing from then on. */
    tried = false;

    constructor(
        private readonly client: CurlewClient,
        readonly ticket: Ticket | null,
    ) {
        this.mode = ticket ? "register" : "login";
        this.invite = ticket?.code ?? "";
        makeAutoObservable<this, "client">(this, { greeting: false, task: false, ticket: false, client: false });
        void this.greet();
    }

    /** Asks the server who may register. */
    async greet(): Promise<void> {
        await this.greeting.run(async () => {
            const server = await this.client.serverInfo();
            runInAction(() => (this.server = server));
        });
    }

    /** Whether an account can be made here. */
    get canRegister(): boolean {
        return this.ticket !== null || this.server?.registration !== "closed";
    }

    /** Whether a code has to be typed. */
    get asksInvite(): boolean {
        return this.ticket === null && this.server?.registration === "invite";
    }

    /** How hard the password is to guess, 0 to 4. */
    get strength(): number {
        return strengthOf(this.password);
    }

    /** Goes from logging in to registering or back. */
    setMode(mode: "login" | "register"): void {
        this.mode = mode;
        this.tried = false;
        this.task.clear();
    }

    /** Takes over what is typed. */
    type(field: SigninField, value: string): void {
        this[field] = value;
        this.task.clear();
    }

    /** What is wrong with a field, once the form was tried. */
    complaint(field: SigninField, t: Messages): Complaint {
        const { failure } = this.task;
        if (failure && this.fieldOf(failure) === field) return this.refusal(failure, field, t);
        return this.tried ? this.check(field, t) : null;
    }

    /** What went wrong with the form as a whole. */
    trouble(t: Messages): Complaint {
        const { failure } = this.task;
        if (!failure || this.fieldOf(failure) !== null) return null;
        return failure.code === "unauthorized" ? t.field.credentials : failureText(failure, t);
    }

    /** Sends the form unless something is wrong with it. */
    async submit(t: Messages): Promise<boolean> {
        this.tried = true;
        if (this.fields.some((field) => this.check(field, t) !== null)) return false;
        const { username, password, displayName, invite } = this;
        return this.task.run(() => {
            if (this.mode === "login") return this.client.login({ username: username.trim(), password });
            return this.client.register({
                username: username.trim().toLowerCase(),
                password,
                ...(displayName.trim() === "" ? {} : { displayName: displayName.trim() }),
                ...(invite.trim() === "" ? {} : { invite: invite.trim() }),
            });
        });
    }

    private get fields(): readonly SigninField[] {
        return this.mode === "login" ? ["username", "password"] : ["username", "displayName", "password", "invite"];
    }

    private check(field: SigninField, t: Messages): Complaint {
        const registering = this.mode === "register";
        switch (field) {
            case "username":
                if (registering) return checkUsername(this.username.trim(), t);
                return this.username.trim() === "" ? t.field.usernameMissing : null;
            case "password":
                if (registering) return checkPassword(this.password, t);
                return this.password === "" ? t.field.passwordMissing : null;
            case "displayName":
                return this.displayName.trim() === "" ? null : checkDisplayName(this.displayName, t);
            case "invite":
                return registering && this.asksInvite && this.invite.trim() === "" ? t.field.inviteMissing : null;
        }
    }

    /** The field a refusal belongs to, if it can be told. */
    private fieldOf(failure: Failure): SigninField | null {
        if (this.mode === "login") return null;
        const { code, field } = failure;
        if (field?.startsWith("invite")) return this.ticket ? null : "invite";
        if (field === "username" || code === "conflict") return "username";
        if (field === "password") return "password";
        if (field === "display_name") return "displayName";
        if (code === "forbidden" || code === "unauthorized") return this.asksInvite ? "invite" : null;
        return null;
    }

    private refusal(failure: Failure, field: SigninField, t: Messages): string {
        switch (field) {
            case "username":
                return failure.code === "conflict" ? t.field.usernameTaken : t.field.usernameCharacters;
            case "password":
                return failure.code === "too_large" ? t.field.passwordLong : t.field.passwordCommon;
            case "displayName":
                return t.field.nameLong;
            case "invite":
                return t.field.inviteWrong;
        }
    }

    /** What is wrong with the code of a link. */
    ticketTrouble(t: Messages): Complaint {
        const code = this.task.failure?.code;
        const field = this.task.failure?.field;
        const refused = field?.startsWith("invite") === true || code === "forbidden" || code === "not_found" || code === "unauthorized";
        if (!this.ticket || this.mode === "login" || !refused) return null;
        return this.ticket.kind === "setup" ? t.field.setupWrong : t.field.inviteWrong;
    }
}
