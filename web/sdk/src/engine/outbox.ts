/** Sends what was written. */

import { ClientError } from "../error";
import type { MessageSent, SendMessage, WireError } from "../protocol.generated";
import type { OutboxRecord } from "../store/records";
import type { Core } from "./core";
import { Courier } from "./courier";

/** Sends the messages of the outbox. */
export class Outbox {
    readonly #core: Core;
    readonly #sent: (item: OutboxRecord, reply: MessageSent) => Promise<void>;
    readonly #inFlight = new Set<string>();
    readonly #courier: Courier<OutboxRecord>;

    /** @param sent makes a stored message part of the timeline. */
    constructor(core: Core, sent: (item: OutboxRecord, reply: MessageSent) => Promise<void>) {
        this.#core = core;
        this.#sent = sent;
        this.#courier = new Courier(core, {
            waiting: async (chat) => (await core.store.outbox(chat)).filter((item) => !item.error),
            deliver: (item) => this.#send(item),
            refuse: (item, error) => this.#refuse(item, error),
        });
    }

    /** Whether a message is on its way to a chat. */
    isSending(chat: string): boolean {
        return this.#inFlight.has(chat);
    }

    /** Looks for messages to send in all chats: there is a new connection. */
    pokeAll(): Promise<void> {
        return this.#courier.pokeAll();
    }

    /** Looks for messages to send in a chat. */
    poke(chat: string): void {
        this.#courier.poke(chat);
    }

    async #send(item: OutboxRecord): Promise<void> {
        const message = toWire(item);
        const refusal = this.#refusal(message);
        if (refusal) throw ClientError.of(refusal);
        this.#inFlight.add(item.chat);
        try {
            const reply = await this.#core.request("message.send", message);
            this.#inFlight.delete(item.chat);
            await this.#sent(item, reply);
        } finally {
            this.#inFlight.delete(item.chat);
        }
    }

    /** What the server would answer by closing the connection, again and again, is refused here. */
    #refusal(message: SendMessage): WireError | null {
        const limits = this.#core.limits();
        if (!limits) return null;
        const bytes = (text: string): number => new TextEncoder().encode(text).length;
        const text = message.content.type === "text" ? String(message.content["text"]) : "";
        const frame = bytes(JSON.stringify(message)) + 128;
        if (bytes(text) <= limits.text_bytes && frame <= limits.frame_bytes) return null;
        const reason = "the text is too long";
        return { code: "too_large", message: reason, field: "content.text", retry: "never", outcome: "none" };
    }

    async #refuse(item: OutboxRecord, error: WireError): Promise<void> {
        await this.#core.write(async (work) => {
            const kept = await work.outboxItem(item.clientId);
            if (kept) work.putOutbox({ ...kept, error });
        });
    }
}

function toWire(item: OutboxRecord): SendMessage {
    return {
        chat: item.chat,
        client_id: item.clientId,
        content: item.content,
        ...(item.replyTo !== null && { reply_to: item.replyTo }),
        ...(item.thread !== null && { thread: item.thread }),
        ...(item.mentions.length > 0 && { mentions: [...item.mentions] }),
        ...(item.mentionAll && { mention_all: true }),
    };
}
