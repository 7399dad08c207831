/** What people do on the server, with what follows from it. */

import type {
    BundleItem,
    Content,
    Draft,
    EditMessage,
    Entry,
    ForwardMessages,
    MessageSent,
    Reaction,
    Reactor,
    Role,
    SendMessage,
    UpdateChat,
} from "../../src/protocol.generated";
import { type FakeChat, type Model, NAMED_REACTORS } from "./model";
import { visible } from "./pages";
import { refuse } from "./refusal";

/** Carries a request out once, however often it comes. */
export function once<T>(chat: FakeChat, user: string, clientId: string, deed: () => T): T {
    const key = `${user} ${clientId}`;
    if (!chat.done.has(key)) chat.done.set(key, deed());
    return chat.done.get(key) as T;
}

export function send(model: Model, me: string, params: SendMessage, from: unknown): MessageSent {
    const chat = model.member(params.chat, me);
    const known = chat.entries.find((entry) => entry.sender === me && entry.client_id === params.client_id);
    const { client_id, reply_to, thread, mentions, mention_all } = params;
    if (thread !== undefined && !chat.entries.some((entry) => entry.stamp === thread)) refuse("not_found");
    const more = {
        client_id,
        ...(reply_to !== undefined && { reply_to }),
        ...(thread !== undefined && { thread }),
        ...(mentions && { mentions }),
        ...(mention_all && { mention_all }),
    };
    return sent(chat, known ?? model.say(chat, me, params.content, more, from), known !== undefined);
}

function sent(chat: FakeChat, { stamp, prev, ordinal }: Entry, duplicate = false): MessageSent {
    return { chat: chat.id, stamp, prev, ordinal, epoch: chat.epoch, duplicate, level: "stored" };
}

function message(chat: FakeChat, stamp: number): Entry {
    const entry = chat.entries.find((one) => one.stamp === stamp);
    return entry && entry.kind === "message" ? entry : refuse("not_found");
}

function replace(model: Model, chat: FakeChat, actor: string, entry: Entry, event: "edited" | "retracted" | "reacted"): Entry {
    const next = { ...entry, revision: entry.revision + 1 };
    chat.entries[chat.entries.findIndex((one) => one.stamp === entry.stamp)] = next;
    const { stamp, revision } = next;
    model.change(chat, { kind: "message", chat: chat.id, stamp, revision, event, actor });
    return next;
}

export function edit(model: Model, chat: FakeChat, me: string, params: Omit<EditMessage, "chat" | "client_id">): Entry {
    const entry = message(chat, params.stamp);
    if (entry.sender !== me) refuse("forbidden");
    if (entry.retracted) refuse("not_found");
    const said = { content: entry.content as Content, since_ms: model.nowMs };
    chat.revisions.set(entry.stamp, [...(chat.revisions.get(entry.stamp) ?? []), said]);
    const { mentions: _, ...rest } = entry;
    const mentions = params.mentions ?? [];
    const next = { ...rest, content: params.content, edited: true, ...(mentions.length > 0 && { mentions }) };
    const changed = replace(model, chat, me, next, "edited");
    model.mention(chat, changed, mentions);
    return changed;
}

export function retract(model: Model, chat: FakeChat, me: string, stamp: number): Entry {
    const entry = message(chat, stamp);
    if (entry.sender !== me && chat.members.get(me)?.role === "member") refuse("forbidden");
    if (entry.retracted) return entry;
    chat.revisions.delete(stamp);
    chat.reactions.delete(stamp);
    chat.pins = chat.pins.filter((pin) => pin !== stamp);
    for (const mentioned of chat.mentioned.values()) mentioned.delete(stamp);
    const { content: _c, mentions: _m, mention_all: _a, reactions: _r, forwarded: _f, ...place } = entry;
    return replace(model, chat, me, { ...place, retracted: true }, "retracted");
}

export function react(model: Model, chat: FakeChat, me: string, stamp: number, kind: string, on: boolean): Entry {
    const entry = message(chat, stamp);
    if (entry.retracted) refuse("not_found");
    const reactors = chat.reactions.get(stamp) ?? [];
    const own = reactors.find((reactor) => reactor.user === me) ?? { user: me, kinds: [] };
    if (own.kinds.includes(kind) === on) return entry;
    own.kinds = on ? [...own.kinds, kind] : own.kinds.filter((other) => other !== kind);
    const left = [...reactors.filter((reactor) => reactor !== own), own].filter((reactor) => reactor.kinds.length > 0);
    chat.reactions.set(stamp, left);
    const { reactions: before, ...rest } = entry;
    const reactions = summary(left, before ?? []);
    return replace(model, chat, me, { ...rest, ...(reactions.length > 0 && { reactions }) }, "reacted");
}

function summary(reactors: Reactor[], before: Reaction[]): Reaction[] {
    const kinds = new Set([...before.map((reaction) => reaction.kind), ...reactors.flatMap((reactor) => reactor.kinds)]);
    return [...kinds].flatMap((kind) => {
        const users = reactors.filter((reactor) => reactor.kinds.includes(kind)).map((reactor) => reactor.user);
        return users.length > 0 ? [{ kind, count: users.length, users: users.slice(0, NAMED_REACTORS) }] : [];
    });
}

export function pin(model: Model, chat: FakeChat, me: string, stamp: number, pinned: boolean): number[] {
    message(chat, stamp);
    if (chat.pins.includes(stamp) === pinned) return chat.pins;
    chat.pins = pinned ? [stamp, ...chat.pins] : chat.pins.filter((one) => one !== stamp);
    model.change(chat, { kind: "chat", chat: chat.id });
    if (pinned) model.append(chat, { kind: "system", sender: me, content: { type: "system", event: "pinned", actor: me, stamp } }, null);
    return chat.pins;
}

export function hide(model: Model, chat: FakeChat, me: string, stamps: number[], from: unknown): void {
    const hidden = chat.hidden.get(me) ?? new Set();
    chat.hidden.set(me, hidden);
    for (const stamp of stamps) hidden.add(stamp);
    model.log(me, { kind: "hidden", chat: chat.id, stamps }, from);
}

export function forward(model: Model, me: string, params: ForwardMessages, from: unknown): MessageSent[] {
    const source = model.member(params.chat, me);
    const all = visible(model, source, me).filter((entry) => params.stamps.includes(entry.stamp));
    const isGood = (entry: Entry): boolean => entry.kind === "message" && !entry.retracted && !entry.hidden;
    if (all.length !== params.stamps.length || !all.every(isGood)) refuse("not_found");
    return params.to.flatMap((id) => {
        const chat = model.member(id, me);
        const tell = (content: Content, more: Partial<Entry>, place: number): MessageSent =>
            sent(chat, model.say(chat, me, content, { ...more, client_id: `${params.client_id}-${id}-${place}` }, from));
        if (params.merged) return [tell({ type: "bundle", items: all.map((entry) => bundled(model, entry)) }, {}, 0)];
        return all.map((entry, place) => {
            const forwarded = entry.forwarded ?? { sender: entry.sender ?? "", stamp: entry.stamp };
            return tell(entry.content as Content, { forwarded }, place);
        });
    });
}

function bundled(model: Model, { sender = "", stamp, content }: Entry): BundleItem {
    return { sender, name: model.known(sender).user.display_name, stamp, content: content as Content };
}

export function read(model: Model, chat: FakeChat, me: string, stamp: number, from: unknown): number {
    if (stamp > (chat.entries.at(-1)?.stamp ?? chat.floor)) refuse("bad_request");
    const mark = Math.max(stamp, chat.reads.get(me) ?? 0);
    chat.reads.set(me, mark);
    model.log(me, { kind: "read", chat: chat.id, stamp: mark }, from);
    const others = [...chat.members.keys()].filter((member) => member !== me);
    for (const member of others) model.deliver(member, { push: "read", data: { chat: chat.id, user: me, stamp: mark } }, null);
    return mark;
}

export function delivered(model: Model, chat: FakeChat, me: string, stamp: number): number {
    if (stamp > (chat.entries.at(-1)?.stamp ?? chat.floor)) refuse("bad_request");
    const mark = Math.max(stamp, chat.delivered.get(me) ?? 0);
    chat.delivered.set(me, mark);
    const others = chat.kind === "direct" ? [...chat.members.keys()].filter((member) => member !== me) : [];
    for (const member of others) model.deliver(member, { push: "delivered", data: { chat: chat.id, user: me, stamp: mark } }, null);
    return mark;
}

export function setDraft(model: Model, chat: FakeChat, me: string, text: string, replyTo: number | undefined, from: unknown): Draft | null {
    const draft = text === "" ? null : { text, updated_ms: model.nowMs, ...(replyTo !== undefined && { reply_to: replyTo }) };
    if (draft) chat.drafts.set(me, draft);
    else chat.drafts.delete(me);
    model.log(me, { kind: "draft", chat: chat.id, ...(draft && { draft }) }, from);
    return draft;
}

export function setRole(model: Model, chat: FakeChat, user: string, role: Role): void {
    const member = chat.members.get(user) ?? refuse("not_found");
    chat.members.set(user, { ...member, role });
    chat.version += 1;
    model.change(chat, { kind: "chat", chat: chat.id });
}

export function update(model: Model, chat: FakeChat, me: string, params: Pick<UpdateChat, "title" | "expire_after_s">): void {
    if (params.title !== undefined) chat.title = params.title;
    if (params.expire_after_s !== undefined) {
        chat.expireAfterS = params.expire_after_s || undefined;
        const told = { type: "system", event: "expiry", actor: me, ...(chat.expireAfterS && { expire_after_s: chat.expireAfterS }) } as const;
        model.append(chat, { kind: "system", sender: me, content: told }, null);
    }
    model.change(chat, { kind: "chat", chat: chat.id });
}

export function join(model: Model, chat: FakeChat, actor: string, user: string): void {
    if (chat.members.has(user)) return;
    chat.version += 1;
    chat.members.set(user, { role: "member", since: chat.entries.at(-1)?.stamp ?? chat.floor });
    model.append(chat, { kind: "system", sender: actor, content: { type: "system", event: "added", actor, users: [user] } }, null);
    model.changeMembers(chat, "added", actor, [user]);
}

export function part(model: Model, chat: FakeChat, actor: string, user: string): void {
    if (!chat.members.delete(user)) return;
    chat.version += 1;
    const event = actor === user ? "left" : "removed";
    const content = event === "left" ? ({ type: "system", event, actor } as const) : ({ type: "system", event, actor, users: [user] } as const);
    model.append(chat, { kind: "system", sender: actor, content }, null);
    model.changeMembers(chat, event, actor, [user]);
}
