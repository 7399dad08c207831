/** The whole client: one store for each concern, and the changes of the protocol client handed to them. */

import { autorun, makeAutoObservable, observableRef, reaction, runInAction } from "mobx";
import type { Account, ChatState, ClientChange, Connection, CurlewClient, User } from "@curlew/sdk";
import type { Surroundings } from "../platform/surroundings";
import { PasswordForm, Privacy, ProfileForm } from "./account";
import { Chats } from "./chats";
import type { Clock } from "./clock";
import { Conversation } from "./conversation";
import { Create } from "./create";
import { Devices } from "./devices";
import { Expiry } from "./expiry";
import { refusalText } from "./failure";
import { Group } from "./group";
import { Navigation, type AddressBar } from "./navigation";
import { Notices } from "./notices";
import { People } from "./people";
import { Settings, type SettingsKeeper } from "./settings";
import { Signin } from "./signin";
import { Task } from "./task";
import { Update } from "./update";

/** How far the client has come. */
export type Phase = "starting" | "failed" | "signedOut" | "signedIn";

/** Why one has to log in. */
export type SignedOut = "never" | Extract<ClientChange, { type: "signedOut" }>["reason"];

/** What the client runs on. */
export interface Platform {
    readonly client: CurlewClient;
    readonly surroundings: Surroundings;
    readonly keeper: SettingsKeeper;
    readonly address: AddressBar;
    readonly clock: Clock;
    copy(text: string): Promise<boolean>;
}

const GROUP_LIMIT = 10_000;

/** The root of all stores. */
export class App {
    phase: Phase = "starting";
    signedOut: SignedOut = "never";
    connection: Connection;
    account: Account | null = null;
    signin: Signin | null = null;
    conversation: Conversation | null = null;
    /** The thread that is open beside the chat. */
    thread: Conversation | null = null;
    group: Group | null = null;
    /** Time to live of messages, while the details of a chat are open. */
    expiry: Expiry | null = null;
    readonly client: CurlewClient;
    readonly surroundings: Surroundings;
    readonly clock: Clock;
    readonly settings: Settings;
    readonly navigation: Navigation;
    readonly people: People;
    readonly chats: Chats;
    readonly create: Create;
    readonly devices: Devices;
    readonly profile: ProfileForm;
    readonly password: PasswordForm;
    readonly privacy: Privacy;
    readonly notices = new Notices();
    readonly update = new Update();
    readonly leaving = new Task();

    constructor(private readonly platform: Platform) {
        const { client, surroundings, clock } = platform;
        this.client = client;
        this.surroundings = surroundings;
        this.clock = clock;
        this.connection = client.connection;
        this.settings = new Settings(platform.keeper, surroundings);
        this.navigation = new Navigation(platform.address);
        this.people = new People(client);
        this.chats = new Chats(client);
        this.create = new Create(this);
        this.devices = new Devices(client);
        this.profile = new ProfileForm(client);
        this.password = new PasswordForm(client);
        this.privacy = new Privacy(client);
        makeAutoObservable<this, "platform">(this, {
            connection: observableRef,
            account: observableRef,
            signin: observableRef,
            conversation: observableRef,
            thread: observableRef,
            group: observableRef,
            expiry: observableRef,
            client: false,
            surroundings: false,
            clock: false,
            settings: false,
            navigation: false,
            people: false,
            chats: false,
            create: false,
            devices: false,
            profile: false,
            password: false,
            privacy: false,
            notices: false,
            update: false,
            leaving: false,
            platform: false,
        });
    }

    /** Opens what is kept and connects. */
    async start(): Promise<void> {
        this.phase = "starting";
        try {
            await this.client.start();
            runInAction(() => this.open());
        } catch {
            runInAction(() => (this.phase = "failed"));
        }
    }

    /** Follows the client and the open screen for as long as the page lives. */
    follow(): void {
        this.client.subscribe((change) => runInAction(() => this.apply(change)));
        reaction(
            () => (this.phase === "signedIn" ? this.navigation.route.chat : null),
            (chat) => this.converse(chat),
        );
        reaction(
            () => (this.phase === "signedIn" ? this.navigation.route.thread : null),
            (root) => this.openThread(root),
        );
        reaction(
            () => (this.phase === "signedIn" && this.navigation.route.info ? (this.conversation?.chat ?? null) : null),
            (chat) => this.inspect(chat),
        );
        autorun(() => this.decorate());
    }

    /** One's own user id. */
    get me(): string | null {
        return this.account?.id ?? null;
    }

    /** Whether the server is reached and everything is up to date. */
    get online(): boolean {
        return this.connection.state === "online";
    }

    /** Seconds until the next try to connect. */
    get retrySeconds(): number {
        if (this.connection.state !== "waiting") return 0;
        return Math.max(0, Math.ceil((this.connection.retryAtMs - this.clock.now) / 1000));
    }

    /** Somebody looks at the open chat. */
    get watched(): boolean {
        const { side, info, thread } = this.navigation.route;
        return this.surroundings.attentive && (!this.surroundings.narrow || (side === "list" && !info && thread === null));
    }

    /** Messages that would be lost by logging out, as far as the list of chats shows them. */
    get unsent(): number {
        const open = this.conversation?.timeline.items.filter((item) => item.sendState !== "sent").length ?? 0;
        const elsewhere = this.chats.all.filter((chat) => chat.id !== this.conversation?.id && chat.last && chat.last.sendState !== "sent");
        return open + elsewhere.length;
    }

    /** People one has a direct chat with. */
    get acquaintances(): readonly User[] {
        return this.chats.all.flatMap((chat) => (chat.peer && chat.peer.id !== this.me ? [chat.peer] : []));
    }

    /** Most members a group may have. */
    get groupLimit(): number {
        return this.client.server?.limits.group_members ?? GROUP_LIMIT;
    }

    /** Shows a chat. */
    openChat(chat: string): void {
        this.navigation.openChat(chat);
    }

    /** Copies a text and says so. */
    async copy(text: string): Promise<void> {
        const { chat } = this.settings.messages;
        this.notices.show((await this.platform.copy(text)) ? chat.copied : chat.copyFailed);
    }

    /** Logs out; the client erases what it keeps. */
    async logout(): Promise<void> {
        await this.leaving.run(() => this.client.logout());
    }

    /** Shows the form to log in. */
    private open(): void {
        this.account = this.client.account;
        this.connection = this.client.connection;
        if (!this.account) {
            this.phase = "signedOut";
            this.signin ??= new Signin(this.client, this.navigation.ticket);
            return;
        }
        this.signin = null;
        this.phase = "signedIn";
        if (this.navigation.ticket) this.navigation.reset();
        this.chats.refresh();
    }

    private apply(change: ClientChange): void {
        switch (change.type) {
            case "connection":
                this.connection = this.client.connection;
                break;
            case "account":
                this.open();
                break;
            case "signedOut":
                this.close(change.reason);
                break;
            case "chats":
                this.chats.refresh();
                break;
            case "timeline":
                if (this.conversation?.id === change.chat) this.conversation.sync();
                if (this.thread?.id === change.chat) this.thread.cited.changed();
                break;
            case "thread":
                if (this.thread?.id === change.chat && this.thread.thread === change.root) this.thread.sync();
                break;
            case "messages":
                if (this.conversation?.id === change.chat) this.conversation.cited.changed(change.stamps);
                if (this.thread?.id === change.chat) this.thread.cited.changed(change.stamps);
                break;
            case "sessions":
                if (this.navigation.route.side === "settings/sessions") void this.devices.load();
                break;
            case "reads":
                break;
            case "refused":
                this.notices.show(refusalText(change.action, change.error, this.settings.messages));
                break;
            case "users":
                this.people.changed(change.ids);
                this.chats.refresh();
                break;
        }
    }

    private close(reason: SignedOut): void {
        this.signedOut = reason;
        this.account = null;
        this.converse(null);
        this.inspect(null);
        this.chats.reset();
        this.create.reset();
        this.devices.reset();
        this.password.reset();
        this.navigation.reset();
        this.phase = "signedOut";
        this.signin = new Signin(this.client, null);
    }

    private converse(chat: string | null): void {
        if (this.conversation?.id === chat) return;
        this.conversation?.dispose();
        this.conversation = chat === null ? null : new Conversation(this, chat);
        this.openThread(chat === null ? null : this.navigation.route.thread);
    }

    private openThread(root: number | null): void {
        const { chat } = this.navigation.route;
        if (this.thread?.thread === root && this.thread?.id === chat) return;
        this.thread?.dispose();
        this.thread = chat === null || root === null ? null : new Conversation(this, chat, root);
    }

    private inspect(chat: ChatState | null): void {
        const id = chat?.id ?? null;
        const read = () => (id === null ? null : this.chats.get(id));
        if (this.expiry?.id !== id) this.expiry = id === null ? null : new Expiry(this.client, id, read);
        const group = chat?.kind === "group" ? id : null;
        if ((this.group?.id ?? null) === group) return;
        this.group?.dispose();
        this.group = group === null ? null : new Group(this, group, read);
    }

    /** Puts language, colours and the unread count where the whole page shows them. */
    private decorate(): void {
        const { messages, theme } = this.settings;
        const { unread } = this.chats;
        document.documentElement.lang = messages.locale;
        document.documentElement.dataset["theme"] = theme;
        document.title = unread > 0 ? `(${unread > 999 ? "999+" : unread}) ${messages.app.name}` : messages.app.name;
    }
}
