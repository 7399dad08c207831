/** What the browser says of the page: whether somebody looks at it, how wide it is, what the person prefers. */

import { makeAutoObservable } from "mobx";

/** What surrounds the client. Tests give their own. */
export interface Surroundings {
    /** The page is visible and has the focus. */
    readonly attentive: boolean;
    /** List and chat do not fit beside one another. */
    readonly narrow: boolean;
    /** The system is set to dark colours. */
    readonly dark: boolean;
    /** Languages of the browser, best first. */
    readonly languages: readonly string[];
    /** Name and port of the server the page came from. */
    readonly host: string;
}

/** The surroundings as the browser reports them. */
export class BrowserSurroundings implements Surroundings {
    attentive = document.hasFocus() && document.visibilityState === "visible";
    narrow: boolean;
    dark: boolean;
    languages: readonly string[] = navigator.languages;
    readonly host = location.host;

    constructor() {
        const narrow = matchMedia("(max-width: 640px)");
        const dark = matchMedia("(prefers-color-scheme: dark)");
        this.narrow = narrow.matches;
        this.dark = dark.matches;
        makeAutoObservable(this, { host: false });
        narrow.addEventListener("change", () => this.setNarrow(narrow.matches));
        dark.addEventListener("change", () => this.setDark(dark.matches));
        window.addEventListener("languagechange", () => this.setLanguages(navigator.languages));
        const look = () => this.setAttentive(document.hasFocus() && document.visibilityState === "visible");
        window.addEventListener("focus", look);
        window.addEventListener("blur", look);
        document.addEventListener("visibilitychange", look);
    }

    private setNarrow(narrow: boolean): void {
        this.narrow = narrow;
    }

    private setDark(dark: boolean): void {
        this.dark = dark;
    }

    private setLanguages(languages: readonly string[]): void {
        this.languages = languages;
    }

    private setAttentive(attentive: boolean): void {
        this.attentive = attentive;
    }
}
