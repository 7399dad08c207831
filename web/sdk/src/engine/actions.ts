/** Tells the server what one has done to stored messages. Shown here at once; undone when it is refused for good. */

import type { MessagesForwarded, WireError } from "../protocol.generated";
import type { Action, ActionRecord, ForwardRecord } from "../store/records";
import { hideSingles } from "../store/singles";
import type { Work } from "../store/work";
import type { Core } from "./core";
import { Courier } from "./courier";

/** What actions leave to others. */
export interface ActionEvents {
    /** One was refused for good, and is undone. */
    refused(action: ActionRecord, error: WireError): void;
    /** Brings a chat's timeline up to its newest entry. */
    heal(chat: string): Promise<void>;
}

/** One's own actions on their way to the server. */
export class Actions {
    readonly #core: Core;
    readonly #events: ActionEvents;
    readonly #courier: Courier<ActionRecord>;

    constructor(core: Core, events: ActionEvents) {
        this.#core = core;
        this.#events = events;
        this.#courier = new Courier(core, {
            waiting: async (chat) => (await core.store.actions(chat)).filter((done) => done.doneAt === null),
            deliver: (done) => this.#deliver(done),
            refuse: (done, error) => this.#refuse(done, error),
        });
    }

    /** Looks for actions in all chats: there is a new connection. */
    pokeAll(): Promise<void> {
        return this.#courier.pokeAll();
    }

    /** Looks for actions in a chat. */
    poke(chat: string): void {
        this.#courier.poke(chat);
    }

    #deliver(done: ActionRecord): Promise<void> {
        const { action } = done;
        switch (action.kind) {
            case "edit":
            case "retract":
            case "react":
                return this.#change(done, action);
            case "pin":
                return this.#pin(done, action);
            case "hide":
                return this.#hide(done, action.stamps);
            case "forward":
                return this.#forward({ ...done, action });
        }
    }

    async #change(done: ActionRecord, action: Extract<Action, { kind: "edit" | "retract" | "react" }>): Promise<void> {
        const { revision } = await this.#ask(done, action);
        await this.#core.write(async (work) => {
            // What is kept shows it from this revision on; until then it is laid over.
            const kept = await work.entries.at(done.chat, action.stamp);
            await settle(work, done, kept && kept.revision < revision ? { ...done, doneAt: revision } : null);
        });
    }

    #ask(done: ActionRecord, action: Extract<Action, { kind: "edit" | "retract" | "react" }>): Promise<{ revision: number }> {
        const target = { chat: done.chat, stamp: action.stamp, client_id: done.clientId };
        switch (action.kind) {
            case "edit":
                return this.#core.request("message.edit", { ...target, content: action.content, mentions: [...action.mentions] });
            case "retract":
                return this.#core.request("message.retract", target);
            case "react":
                return this.#core.request("message.react", { ...target, kind: action.reaction, on: action.on });
        }
    }

    async #pin(done: ActionRecord, { stamp, pinned }: Extract<Action, { kind: "pin" }>): Promise<void> {
        const target = { chat: done.chat, stamp, client_id: done.clientId };
        const { pins } = await this.#core.request("message.pin", { ...target, pinned });
        await this.#core.write(async (work) => {
            const record = await work.chat(done.chat);
            if (record) work.putChat({ ...record, chat: { ...record.chat, pins } });
            await settle(work, done, null);
        });
    }

    async #hide(done: ActionRecord, stamps: readonly number[]): Promise<void> {
        await this.#core.request("message.hide", { chat: done.chat, stamps: [...stamps] });
        await this.#core.write(async (work) => {
            await hideSingles(work, done.chat, stamps);
            await settle(work, done, null);
        });
    }

    /** Nobody but the server knows what it has stored, so it is pulled; until then the action shows it. */
    async #forward(done: ForwardRecord): Promise<void> {
        const reply = done.sent.length > 0 ? null : await this.#askForward(done);
        const sent = reply?.sent.map(({ chat, stamp }) => ({ chat, stamp })) ?? done.sent;
        if (reply) await this.#core.write((work) => settle(work, done, { ...done, sent }));
        await Promise.all([...new Set(sent.map(({ chat }) => chat))].map((chat) => this.#events.heal(chat)));
        await this.#core.write((work) => settle(work, done, null));
    }

    #askForward({ chat, clientId, action }: ForwardRecord): Promise<MessagesForwarded> {
        const { stamps, to, merged } = action;
        return this.#core.request("message.forward", { chat, stamps: [...stamps], to: [...to], merged, client_id: clientId });
    }

    async #refuse(done: ActionRecord, error: WireError): Promise<void> {
        await this.#core.write((work) => settle(work, done, null));
        this.#events.refused(done, error);
    }
}

/** Notes how far an action has come; none when it is over. */
async function settle(work: Work, done: ActionRecord, next: ActionRecord | null): Promise<void> {
    const kept = await work.action(done.clientId);
    if (!kept) return;
    if (next) work.putAction({ ...next, ...(kept.seq !== undefined && { seq: kept.seq }) });
    else work.removeAction(kept);
}
