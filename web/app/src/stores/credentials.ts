/** Rules of user names, passwords and names, checked before the server is asked. */

import type { Messages } from "../i18n";
import { byteLength } from "../text/content";

/** A sentence for a field, or null when it is good. */
export type Complaint = string | null;

/** Checks the name of a new account. */
export function checkUsername(username: string, t: Messages): Complaint {
    if (username === "") return t.field.usernameMissing;
    if (!/^[a-z0-9._-]*$/i.test(username)) return t.field.usernameCharacters;
    if (username.length < 3) return t.field.usernameShort;
    return username.length > 32 ? t.field.usernameLong : null;
}

/** Checks a new password. */
export function checkPassword(password: string, t: Messages): Complaint {
    if (password === "") return t.field.passwordMissing;
    if (byteLength(password) < 8) return t.field.passwordShort;
    return byteLength(password) > 256 ? t.field.passwordLong : null;
}

/** Checks a name to show. */
export function checkDisplayName(name: string, t: Messages): Complaint {
    if (name.trim() === "") return t.field.nameMissing;
    return [...name.trim()].length > 64 || byteLength(name.trim()) > 256 ? t.field.nameLong : null;
}

/** Checks the title of a group. */
export function checkTitle(title: string, t: Messages): Complaint {
    if (title.trim() === "") return t.field.titleMissing;
    return [...title.trim()].length > 128 || byteLength(title.trim()) > 512 ? t.field.titleLong : null;
}

/**
 * A rough idea of how hard a password is to guess: 0 (too short) to 4. It advises; the server decides.
 *
 * @param password what was typed so far.
 */
export function strengthOf(password: string): number {
    if (byteLength(password) < 8) return 0;
    const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^a-zA-Z\d]/].filter((kind) => kind.test(password)).length;
    const distinct = new Set(password).size;
    const score = (distinct >= 6 ? 1 : 0) + (password.length >= 12 ? 1 : 0) + (password.length >= 18 ? 1 : 0) + (kinds >= 3 ? 1 : 0);
    return Math.max(1, Math.min(4, score));
}
