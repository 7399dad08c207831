/** Language: which table is in use, and dates and times written its way. */

import { en, type Messages } from "./en";
import { zh } from "./zh";

export type { Messages };

/** A language there is a table for. */
export type Language = "en" | "zh";

/** What a person may choose. */
export type LanguageChoice = Language | "system";

/** The table of a language. */
export function messagesOf(language: Language): Messages {
    return language === "zh" ? zh : en;
}

/**
 * The language to use.
 *
 * @param choice what the person chose.
 * @param preferred what the browser prefers, best first.
 */
export function languageOf(choice: LanguageChoice, preferred: readonly string[]): Language {
    if (choice !== "system") return choice;
    const known = preferred.map((tag) => tag.slice(0, 2).toLowerCase()).find((tag) => tag === "zh" || tag === "en");
    return known === "zh" ? "zh" : "en";
}
