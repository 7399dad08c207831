/** What a person chose for this browser: language and appearance. */

import { makeAutoObservable } from "mobx";
import { languageOf, messagesOf, type LanguageChoice, type Messages } from "../i18n";
import type { Surroundings } from "../platform/surroundings";

/** Colours to use. */
export type ThemeChoice = "system" | "light" | "dark";

/** Where choices are kept. */
export interface SettingsKeeper {
    read(name: string): string | null;
    write(name: string, value: string): void;
}

/** The choices and what follows from them. */
export class Settings {
    languageChoice: LanguageChoice;
    themeChoice: ThemeChoice;

    constructor(
        private readonly keeper: SettingsKeeper,
        private readonly surroundings: Surroundings,
    ) {
        const language = keeper.read("language");
        const theme = keeper.read("theme");
        this.languageChoice = language === "en" || language === "zh" ? language : "system";
        this.themeChoice = theme === "light" || theme === "dark" ? theme : "system";
        makeAutoObservable(this);
    }

    /** The strings to show. */
    get messages(): Messages {
        return messagesOf(languageOf(this.languageChoice, this.surroundings.languages));
    }

    /** The colours to show. */
    get theme(): "light" | "dark" {
        if (this.themeChoice !== "system") return this.themeChoice;
        return this.surroundings.dark ? "dark" : "light";
    }

    /** Chooses a language and keeps the choice. */
    chooseLanguage(choice: LanguageChoice): void {
        this.languageChoice = choice;
        this.keeper.write("language", choice);
    }

    /** Chooses colours and keeps the choice. */
    chooseTheme(choice: ThemeChoice): void {
        this.themeChoice = choice;
        this.keeper.write("theme", choice);
    }
}
