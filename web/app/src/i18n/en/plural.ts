/** Counted things in English. */

const rules = new Intl.PluralRules("en");

/** A count with the word for one or for several. */
export function plural(count: number, one: string, other: string): string {
    return `${count.toLocaleString("en")} ${rules.select(count) === "one" ? one : other}`;
}
