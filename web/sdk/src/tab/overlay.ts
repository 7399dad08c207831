/** What one has done to stored messages, laid over what is kept until that shows it. */

import type { Entry, Reaction } from "../protocol.generated";
import { hiddenCopy } from "../store/copies";
import type { Action, ActionRecord } from "../store/records";
import type { ActionKind } from "../views";

/** An entry with what one has done to it. */
export interface Overlaid {
    readonly entry: Entry;
    /** What the server does not know yet. */
    readonly pending: readonly ActionKind[];
}

/** Lays actions over an entry, in the order of doing. Without any for it the entry stays the same object. */
export function overlay(entry: Entry, actions: readonly ActionRecord[], me: string | null): Overlaid {
    const own = actions.filter(({ action }) => concerns(action, entry.stamp));
    const shown = own.reduce((before, { action }) => laid(before, action, me), entry);
    return { entry: shown, pending: own.filter(({ doneAt }) => doneAt === null).map(({ action }) => action.kind) };
}

/** What is pinned to a chat, with what one has pinned, taken down or taken back. */
export function overlaidPins(pins: readonly number[], actions: readonly ActionRecord[]): readonly number[] {
    return actions.reduce((before, { action }) => {
        if (action.kind !== "pin" && action.kind !== "retract") return before;
        const others = before.filter((stamp) => stamp !== action.stamp);
        return action.kind === "pin" && action.pinned ? [action.stamp, ...others] : others;
    }, pins);
}

function concerns(action: Action, stamp: number): boolean {
    if (action.kind === "forward") return false;
    return action.kind === "hide" ? action.stamps.includes(stamp) : action.stamp === stamp;
}

function laid(entry: Entry, action: Action, me: string | null): Entry {
    switch (action.kind) {
        case "edit":
            return entry.retracted ? entry : { ...entry, content: action.content, mentions: [...action.mentions], edited: true };
        case "retract":
            return retracted(entry);
        case "react":
            return { ...entry, reactions: reacted(entry.reactions ?? [], action.reaction, action.on, me ?? "") };
        case "hide":
            return hiddenCopy(entry);
        case "pin":
        case "forward":
            return entry;
    }
}

function retracted(entry: Entry): Entry {
    const { content: _c, reactions: _r, mentions: _m, forwarded: _f, ...rest } = entry;
    return { ...rest, retracted: true };
}

function reacted(reactions: readonly Reaction[], kind: string, on: boolean, me: string): Reaction[] {
    const known = reactions.find((reaction) => reaction.kind === kind) ?? { kind, count: 0, users: [] };
    const isMine = known.mine === true || known.users.includes(me);
    if (isMine === on) return [...reactions];
    const others = known.users.filter((user) => user !== me);
    const users = on ? [...others, me] : others;
    const next = { kind, count: known.count + (on ? 1 : -1), users, mine: on };
    const isNew = known.count === 0;
    const all = isNew ? [...reactions, next] : reactions.map((reaction) => (reaction === known ? next : reaction));
    return all.filter((reaction) => reaction.count > 0);
}
