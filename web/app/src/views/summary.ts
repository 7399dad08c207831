/** Entries in one line of words: for the list, for quotes, for system lines. */

import type { Bundle, ChatState, Content, TimelineItem } from "@curlew/sdk";
import type { Messages } from "../i18n";
import { listText, spanText } from "../i18n/dates";
import type { People } from "../stores/people";
import { bundleOf, noteOf, textOf as wordsOf, type SystemNote } from "../text/content";
import { preview } from "../text/tokens";

export { preview };

/** What an entry says, in one line. */
export function textOf(item: TimelineItem, people: People, me: string | null, kind: ChatState["kind"], t: Messages): string {
    if (item.retracted) return t.chat.retracted;
    if (item.kind === "tombstone") return t.chat.unreadable;
    const note = item.kind === "system" ? noteOf(item.content) : null;
    if (note) return noteText(note, people, me, kind, t);
    return contentText(item.content, t);
}

/** What a content says, in one line. */
export function contentText(content: Content | null, t: Messages): string {
    const text = wordsOf(content);
    if (text !== null) return preview(text);
    const bundle = bundleOf(content);
    return bundle ? bundleTitle(bundle, t) : t.chat.unsupported;
}

/** What messages forwarded as one are called. */
export function bundleTitle(bundle: Bundle, t: Messages): string {
    return bundle.title === undefined ? t.bundle.untitled : t.bundle.title(bundle.title);
}

/** Something that happened to a chat, as a sentence. */
export function noteText(note: SystemNote, people: People, me: string | null, kind: ChatState["kind"], t: Messages): string {
    const byMe = note.actor === me;
    const actor = people.name(note.actor, t);
    const aboutMe = me !== null && note.users.includes(me);
    const users = listText(note.users.map((id) => (id === me ? t.system.you : people.name(id, t))), t);
    switch (note.event) {
        case "created":
            if (kind === "direct") return t.system.createdDirect;
            return byMe ? t.system.createdByYou : t.system.created(actor);
        case "added":
            if (byMe) return t.system.addedByYou(users);
            return aboutMe && note.users.length === 1 ? t.system.addedYou(actor) : t.system.added(actor, users);
        case "removed":
            if (byMe) return t.system.removedByYou(users);
            return aboutMe ? t.system.removedYou(actor) : t.system.removed(actor, users);
        case "left":
            return byMe ? t.system.leftYou : t.system.left(actor);
        case "renamed":
            return byMe ? t.system.renamedByYou(note.title) : t.system.renamed(actor, note.title);
        case "pinned":
            return byMe ? t.system.pinnedByYou : t.system.pinned(actor);
        case "expiry":
            return expiryText(note, byMe, actor, t);
        default:
            return t.system.other;
    }
}

function expiryText(note: SystemNote, byMe: boolean, actor: string, t: Messages): string {
    if (note.expireAfterS === null) return byMe ? t.system.expiryOffByYou : t.system.expiryOff(actor);
    const time = spanText(note.expireAfterS, t);
    return byMe ? t.system.expiryByYou(time) : t.system.expiry(actor, time);
}
