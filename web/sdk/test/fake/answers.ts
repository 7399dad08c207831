/** What the server answers, method by method. */

import type { Methods } from "../../src/protocol.generated";
import * as deeds from "./deeds";
import type { FakeChat } from "./model";
import * as pages from "./pages";
import { refuse } from "./refusal";
import type { FakeServer, Wire } from "./server";

export type Name = keyof Methods;
export type Answers = { [M in Name]?: (params: Methods[M]["params"], wire: Wire) => Methods[M]["ok"] };

function me(wire: Wire): string {
    return wire.user ?? refuse("unauthorized");
}

/** All answers of a server. */
export function answers(server: FakeServer): Answers {
    return { ...accounts(server), ...chats(server), ...messages(server), ...timelines(server) };
}

function accounts(server: FakeServer): Answers {
    const user = (id: string) => {
        const { hide_reads: _, ...seen } = (server.people.get(id) ?? refuse("not_found")).user;
        return { user: seen };
    };
    return {
        "server.info": () => server.info(),
        "account.register": (params, wire) => {
            if (server.people.has(`u-${params.username}`)) refuse("conflict", { field: "username" });
            return server.welcome(wire, server.person(params.username), null);
        },
        "session.login": (params, wire) => {
            if (params.password !== "password" || !server.people.has(`u-${params.username}`)) refuse("unauthorized");
            return server.welcome(wire, server.person(params.username), null);
        },
        "session.hello": (params, wire) => {
            const session = server.sessions.get(params.token) ?? refuse("unauthorized");
            return server.welcome(wire, session.user, session.id);
        },
        "session.list": () => ({ sessions: [] }),
        "session.end": ({ id }) => {
            for (const [token, session] of server.sessions) if (session.id === id) server.sessions.delete(token);
            server.closeSession(id);
            return {};
        },
        "user.get": ({ id }) => user(id),
        "user.find": ({ username }) => user(`u-${username}`),
        "user.update": ({ display_name, hide_reads }, wire) => {
            const person = server.model.known(me(wire));
            // Told also when nothing is another: whoever changed it may have ended before that.
            const before = person.user;
            person.user = { ...before, display_name: display_name ?? before.display_name, hide_reads: hide_reads ?? before.hide_reads ?? false };
            server.model.log(me(wire), { kind: "account" }, wire);
            return { user: person.user };
        },
    };
}

function chats(server: FakeServer): Answers {
    const { model } = server;
    const of = (chat: string, wire: Wire): FakeChat => model.member(chat, me(wire));
    return {
        "chat.create": (params, wire) => {
            const kind = params.kind === "direct" ? "direct" : "group";
            const chat = model.makeChat(kind, params.title, [me(wire), ...params.members], params.client_id);
            return { chat: pages.chatOf(model, chat, me(wire)) };
        },
        "chat.get": ({ chat }, wire) => pages.row(model, of(chat, wire), me(wire)),
        "chat.list": ({ window }, wire) => pages.list(model, me(wire), window?.offset ?? 0, window?.limit ?? 50),
        "chat.members": ({ chat }, wire) => {
            const { members, version } = of(chat, wire);
            const rows = [...members].map(([id, member]) => ({ user: model.known(id).user, ...member }));
            return { members: rows, members_version: version, has_more: false };
        },
        "chat.update": ({ chat, ...params }, wire) => {
            deeds.update(model, of(chat, wire), me(wire), params);
            return { chat: pages.chatOf(model, of(chat, wire), me(wire)) };
        },
        "chat.role": ({ chat, user, role }, wire) => {
            deeds.setRole(model, of(chat, wire), user, role);
            return { members_version: of(chat, wire).version };
        },
        "chat.leave": ({ chat }, wire) => {
            deeds.part(model, of(chat, wire), me(wire), me(wire));
            return {};
        },
        "read.mark": ({ chat, stamp }, wire) => {
            const found = of(chat, wire);
            return { stamp: deeds.read(model, found, me(wire), stamp, wire), unread: pages.unread(model, found, me(wire)).length };
        },
        "delivered.mark": ({ chat, stamp }, wire) => ({ stamp: deeds.delivered(model, of(chat, wire), me(wire), stamp) }),
        "draft.set": ({ chat, text, reply_to }, wire) => {
            const draft = deeds.setDraft(model, of(chat, wire), me(wire), text, reply_to, wire);
            return draft ? { draft } : {};
        },
    };
}

function messages(server: FakeServer): Answers {
    const { model } = server;
    const of = (chat: string, wire: Wire): FakeChat => model.member(chat, me(wire));
    return {
        "message.send": (params, wire) => deeds.send(model, me(wire), params, wire),
        "message.edit": ({ chat, client_id, ...params }, wire) =>
            deeds.once(of(chat, wire), me(wire), client_id, () => deeds.edit(model, of(chat, wire), me(wire), params)),
        "message.retract": ({ chat, stamp, client_id }, wire) =>
            deeds.once(of(chat, wire), me(wire), client_id, () => deeds.retract(model, of(chat, wire), me(wire), stamp)),
        "message.react": ({ chat, stamp, client_id, kind, on }, wire) =>
            deeds.once(of(chat, wire), me(wire), client_id, () => deeds.react(model, of(chat, wire), me(wire), stamp, kind, on)),
        "message.pin": ({ chat, stamp, pinned }, wire) => ({ pins: deeds.pin(model, of(chat, wire), me(wire), stamp, pinned) }),
        "message.hide": ({ chat, stamps }, wire) => {
            deeds.hide(model, of(chat, wire), me(wire), stamps, wire);
            return {};
        },
        "message.forward": (params, wire) => ({
            sent: deeds.once(of(params.chat, wire), me(wire), params.client_id, () => deeds.forward(model, me(wire), params, wire)),
        }),
        "message.get": ({ chat, stamps }, wire) => {
            const all = pages.visible(model, of(chat, wire), me(wire));
            return { entries: all.filter((entry) => stamps.includes(entry.stamp)), has_more: false };
        },
        "message.history": ({ chat, stamp }, wire) => ({ revisions: of(chat, wire).revisions.get(stamp) ?? [] }),
        "message.reactions": ({ chat, stamp }, wire) => ({ reactors: of(chat, wire).reactions.get(stamp) ?? [], has_more: false }),
        "message.readers": ({ chat, stamp }, wire) => {
            const marks = [...of(chat, wire).reads].map(([user, mark]) => ({ user, stamp: mark }));
            return { readers: marks.filter((mark) => mark.stamp >= stamp) };
        },
        "mention.list": ({ chat, limit }, wire) => {
            const mentioned = of(chat, wire).mentioned.get(me(wire));
            const unread = pages.unread(model, of(chat, wire), me(wire));
            const stamps = unread.filter((entry) => entry.mention_all || mentioned?.has(entry.stamp)).map((entry) => entry.stamp);
            return { stamps: stamps.slice(0, limit) };
        },
    };
}

function timelines(server: FakeServer): Answers {
    const { model } = server;
    const of = (chat: string, wire: Wire): FakeChat => model.member(chat, me(wire));
    return {
        "timeline.pull": (params, wire) => pages.pullTimeline(model, of(params.chat, wire), me(wire), params),
        "thread.pull": (params, wire) => pages.pullThread(model, of(params.chat, wire), me(wire), params),
        "changes.pull": ({ chat, after, epoch, limit }, wire) => pages.pullChanges(model, of(chat, wire), after, epoch, limit),
        "log.pull": ({ after, epoch, limit }, wire) => pages.pullLog(model, me(wire), after, epoch, limit),
        sync: (params, wire) => pages.sync(model, me(wire), params),
    };
}
