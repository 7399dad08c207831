/** Which screen is open, and how one moves between screens. */

import { makeAutoObservable } from "mobx";
import { formatRoute, HOME, parseRoute, parseTicket, type Route, type Side, type Ticket } from "./route";

/** The address bar, or a stand-in for it. */
export interface AddressBar {
    read(): string;
    push(hash: string): void;
    replace(hash: string): void;
    subscribe(listener: () => void): () => void;
}

/** The open screen. */
export class Navigation {
    route: Route;
    /** The code the page was opened with, if any. */
    ticket: Ticket | null;

    constructor(private readonly bar: AddressBar) {
        this.route = parseRoute(bar.read());
        this.ticket = parseTicket(bar.read());
        makeAutoObservable<this, "bar">(this, { bar: false });
        bar.subscribe(() => this.follow());
    }

    /** Opens a chat and shows it. */
    openChat(chat: string): void {
        this.go({ ...HOME, chat });
    }

    /** Leaves the chat. */
    closeChat(): void {
        this.up({ ...this.route, chat: null, info: false, thread: null });
    }

    /** Shows something in the side column. */
    openSide(side: Side): void {
        this.go({ ...this.route, side });
    }

    /** Goes from a part of the side column to the one above it. */
    closeSide(): void {
        const above = this.route.side.startsWith("settings/") ? "settings" : this.route.side === "new/group" ? "new" : "list";
        this.up({ ...this.route, side: above });
    }

    /** Shows or hides the chat's details. */
    setInfo(info: boolean): void {
        if (info) this.go({ ...this.route, info, thread: null });
        else this.up({ ...this.route, info });
    }

    /** Opens the thread under a message. */
    openThread(root: number): void {
        this.go({ ...this.route, info: false, thread: root });
    }

    /** Leaves the thread. */
    closeThread(): void {
        this.up({ ...this.route, thread: null });
    }

    /** Forgets every screen, as after logging out. */
    reset(): void {
        this.ticket = null;
        this.route = HOME;
        this.bar.replace(formatRoute(HOME));
    }

    private go(route: Route): void {
        const hash = formatRoute(route);
        if (hash === formatRoute(this.route)) return;
        this.route = route;
        this.bar.push(hash);
    }

    /** A step up replaces the address: the browser's own back button then does not return below. */
    private up(route: Route): void {
        this.route = route;
        this.bar.replace(formatRoute(route));
    }

    private follow(): void {
        this.route = parseRoute(this.bar.read());
        this.ticket = parseTicket(this.bar.read()) ?? this.ticket;
    }
}
