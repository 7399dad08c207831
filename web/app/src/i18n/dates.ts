/** Dates and times as people read them. Formats are made once for each language, as making them is slow. */

import type { Messages } from "./index";

const DAY_MS = 86_400_000;

interface Formats {
    readonly time: Intl.DateTimeFormat;
    readonly weekday: Intl.DateTimeFormat;
    readonly weekdayLong: Intl.DateTimeFormat;
    readonly day: Intl.DateTimeFormat;
    readonly dayLong: Intl.DateTimeFormat;
    readonly year: Intl.DateTimeFormat;
    readonly yearLong: Intl.DateTimeFormat;
    readonly full: Intl.DateTimeFormat;
    readonly relative: Intl.RelativeTimeFormat;
    readonly list: Intl.ListFormat;
}

const made = new Map<string, Formats>();

function formats(locale: string): Formats {
    const known = made.get(locale);
    if (known) return known;
    const date = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, options);
    const fresh: Formats = {
        time: date({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" }),
        weekday: date({ weekday: "short" }),
        weekdayLong: date({ weekday: "long" }),
        day: date({ day: "numeric", month: "short" }),
        dayLong: date({ weekday: "long", day: "numeric", month: "long" }),
        year: date({ day: "numeric", month: "numeric", year: "2-digit" }),
        yearLong: date({ day: "numeric", month: "long", year: "numeric" }),
        full: date({ dateStyle: "full", timeStyle: "short" }),
        relative: new Intl.RelativeTimeFormat(locale, { numeric: "auto" }),
        list: new Intl.ListFormat(locale, { type: "conjunction" }),
    };
    made.set(locale, fresh);
    return fresh;
}

/** The day a moment belongs to, in local time, as a number that rises by one each day. */
export function dayOf(ms: number): number {
    const date = new Date(ms);
    return Math.floor(Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / DAY_MS);
}

/** Hours and minutes. */
export function timeText(ms: number, t: Messages): string {
    return formats(t.locale).time.format(ms);
}

/** Date and time in full, for a tooltip. */
export function fullText(ms: number, t: Messages): string {
    return formats(t.locale).full.format(ms);
}

/**
 * When something happened, as short as a list needs it: the time today, then "Yesterday", the weekday, the date.
 *
 * @param ms the moment.
 * @param today the present day, as of {@link dayOf}.
 */
export function shortText(ms: number, today: number, t: Messages): string {
    const { time, weekday, day, year } = formats(t.locale);
    const age = today - dayOf(ms);
    if (age <= 0) return time.format(ms);
    if (age === 1) return t.chats.yesterday;
    if (age < 7) return weekday.format(ms);
    return age < 300 ? day.format(ms) : year.format(ms);
}

/** A day as a heading between messages. */
export function dayText(ms: number, today: number, t: Messages): string {
    const { weekdayLong, dayLong, yearLong } = formats(t.locale);
    const age = today - dayOf(ms);
    if (age === 0) return t.chat.today;
    if (age === 1) return t.chat.yesterday;
    if (age > 1 && age < 7) return weekdayLong.format(ms);
    return age < 300 ? dayLong.format(ms) : yearLong.format(ms);
}

/** A date without the time. */
export function dateText(ms: number, t: Messages): string {
    return formats(t.locale).yearLong.format(ms);
}

/** How long ago something was, in the largest unit that fits. */
export function agoText(ms: number, now: number, t: Messages): string {
    const seconds = Math.max(0, (now - ms) / 1000);
    const { relative } = formats(t.locale);
    if (seconds < 60) return t.sessions.now;
    if (seconds < 3600) return relative.format(-Math.floor(seconds / 60), "minute");
    if (seconds < 86_400) return relative.format(-Math.floor(seconds / 3600), "hour");
    if (seconds < 30 * 86_400) return relative.format(-Math.floor(seconds / 86_400), "day");
    return dateText(ms, t);
}

/** Names joined as a sentence does it. */
export function listText(names: readonly string[], t: Messages): string {
    return formats(t.locale).list.format(names);
}

/** A length of time in the largest unit that measures it without a rest. */
export function spanText(seconds: number, t: Messages): string {
    if (seconds % 604_800 === 0) return t.expiry.time(seconds / 604_800, "week");
    if (seconds % 86_400 === 0) return t.expiry.time(seconds / 86_400, "day");
    if (seconds % 3600 === 0) return t.expiry.time(seconds / 3600, "hour");
    return t.expiry.time(Math.max(1, Math.round(seconds / 60)), "minute");
}
