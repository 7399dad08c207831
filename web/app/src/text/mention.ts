/**
 * Mentions in words: what is being typed after an @, whom it may mean, and where a message speaks to somebody.
 * Names may hold spaces and stand in scripts that put no space between words.
 */

import { fold } from "./names";

/** Somebody who can be mentioned. */
export interface Mentionable {
    readonly id: string;
    readonly username: string;
    readonly name: string;
}

/** An unfinished mention: the place of its @ and what was typed after it. */
export interface MentionQuery {
    readonly from: number;
    readonly to: number;
    readonly wanted: string;
}

/** A mention in a text: where it stands and whom it means; null means everybody. */
export interface MentionSpan {
    readonly from: number;
    readonly to: number;
    readonly user: string | null;
}

/** What speaks to everybody, in every language of the client. */
export const EVERYBODY: readonly string[] = ["all", "所有人"];

const QUERY = /@([^\n@]{0,48})$/u;
const MAX_WORDS = 3;
/** Scripts that write words without spaces, and whatever is no letter: a name may begin or end beside them. */
const JOINED = /^(?:[^\p{L}\p{N}_]|\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}|\p{Script=Thai})$/u;

/**
 * The mention that is being typed.
 *
 * @param text everything written so far.
 * @param caret where the next letter goes.
 */
export function mentionQuery(text: string, caret: number): MentionQuery | null {
    const match = QUERY.exec(text.slice(0, caret));
    const wanted = match?.[1];
    if (!match || wanted === undefined || wanted.startsWith(" ")) return null;
    if (!stands(text, match.index) || wanted.split(/\s+/u).length > MAX_WORDS) return null;
    return { from: match.index, to: caret, wanted };
}

/**
 * The people a query may mean, best first: names that begin with it, then words of names, then anything that holds it.
 */
export function matching<Person extends Mentionable>(people: readonly Person[], wanted: string): Person[] {
    const query = fold(wanted);
    const ranked = people.flatMap((person) => {
        const rank = rankOf(person, query);
        return rank === null ? [] : [{ person, rank }];
    });
    return ranked.sort((a, b) => a.rank - b.rank || a.person.name.localeCompare(b.person.name)).map(({ person }) => person);
}

function rankOf(person: Mentionable, query: string): number | null {
    const name = fold(person.name);
    if (name.startsWith(query)) return 0;
    if (person.username.startsWith(query)) return 1;
    if (name.split(/\s+/u).some((word) => word.startsWith(query))) return 2;
    return name.includes(query) || person.username.includes(query) ? 3 : null;
}

/**
 * Where a text speaks to people.
 *
 * @param text what somebody wrote.
 * @param people whom it may speak to, by the names they show or their user names.
 * @param all whether it may speak to everybody.
 */
export function mentionSpans(text: string, people: readonly Mentionable[], all: boolean): MentionSpan[] {
    const names = [
        ...people.flatMap(({ id, name, username }) => [name, username].map((word) => ({ word, user: id as string | null }))),
        ...(all ? EVERYBODY.map((word) => ({ word, user: null })) : []),
    ].filter(({ word }) => word !== "");
    // The longest name wins: "@Sam Smith" is not "@Sam".
    names.sort((a, b) => b.word.length - a.word.length);
    const found: MentionSpan[] = [];
    for (let at = text.indexOf("@"); at >= 0; at = text.indexOf("@", at + 1)) {
        const meant = stands(text, at) ? names.find(({ word }) => spells(text, at + 1, word)) : undefined;
        if (meant) found.push({ from: at, to: at + 1 + meant.word.length, user: meant.user });
    }
    return found;
}

/** Whether an @ begins a word, which that of a mail address does not. */
function stands(text: string, at: number): boolean {
    const before = [...text.slice(Math.max(0, at - 2), at)].at(-1);
    return before === undefined || JOINED.test(before);
}

function spells(text: string, from: number, word: string): boolean {
    if (text.slice(from, from + word.length).toLowerCase() !== word.toLowerCase()) return false;
    const last = [...word].at(-1) ?? "";
    const next = String.fromCodePoint(text.codePointAt(from + word.length) ?? 32);
    return JOINED.test(last) || JOINED.test(next);
}
