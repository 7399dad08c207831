/** The invented chats. */

import type { ChatState, Revision, TimelineItem } from "@curlew/sdk";
import { bundle } from "./deeds";
import { endless, listed, message, note, type History } from "./history";
import { person } from "./people";
import { LINES, SCRIPTS, TALK } from "./words";

const MINUTE = 60_000;
const DAY = 86_400_000;

/** A chat with what the demonstration keeps of it. */
export interface DemoChat {
    state: ChatState;
    history: History;
    /** Own messages that are not stored yet, and everything said while the page is open. */
    added: TimelineItem[];
    /** What became of messages, by key; null for those one has hidden. */
    changed: Map<string, TimelineItem | null>;
    /** What messages said before, by stamp. */
    revisions: Map<number, Revision[]>;
    members: number[];
    admins: number[];
}

/** A chat's parts that are empty at first. */
export function untouched(): Pick<DemoChat, "added" | "changed" | "revisions" | "admins"> {
    return { added: [], changed: new Map(), revisions: new Map(), admins: [] };
}

/** Makes all chats as they stand at `now`. */
export function world(now: number): DemoChat[] {
    const chats = [talk(now), harbour(now), porto(now), chinese(now), notes(now), arabic(now), hebrew(now), quiet(now), longName(now)];
    for (let index = 0; index < 40; index++) chats.push(filler(now, index));
    return chats;
}

function chat(id: string, history: History, members: number[], more: Partial<ChatState>): DemoChat {
    const last = history.length > 0 ? history.at(history.length - 1) : null;
    const state: ChatState = {
        id,
        kind: more.kind ?? "direct",
        title: null,
        peer: null,
        role: "member",
        memberCount: members.length,
        membersVersion: 1,
        last,
        unread: 0,
        mentions: 0,
        read: last?.stamp ?? 0,
        peerRead: 0,
        peerDelivered: 0,
        draft: "",
        draftReplyTo: null,
        pins: [],
        expireAfterS: null,
        activeAtMs: last?.sentAtMs ?? 0,
        ...more,
    };
    return { state, history, members, ...untouched() };
}

function direct(id: string, other: number, history: History, more: Partial<ChatState> = {}): DemoChat {
    return chat(id, history, [0, other], { kind: "direct", peer: person(other), ...more });
}

function unsent(key: string, text: string, atMs: number, sendState: "sending" | "failed"): TimelineItem {
    const error = { code: "rate_limited", message: "too many messages", retry: "later", outcome: "none" } as const;
    return { ...message(atMs * 1000, "u0", text), key, stamp: null, sentAtMs: atMs, sendState, error: sendState === "failed" ? error : null };
}

function talk(now: number): DemoChat {
    let at = now - 1445 * MINUTE;
    const items: TimelineItem[] = [];
    for (const line of TALK) {
        at += line.gapMin * MINUTE + 11_000;
        const replyTo = line.reply === undefined ? null : (items[line.reply]?.stamp ?? null);
        const edited = line.text.startsWith("Perfect");
        const reactions = line.text.startsWith("It did") ? [{ kind: "🎉", count: 1, users: ["u1"], mine: false }] : [];
        items.push(message(at * 1000, line.from === 0 ? "u0" : "u1", line.text, { replyTo, edited, reactions }));
    }
    items.push(...passedOn(at, items));
    items.splice(6, 0, message((items[5]?.stamp ?? 0) + 5_000_000, "u1", "", { retracted: true, content: null }));
    const made = direct("maria", 1, listed(items), { peerRead: items.at(-3)?.stamp ?? 0 });
    made.added.push(unsent("f1", "I also wanted to send you the list of the other twenty things, all at once.", now - 60_000, "failed"));
    made.added.push(unsent("p1", "One moment, I am in the tunnel…", now - 20_000, "sending"));
    made.state = { ...made.state, last: made.added.at(-1) ?? null, activeAtMs: now };
    return made;
}

/** A message of somebody else, and a few of the harbour as one. */
function passedOn(at: number, items: readonly TimelineItem[]): TimelineItem[] {
    const said = LINES.slice(0, 5).map((line, index) => message((at - (30 - index) * MINUTE) * 1000, ["u5", "u7", "u2"][index % 3] ?? "u5", line));
    const card = message((at + 3 * MINUTE) * 1000, "u1", "", { content: bundle("Harbour Watch", said) });
    const inner = message((at + 2 * MINUTE) * 1000, "u0", "Low water at 06:40, so we should be on the flats by six.", { forwarded: { sender: "u7", stamp: items[0]?.stamp ?? 0 } });
    return [inner, card];
}

function harbour(now: number): DemoChat {
    const history = endless(100_000, now - 3 * MINUTE, ["u0", "u5", "u7", "u2", "u11", "u14"], LINES);
    const read = history.at(history.length - 240).stamp ?? 0;
    return chat("harbour", history, [0, 5, 7, 2, 11, 14, 6, 8, 9, 13, 15], {
        kind: "group",
        title: "Harbour Watch",
        role: "owner",
        unread: 200,
        mentions: 2,
        read,
        pins: [history.at(99_900).stamp ?? 0],
    });
}

function porto(now: number): DemoChat {
    const start = now - 2 * DAY;
    const house = (start + 2 * MINUTE) * 1000;
    const train = (start + 6 * MINUTE) * 1000;
    const last = (start + 47 * MINUTE) * 1000;
    const hearts = { kind: "❤️", count: 2, users: ["u0", "u14"], mine: true };
    const items = [
        note(start * 1000, { event: "created", actor: "u7" }),
        note((start + 1000) * 1000, { event: "added", actor: "u7", users: ["u0", "u5", "u14"] }),
        note((start + 9000) * 1000, { event: "renamed", actor: "u7", title: "Weekend in Porto 🏖️" }),
        message((start + MINUTE) * 1000, "u7", "@all Welcome everybody! Let us collect ideas here.", { mentionAll: true, mentionsMe: true }),
        message(house, "u7", "I found a house with a garden, eight minutes from the beach.", { replies: { count: 3, last }, reactions: [{ kind: "👍", count: 3, users: ["u0", "u5", "u14"], mine: true }, hearts, { kind: "🏖️", count: 1, users: ["u5"], mine: false }] }),
        message(train, "u5", "Looks wonderful. Is the Friday train at 15:08 fine for all?", { edited: true }),
        message((start + 9 * MINUTE) * 1000, "u0", "Fine with me 👍", { replyTo: train }),
        message((start + 40 * MINUTE) * 1000, "u5", "Does it have four rooms?", { thread: house }),
        message((start + 44 * MINUTE) * 1000, "u7", "Three, and a sofa nobody has complained about so far.", { thread: house, reactions: [{ kind: "😂", count: 2, users: ["u5", "u14"], mine: false }] }),
        message(last, "u0", "I take the sofa.", { thread: house }),
        note((start + 48 * MINUTE) * 1000, { event: "pinned", actor: "u7", stamp: house }),
        message((start + 50 * MINUTE) * 1000, "u14", "For me too. I will cook on Saturday: lentils, aubergines, and something with far too much garlic."),
        message((now - 25 * MINUTE) * 1000, "u5", "@Ada Byrne, can you book the seats?", { mentions: ["u0"], mentionsMe: true }),
        message((now - 24 * MINUTE) * 1000, "u5", "I would do it, but the site does not like my card."),
        message((now - 8 * MINUTE) * 1000, "u7", "❤️"),
    ];
    const made = chat("porto", listed(items), [0, 7, 5, 14], { kind: "group", role: "admin", title: "Weekend in Porto 🏖️", unread: 3, mentions: 1, read: items[11]?.stamp ?? 0, pins: [items[11]?.stamp ?? 0, train, house] });
    return { ...made, admins: [0] };
}

function spoken(now: number, ageMs: number, other: string, lines: readonly string[]): History {
    return listed(lines.map((text, index) => message((now - ageMs + index * 3 * MINUTE) * 1000, index % 2 === 0 ? other : "u0", text)));
}

function chinese(now: number): DemoChat {
    const history = spoken(now, 3 * 60 * MINUTE, "u2", SCRIPTS["zh"] ?? []);
    return direct("yutong", 2, history, { unread: 1, read: history.at(history.length - 2).stamp ?? 0, peerRead: history.at(history.length - 1).stamp ?? 0 });
}

function arabic(now: number): DemoChat {
    const at = now - DAY - 61 * MINUTE;
    const said = spoken(now, DAY + 60 * MINUTE, "u3", SCRIPTS["ar"] ?? []);
    const items = [note(at * 1000, { event: "expiry", actor: "u3", expire_after_s: 604_800 }), ...Array.from({ length: said.length }, (_, index) => said.at(index))];
    return direct("amal", 3, listed(items), { peerRead: now * 1000, expireAfterS: 604_800 });
}

function hebrew(now: number): DemoChat {
    return direct("noa", 4, spoken(now, 3 * DAY, "u4", SCRIPTS["he"] ?? []), { draft: "אולי בשמונה במקום?" });
}

function notes(now: number): DemoChat {
    const items = ["Milk, bread, coffee beans", "Ask Tomasz about the roof", "https://example.com/recipes/lentils"];
    const history = listed(items.map((text, index) => message((now - 5 * 60 * MINUTE + index * MINUTE) * 1000, "u0", text)));
    return chat("notes", history, [0], { kind: "direct", peer: person(0), role: "owner" });
}

function quiet(now: number): DemoChat {
    return direct("quiet", 12, listed([]), { activeAtMs: now - 4 * DAY });
}

function longName(now: number): DemoChat {
    const text = "A single word of great length: " + "Donaudampfschifffahrtsgesellschaftskapitän".repeat(4) + "\n\n" + LINES.join(" ").repeat(4);
    return direct("long", 9, listed([message((now - 5 * DAY) * 1000, "u9", text)]));
}

function filler(now: number, index: number): DemoChat {
    const at = now - (6 + index * 3) * DAY;
    const group = index % 3 === 1;
    const sender = group ? `u${(index % 12) + 1}` : `u${16 + (index % 32)}`;
    const history = listed([message(at * 1000, index % 4 === 0 ? "u0" : sender, LINES[index % LINES.length] ?? "")]);
    if (group) return chat(`g${index}`, history, [0, 1, 5, 6], { kind: "group", title: ["Reading circle", "Allotment 14", "Choir, tenors", "Bike repair", "Flat 3B"][index % 5] ?? "" });
    return direct(`d${index}`, 16 + (index % 32), history, { peerRead: at * 1000 });
}
