/** Entries in one line of words: for the list, for quotes, for system lines. */

import type { ChatState, TimelineItem } from "@curlew/sdk";
import type { Messages } from "../i18n";
import { listText } from "../i18n/dates";
import type { People } from "../stores/people";
import { noteOf, textOf as wordsOf, type SystemNote } from "../text/content";
import { preview } from "../text/tokens";

export { preview };

/** What an entry says, in one line. */
export function textOf(item: TimelineItem, people: People, me: string | null, kind: ChatState["kind"], t: Messages): string {
    if (item.retracted) return t.chat.retracted;
    if (item.kind === "tombstone") return t.chat.unreadable;
    const note = item.kind === "system" ? noteOf(item.content) : null;
    if (note) return noteText(note, people, me, kind, t);
    const text = wordsOf(item.content);
    return text === null ? t.chat.unsupported : preview(text);
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
        default:
            return t.system.other;
    }
}
